"""LabelSet: which findings are judged, and which a model is asked for to judge them."""

from dataclasses import dataclass

from medct_core.evaluation.multilabel.predictions import Double
from medct_core.evaluation.scans.rad_chest_ct import (
    LABELS,
    SIXTEEN,
    asked_for_sixteen,
    sixteen_of,
)


@dataclass(frozen=True, slots=True)
class LabelSet:
    """The labels of an evaluation.

    Attributes
    ----------
    said
        Where they come from, in words.
    findings
        What is judged.
    asked
        What a model is asked for; more than `findings` where some are merged.
    """

    said: str
    findings: tuple[str, ...]
    asked: tuple[str, ...]

    def judged(self, probabilities: Double) -> Double:
        """Bring ``(n, asked)`` probabilities to ``(n, findings)``."""
        if self.findings == self.asked:
            return probabilities
        return sixteen_of(probabilities, self.asked)


def own_labels(table: str, findings: tuple[str, ...]) -> LabelSet:
    """Judge what the columns of a table say."""
    return LabelSet(f"{len(findings)} columns of {table!r}", findings, findings)


def rad_labels() -> LabelSet:
    """Judge the sixteen findings that RAD-ChestCT labels."""
    return LabelSet(LABELS, SIXTEEN, asked_for_sixteen())
