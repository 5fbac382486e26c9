"""Ledger: what was done is known again, and nobody is named in it."""

import itertools
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medct_core.archive.fingerprint import Fingerprint
from medct_core.archive.known_facts import KnownFacts
from medct_core.errors import NotAnImageError, NotScorableError, ScanRefusedError
from medct_core.retrieval.library_case import KnownFinding
from tests import library_samples
from tests.library_bytes import files_holding
from tests.library_samples import OTHER_STAMP, STAMP
from tests.object_store import BUCKET, object_store

pytest.importorskip("lancedb")
from medct_core.archive.ledger import (
    Asked,
    Ledger,
    Reason,
    WorkerKillerError,
    reason_of,
    remembered,
)
from medct_core.retrieval.library import CaseLibrary

FACTS = KnownFacts(patient="AB-1", report="No nodule.", findings=(KnownFinding("Nodule", False),))
REFUSED = NotAnImageError("'MUSTERFRAU.nii' is text.", remedy="Open another file.")

asked = st.builds(
    Asked,
    path=st.sampled_from([Path("/archive/a.nii"), Path("/archive/b"), Path("/c.nii")]),
    fingerprint=st.builds(Fingerprint, st.integers(0, 2), st.integers(0, 2)),
    facts=st.sampled_from([KnownFacts(), FACTS]),
    is_forced=st.booleans(),
)
outcomes = st.sampled_from(["a" * 32, "b" * 32, REFUSED])


@pytest.fixture
def library(tmp_path: Path) -> CaseLibrary:
    return CaseLibrary.create(str(tmp_path / "library"))


def ledger_of(library: CaseLibrary, *, program: str = "1.0") -> Ledger:
    return Ledger(library, STAMP, program=program)


def one_asked(path: str = "/archive/MUSTERFRAU_Erika/a.nii") -> Asked:
    return Asked(Path(path), Fingerprint(5, 6), FACTS)


@settings(max_examples=15)
@given(done=st.lists(st.lists(st.tuples(asked, outcomes), max_size=3), max_size=4), one=asked)
def test_what_was_noted_last_is_found_also_when_opened_again(
    done: list[list[tuple[Asked, str | ScanRefusedError]]], one: Asked
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        library = CaseLibrary.create(folder)
        ledger = ledger_of(library)
        for some in done:
            ledger.note(some)
        opened = ledger_of(library)

        found, found_again = ledger.find(one), opened.find(one)

    of_path = [pair for pair in itertools.chain(*done) if pair[0].path == one.path]
    last, what = of_path[-1] if of_path else (None, "")
    assert found == found_again
    assert (found is None) == (last is None or last.fingerprint != one.fingerprint)
    if found is not None and last is not None:
        is_case = isinstance(what, str)
        assert found.case_id == (what if is_case else "")
        settled = last.facts == one.facts if is_case else last.is_forced >= one.is_forced
        assert found.is_settled == settled


@pytest.mark.parametrize(
    "change", [{"path": Path("/other.nii")}, {"fingerprint": Fingerprint(5, 7)}]
)
def test_another_file_is_not_known(change: dict[str, object], library: CaseLibrary) -> None:
    ledger = ledger_of(library)
    ledger.note([(one_asked(), "a" * 32)])

    assert ledger.find(replace(one_asked(), **change)) is None  # type: ignore[arg-type]


def test_a_newer_program_asks_again_about_what_was_refused(library: CaseLibrary) -> None:
    done, refused = one_asked("/a"), one_asked("/b")
    ledger_of(library).note([(done, "a" * 32), (refused, REFUSED)])

    newer = ledger_of(library, program="1.1")

    entries = [newer.find(one) for one in (done, refused)]
    assert [entry and entry.is_settled for entry in entries] == [True, False]


def test_another_model_has_a_ledger_of_its_own(library: CaseLibrary) -> None:
    ledger_of(library).note([(one_asked(), "a" * 32)])

    assert len(Ledger(library, OTHER_STAMP, program="1.0")) == 0


def test_removing_a_case_makes_the_ledger_forget_it(library: CaseLibrary) -> None:
    case = library_samples.case(1)
    library.add([case])
    ledger_of(library).note([(one_asked("/a"), case.case_id), (one_asked("/copy"), case.case_id)])
    ledger_of(library).note([(one_asked("/b"), "b" * 32)])

    library.remove([case.case_id])

    assert len(ledger_of(library)) == 1
    assert ledger_of(library).find(one_asked("/copy")) is None


def test_it_names_no_patient_path_or_file(library: CaseLibrary) -> None:
    ledger_of(library).note([(one_asked(), REFUSED), (one_asked("/AB-1"), "a" * 32)])

    for word in (b"MUSTERFRAU", b"Erika", b"AB-1", b"archive", b"No nodule"):
        assert files_holding(Path(library.address), word) == []


def test_it_lies_on_the_object_store_of_its_library() -> None:
    with object_store() as options:
        library = CaseLibrary.create(f"s3://{BUCKET}/cases", options)
        ledger_of(library).note([(one_asked(), "a" * 32)])

        entry = ledger_of(CaseLibrary.open(f"s3://{BUCKET}/cases", options)).find(one_asked())

    assert entry is not None
    assert entry.case_id == "a" * 32


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (REFUSED, Reason.NO_IMAGE),
        (NotScorableError("No lungs.", remedy="Open a chest."), Reason.NOT_SCORABLE),
        (WorkerKillerError("Killed.", remedy="Look."), Reason.KILLER),
        (ScanRefusedError("Several.", remedy="Choose."), Reason.OTHER),
    ],
)
def test_a_refusal_is_remembered_in_general_words(error: ScanRefusedError, reason: Reason) -> None:
    again = remembered(reason_of(error))

    assert type(again) is type(error)
    assert reason.value in again.summary
    assert error.summary not in again.summary
