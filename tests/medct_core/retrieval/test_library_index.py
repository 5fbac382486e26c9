"""The index of a library: built once, kept up with what is added, changed and removed."""

from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from medct_core.errors import UsageError
from medct_core.retrieval.case_filter import EVERYTHING, CaseFilter
from medct_core.retrieval.library import CaseLibrary
from medct_core.retrieval.library_case import LibraryCase
from medct_core.retrieval.library_index import open_library_search, refresh_index
from medct_core.retrieval.open_search import open_search
from medct_core.retrieval.search import Query
from tests import library_samples
from tests.cases_in_memory import CasesInMemory
from tests.library_samples import OTHER_STAMP, STAMP, unit_vector

CASES = [library_samples.case(number, tags=("old",)) for number in range(60)]
QUERY = Query(unit_vector(900), STAMP, scan_sha256="e" * 64)


@pytest.fixture
def library(tmp_path: Path) -> CaseLibrary:
    made = CaseLibrary.create(str(tmp_path / "library"))
    made.add(CASES)
    return made


def found_in(library: CaseLibrary, wanted: CaseFilter = EVERYTHING) -> list[str]:
    """Search by the index; all case ids, best first."""
    search = open_library_search(library, STAMP, exact_cases=0)
    return [each.case.case_id for each in search.similar(QUERY, count=100, wanted=wanted)]


def names(cases: list[LibraryCase]) -> set[str]:
    return {case.case_id for case in cases}


def test_the_index_finds_what_exact_search_finds(library: CaseLibrary) -> None:
    exact = open_library_search(library, STAMP)

    by_index = open_library_search(library, STAMP, exact_cases=0)

    one, other = (search.similar(QUERY, count=60) for search in (exact, by_index))
    assert [each.case.case_id for each in one] == [each.case.case_id for each in other]
    assert [each.cosine for each in one] == pytest.approx([each.cosine for each in other], abs=1e-5)
    assert all(each.percentile is not None for each in other)


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(library_samples.cases(), min_size=1, max_size=4, unique_by=lambda case: case.case_id)
)
def test_a_search_of_the_library_is_that_of_its_cases(
    tmp_path: Path, cases: list[LibraryCase]
) -> None:
    library = CaseLibrary.create(str(tmp_path / uuid4().hex))
    library.add(cases)
    filters = [
        CaseFilter(sexes=frozenset({"F"})),
        CaseFilter(contrast=True),
        CaseFilter(is_verified=True),
        *(CaseFilter(tags=frozenset(case.tags)) for case in cases),
        *(
            CaseFilter(present=frozenset({one.name}), is_verified=one.is_verified)
            for one in cases[0].findings
        ),
    ]

    search = open_library_search(library, STAMP)

    plain = open_search(CasesInMemory(cases), STAMP)
    for wanted in filters:
        one, other = (each.similar(QUERY, wanted=wanted) for each in (search, plain))
        assert [each.case.case_id for each in one] == [each.case.case_id for each in other]


def test_an_index_that_is_up_with_its_cases_is_not_touched(library: CaseLibrary) -> None:
    refresh_index(library, STAMP)
    versions = {name: library.connection.open_table(name).version for name in tables(library)}

    refresh_index(library, STAMP)

    assert versions == {
        name: library.connection.open_table(name).version for name in tables(library)
    }


def test_a_case_that_was_added_later_is_found_with_the_same_centring(
    library: CaseLibrary,
) -> None:
    before = refresh_index(library, STAMP)
    later = library_samples.case(500, tags=("new",))

    library.add([later])

    assert set(found_in(library)) == names([*CASES, later])
    assert found_in(library, CaseFilter(tags=frozenset({"new"}))) == [later.case_id]
    assert refresh_index(library, STAMP).centring_version == before.centring_version


def test_many_new_cases_have_the_mean_fitted_anew(library: CaseLibrary) -> None:
    before = refresh_index(library, STAMP)

    library.add([library_samples.case(number) for number in range(500, 560)])

    after = refresh_index(library, STAMP)
    assert after.centring_version != before.centring_version
    assert len(after) == 120


def test_a_case_that_was_changed_is_found_by_what_it_says_now(library: CaseLibrary) -> None:
    refresh_index(library, STAMP)

    library.replace([library_samples.case(7, tags=("changed",))])

    assert found_in(library, CaseFilter(tags=frozenset({"changed"}))) == [CASES[7].case_id]
    assert CASES[7].case_id not in found_in(library, CaseFilter(tags=frozenset({"old"})))
    assert len(found_in(library)) == 60


def test_a_removed_case_leaves_the_index_too(library: CaseLibrary) -> None:
    refresh_index(library, STAMP)

    library.remove([CASES[3].case_id])

    assert set(found_in(library)) == names(CASES) - {CASES[3].case_id}
    ids = [
        library.connection.open_table(name).count_rows(f"case_id = '{CASES[3].case_id}'")
        for name in tables(library)
        if name.startswith(("search_", "cases_"))
    ]
    assert ids == [0, 0]


def test_models_have_an_index_each(library: CaseLibrary) -> None:
    library.add([library_samples.case(1, stamp=OTHER_STAMP)])

    one, other = (refresh_index(library, stamp) for stamp in (STAMP, OTHER_STAMP))

    assert (len(one), len(other)) == (60, 1)


def test_a_model_without_cases_has_no_index(library: CaseLibrary) -> None:
    with pytest.raises(UsageError, match="no case embedded by"):
        refresh_index(library, OTHER_STAMP)


def tables(library: CaseLibrary) -> list[str]:
    """Name the tables of a library."""
    return sorted(library.connection.list_tables().tables)
