"""An index, built: its rows are the library's, centred; its probes hold the neighbours."""

from functools import cache
from pathlib import Path
from uuid import uuid4

import lancedb
import numpy as np
import pytest
from lancedb import DBConnection

from medct_core.cancel import Cancelled, CancelToken
from medct_core.retrieval.case_filter import EVERYTHING
from medct_core.retrieval.centring import fit_mean
from medct_core.retrieval.compared_cases import first_directions
from medct_core.retrieval.lance_build import (
    FirstDirections,
    add_partitions,
    build_index,
    has_partitions,
    leading_directions,
    opened,
)
from medct_core.retrieval.lance_index import LanceIndex, read_probes, vectors_of
from medct_core.retrieval.vector_index import FloatArray
from tests.vector_samples import ManyCases, draw_cases, draw_vectors, name_of

FALLING = (0.7 ** np.arange(32)).astype(np.float32)


def none(_variances: FloatArray, _count: int) -> int:
    """Have no direction compared in memory, so that LanceDB parts the cases."""
    return 0


def cases_of(count: int, seed: int = 0) -> ManyCases:
    return draw_cases(np.random.default_rng(seed), count, FALLING)


@cache
def built() -> tuple[DBConnection, LanceIndex]:
    """Build an index of 4,000 parted cases once for the tests that only read it."""
    connection = lancedb.connect(f"memory://{uuid4()}")
    return connection, build_index(connection, "index", cases_of(4000).batches, first=none)


def test_an_index_holds_every_case_centred_by_the_mean_of_all(tmp_path: Path) -> None:
    cases = cases_of(500)

    index = build_index(lancedb.connect(tmp_path), "index", cases.batches)

    assert len(index) == 500
    np.testing.assert_allclose(index.centring.mean, cases.vectors.mean(axis=0), atol=1e-6)
    kept = lancedb.connect(tmp_path).open_table("index").to_arrow().sort_by("case_id")
    unit = fit_mean(cases.vectors).unit(cases.vectors)
    np.testing.assert_allclose(vectors_of(kept), unit, atol=1e-5)


def test_building_again_takes_the_place_of_the_older_index(tmp_path: Path) -> None:
    connection = lancedb.connect(tmp_path)
    older = build_index(connection, "index", cases_of(300).batches)
    more = cases_of(400, seed=1)

    newer = build_index(connection, "index", more.batches)

    assert len(newer) == 400
    assert newer.centring_version != older.centring_version


def test_the_partitions_probed_hold_the_neighbours() -> None:
    _, index = built()
    unit = index.centring.unit(cases_of(4000).vectors)
    asked = index.centring.unit(draw_vectors(np.random.default_rng(9), 50, FALLING))

    found = [index.nearest(query, count=10, wanted=EVERYTHING) for query in asked]

    nearest = np.argsort(-(asked @ unit.T), axis=1)[:, :10]
    shares = [
        len({hit.case_id for hit in hits} & set(map(name_of, rows))) / 10
        for hits, rows in zip(found, nearest, strict=True)
    ]
    assert np.mean(shares) >= 0.98


def test_further_neighbours_never_need_fewer_partitions() -> None:
    connection, _ = built()

    probes = read_probes(connection.open_table("index"))

    of_reach = [probes[reach] for reach in sorted(probes)]
    assert of_reach == sorted(of_reach)
    assert 1 <= of_reach[0] < of_reach[-1] <= 64


@pytest.mark.parametrize("first", [none, first_directions])
def test_a_library_of_one_case_can_be_indexed(tmp_path: Path, first: FirstDirections) -> None:
    only = cases_of(1)

    index = build_index(lancedb.connect(tmp_path), "index", only.batches, first=first)

    (hit,) = index.nearest(only.vectors[0], count=5, wanted=EVERYTHING)
    assert hit.case_id == name_of(0)


def test_cases_that_are_compared_in_memory_are_not_parted() -> None:
    connection = lancedb.connect(f"memory://{uuid4()}")

    build_index(connection, "index", cases_of(300).batches)

    table = connection.open_table("index")
    assert list(table.list_indices()) == []
    assert has_partitions(table)


def test_partitions_that_were_dropped_can_be_made_again() -> None:
    connection = lancedb.connect(f"memory://{uuid4()}")
    build_index(connection, "index", cases_of(300).batches, first=none)
    table = connection.open_table("index")
    for one in table.list_indices():
        table.drop_index(one.name)
    was_parted = has_partitions(table)

    add_partitions(table)

    assert not was_parted
    assert has_partitions(connection.open_table("index"))


def test_a_folder_that_a_killed_building_left_is_no_table(tmp_path: Path) -> None:
    (tmp_path / "index.lance" / "data").mkdir(parents=True)
    connection = lancedb.connect(tmp_path)
    before = opened(connection, "index")

    index = build_index(connection, "index", cases_of(50).batches)

    assert before is None
    assert len(index) == 50


def test_nothing_cannot_be_indexed(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least one case"):
        build_index(lancedb.connect(tmp_path), "index", lambda: [])


def test_building_stops_where_it_is_cancelled(tmp_path: Path) -> None:
    cancel = CancelToken()
    cancel.cancel()

    with pytest.raises(Cancelled):
        build_index(lancedb.connect(tmp_path), "index", cases_of(10).batches, cancel=cancel)


def test_the_leading_directions_hold_almost_all_that_differs() -> None:
    unit = cases_of(2000).vectors

    basis = leading_directions(unit)

    assert basis.shape == (32, 32) or basis.shape[1] % 16 == 0
    np.testing.assert_allclose(basis.T @ basis, np.eye(basis.shape[1]), atol=1e-5)
    assert np.square(unit @ basis).sum() / len(unit) >= 0.998


def test_directions_that_all_count_are_all_kept() -> None:
    isotropic = draw_vectors(np.random.default_rng(1), 2000, np.ones(20, dtype=np.float32))

    assert leading_directions(isotropic).shape == (20, 20)
