"""AUROC over patients: the same number as over cases, with patients drawn as a whole."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medct_core.evaluation.metrics import auroc
from medct_core.evaluation.patient_auroc import no_pairs, pairs_of

ROWS = st.lists(
    st.tuples(st.booleans(), st.integers(-3, 3), st.integers(0, 4)), min_size=1, max_size=20
)


@given(ROWS)
def test_it_is_the_auroc_however_patients_are_drawn_together(
    rows: list[tuple[bool, int, int]],
) -> None:
    truth, score, patients = (np.array(column) for column in zip(*rows, strict=True))

    value = pairs_of(truth, score.astype(np.float64), patients, total=5).auroc

    expected = auroc(truth, score.astype(np.float64))
    assert value == expected if expected is None else value == pytest.approx(expected)


@given(ROWS)
def test_the_other_way_round_it_is_the_rest(rows: list[tuple[bool, int, int]]) -> None:
    truth, score, patients = (np.array(column) for column in zip(*rows, strict=True))

    value = pairs_of(truth, score.astype(np.float64), patients, total=5).auroc
    turned = pairs_of(truth, -score.astype(np.float64), patients, total=5).auroc

    assert (value is None) == (turned is None)
    assert value is None or turned is None or value + turned == pytest.approx(1.0)


def test_an_interval_holds_the_value_and_widens_with_fewer_patients() -> None:
    rng = np.random.default_rng(0)
    truth = np.arange(200) % 2 == 0
    score = rng.standard_normal(200) + truth
    alone, together = np.arange(200), np.arange(200) % 10

    many = pairs_of(truth, score, alone, total=200).interval(np.random.default_rng(1))
    few = pairs_of(truth, score, together, total=10).interval(np.random.default_rng(1))

    for interval in (many, few):
        assert interval.value is not None
        assert interval.low is not None
        assert interval.high is not None
        assert 0 <= interval.low < interval.value < interval.high <= 1
    assert many.value == few.value
    assert (many.positives, few.positives) == (100, 5)


def test_the_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    held = 0
    for seed in range(100):
        rng = np.random.default_rng(seed)
        truth = np.arange(60) < 30
        pairs = pairs_of(truth, rng.standard_normal(60), np.arange(60), total=60)
        interval = pairs.interval(rng)
        assert interval.low is not None
        assert interval.high is not None
        held += interval.low <= 0.5 <= interval.high

    assert held >= 88


def test_rounding_makes_no_order() -> None:
    truth = np.array([True, False])

    assert pairs_of(truth, np.array([1.0, 1.0 + 1e-12]), np.arange(2), total=2).auroc == 0.5


def test_pairs_are_added_up() -> None:
    truth, patients = np.array([True, False]), np.arange(2)
    right = pairs_of(truth, np.array([1.0, 0.0]), patients, total=2)
    wrong = pairs_of(truth, np.array([0.0, 1.0]), patients, total=2)

    assert (no_pairs(2) + right + wrong).auroc == 0.5
    assert no_pairs(2).auroc is None
    assert no_pairs(2).interval(np.random.default_rng(0)).value is None
