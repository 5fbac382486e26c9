"""Marking: what a person says of cases of a library, kept with them."""

from collections.abc import Iterable
from dataclasses import replace

from medct_core.errors import UsageError
from medct_core.retrieval.labelled_cases import known_names
from medct_core.retrieval.library import CaseLibrary
from medct_core.retrieval.library_case import KnownFinding, LibraryCase, case_id_of
from medct_core.vocabulary import FINDINGS


def mark(library: CaseLibrary, case_ids: Iterable[str], finding: KnownFinding) -> int:
    """Say of cases whether they have a finding, in the place of what was said of it before.

    A scan is marked as every model of the library sees it.

    Returns
    -------
    How many scans were marked.

    Raises
    ------
    UsageError
        If a case is not there.
    """
    return _changed(library, case_ids, finding.name, (finding,))


def unmark(library: CaseLibrary, case_ids: Iterable[str], name: str) -> int:
    """Take back what was said of a finding; afterwards it is unknown. Else as `mark`."""
    return _changed(library, case_ids, name, ())


def spelled_as_known(library: CaseLibrary, name: str) -> str:
    """Give a name as the vocabulary or the cases of the library spell it, else as it is.

    Upper and lower case and spaces around it do not count.
    """
    plain = name.strip()
    counted = (one for stamp in library.stamps() for one in known_names(library, stamp))
    spelled = {one.casefold(): one for one in (*(each.name for each in counted), *FINDINGS)}
    return spelled.get(plain.casefold(), plain)


def _changed(
    library: CaseLibrary, case_ids: Iterable[str], name: str, said: tuple[KnownFinding, ...]
) -> int:
    scans = {_case(library, case_id).scan_sha256 for case_id in case_ids}
    ids = [case_id_of(scan, stamp) for scan in sorted(scans) for stamp in library.stamps()]
    cases = [case for one in ids if (case := library.find(one)) is not None]
    library.replace(_with(case, name, said) for case in cases)
    return len(scans)


def _case(library: CaseLibrary, case_id: str) -> LibraryCase:
    case = library.find(case_id)
    if case is None:
        raise UsageError(
            f"The library holds no case {case_id!r} any more.", remedy="Look at its list again."
        )
    return case


def _with(case: LibraryCase, name: str, said: tuple[KnownFinding, ...]) -> LibraryCase:
    others = tuple(one for one in case.findings if one.name != name)
    return replace(case, findings=(*others, *said))
