"""The index of a library: built once, kept up with what is added, changed and removed."""

import threading
from functools import partial
from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lancedb.table import Table

from medct_core.errors import UsageError
from medct_core.retrieval import library_index
from medct_core.retrieval.case_filter import EVERYTHING, CaseFilter
from medct_core.retrieval.lance_build import build_index, has_partitions
from medct_core.retrieval.lance_index import vectors_of
from medct_core.retrieval.library import CaseLibrary
from medct_core.retrieval.library_case import LibraryCase
from medct_core.retrieval.library_health import check_library
from medct_core.retrieval.library_index import (
    compact_library,
    open_library_search,
    refresh_index,
)
from medct_core.retrieval.open_search import open_search
from medct_core.retrieval.search import Query
from tests import library_samples
from tests.cases_in_memory import CasesInMemory
from tests.library_bytes import files_holding, indexing
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


@pytest.mark.parametrize("is_parted", [False, True])
def test_no_byte_of_a_removed_case_stays_in_the_index(
    library: CaseLibrary, monkeypatch: pytest.MonkeyPatch, *, is_parted: bool
) -> None:
    if is_parted:
        have_parted(monkeypatch)
    doomed = library_samples.case(400, tags=("a tag of the doomed alone",))
    library.add([doomed])
    before = refresh_index(library, STAMP)
    kept = index_table(library).search().where(f"case_id = '{doomed.case_id}'").to_arrow()
    traces = [
        vectors_of(kept).tobytes(),
        vectors_of(kept, "leading").tobytes(),
        doomed.tags[0].encode(),
        doomed.case_id.encode(),
    ]

    library.remove([doomed.case_id])

    after = refresh_index(library, STAMP)
    assert [files_holding(Path(library.address), trace) for trace in traces] == [[], [], [], []]
    assert after.centring_version == before.centring_version
    assert len(after) == 60


def test_partitions_that_went_with_a_removed_case_come_back_when_the_library_is_compacted(
    library: CaseLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    have_parted(monkeypatch)
    compact_library(library, exact_cases=0)
    had = has_partitions(index_table(library))
    library.remove([CASES[3].case_id])
    kept = has_partitions(index_table(library))
    found = found_in(library)

    compact_library(library, exact_cases=0)

    assert (had, kept, has_partitions(index_table(library))) == (True, False, True)
    assert set(found) == names(CASES) - {CASES[3].case_id}
    assert found_in(library) == found


def test_a_search_after_compacting_finds_its_index_done(library: CaseLibrary) -> None:
    compact_library(library, exact_cases=0)
    library.add([library_samples.case(500)])
    compact_library(library, exact_cases=0)
    versions = {name: library.connection.open_table(name).version for name in tables(library)}

    found = found_in(library)

    assert len(found) == 61
    assert versions == {
        name: library.connection.open_table(name).version for name in tables(library)
    }


def test_a_small_library_is_compacted_without_an_index(library: CaseLibrary) -> None:
    compact_library(library)

    assert not [name for name in tables(library) if name.startswith("search_")]


@pytest.mark.slow
@pytest.mark.parametrize("way", ["compared", "parted"])
def test_a_kill_while_an_index_is_written_leaves_a_library_that_finds_everything(
    library: CaseLibrary, way: str
) -> None:
    drawn = np.random.default_rng(0)
    for first in range(1000, 5000, 1000):
        with indexing(Path(library.address), first, first + 1000, way) as writer:
            assert writer.stdout is not None
            writer.stdout.readline()
            killer = threading.Timer(float(drawn.uniform(0.05, 2.5)), writer.kill)
            killer.start()
            told = [line.split() for line in writer.stdout]
            killer.join()

        assert check_library(library).is_whole
        assert_finds_all(library)
        assert {added for what, added in told if what == "compacted"} <= set(numbers(library))
    compact_library(library, exact_cases=0)
    assert_finds_all(library)
    assert has_partitions(index_table(library))


def assert_finds_all(library: CaseLibrary) -> None:
    """Compare a search by the index with every case of the library, compared one by one."""
    centring = refresh_index(library, STAMP).centring
    query = centring.unit(QUERY.vector)
    cosines = {one.case_id: centring.unit(one.vector) @ query for one in library.cases()}
    nearest = sorted(cosines, key=lambda case_id: (-cosines[case_id], case_id))

    found = found_in(library)

    assert [cosines[one] for one in found] == pytest.approx(
        [cosines[one] for one in nearest[:100]], abs=1e-5
    )
    assert len(set(found)) == len(found)


def numbers(library: CaseLibrary) -> list[str]:
    """Tell the tens of which cases are there."""
    scans = [int(one.scan_sha256, 16) for one in library.cases()]
    return [str(number // 10 * 10) for number in scans]


def have_parted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have LanceDB part the cases of an index."""
    parted = partial(build_index, first=lambda _variances, _count: 0)
    monkeypatch.setattr(library_index, "build_index", parted)


def index_table(library: CaseLibrary) -> Table:
    """Open the table of the only index."""
    (name,) = (name for name in tables(library) if name.startswith("search_"))
    return library.connection.open_table(name)


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
