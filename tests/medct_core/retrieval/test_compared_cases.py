"""ComparedCases: what is among the nearest is always a candidate, whatever the filter."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medct_core.retrieval.case_filter import EVERYTHING, CaseFilter
from medct_core.retrieval.compared_cases import ComparedCases, first_directions, largest
from medct_core.retrieval.fact_sets import FactSets

FloatArray = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int32]

SIZE, LEADING, FIRST = 24, 12, 4
WANTED = CaseFilter(tags=frozenset({"wanted"}))


def drawn(seed: int, count: int, fall: float) -> FloatArray:
    """Draw unit vectors whose directions fall in variance; ``(count, SIZE)``."""
    values = np.random.default_rng(seed).standard_normal((count, SIZE)) * fall ** np.arange(SIZE)
    unit: FloatArray = (values / np.linalg.norm(values, axis=1, keepdims=True)).astype("f4")
    return unit


def compared(vectors: FloatArray, wanted: Rows) -> ComparedCases:
    """Keep vectors in two pieces; the row of a case is its place and 1,000 more."""
    pieces = np.array_split(vectors[:, :LEADING], 2)
    rows = np.arange(1000, 1000 + len(vectors), dtype=np.uint64)
    facts = FactSets(len(vectors), {"tag wanted": wanted})
    return ComparedCases(iter(pieces), first=FIRST, rows=rows, facts=facts)


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    fall=st.floats(0.3, 1.0),
    share=st.sampled_from([0.02, 0.1, 0.5, 1.0]),
    count=st.integers(1, 40),
    is_among=st.booleans(),
)
def test_no_case_among_the_nearest_is_ruled_out(
    seed: int, fall: float, share: float, count: int, *, is_among: bool
) -> None:
    vectors = drawn(seed, 1500, fall)
    query = vectors[3] if is_among else drawn(seed + 1, 1, fall)[0]
    passing = np.flatnonzero(np.random.default_rng(seed).random(1500) < share).astype(np.int32)

    found = compared(vectors, passing).candidates(query[:LEADING], count=count, wanted=WANTED)

    cosines = vectors[passing] @ query
    nearest = passing[np.argsort(-cosines)[:count]]
    assert set((nearest + 1000).tolist()) <= set(found.tolist()) <= set((passing + 1000).tolist())


def test_what_is_left_of_a_case_counts_however_little_it_is() -> None:
    vectors = np.zeros((1500, SIZE), dtype=np.float32)
    tilt = np.linspace(0.0127, 0.0129, 10)
    vectors[:, 0] = 1.0
    # A little less alike along the leading directions, and more so along one that is left out.
    vectors[:10, 0], vectors[:10, 1], vectors[:10, LEADING] = np.cos(tilt), np.sin(tilt), 1.2e-4
    query = np.zeros(SIZE, dtype=np.float32)
    query[[0, LEADING]] = 0.6, 0.8
    everyone = np.arange(1500).astype(np.int32)

    found = compared(vectors, everyone).candidates(query[:LEADING], count=10, wanted=WANTED)

    assert set(np.argsort(-(vectors @ query))[:10].tolist()) == set(range(10))
    assert set(range(1000, 1010)) <= set(found.tolist())


def test_cases_that_are_all_far_from_the_query_are_found() -> None:
    vectors = drawn(1, 3000, 0.6)
    query = drawn(2, 1, 0.6)[0]
    cosines = vectors @ query
    farthest = np.argsort(cosines)[:600].astype(np.int32)

    found = compared(vectors, np.sort(farthest)).candidates(
        query[:LEADING], count=10, wanted=WANTED
    )

    nearest = farthest[np.argsort(-cosines[farthest])[:10]]
    assert set((nearest + 1000).tolist()) <= set(found.tolist())


def test_few_candidates_remain_where_few_directions_count() -> None:
    cases = compared(drawn(1, 20_000, 0.4), np.zeros(0, dtype=np.int32))

    found = cases.candidates(drawn(2, 1, 0.4)[0][:LEADING], count=10, wanted=EVERYTHING)

    assert 10 <= len(found) <= 40


def test_where_nothing_can_be_ruled_out_the_likeliest_remain() -> None:
    vectors = drawn(1, 9000, 1.0)
    query = drawn(2, 1, 1.0)[0]

    found = compared(vectors, np.zeros(0, dtype=np.int32)).candidates(
        query[:LEADING], count=10, wanted=EVERYTHING
    )

    along = np.argsort(-(vectors[:, :LEADING] @ query[:LEADING]))
    assert len(found) == 2000
    assert set((along[:1500] + 1000).tolist()) <= set(found.tolist())


def test_a_filter_that_few_pass_lets_all_of_them_through() -> None:
    cases = compared(drawn(1, 500, 0.5), np.array([3, 77, 78], dtype=np.int32))

    found = cases.candidates(drawn(2, 1, 0.5)[0][:LEADING], count=10, wanted=WANTED)

    assert sorted(found.tolist()) == [1003, 1077, 1078]


def test_its_memory_is_that_of_the_leading_directions_and_three_numbers_a_case() -> None:
    cases = compared(drawn(1, 1000, 0.5), np.array([5], dtype=np.int32))

    assert cases.size_bytes == 1000 * (4 * LEADING + 4 + 4 + 8) + 4
    assert len(cases) == 1000


@pytest.mark.parametrize(
    ("variances", "count", "expected"),
    [
        ([0.5, 0.4, 0.05, 0.04], 1000, 4),
        ([0.1] * 10, 1000, 10),
        ([0.99, *[0.0001] * 31], 1_000_000, 8),
        ([0.99, *[0.0001] * 31], 5_000_000, 0),
        ([1 / 512] * 512, 1_000_000, 0),
    ],
)
def test_many_cases_or_many_directions_are_not_compared_in_memory(
    variances: list[float], count: int, expected: int
) -> None:
    assert first_directions(np.array(variances, dtype=np.float32), count) == expected


@given(seed=st.integers(0, 2**32 - 1), count=st.integers(1, 3000), has_ties=st.booleans())
def test_the_largest_are_those_that_sorting_puts_last(
    seed: int, count: int, *, has_ties: bool
) -> None:
    values = np.random.default_rng(seed).standard_normal(3000).astype(np.float32)
    values = values.round(0) if has_ties else values

    found = largest(values, count)

    assert len(set(found.tolist())) == count
    np.testing.assert_array_equal(np.sort(values[found]), np.sort(values)[-count:])
