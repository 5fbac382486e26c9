"""CaseFilter: which cases may be found, as a predicate, as facts, and as a clause of a query."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from medct_core.models.stamp import ModelStamp
from medct_core.retrieval.library_case import KnownFinding, LibraryCase, stamp_key

# A list without elements has, in the query language, a length of 0 or none at all.
_ANY_VERIFIED = "(array_length(verified_present) > 0 OR array_length(verified_absent) > 0)"


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """What a case must be to be found; every part that is empty or None lets all pass.

    Unknown is never a match: a case without an age band passes no filter on age.

    Attributes
    ----------
    age_bands
        Any of these.
    sexes
        Any of these.
    contrast
        Given or not.
    present, absent
        Findings that the case is known to have, and known not to have; all of them.
    judged
        Findings about which the case is known to have or not to have them; all of them.
    is_verified
        True: only verified findings count above; with none named, the case has at least one.
        False: all known findings count.
    tags
        All of these.
    stamp
        The model that embedded the case.
    """

    age_bands: frozenset[str] = frozenset()
    sexes: frozenset[str] = frozenset()
    contrast: bool | None = None
    present: frozenset[str] = frozenset()
    absent: frozenset[str] = frozenset()
    judged: frozenset[str] = frozenset()
    is_verified: bool = False
    tags: frozenset[str] = frozenset()
    stamp: ModelStamp | None = None

    def accepts(self, case: LibraryCase) -> bool:
        """Whether a case passes."""
        return (
            (not self.age_bands or case.age_band in self.age_bands)
            and (not self.sexes or case.sex in self.sexes)
            and self.contrast in (None, case.contrast)
            and self.tags <= set(case.tags)
            and self.stamp in (None, case.stamp)
            and self._accepts_findings(case)
        )

    @property
    def clauses(self) -> tuple[frozenset[str], ...]:
        """Facts in conjunctive form: a case passes that has at least one fact of every clause."""
        verified = "verified " if self.is_verified else ""
        one_of = [
            frozenset(f"age {band}" for band in self.age_bands),
            frozenset(f"sex {sex}" for sex in self.sexes),
            *(
                frozenset({f"{verified}present {name}", f"{verified}absent {name}"})
                for name in sorted(self.judged)
            ),
        ]
        all_of = [
            *(f"{verified}present {name}" for name in sorted(self.present)),
            *(f"{verified}absent {name}" for name in sorted(self.absent)),
            *(f"tag {tag}" for tag in sorted(self.tags)),
            *([] if self.contrast is None else [_contrast_fact(self.contrast)]),
            *([] if self.stamp is None else [f"stamp {stamp_key(self.stamp)}"]),
            *(["verified"] if self.is_verified and not self._names_findings else []),
        ]
        return (*(clause for clause in one_of if clause), *(frozenset({fact}) for fact in all_of))

    @property
    def where(self) -> str:
        """Clause of a query on the columns of `arrow_rows`; empty where everything passes.

        Whatever a person typed stands in it as quoted text only. Of `stamp` it says nothing: a
        table holds the cases of one stamp.
        """
        verified = "verified_" if self.is_verified else ""
        present, absent = f"{verified}present", f"{verified}absent"
        parts = [
            _any_of("age_band", self.age_bands),
            _any_of("sex", self.sexes),
            "" if self.contrast is None else f"contrast = {str(self.contrast).lower()}",
            _has_all(present, self.present),
            _has_all(absent, self.absent),
            *(
                f"({_has_all(present, {name})} OR {_has_all(absent, {name})})"
                for name in sorted(self.judged)
            ),
            _has_all("tags", self.tags),
            _ANY_VERIFIED if self.is_verified and not self._names_findings else "",
        ]
        return " AND ".join(part for part in parts if part)

    @property
    def _names_findings(self) -> bool:
        return bool(self.present or self.absent or self.judged)

    def _accepts_findings(self, case: LibraryCase) -> bool:
        known = [each for each in case.findings if each.is_verified or not self.is_verified]
        present = {each.name for each in known if each.is_present}
        absent = {each.name for each in known if not each.is_present}
        if self.is_verified and not self._names_findings:
            return bool(known)
        return self.present <= present and self.absent <= absent and self.judged <= present | absent


EVERYTHING = CaseFilter()
"""Lets every case pass."""


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What of a `LibraryCase` a filter asks for, where nothing else was read; same fields."""

    stamp: ModelStamp
    age_band: str
    sex: str
    contrast: bool | None
    findings: tuple[KnownFinding, ...]
    tags: tuple[str, ...]


def facts_of(case: LibraryCase | CaseFacts) -> tuple[str, ...]:
    """Say everything about a case that a `CaseFilter` can ask for, sorted, each once.

    An index in memory looks cases up by them: `CaseFilter.clauses`.
    """
    facts = {f"stamp {stamp_key(case.stamp)}", *(f"tag {tag}" for tag in case.tags)}
    if case.age_band:
        facts.add(f"age {case.age_band}")
    if case.sex:
        facts.add(f"sex {case.sex}")
    if case.contrast is not None:
        facts.add(_contrast_fact(case.contrast))
    for finding in case.findings:
        fact = f"{'present' if finding.is_present else 'absent'} {finding.name}"
        facts.add(fact)
        if finding.is_verified:
            facts |= {"verified", f"verified {fact}"}
    return tuple(sorted(facts))


def _any_of(column: str, values: Collection[str]) -> str:
    return f"{column} IN ({_listed(values)})" if values else ""


def _has_all(column: str, values: Collection[str]) -> str:
    return f"array_has_all({column}, [{_listed(values)}])" if values else ""


def _listed(values: Iterable[str]) -> str:
    return ", ".join(map(quoted, sorted(values)))


def quoted(text: str) -> str:
    """Write text as a literal of the query language, so that none of it is taken as a query.

    References
    ----------
    ISO/IEC 9075-2 (SQL), 5.3, character string literal: a quote is doubled, and nothing else is
    special; a backslash stands for itself.
    """
    return "'" + text.replace("'", "''") + "'"


def _contrast_fact(is_given: bool) -> str:
    return "contrast" if is_given else "no contrast"
