"""LanceIndex: filters, strict and loose, removed cases, and what it went through."""

import shutil
from datetime import timedelta
from functools import cache
from pathlib import Path
from uuid import uuid4

import lancedb
import numpy as np
import pytest

from medct_core.errors import ResourceError
from medct_core.retrieval.case_filter import EVERYTHING, CaseFilter
from medct_core.retrieval.centring import fit_mean, fit_whitening
from medct_core.retrieval.compared_cases import first_directions
from medct_core.retrieval.lance_build import FirstDirections, build_index
from medct_core.retrieval.lance_index import IndexFit, LanceIndex
from medct_core.retrieval.vector_index import FloatArray
from tests.vector_samples import TAGS, ManyCases, draw_cases, draw_vectors, name_of, tags_of

COUNT = 6000
FEW = 1500
FALLING = (0.7 ** np.arange(32)).astype(np.float32)
CASES = draw_cases(np.random.default_rng(2), COUNT, FALLING)
FEWER = draw_cases(np.random.default_rng(3), FEW, FALLING)


def parted(_variances: FloatArray, _count: int) -> int:
    """Have LanceDB part the cases."""
    return 0


BOTH_WAYS = pytest.mark.parametrize("way", [parted, first_directions])


@cache
def built(way: FirstDirections) -> LanceIndex:
    """Build the index once for all tests that only read it."""
    connection = lancedb.connect(f"memory://{uuid4()}")
    return build_index(connection, "index", CASES.batches, first=way)


def queries(count: int) -> FloatArray:
    """Draw centred queries that are no cases."""
    drawn = draw_vectors(np.random.default_rng(8), count, FALLING)
    return fit_mean(CASES.vectors).unit(drawn)


@BOTH_WAYS
@pytest.mark.parametrize("tag", [None, *TAGS])
def test_the_nearest_that_pass_are_found(way: FirstDirections, tag: str | None) -> None:
    index = built(way)
    wanted = CaseFilter(tags=frozenset({tag})) if tag else EVERYTHING
    rows = [row for row in range(COUNT) if tag is None or tag in tags_of(CASES.luck[row])]
    unit = index.centring.unit(CASES.vectors[rows])
    shares = []

    for query in queries(40):
        hits = index.nearest(query, count=10, wanted=wanted)
        nearest = [name_of(rows[place]) for place in np.argsort(-(unit @ query))[:10]]
        shares.append(len({hit.case_id for hit in hits} & set(nearest)) / 10)

    # LanceDB's partitions are probed until nearly all are found, in memory nothing is missed.
    assert np.mean(shares) >= (0.98 if way is parted else 1.0)


@BOTH_WAYS
@pytest.mark.parametrize("tag", TAGS)
def test_only_what_passes_is_found(way: FirstDirections, tag: str) -> None:
    wanted = CaseFilter(tags=frozenset({tag}), sexes=frozenset({"F"}))

    hits = built(way).nearest(queries(1)[0], count=10, wanted=wanted)

    rows = [int(hit.case_id, 16) for hit in hits]
    assert all(tag in tags_of(CASES.luck[row]) and row % 2 == 0 for row in rows)
    assert len(rows) == 10


@BOTH_WAYS
def test_the_cosines_are_those_of_the_whole_vectors(way: FirstDirections) -> None:
    index = built(way)
    query = queries(1)[0]

    hits = index.nearest(query, count=20, wanted=EVERYTHING)

    unit = index.centring.unit(CASES.vectors)
    expected = [unit[int(hit.case_id, 16)] @ query for hit in hits]
    np.testing.assert_allclose([hit.cosine for hit in hits], expected, atol=1e-5)
    assert expected == sorted(expected, reverse=True)


@BOTH_WAYS
def test_a_filter_that_nothing_passes_finds_nothing(way: FirstDirections) -> None:
    wanted = CaseFilter(tags=frozenset({"no such tag"}))

    assert built(way).nearest(queries(1)[0], count=10, wanted=wanted) == ()


@BOTH_WAYS
def test_more_than_there_are_gives_all_that_pass(way: FirstDirections) -> None:
    wanted = CaseFilter(tags=frozenset({"rare"}))

    hits = built(way).nearest(queries(1)[0], count=10_000, wanted=wanted)

    assert len(hits) == sum("rare" in tags_of(luck) for luck in CASES.luck)


