"""Changes: new facts for cases that are there, written many at a time."""

from dataclasses import replace

from medct_core.archive.known_facts import KnownFacts, with_facts
from medct_core.retrieval.library import CaseLibrary
from medct_core.retrieval.library_case import LibraryCase


class Changes:
    """Facts that wait until there are enough of them.

    They are put over what a case says when they are written, not when they came: in between, a
    reader may have given a verdict.

    Parameters
    ----------
    library
        Where the cases are.
    """

    def __init__(self, library: CaseLibrary) -> None:
        self._library = library
        self._cases: dict[str, LibraryCase] = {}
        self._facts: dict[str, list[tuple[KnownFacts, KnownFacts]]] = {}

    def __len__(self) -> int:
        """Count the cases that wait."""
        return len(self._cases)

    def __contains__(self, case_id: str) -> bool:
        """Whether a case waits."""
        return case_id in self._cases

    def get(self, case_id: str) -> LibraryCase | None:
        """Give a case that waits, as it will be if nobody else changes it."""
        return self._cases.get(case_id)

    def put(self, case: LibraryCase, given: KnownFacts, of_scan: KnownFacts) -> None:
        """Let a case wait.

        Parameters
        ----------
        case
            As it will be.
        given, of_scan
            What it was made with, as for `changed_case`.
        """
        self._cases[case.case_id] = case
        self._facts.setdefault(case.case_id, []).append((given, of_scan))

    def keep(self) -> None:
        """Write all that waits; a case that was removed meanwhile stays removed.

        Raises
        ------
        ResourceError
            If the library cannot be written.
        """
        now = self._library.find_all(self._facts)
        self._library.replace(map(self._with_facts, now.values()))
        self._cases.clear()
        self._facts.clear()

    def _with_facts(self, case: LibraryCase) -> LibraryCase:
        for given, of_scan in self._facts[case.case_id]:
            case = changed_case(case, given, of_scan, self._library.salt)
        return case


def changed_case(
    there: LibraryCase, given: KnownFacts, of_scan: KnownFacts, salt: bytes
) -> LibraryCase:
    """Give a case that is there what is new.

    Parameters
    ----------
    there
        From the library.
    given
        What a person or a table says.
    of_scan
        All that is known; of its own facts only those that keep names out, or were not kept
        before, count.
    salt
        Of the library.
    """
    return with_facts(there, _only_new(given, of_scan, there), salt)


def _only_new(given: KnownFacts, of_scan: KnownFacts, there: LibraryCase) -> KnownFacts:
    """Take from a header only what is to be kept out: what it says was taken the first time.

    How the scan was made is also taken: older programs did not keep it.
    """
    return replace(
        given,
        names=(*of_scan.names, of_scan.patient),
        site=given.site or ("" if there.site_key else of_scan.site),
        scanner=given.scanner or ("" if there.scanner else of_scan.scanner),
        kernel=given.kernel or ("" if there.kernel else of_scan.kernel),
    )
