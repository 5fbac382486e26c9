"""DeLong's test and Holm's adjustment: against the definition, and against many repetitions."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from medct_core.evaluation.multilabel.paired_auroc import delong_p, holm

ROWS = st.lists(
    st.tuples(st.booleans(), st.integers(0, 6), st.integers(0, 6)), min_size=1, max_size=14
)


@given(ROWS)
def test_it_is_the_test_as_defined_over_pairs(rows: list[tuple[bool, int, int]]) -> None:
    truth, base, other = (np.array(column) for column in zip(*rows, strict=True))

    p = delong_p(truth, base.astype(np.float64), other.astype(np.float64))

    expected = _by_definition(truth, base, other)
    assert p == expected if expected is None else p == pytest.approx(expected, abs=1e-9)


def test_equal_models_are_told_apart_as_often_as_chance_allows() -> None:
    rng = np.random.default_rng(0)
    truth = np.arange(120) < 40

    small = 0
    for _ in range(400):
        shared = truth + rng.normal(size=120)
        one, two = (shared + 0.5 * rng.normal(size=120) for _ in range(2))
        p = delong_p(truth, one, two)
        assert p is not None
        small += p < 0.1

    assert 20 <= small <= 62  # 40 expected, with a standard deviation of 6


def test_a_gain_of_every_pair_alike_has_no_variance_and_no_p() -> None:
    truth = np.array([True, True, False, False])

    assert delong_p(truth, np.array([0.0, 0.0, 1.0, 1.0]), np.array([1.0, 1.0, 0.0, 0.0])) is None


@given(st.lists(st.one_of(st.none(), st.floats(0, 1)), max_size=8))
def test_adjusted_values_are_no_smaller_and_keep_their_order(values: list[float | None]) -> None:
    adjusted = holm(values)

    known = [(p, q) for p, q in zip(values, adjusted, strict=True) if p is not None]
    assert [q is None for q in adjusted] == [p is None for p in values]
    assert all(q is not None and p <= q <= 1 for p, q in known)
    ordered = [q for _, q in sorted(known)]
    assert ordered == sorted(q for q in ordered if q is not None)


def test_the_smallest_is_multiplied_by_how_many_there_are() -> None:
    adjusted = holm([0.01, None, 0.04, 0.03])

    assert adjusted == [pytest.approx(0.03), None, pytest.approx(0.06), pytest.approx(0.06)]


def _by_definition(truth: np.ndarray, base: np.ndarray, other: np.ndarray) -> float | None:
    up, down = np.flatnonzero(truth), np.flatnonzero(~truth)
    if min(len(up), len(down)) < 2:
        return None
    apart = np.array(
        [_order(other[i], other[j]) - _order(base[i], base[j]) for i, j in product(up, down)]
    ).reshape(len(up), len(down))
    variance = apart.mean(axis=1).var(ddof=1) / len(up) + apart.mean(axis=0).var(ddof=1) / len(down)
    if variance < 1e-20:
        return 1.0 if abs(apart.mean()) < 1e-12 else None
    return float(2 * norm.sf(abs(apart.mean()) / np.sqrt(variance)))


def _order(up: float, down: float) -> float:
    return float(up > down) + 0.5 * float(up == down)
