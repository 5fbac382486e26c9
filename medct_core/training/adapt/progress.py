"""Where a fit stands: what it tells while it runs, and the losses it keeps."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FitProgress:
    """What is known after a step.

    Attributes
    ----------
    step, steps
        Steps done and to do.
    epoch, epochs
        The epoch of that step, from 1, and how many there are.
    loss
        Of that step.
    remaining_s
        Seconds until the end, by the pace of this run so far.
    """

    step: int
    steps: int
    epoch: int
    epochs: int
    loss: float
    remaining_s: float

    @property
    def fraction(self) -> float:
        """Share of the steps that are done, in [0, 1]."""
        return self.step / self.steps

    @property
    def line(self) -> str:
        """One line for a person."""
        return (
            f"Epoch {self.epoch} of {self.epochs}, loss {self.loss:.3f}, "
            f"{_duration(self.remaining_s)} left"
        )


def _duration(seconds: float) -> str:
    """Say a time as a person would: ``40 s``, ``12 min``, ``3 h 05 min``."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 90:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60:02d} min"