def test_pairs_are_drawn_from_the_cases_of_the_index() -> None:
    index = built(first_directions)

    spread = index.spread()

    assert spread is not None
    assert spread.centring_version == index.centring_version
    unit = index.centring.unit(CASES.vectors)
    one, other = ([int(name, 16) for name in names] for names in (spread.first, spread.second))
    np.testing.assert_allclose(spread.cosines, (unit[one] * unit[other]).sum(axis=1), atol=1e-5)


def test_a_removed_case_is_not_found_and_the_others_are() -> None:
    connection = lancedb.connect(f"memory://{uuid4()}")
    built_anew = build_index(connection, "index", FEWER.batches)
    query = queries(1)[0]
    first, second, *_ = built_anew.nearest(query, count=10, wanted=EVERYTHING)

    connection.open_table("index").delete(f"case_id = '{first.case_id}'")

    index = LanceIndex(connection.open_table("index"))
    assert index.nearest(query, count=1, wanted=EVERYTHING)[0].case_id == second.case_id
    assert len(index) == FEW - 1


@pytest.mark.parametrize("way", [first_directions, parted])
def test_an_index_whose_files_are_gone_is_said_in_plain_words(
    tmp_path: Path, way: FirstDirections
) -> None:
    connection = lancedb.connect(tmp_path / "cases")
    build_index(connection, "index", FEWER.batches, first=way)
    index = LanceIndex(connection.open_table("index"))
    shutil.rmtree(tmp_path / "cases" / "index.lance")

    with pytest.raises(ResourceError, match="cases'"):
        index.nearest(queries(1)[0], count=5, wanted=EVERYTHING)
    with pytest.raises(ResourceError, match="cases'"):
        index.spread()


def test_a_table_whose_index_was_dropped_is_searched_all_the_same() -> None:
    connection = lancedb.connect(f"memory://{uuid4()}")
    expected = build_index(connection, "index", FEWER.batches, first=parted)
    table = connection.open_table("index")
    for one in table.list_indices():
        table.drop_index(one.name)
    query = queries(1)[0]

    hits = LanceIndex(table).nearest(query, count=5, wanted=CaseFilter(sexes=frozenset({"F"})))

    assert hits == expected.nearest(query, count=5, wanted=CaseFilter(sexes=frozenset({"F"})))


def test_a_filter_that_only_cases_far_from_the_query_pass_finds_the_nearest_of_them() -> None:
    query = queries(1)[0]
    cosines = fit_mean(CASES.vectors).unit(CASES.vectors) @ query
    farthest = np.argsort(cosines)[: COUNT // 5]
    luck = np.where(np.isin(np.arange(COUNT), farthest), TAGS["half"] / 2, 1.0)
    connection = lancedb.connect(f"memory://{uuid4()}")
    index = build_index(connection, "index", ManyCases(CASES.vectors, luck).batches)

    hits = index.nearest(query, count=10, wanted=CaseFilter(tags=frozenset({"half"})))

    nearest = farthest[np.argsort(-cosines[farthest])[:10]]
    assert [hit.case_id for hit in hits] == [name_of(row) for row in nearest]


def test_a_search_follows_what_becomes_of_its_table(tmp_path: Path) -> None:
    connection = lancedb.connect(tmp_path, read_consistency_interval=timedelta(0))
    index = build_index(connection, "index", FEWER.batches)
    query = queries(1)[0]
    first, second, *_ = index.nearest(query, count=10, wanted=EVERYTHING)
    held = index.memory_bytes
    connection.open_table("index").delete(f"case_id = '{first.case_id}'")

    after = index.nearest(query, count=1, wanted=EVERYTHING)

    assert after == (second,)
    assert 0 < index.memory_bytes < held


def test_what_the_vectors_went_through_comes_back() -> None:
    fit = IndexFit(fit_whitening(CASES.vectors), np.eye(32, 16, dtype=np.float32), first=8)

    back = IndexFit.from_metadata(fit.to_metadata())

    assert back.centring.version == fit.centring.version
    assert back.centring.fitted_on == COUNT
    np.testing.assert_array_equal(back.basis, fit.basis)
    assert back.first == 8


def test_another_table_is_no_index() -> None:
    table = lancedb.connect(f"memory://{uuid4()}").create_table("plain", [{"case_id": "x"}])

    with pytest.raises(ValueError, match="went through"):
        LanceIndex(table)
