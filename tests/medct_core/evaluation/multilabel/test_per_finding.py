"""One finding at a time: as scikit-learn says, and not defined where it cannot be."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from sklearn.metrics import brier_score_loss, f1_score, recall_score, roc_auc_score

from medct_core.evaluation.multilabel.per_finding import (
    BINS,
    FindingResult,
    by_finding,
    calibration_error,
)
from medct_core.evaluation.multilabel.predictions import Predictions
from medct_core.evaluation.multilabel.thresholds import (
    Thresholds,
    choose_thresholds,
    threshold_for_specificity,
)
from medct_core.evaluation.multilabel.weighted import as_they_are, resampled
from tests.prediction_samples import modelled, predictions


def results(table: Predictions, thresholds: Thresholds) -> tuple[FindingResult, ...]:
    fixed = threshold_for_specificity(table, 0.9)
    values = as_they_are(table, thresholds)
    drawn = resampled(table, thresholds, np.random.default_rng(0))
    return by_finding(table, thresholds, fixed, values=values, drawn=drawn)


@settings(max_examples=25)
@given(predictions())
def test_numbers_are_those_of_scikit_learn(table: Predictions) -> None:
    half = Thresholds(table.findings, (0.5,) * len(table.findings))

    for row, one in enumerate(results(table, half)):
        truth, probability = table.truth[:, row], table.probability[:, row]
        calls = probability >= 0.5
        assert one.brier == pytest.approx(brier_score_loss(truth, probability, pos_label=True))
        if not truth.any():
            assert one.calls.sensitivity is one.calls.f1 is one.auroc is None
        else:
            assert one.calls.sensitivity == pytest.approx(recall_score(truth, calls))
            assert one.calls.f1 == pytest.approx(f1_score(truth, calls))
        if table.told_apart[row]:
            assert one.auroc == pytest.approx(roc_auc_score(truth, probability))
            assert one.at_specificity.specificity is not None
            assert one.at_specificity.specificity >= 0.9


def test_an_interval_holds_its_value_and_widens_with_fewer_patients() -> None:
    many, few = modelled(800, 1.0, seed=0), modelled(80, 1.0, seed=0)

    widths = []
    for table in (few, many):
        one = results(table, choose_thresholds(table))[3]
        assert one.auroc is not None
        assert one.auroc_low is not None
        assert one.auroc_high is not None
        assert one.auroc_low < one.auroc < one.auroc_high
        widths.append(one.auroc_high - one.auroc_low)
        json.dumps(one.to_json())
    assert widths[0] > widths[1]


def test_a_finding_without_a_threshold_is_not_called() -> None:
    table = modelled(30, 1.0, seed=0)

    one = results(table, Thresholds(table.findings, (None,) * 4))[0]

    assert one.calls.threshold is one.calls.sensitivity is one.calls.specificity is None
    assert one.auroc is not None


@given(predictions())
def test_the_calibration_error_is_that_of_its_definition(table: Predictions) -> None:
    truth, probability = table.truth[:, 0], table.probability[:, 0]

    error = calibration_error(truth, probability)

    expected = 0.0
    for number in range(BINS):
        last = number == BINS - 1
        inside = (probability * BINS >= number) & (last | (probability * BINS < number + 1))
        if inside.any():
            apart = abs(probability[inside].mean() - truth[inside].mean())
            expected += inside.mean() * apart
    assert error == pytest.approx(expected)


def test_what_happens_as_often_as_it_is_said_to_is_calibrated() -> None:
    rng = np.random.default_rng(0)
    probability = rng.random(50_000)
    truth = rng.random(50_000) < probability

    assert calibration_error(truth, probability) < 0.01
    assert calibration_error(~truth, probability) > 0.4
