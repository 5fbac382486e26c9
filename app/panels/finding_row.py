"""FindingRow: what the findings panel shows about one finding, and how it is put into words."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise

from medct_core.findings.finding import Finding, Verdict
from medct_core.vocabulary import TERMS

OWN_GROUP = "Your prompts"
"""Group of everything that was asked beside the eighteen."""

GROUPS = {
    "Lung": (
        "Atelectasis",
        "Consolidation",
        "Emphysema",
        "Interlobular septal thickening",
        "Lung nodule",
        "Lung opacity",
        "Mosaic attenuation pattern",
        "Pulmonary fibrotic sequela",
    ),
    "Airways": ("Bronchiectasis", "Peribronchial thickening"),
    "Pleura": ("Pleural effusion",),
    "Heart and vessels": (
        "Arterial wall calcification",
        "Cardiomegaly",
        "Coronary artery wall calcification",
        "Pericardial effusion",
    ),
    "Mediastinum and hiatus": ("Hiatal hernia", "Lymphadenopathy"),
    "Devices": ("Medical material",),
}
"""The eighteen findings by organ, in the order in which a chest CT is read."""

_GROUP_OF = {name: group for group, names in GROUPS.items() for name in names}
_RANK = {group: rank for rank, group in enumerate((*GROUPS, OWN_GROUP))}


class Review(Enum):
    """What the reader makes of a finding."""

    OPEN = "not reviewed"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class Order(Enum):
    """How the list is sorted."""

    SCORE = "score"
    NAME = "name"
    GROUP = "group"


@dataclass(frozen=True, slots=True)
class FindingRow:
    """One finding as the panel shows it.

    Attributes
    ----------
    finding
        Score, threshold and verdict.
    review
        The reader's decision.
    statement
        The reader's own words for the report; empty keeps the finding's name.
    comment
        The reader's remark; may be empty.
    is_heatmap_shown
        Whether its heatmap lies over the slices now.
    evidence
        What similar cases had, in one sentence; empty where it is not known or not shown.
    """

    finding: Finding
    review: Review = Review.OPEN
    statement: str = ""
    comment: str = ""
    is_heatmap_shown: bool = False
    evidence: str = ""

    @property
    def name(self) -> str:
        """The finding's name, which tells it from all others of the list."""
        return self.finding.prompt.name

    @property
    def group(self) -> str:
        """Organ it belongs to, or `OWN_GROUP`."""
        return _GROUP_OF.get(self.name, OWN_GROUP)


def shown_score(finding: Finding) -> float:
    """Calibrated probability where there is one, else the raw score; in [0, 1]."""
    return finding.probability if finding.calibrated is None else finding.calibrated


def score_text(finding: Finding) -> str:
    """Say the score so that a raw one is never taken for a probability.

    A calibrated probability is a percentage; a raw score is a plain number and says so.
    """
    if finding.calibrated is None:
        return f"{finding.probability:.2f} uncalibrated"
    return percent(finding.calibrated)


def percent(probability: float) -> str:
    """Write a probability in [0, 1] without claiming certainty: ``<1%``, ``83%``, ``>99%``."""
    return {"0%": "<1%", "100%": ">99%"}.get(text := f"{probability:.0%}", text)


_MARKS = {Verdict.PRESENT: "●", Verdict.ABSENT: "○", Verdict.UNDECIDED: "◐"}


def verdict_text(verdict: Verdict | None) -> str:
    """Mark and word of a verdict, so that neither needs a colour; empty for none."""
    return "" if verdict is None else f"{_MARKS[verdict]} {verdict.value}"


def spoken(row: FindingRow) -> str:
    """One sentence about a row for a screen reader."""
    finding = row.finding
    parts = [row.name, score_text(finding)]
    if finding.calibrated is not None:
        parts[-1] += " calibrated probability"
    if finding.verdict is not None and finding.threshold is not None:
        parts += [finding.verdict.value, f"threshold {finding.threshold:.2f}"]
    parts.append(row.review.value)
    parts += [f"worded as {row.statement}"] if row.statement else []
    parts += [f"comment: {row.comment}"] if row.comment else []
    parts += [f"similar cases: {row.evidence}"] if row.evidence else []
    return ", ".join(parts)


def arranged(rows: Iterable[FindingRow], order: Order, needle: str = "") -> tuple[FindingRow, ...]:
    """Sort the rows, and keep those that a search finds.

    Parameters
    ----------
    order
        By score, highest first; by name; or by organ, then by score.
    needle
        Part of a name or of one of its synonyms, in upper or lower case; empty keeps all.
    """
    wanted = " ".join(needle.lower().split())
    kept = [row for row in rows if _matches(row.name, wanted)]
    if order is Order.NAME:
        kept.sort(key=lambda row: row.name.casefold())
    elif order is Order.SCORE:
        kept.sort(key=lambda row: (-shown_score(row.finding), row.name))
    else:
        kept.sort(key=lambda row: (_RANK[row.group], -shown_score(row.finding), row.name))
    return tuple(kept)


def _matches(name: str, wanted: str) -> bool:
    # Inside a synonym only whole beginnings count: "em" means emphysema, not "enlargement".
    synonyms = (f" {term.lower()}" for term in TERMS.get(name, ()))
    return wanted in name.lower() or any(f" {wanted}" in term for term in synonyms)


def captions(rows: tuple[FindingRow, ...], order: Order) -> tuple[str, ...]:
    """Heading above each row: its group where a new one starts, else empty."""
    if order is not Order.GROUP or not rows:
        return ("",) * len(rows)
    following = (row.group if row.group != before.group else "" for before, row in pairwise(rows))
    return (rows[0].group, *following)
