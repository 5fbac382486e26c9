"""Overall: every number is there or is said not to be defined, and says what it is over."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given

from medct_core.evaluation.multilabel.overall import MEANINGS, defined, middle_95, overall
from medct_core.evaluation.multilabel.predictions import Predictions
from medct_core.evaluation.multilabel.thresholds import Thresholds, choose_thresholds
from medct_core.evaluation.multilabel.weighted import METRICS
from tests.prediction_samples import modelled, predictions


@given(predictions())
def test_every_number_is_a_share_or_not_defined(table: Predictions) -> None:
    result = overall(table, choose_thresholds(table))

    for name in METRICS:
        value = getattr(result, name)
        assert value is None or 0 <= value <= 1
    assert (result.mean_auroc is None) == (result.told_apart == 0)
    assert (result.macro_f1 is None) == (result.called_with_positives == 0)
    assert json.loads(json.dumps(result.to_json()))["n"] == len(table)


def test_a_class_without_positives_moves_no_mean() -> None:
    table = modelled(100, 1.5, seed=0)
    truth = table.truth.copy()
    truth[:, 3] = False
    without = replace(table, truth=truth)
    cuts = Thresholds(table.findings, (0.5,) * 4)

    result = overall(without, cuts)

    three = table.only(table.findings[:3])
    expected = overall(three, Thresholds(three.findings, (0.5,) * 3))
    assert result.told_apart == result.called_with_positives == 3
    assert result.mean_auroc == pytest.approx(expected.mean_auroc)
    assert result.macro_f1 == pytest.approx(expected.macro_f1)
    assert result.weighted_f1 == pytest.approx(expected.weighted_f1)
    assert result.mean_average_precision == pytest.approx(expected.mean_average_precision)


def test_a_split_without_any_finding_has_no_area_and_no_f1() -> None:
    table = modelled(10, 1.0, seed=0)
    healthy = replace(table, truth=np.zeros_like(table.truth))

    result = overall(healthy, Thresholds(table.findings, (0.5,) * 4))

    assert result.mean_auroc is result.micro_f1 is result.macro_f1 is result.samples_f1 is None
    assert result.accuracy is not None
    assert result.without_finding == 10


def test_every_metric_says_what_it_means() -> None:
    assert set(MEANINGS) == set(METRICS)


def test_percentiles_leave_out_what_is_not_defined() -> None:
    values = np.concatenate([np.linspace(0, 1, 1001), np.full(50, np.nan)])

    low, high = middle_95(values)

    assert low == pytest.approx(0.025)
    assert high == pytest.approx(0.975)
    assert middle_95(np.full(3, np.nan)) == (None, None)
    assert defined(float("nan")) is None
