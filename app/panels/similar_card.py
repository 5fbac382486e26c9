"""SimilarCard: what the panel shows about one similar case, and how it is put into words."""

from dataclasses import dataclass
from math import floor

from app.state.case_words import BETWEEN, JOINED, facts_text
from medct_core.retrieval.library_case import KnownFinding, LibraryCase
from medct_core.retrieval.search import SimilarCase

LONGEST_PLACE = "99. More alike than 99.9% of pairs"
"""What `place_text` says of a list of fewer than a hundred cases is not longer."""

VERIFIED = "✓"
"""Stands behind a finding for which there is more than a report."""

_MARKS = {True: "●", False: "○"}
_SAID = {
    f"{JOINED}{VERIFIED}": " (verified)",
    f"●{JOINED}": "",
    f"○{JOINED}": "",
    "◆ ": "",
    "✗ ": "",
    BETWEEN: ", ",
    JOINED: " ",
}
_MOST_ABSENT = 3
_HIGHEST = 99.9


@dataclass(frozen=True, slots=True, eq=False)
class SimilarCard:
    """One similar case as the panel shows it.

    Attributes
    ----------
    found
        The case, how alike it is, and whose.
    shown_findings
        The findings of which its known ones may be shown.
    is_not_similar
        Whether the reader marked it so.
    rank_of_same
        Rank of the first case of the same patient or study before it; 0 for none.
    """

    found: SimilarCase
    shown_findings: frozenset[str] = frozenset()
    is_not_similar: bool = False
    rank_of_same: int = 0

    @property
    def case(self) -> LibraryCase:
        """The case of the library."""
        return self.found.case


def cards_of(
    found: tuple[SimilarCase, ...], shown_findings: frozenset[str], not_similar: frozenset[str]
) -> tuple[SimilarCard, ...]:
    """Make a card of every case, in the same order."""
    first: dict[int, int] = {}
    cards = []
    for one in found:
        # Of which case it repeats the patient is worth saying only where it is not the open scan's.
        rank = 0 if one.is_of_query else first.setdefault(one.group, one.rank)
        same = rank if rank != one.rank else 0
        cards.append(SimilarCard(one, shown_findings, one.case.case_id in not_similar, same))
    return tuple(cards)


def place_text(found: SimilarCase) -> str:
    """Say how alike a case is: among random pairs where that is known, else by its rank."""
    if found.is_self:
        return "This scan"
    if found.percentile is None:
        return f"{found.rank} of {found.out_of}"
    return f"{found.rank}. More alike than {percentile_text(found.percentile)} of pairs"


def percentile_text(percentile: float) -> str:
    """Write a percentile in [0, 100] without claiming more than it says: never 100%."""
    if percentile < 1.0:
        return "<1%"
    if percentile < 99.0:
        return f"{floor(percentile)}%"
    return f"{min(floor(10 * percentile) / 10, _HIGHEST):.1f}%"


def mark_text(card: SimilarCard) -> str:
    """Say what sets a case apart from others of the list; empty for nothing."""
    marks = []
    if card.found.is_of_query and not card.found.is_self:
        marks.append("◆ Same patient as the open scan")
    if card.rank_of_same:
        marks.append(f"◆ Same patient as number {card.rank_of_same}")
    if card.is_not_similar:
        marks.append("✗ Marked as not similar")
    return BETWEEN.join(marks)


def known_text(card: SimilarCard) -> str:
    """Say what is known of a case as far as it may be shown, those it has first."""
    known = card.case.findings
    if not known:
        return "No known findings"
    shown = [finding for finding in known if finding.name in card.shown_findings]
    parts = [_named(finding) for finding in shown if finding.is_present]
    absent = [finding for finding in shown if not finding.is_present]
    if len(absent) <= _MOST_ABSENT:
        parts += [f"{_named(finding)} absent" for finding in absent]
    else:
        tick = f"{JOINED}{VERIFIED}" if all(finding.is_verified for finding in absent) else ""
        others = "others " if parts else ""
        mark = f"{_MARKS[False]}{JOINED}{len(absent)}"
        parts.append(f"{mark} {others}known to be absent{tick}")
    hidden = len(known) - len(shown)
    return BETWEEN.join([*parts, *([_hidden_text(hidden, is_all=not shown)] if hidden else [])])


def spoken(card: SimilarCard) -> str:
    """Say everything about a card for a screen reader, and where it is pointed at."""
    place = place_text(card.found).replace("of pairs", "of random pairs of different patients")
    parts = (
        place,
        card.case.source,
        _in_words(mark_text(card)),
        _in_words(facts_text(card.case)).replace("#", "tag "),
        _in_words(known_text(card)),
    )
    return "\n".join(part for part in parts if part)


def _in_words(text: str) -> str:
    for sign, words in _SAID.items():
        text = text.replace(sign, words)
    return text


def _named(finding: KnownFinding) -> str:
    tick = f"{JOINED}{VERIFIED}" if finding.is_verified else ""
    return f"{_MARKS[finding.is_present]}{JOINED}{finding.name}{tick}"


def _hidden_text(count: int, *, is_all: bool) -> str:
    if not is_all:
        return f"{count} more after your verdict"
    findings = "1 known finding" if count == 1 else f"{count} known findings"
    return f"{findings}, shown after your verdict"
