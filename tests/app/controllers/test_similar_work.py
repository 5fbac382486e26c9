"""The library is searched, or it is said in plain words why it has nothing to search."""

from dataclasses import replace
from pathlib import Path

import pytest
from pydicom.dataset import Dataset

from app.controllers.read_study import find_study
from app.controllers.similar_work import (
    SHOWN,
    FoundCases,
    SimilarWish,
    find_cases,
    find_evidence,
)
from app.state.similar import NoSimilarCases
from app.workers.kept_libraries import KeptLibraries
from medct_core.cancel import Cancelled, CancelToken
from medct_core.errors import UsageError
from medct_core.retrieval.case_filter import CaseFilter
from medct_core.retrieval.library import CaseLibrary
from medct_core.retrieval.library_case import KnownFinding, LibraryCase
from medct_core.retrieval.patient_key import patient_key
from medct_core.retrieval.search import Query
from tests import small_chest
from tests.library_samples import OTHER_STAMP, STAMP, case, unit_vector
from tests.medct_core.io import making

KNOWN = (KnownFinding("Emphysema", is_present=True, is_verified=True),)


@pytest.fixture
def place(tmp_path: Path) -> str:
    """Make an empty library."""
    address = str(tmp_path / "library")
    CaseLibrary.create(address)
    return address


def wish_of(place: str, number: int = 0, **more: object) -> SimilarWish:
    query = Query(unit_vector(number), STAMP, f"{number:064x}")
    return replace(SimilarWish(place, query, None), **more)  # type: ignore[arg-type]


def find(wish: SimilarWish) -> FoundCases | NoSimilarCases:
    return find_cases(wish, KeptLibraries(), CancelToken(), lambda _: None)


def found(wish: SimilarWish) -> FoundCases:
    answer = find(wish)
    assert isinstance(answer, FoundCases)
    return answer


def reason(wish: SimilarWish) -> str:
    answer = find(wish)
    assert isinstance(answer, NoSimilarCases)
    assert answer.remedy
    return answer.reason


def add(place: str, *cases: LibraryCase) -> None:
    CaseLibrary.open(place).add(cases)


def test_the_nearest_cases_are_found(place: str) -> None:
    add(place, *(case(number) for number in range(SHOWN + 5)))

    page = found(wish_of(place, 3)).page

    assert page.cases[0].is_self
    assert len(page.cases) == SHOWN + 1
    assert (page.count, page.library, page.is_in_library) == (SHOWN + 5, "library", True)


def test_a_scan_outside_the_library_is_not_in_it(place: str) -> None:
    add(place, case(1))

    assert not found(wish_of(place, 2)).page.is_in_library


def test_without_a_library_it_is_said_how_one_begins(tmp_path: Path) -> None:
    assert "no library" in reason(wish_of(str(tmp_path / "none")))


def test_a_drive_that_is_not_there_is_named() -> None:
    place = "/nowhere-at-all/library"

    assert place in reason(wish_of(place))


def test_an_empty_library_says_so(place: str) -> None:
    assert "empty" in reason(wish_of(place))


def test_cases_of_another_model_are_named(place: str) -> None:
    other = replace(STAMP, model="ct-clip")
    add(place, case(1, stamp=other), case(2, stamp=other))

    said = reason(wish_of(place))

    assert "2 cases" in said
    assert "ct-clip" in said


def test_cases_of_the_same_model_with_another_adapter_are_explained(place: str) -> None:
    add(place, case(1, stamp=OTHER_STAMP))

    said = reason(wish_of(place))

    assert "tiny without adapter" in said
    assert "they are of tiny with the adapter lungs" in said


def test_a_library_emptied_by_removing_is_empty(place: str) -> None:
    add(place, case(1))
    CaseLibrary.open(place).remove([case(1).case_id])

    assert "empty" in reason(wish_of(place))


def test_missing_packages_are_named(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)

    with pytest.raises(UsageError, match="not installed"):
        find(wish_of(place))


def test_a_patient_is_known_again_by_the_header_of_the_scan(place: str, tmp_path: Path) -> None:
    def named(_k: int, data: Dataset) -> None:
        data.PatientID = "4711"

    folder = making.write_series(tmp_path / "scan", small_chest.volume(3), change=named)
    key = patient_key("4711", CaseLibrary.open(place).salt)
    add(place, case(1, patient_key=key), case(2))
    series = find_study(folder).series

    answer = found(wish_of(place, 9, path=folder, series=series))

    assert answer.query.patient_key == key
    assert {one.case.source: one.is_of_query for one in answer.page.cases} == {
        "scan-1.nii.gz": True,
        "scan-2.nii.gz": False,
    }
    assert "4711" not in repr(answer.page)


def test_a_scan_whose_file_is_gone_is_searched_all_the_same(place: str, tmp_path: Path) -> None:
    folder = making.write_series(tmp_path / "scan", small_chest.volume(3))
    series = find_study(folder).series
    for one in folder.rglob("*"):
        one.unlink()
    add(place, case(1))

    assert len(found(wish_of(place, 9, path=folder, series=series)).page.cases) == 1


def test_filters_and_marks_are_kept(place: str) -> None:
    add(place, *(case(number, findings=KNOWN if number < 3 else ()) for number in range(6)))
    wanted = CaseFilter(present=frozenset({"Emphysema"}))
    marked = case(1).case_id

    page = found(wish_of(place, 9, wanted=wanted, marked=(marked, "gone"))).page

    assert {one.case.source for one in page.cases} == {f"scan-{n}.nii.gz" for n in range(3)}
    assert page.cases[-1].case.case_id == marked
    assert page.notice


def test_marks_say_nothing_about_words(place: str) -> None:
    add(place, *(case(number) for number in range(3)))
    plain = replace(wish_of(place), query=Query(unit_vector(1), STAMP), text="effusion")

    page = found(replace(plain, marked=(case(1).case_id,))).page

    assert page.notice == ""
    assert page.cases[0].case.source == "scan-1.nii.gz"


def test_evidence_is_counted_finding_by_finding(place: str) -> None:
    add(place, *(case(number, findings=KNOWN) for number in range(3)))
    wish, told = wish_of(place, 0), list[float]()

    evidence = find_evidence(
        wish, wish.query, ("Emphysema", "Lung nodule"), KeptLibraries(), CancelToken(), told.append
    )

    assert [(one.finding, one.counted) for one in evidence] == [
        ("Emphysema", 2),
        ("Lung nodule", 0),
    ]
    assert told == [0.5, 1.0]


def test_counting_stops_when_told(place: str) -> None:
    add(place, case(1))
    cancel, wish = CancelToken(), wish_of(place, 0)
    cancel.cancel()

    with pytest.raises(Cancelled):
        find_evidence(wish, wish.query, ("a",), KeptLibraries(), cancel, lambda _: None)
    with pytest.raises(Cancelled):
        find_cases(wish, KeptLibraries(), cancel, lambda _: None)
