"""ReaderReview: what a person made of a finding; never mixed with what the model says."""

from dataclasses import dataclass
from enum import Enum

from medct_core.findings.finding import Finding, Verdict


class ReaderDecision(Enum):
    """Whether a reader sees the finding too."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class ReaderReview:
    """What a reader said about one finding.

    Attributes
    ----------
    finding
        Its name.
    decision
        None as long as there is none.
    wording
        The reader's own words for the report; empty where the finding's name stands.
    comment
        Free text; may be empty.
    threshold
        The reader's own threshold in [0, 1], None where there is none. It lies on the scale of
        the calibrated probability, or of the raw score where there is no other.
    """

    finding: str
    decision: ReaderDecision | None = None
    wording: str = ""
    comment: str = ""
    threshold: float | None = None


def verdict_at(finding: Finding, threshold: float) -> Verdict:
    """Say what follows from the model's score and a threshold that a reader chose.

    Parameters
    ----------
    finding
        Its calibrated probability counts, its raw score where there is no other.
    threshold
        In [0, 1].
    """
    score = finding.probability if finding.calibrated is None else finding.calibrated
    return Verdict.PRESENT if score >= threshold else Verdict.ABSENT
