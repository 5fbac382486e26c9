"""Thresholds: the point nearest to the corner, found as scikit-learn's curve has it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_curve

from medct_core.evaluation.multilabel.predictions import Predictions
from medct_core.evaluation.multilabel.thresholds import (
    choose_thresholds,
    roc_points,
    threshold_for_specificity,
)
from tests.prediction_samples import modelled, predictions


@given(predictions())
def test_points_are_those_of_scikit_learn(table: Predictions) -> None:
    for column in np.flatnonzero(table.told_apart):
        truth, probability = table.truth[:, column], table.probability[:, column]

        cuts, sensitivity, specificity = roc_points(truth, probability)

        wrong, right, at = roc_curve(truth, probability, drop_intermediate=False)
        assert np.array_equal(cuts, at[1:])  # its first is infinite: nothing is called
        assert sensitivity == pytest.approx(right[1:])
        assert specificity == pytest.approx(1 - wrong[1:])


@given(predictions())
def test_no_other_probability_comes_nearer_to_the_corner(table: Predictions) -> None:
    chosen = choose_thresholds(table)

    for column, value in enumerate(chosen.values):
        truth, probability = table.truth[:, column], table.probability[:, column]
        assert (value is None) == (not table.told_apart[column])
        if value is not None:
            best = _distance(truth, probability >= value)
            assert all(best <= _distance(truth, probability >= p) + 1e-12 for p in probability)


@given(predictions(), st.floats(0.01, 1.0))
def test_the_lowest_threshold_that_is_specific_enough_is_taken(
    table: Predictions, wanted: float
) -> None:
    chosen = threshold_for_specificity(table, wanted)

    for column, value in enumerate(chosen.values):
        truth, probability = table.truth[:, column], table.probability[:, column]
        if value is None:
            assert not table.told_apart[column]
            continue
        assert np.mean(probability[~truth] < value) >= wanted
        lower = probability[probability < value]
        assert all(np.mean(probability[~truth] < p) < wanted for p in lower)


def test_the_scale_of_a_model_does_not_move_its_calls() -> None:
    table = modelled(200, 1.0, seed=0)
    squeezed = Predictions(
        table.findings, table.truth, table.probability / 10 + 0.4, table.patients
    )

    cuts, other = choose_thresholds(table), choose_thresholds(squeezed)

    for column, (one, two) in enumerate(zip(cuts.values, other.values, strict=True)):
        assert one is not None
        assert two is not None
        calls = table.probability[:, column] >= one
        assert np.array_equal(calls, squeezed.probability[:, column] >= two)


def _distance(truth: np.ndarray, calls: np.ndarray) -> float:
    missed, wrong = 1 - calls[truth].mean(), calls[~truth].mean()
    return float(missed**2 + wrong**2)
