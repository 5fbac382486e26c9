"""LabelledCases: the cases about which a finding is known, each with whose and how made it is."""

from pathlib import Path

import numpy as np
import pytest

from medct_core.errors import UsageError
from medct_core.retrieval.library_case import KnownFinding
from tests import library_samples
from tests.library_samples import OTHER_STAMP, STAMP

pytest.importorskip("lancedb")
from medct_core.retrieval.labelled_cases import known_names, labelled_cases, teachable_names
from medct_core.retrieval.library import CaseLibrary
from medct_core.retrieval.taught_finding import NameCount, TeachableName

SWAN = KnownFinding("Swan's sign", is_present=True)
NO_SWAN = KnownFinding("Swan's sign", is_present=False, is_verified=True)
BEAK = KnownFinding("Beak", is_present=True)


@pytest.fixture
def library(tmp_path: Path) -> CaseLibrary:
    made = CaseLibrary.create(str(tmp_path / "library"))
    made.add(
        [
            library_samples.case(1, findings=(SWAN, BEAK), patient_key="aa"),
            library_samples.case(
                2, findings=(NO_SWAN,), patient_key="aa", site_key="bb", slice_thickness_mm=1.3
            ),
            library_samples.case(3, findings=(SWAN,), contrast=False, scanner="ACME", kernel="B"),
            library_samples.case(4, findings=(BEAK,)),
            library_samples.case(5, findings=(NO_SWAN,), stamp=OTHER_STAMP),
        ]
    )
    return made


def test_only_cases_about_which_it_is_known_are_read(library: CaseLibrary) -> None:
    cases = labelled_cases(library, STAMP, "Swan's sign")

    ids = {library_samples.case(n).case_id: n for n in (1, 2, 3)}
    assert list(cases.case_ids) == sorted(ids)
    numbers = [ids[one] for one in cases.case_ids]
    assert cases.has_it.tolist() == [n != 2 for n in numbers]
    assert cases.is_verified.tolist() == [n == 2 for n in numbers]
    vectors = np.stack([library_samples.case(n).vector for n in numbers])
    np.testing.assert_array_equal(cases.vectors, vectors)


def test_cases_of_one_patient_are_one(library: CaseLibrary) -> None:
    cases = labelled_cases(library, STAMP, "Swan's sign")

    of_patient = dict(zip(cases.case_ids, cases.patients.tolist(), strict=True))
    first, second, third = (of_patient[library_samples.case(n).case_id] for n in (1, 2, 3))
    assert first == second != third
    assert sorted({first, third}) == [0, 1]
    assert int((~cases.knows_patient).sum()) == 1


def test_how_a_case_was_made_is_said_in_words(library: CaseLibrary) -> None:
    cases = labelled_cases(library, STAMP, "Swan's sign")

    made = dict(zip(cases.case_ids, cases.acquisition, strict=True))
    assert made[library_samples.case(1).case_id] == ("", "", "", "", "")
    assert made[library_samples.case(2).case_id] == ("bb", "", "", "1.5", "")
    assert made[library_samples.case(3).case_id] == ("", "ACME", "B", "", "no")
    assert sorted(cases.sites) == ["", "", "bb"]


def test_a_library_of_an_older_program_does_not_know_how_scans_were_made(
    library: CaseLibrary,
) -> None:
    library.table(STAMP).drop_columns(["site_key", "scanner", "kernel"])

    cases = labelled_cases(library, STAMP, "Swan's sign")

    assert len(cases.case_ids) == 3
    assert {made[:3] for made in cases.acquisition} == {("", "", "")}


def test_a_finding_of_which_nothing_is_known_has_no_cases(library: CaseLibrary) -> None:
    assert labelled_cases(library, STAMP, "Owl").case_ids == ()


def test_names_are_counted_by_model(library: CaseLibrary) -> None:
    assert known_names(library, STAMP) == (
        NameCount("Swan's sign", 2, 1),
        NameCount("Beak", 2, 0),
    )
    assert known_names(library, OTHER_STAMP) == (NameCount("Swan's sign", 0, 1),)


def test_patients_are_counted_by_finding_as_cases_are(library: CaseLibrary) -> None:
    library.add([library_samples.case(6, findings=(SWAN,), patient_key="aa")])

    assert teachable_names(library, STAMP) == (
        TeachableName("Swan's sign", 3, 1, 2, 1),
        TeachableName("Beak", 2, 0, 2, 0),
    )


@pytest.mark.parametrize(("of_each", "is_enough"), [((10, 10), True), ((9, 10), False)])
def test_ten_patients_of_each_kind_are_enough(of_each: tuple[int, int], is_enough: bool) -> None:
    more, less = of_each

    assert TeachableName("Beak", 30, 30, more, less).is_enough is is_enough
    assert TeachableName("Beak", 30, 30, less, more).is_enough is is_enough


def test_a_model_without_cases_is_refused(tmp_path: Path) -> None:
    empty = CaseLibrary.create(str(tmp_path / "empty"))

    with pytest.raises(UsageError, match="no case"):
        labelled_cases(empty, STAMP, "Swan's sign")
