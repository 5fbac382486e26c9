"""A library that is a list, for searches that need no disk."""

from collections.abc import Iterable

from medct_core.retrieval.case_filter import CaseFilter
from medct_core.retrieval.library_case import LibraryCase
from medct_core.retrieval.search import key_of
from medct_core.retrieval.spread import CaseKey


class CasesInMemory:
    """Cases that a search reads; filtered by the predicate alone."""

    def __init__(self, cases: Iterable[LibraryCase]) -> None:
        self._cases = {case.case_id: case for case in cases}

    def find_all(self, case_ids: Iterable[str]) -> dict[str, LibraryCase]:
        """Give some; one that is not there is left out."""
        found = {case_id: self.find(case_id) for case_id in case_ids}
        return {case_id: case for case_id, case in found.items() if case is not None}

    def find(self, case_id: str) -> LibraryCase | None:
        """Give one case."""
        return self._cases.get(case_id)

    def cases(self, wanted: CaseFilter) -> list[LibraryCase]:
        """Give all that pass."""
        return [case for case in self._cases.values() if wanted.accepts(case)]

    def count(self, wanted: CaseFilter) -> int:
        """Count those that pass."""
        return len(self.cases(wanted))

    def having(self, wanted: CaseFilter, finding: str) -> list[tuple[CaseKey, bool]]:
        """Say who has a finding of those that pass."""
        return [
            (key_of(case), any(one.name == finding and one.is_present for one in case.findings))
            for case in self.cases(wanted)
        ]
