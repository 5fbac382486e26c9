"""Chance levels are what all orders together reach on average."""

from itertools import permutations
from statistics import mean

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medct_core.evaluation.retrieval_chance import (
    chance_of_average_precision,
    chance_of_hit,
    chance_of_median_rank,
    chance_of_precision_sum,
    chance_of_reciprocal_rank,
)


@st.composite
def few(draw: st.DrawFn) -> tuple[int, int]:
    """Draw how many candidates there are, and how many of them are correct."""
    candidates = draw(st.integers(1, 6))
    return candidates, draw(st.integers(1, candidates))


def orders(candidates: int, correct: int) -> list[tuple[int, ...]]:
    return list(permutations([1] * correct + [0] * (candidates - correct)))


def counts(number: int) -> npt.NDArray[np.int64]:
    return np.array([number])


@given(few(), st.integers(0, 6))
def test_a_hit_is_as_likely_as_among_all_orders(of: tuple[int, int], k: int) -> None:
    expected = mean(any(order[:k]) for order in orders(*of))

    chance = chance_of_hit(counts(of[0]), counts(of[1]), k)

    assert chance[0] == pytest.approx(expected)


@given(few())
def test_the_reciprocal_rank_is_the_mean_over_all_orders(of: tuple[int, int]) -> None:
    expected = mean(1 / (order.index(1) + 1) for order in orders(*of))

    assert chance_of_reciprocal_rank(*map(counts, of))[0] == pytest.approx(expected)


@given(few())
def test_average_precision_is_the_mean_over_all_orders(of: tuple[int, int]) -> None:
    def precision(order: tuple[int, ...]) -> float:
        ranks = [rank for rank, right in enumerate(order, start=1) if right]
        return mean(count / rank for count, rank in enumerate(ranks, start=1))

    expected = mean(map(precision, orders(*of)))

    assert chance_of_average_precision(*map(counts, of))[0] == pytest.approx(expected)


@given(few(), st.data())
def test_the_sum_of_precisions_is_the_mean_over_all_orders(
    of: tuple[int, int], data: st.DataObject
) -> None:
    k = data.draw(st.integers(1, of[0]))

    def summed(order: tuple[int, ...]) -> float:
        return sum(sum(order[:rank]) / rank for rank in range(1, k + 1) if order[rank - 1]) / k

    expected = mean(map(summed, orders(*of)))

    chance = chance_of_precision_sum(counts(of[0]), counts(of[1]), k)

    assert chance[0] == pytest.approx(expected)


def test_half_of_all_orders_reach_the_median_rank() -> None:
    one_of_ninety_nine = chance_of_median_rank(counts(99), counts(1))
    one_of_two_hundred = chance_of_median_rank(counts(200), counts(1))
    all_right = chance_of_median_rank(counts(4), counts(4))

    assert (one_of_ninety_nine, one_of_two_hundred, all_right) == (50.0, 100.0, 1.0)


def test_chance_stays_a_number_for_many_candidates() -> None:
    many = counts(50_000)

    assert chance_of_hit(many, counts(1), 10)[0] == pytest.approx(10 / 50_000, rel=1e-4)
    assert 0 < chance_of_reciprocal_rank(many, counts(3))[0] < 0.01
