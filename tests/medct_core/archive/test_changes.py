"""Changes: new facts wait, and take away nothing that was said in the meantime."""

from dataclasses import replace
from pathlib import Path

import pytest

from medct_core.archive.known_facts import KnownFacts
from medct_core.errors import ResourceError
from medct_core.retrieval.library_case import KnownFinding, LibraryCase
from tests import library_samples

pytest.importorskip("lancedb")
from medct_core.archive.changes import Changes, changed_case
from medct_core.retrieval.library import CaseLibrary

NOTHING = KnownFacts()
VERDICT = KnownFinding("Effusion", is_present=True, is_verified=True, by="Dr A")


@pytest.fixture
def library(tmp_path: Path) -> CaseLibrary:
    library = CaseLibrary.create(str(tmp_path / "library"))
    library.add(library_samples.case(number) for number in range(3))
    return library


def put(changes: Changes, library: CaseLibrary, number: int, given: KnownFacts) -> LibraryCase:
    case_id = library_samples.case(number).case_id
    there = changes.get(case_id) or library.find(case_id)
    assert there is not None
    case = changed_case(there, given, NOTHING, library.salt)
    changes.put(case, given, NOTHING)
    return case


def kept(library: CaseLibrary, number: int) -> LibraryCase:
    case = library.find(library_samples.case(number).case_id)
    assert case is not None
    return case


def test_facts_wait_until_they_are_written(library: CaseLibrary) -> None:
    changes = Changes(library)

    will_be = put(changes, library, 1, KnownFacts(tags=("a",)))
    put(changes, library, 1, KnownFacts(sex="F"))
    before, waiting = kept(library, 1), len(changes)
    changes.keep()

    assert (before.tags, will_be.tags, waiting) == ((), ("a",), 1)
    assert (kept(library, 1).tags, kept(library, 1).sex) == (("a",), "F")
    assert (len(changes), will_be.case_id in changes) == (0, False)


def test_a_verdict_given_meanwhile_stays(library: CaseLibrary) -> None:
    changes = Changes(library)
    put(changes, library, 1, KnownFacts(tags=("a",)))

    library.replace([replace(kept(library, 1), findings=(VERDICT,))])
    changes.keep()

    assert (kept(library, 1).tags, kept(library, 1).findings) == (("a",), (VERDICT,))


def test_a_case_removed_meanwhile_stays_removed(library: CaseLibrary) -> None:
    changes = Changes(library)
    gone = put(changes, library, 1, KnownFacts(tags=("a",)))
    put(changes, library, 2, KnownFacts(tags=("b",)))

    library.remove([gone.case_id])
    changes.keep()

    assert library.find(gone.case_id) is None
    assert kept(library, 2).tags == ("b",)


def test_what_could_not_be_written_still_waits(
    library: CaseLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    changes = Changes(library)
    put(changes, library, 1, KnownFacts(tags=("a",)))

    def fails(_library: CaseLibrary, _cases: object) -> int:
        raise ResourceError("It cannot be written.", remedy="Look.")

    with monkeypatch.context() as patched:
        patched.setattr(CaseLibrary, "replace", fails)
        with pytest.raises(ResourceError):
            changes.keep()
    changes.keep()

    assert kept(library, 1).tags == ("a",)


def test_only_what_an_older_program_did_not_keep_is_taken_from_a_scan(
    library: CaseLibrary,
) -> None:
    of_scan = KnownFacts(patient="4711", sex="M", scanner="new")
    there = replace(kept(library, 1), source="4711.nii", scanner="")

    case = changed_case(there, NOTHING, of_scan, library.salt)
    again = changed_case(replace(case, scanner="old"), NOTHING, of_scan, library.salt)

    assert (case.source, case.sex, case.scanner) == ("[removed].nii", there.sex, "new")
    assert again.scanner == "old"
