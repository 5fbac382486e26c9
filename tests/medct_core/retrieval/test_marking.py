"""Marking: what is said of a case is kept with it, for every model, until it is taken back."""

from pathlib import Path

import pytest

from medct_core.errors import UsageError
from medct_core.retrieval.library_case import KnownFinding
from tests import library_samples
from tests.library_samples import OTHER_STAMP

pytest.importorskip("lancedb")
from medct_core.retrieval.library import CaseLibrary
from medct_core.retrieval.marking import mark, spelled_as_known, unmark

SWAN = KnownFinding("Swan sign", is_present=True, by="Dr A")
BEAK = KnownFinding("Beak sign", is_present=False)


@pytest.fixture
def library(tmp_path: Path) -> CaseLibrary:
    made = CaseLibrary.create(str(tmp_path / "library"))
    other = library_samples.case(1, stamp=OTHER_STAMP)
    made.add([library_samples.case(1, findings=(BEAK,)), other, library_samples.case(2)])
    return made


def said(library: CaseLibrary) -> list[set[KnownFinding]]:
    cases = sorted(library.cases(), key=lambda case: (case.scan_sha256, case.stamp.adapter or ""))
    return [set(case.findings) for case in cases]


def test_a_scan_is_marked_as_every_model_sees_it(library: CaseLibrary) -> None:
    count = mark(library, [library_samples.case(1).case_id], SWAN)

    assert count == 1
    assert said(library) == [{BEAK, SWAN}, {SWAN}, set()]


def test_what_is_said_last_counts(library: CaseLibrary) -> None:
    ids = [library_samples.case(n).case_id for n in (1, 2)]
    mark(library, ids, SWAN)
    not_swan = KnownFinding("Swan sign", is_present=False, is_verified=True, by="Dr B")

    mark(library, ids, not_swan)

    assert said(library) == [{BEAK, not_swan}, {not_swan}, {not_swan}]


def test_what_was_said_is_taken_back(library: CaseLibrary) -> None:
    ids = [library_samples.case(1).case_id]
    mark(library, ids, SWAN)

    unmark(library, ids, "Swan sign")

    assert said(library) == [{BEAK}, set(), set()]


def test_a_case_that_is_gone_cannot_be_marked(library: CaseLibrary) -> None:
    with pytest.raises(UsageError, match="no case"):
        mark(library, ["f" * 32], SWAN)


@pytest.mark.parametrize(
    ("typed", "spelled"),
    [
        (" beak SIGN", "Beak sign"),
        ("pleural effusion", "Pleural effusion"),
        (" New one ", "New one"),
    ],
)
def test_a_name_is_spelled_as_it_is_known(library: CaseLibrary, typed: str, spelled: str) -> None:
    assert spelled_as_known(library, typed) == spelled
