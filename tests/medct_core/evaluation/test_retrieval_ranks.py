"""Ranks agree with sorting by hand; ties never flatter a model."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medct_core.evaluation.retrieval_ranks import Pairs, measure_ranking


def units(rng: np.random.Generator, rows: int, size: int = 5) -> npt.NDArray[np.float32]:
    drawn = rng.standard_normal((rows, size)).astype(np.float32)
    unit: npt.NDArray[np.float32] = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
    return unit


@given(st.integers(0, 2**32), st.integers(2, 12), st.integers(1, 400))
def test_recall_and_mean_reciprocal_rank_are_those_of_sorted_cosines(
    seed: int, candidates: int, queries: int
) -> None:
    rng = np.random.default_rng(seed)
    asked, found = units(rng, queries), units(rng, candidates)
    correct = rng.random((queries, candidates)) < 0.3
    correct[np.arange(queries), rng.integers(candidates, size=queries)] = True
    orders = np.argsort(-(asked @ found.T), axis=1)
    first = np.array([correct[row][order].argmax() + 1 for row, order in enumerate(orders)])

    ranking = measure_ranking(Pairs(asked, found, correct, np.arange(queries)))

    assert (ranking.queries, ranking.candidates) == (queries, candidates)
    assert ranking.recall[1].value == pytest.approx((first == 1).mean())
    assert ranking.mrr.value == pytest.approx((1 / first).mean())
    assert ranking.median_rank.value == np.sort(first)[(queries - 1) // 2]


def test_average_precision_counts_all_that_is_correct() -> None:
    asked = np.array([[1.0, 0.0]], dtype=np.float32)
    angles = np.array([0.1, 0.2, 0.3, 0.4])
    found = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    correct = np.array([[True, False, False, True]])

    ranking = measure_ranking(Pairs(asked, found, correct, np.arange(1)))

    assert ranking.average_precision.value == pytest.approx((1 / 1 + 2 / 4) / 2)


def test_a_model_that_says_the_same_of_all_is_right_last() -> None:
    same = np.ones((8, 3), dtype=np.float32)

    ranking = measure_ranking(Pairs(same, same, np.eye(8, dtype=bool), np.arange(8)))

    assert ranking.recall[1].value == 0.0
    assert ranking.median_rank.value == 8.0


def test_more_than_there_is_cannot_be_asked_for() -> None:
    vectors = units(np.random.default_rng(0), 6)

    ranking = measure_ranking(Pairs(vectors, vectors, np.eye(6, dtype=bool), np.arange(6)))

    assert ranking.recall[5].value == 1.0
    assert ranking.recall[10].value is None
    assert ranking.recall[10].chance is None


def test_a_random_model_reaches_chance() -> None:
    rng = np.random.default_rng(3)
    correct = np.eye(600, dtype=bool)

    ranking = measure_ranking(Pairs(units(rng, 600), units(rng, 600), correct, np.arange(600)))

    for one in (ranking.recall[100], ranking.mrr, ranking.average_precision):
        assert one.low is not None
        assert one.chance is not None
        assert one.high is not None
        assert one.low <= one.chance <= one.high
