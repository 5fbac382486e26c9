"""Which seeds may be used for what, so that no phantom serves two purposes."""

from dataclasses import dataclass

from medct_core.errors import UsageError


@dataclass(frozen=True, slots=True)
class SeedRange:
    """A half-open range of phantom seeds with one purpose."""

    purpose: str
    first: int
    stop: int | None

    def check(self, first: int, stop: int) -> None:
        """Refuse seeds outside the range.

        Raises
        ------
        UsageError
            If ``first:stop`` is empty or leaves the range.
        """
        if first < self.first or stop <= first or (self.stop is not None and stop > self.stop):
            end = "" if self.stop is None else f" to {self.stop - 1}"
            raise UsageError(
                f"Seeds {first}:{stop} may not be used for {self.purpose}.",
                remedy=f"Choose seeds from {self.first}{end}.",
            )


TRAINING = SeedRange("training", 0, 1_000_000)
VALIDATION = SeedRange("validation", 1_000_000, 2_000_000)
CALIBRATION = SeedRange("calibration", 2_000_000, 3_000_000)
LIBRARY = SeedRange("a library to try the search on", 4_000_000, 4_000_060)
EVALUATION = SeedRange("evaluation", 5_000_000, None)


def parse_seeds(text: str) -> tuple[int, int]:
    """First seed and the one after the last, from ``A:B``.

    Raises
    ------
    UsageError
        If the text is no such range.
    """
    first, colon, stop = (part.strip() for part in text.partition(":"))
    if not (colon and first.isdecimal() and stop.isdecimal()):
        raise UsageError(f"{text!r} is no range of seeds.", remedy="Write it as 0:100.")
    return int(first), int(stop)
