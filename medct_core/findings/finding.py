"""Finding: one statement about one scan."""

from dataclasses import dataclass
from enum import Enum

from medct_core.inference.prompt import Prompt


class Verdict(Enum):
    """What follows from a calibrated score and its threshold."""

    PRESENT = "present"
    ABSENT = "absent"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Finding:
    """A scored finding, ready to be shown.

    Attributes
    ----------
    prompt
        What was asked; its name is the finding's name.
    probability
        The raw score in [0, 1].
    calibrated
        Probability after calibration, None where no calibration holds for this scan and prompt.
    threshold
        Decision threshold on the calibrated scale, None where there is none.
    verdict
        None wherever there is no threshold.
    """

    prompt: Prompt
    probability: float
    calibrated: float | None = None
    threshold: float | None = None
    verdict: Verdict | None = None

    def __post_init__(self) -> None:
        if (self.verdict is None) != (self.threshold is None):
            raise ValueError("a verdict follows from a threshold, and only from one")
