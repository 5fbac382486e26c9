"""CaseWriter: cases are kept before the ledger knows them."""

from pathlib import Path

import pytest

from medct_core.archive.fingerprint import Fingerprint
from medct_core.archive.known_facts import KnownFacts
from medct_core.errors import NotAnImageError, OutOfDiskError, OutOfMemoryError
from medct_core.retrieval.library_case import LibraryCase
from medct_core.retrieval.patient_key import patient_key
from tests import library_samples
from tests.library_samples import STAMP

pytest.importorskip("lancedb")
from medct_core.archive.case_writer import Arrived, CaseWriter
from medct_core.archive.embed_folder import Outcome, State, WantedScan
from medct_core.archive.embed_worker import ScanAnswer
from medct_core.archive.ledger import Asked, Ledger
from medct_core.retrieval.library import CaseLibrary

HEADER = KnownFacts(patient="4711", names=("Erika",), sex="F")


@pytest.fixture
def library(tmp_path: Path) -> CaseLibrary:
    return CaseLibrary.create(str(tmp_path / "library"))


@pytest.fixture
def writer(library: CaseLibrary) -> CaseWriter:
    return CaseWriter(library, ledger_of(library))


def ledger_of(library: CaseLibrary) -> Ledger:
    return Ledger(library, STAMP, program="1.0")


def asked_for(number: int, given: KnownFacts) -> Asked:
    return Asked(Path(f"/archive/{number}.nii"), Fingerprint(1, 1), given)


def arrived(
    number: int,
    given: KnownFacts = KnownFacts(),  # noqa: B008 - frozen
    *,
    error: Exception | None = None,
    embedded: bool = True,
) -> Arrived:
    case = library_samples.case(number)
    answer = ScanAnswer(number, error=error)
    if error is None:
        answer = ScanAnswer(number, case.case_id, case if embedded else None, HEADER)
    wanted = WantedScan(Path(f"/archive/{number}.nii"), given)
    return Arrived(wanted, asked_for(number, given), answer)


def kept_of(writer: CaseWriter, *several: Arrived) -> list[Outcome]:
    for one in several:
        writer.take(one)
    return writer.keep_all()


def only_case(library: CaseLibrary) -> LibraryCase:
    (case,) = library.cases()
    return case


def test_facts_become_keys_here(writer: CaseWriter, library: CaseLibrary) -> None:
    said = KnownFacts(patient="P-7", report="Erika, 4711, P-7: no nodule.")

    (outcome,) = kept_of(writer, arrived(1, said))

    case = only_case(library)
    assert (outcome.state, outcome.case_id) == (State.ADDED, case.case_id)
    assert (case.sex, case.patient_key) == ("F", patient_key("P-7", library.salt))
    assert case.report == "[removed], [removed], [removed]: no nodule."


def test_the_same_scan_twice_is_one_case(writer: CaseWriter, library: CaseLibrary) -> None:
    tagged = arrived(1, KnownFacts(tags=("b",)))

    outcomes = kept_of(writer, arrived(1, KnownFacts(tags=("a",))), tagged, arrived(1))

    assert [one.state for one in outcomes] == [State.ADDED, State.UPDATED, State.THERE]
    assert only_case(library).tags == ("a", "b")


def test_a_case_that_was_there_takes_what_is_new(writer: CaseWriter, library: CaseLibrary) -> None:
    kept_of(writer, arrived(1))
    news = arrived(1, KnownFacts(report="Seen by Erika."), embedded=False)

    outcomes = kept_of(writer, news)

    assert [one.state for one in outcomes] == [State.UPDATED]
    assert only_case(library).report == "Seen by [removed]."


def test_a_changed_case_is_told_only_once_it_is_kept(
    writer: CaseWriter, library: CaseLibrary
) -> None:
    kept_of(writer, arrived(1))
    writer.take(arrived(1, KnownFacts(report="New.")))

    told = writer.keep()

    assert told == []
    assert not ledger_knows(library, 1, KnownFacts(report="New."))
    assert [one.state for one in writer.keep_all()] == [State.UPDATED]
    assert ledger_knows(library, 1, KnownFacts(report="New."))


def ledger_knows(library: CaseLibrary, number: int, given: KnownFacts) -> bool:
    entry = ledger_of(library).find(asked_for(number, given))
    return entry is not None and entry.is_settled


def test_the_ledger_never_knows_a_case_that_is_not_there(
    writer: CaseWriter, library: CaseLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_library: CaseLibrary, _cases: object) -> int:
        raise OutOfDiskError("Full.", remedy="Free some.")

    monkeypatch.setattr(CaseLibrary, "add", full)

    with pytest.raises(OutOfDiskError):
        kept_of(writer, arrived(1))

    assert len(ledger_of(library)) == 0


def test_only_what_will_be_refused_again_is_remembered(
    writer: CaseWriter, library: CaseLibrary
) -> None:
    lasting = NotAnImageError("Text.", remedy="Open a scan.")
    passing = OutOfMemoryError("Full.", remedy="Wait.")

    outcomes = kept_of(writer, arrived(1, error=lasting), arrived(2, error=passing))

    assert [one.error for one in outcomes] == [lasting, passing]
    assert ledger_knows(library, 1, KnownFacts())
    assert not ledger_knows(library, 2, KnownFacts())


def test_a_case_removed_while_it_was_read_is_said(writer: CaseWriter) -> None:
    (outcome,) = kept_of(writer, arrived(1, embedded=False))

    assert outcome.state is State.REFUSED
    assert "removed" in str(outcome.error)


def test_it_waits_for_some_seconds_or_many_cases(library: CaseLibrary) -> None:
    seconds = iter((0.0, 1.0, 6.0))
    writer = CaseWriter(library, ledger_of(library), clock=lambda: next(seconds))
    writer.take(arrived(1))

    assert [writer.is_due, writer.is_due] == [False, True]
