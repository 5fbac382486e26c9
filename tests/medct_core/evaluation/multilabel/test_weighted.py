"""Metrics under weights: what scikit-learn says with the same weights, whatever the table."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import (
    accuracy_score,
    average_precision_score,
    f1_score,
    roc_auc_score,
)

from medct_core.evaluation.multilabel.predictions import Predictions
from medct_core.evaluation.multilabel.thresholds import Thresholds, choose_thresholds
from medct_core.evaluation.multilabel.weighted import (
    METRICS,
    RESAMPLES,
    as_they_are,
    calls_of,
    mean_defined,
    resampled,
)
from tests.prediction_samples import modelled, predictions

HALF = 0.5


def halves(table: Predictions) -> Thresholds:
    return Thresholds(table.findings, (HALF,) * len(table.findings))


@given(predictions())
def test_areas_and_precisions_are_those_of_scikit_learn(table: Predictions) -> None:
    values = as_they_are(table, halves(table))

    for row, apart in enumerate(table.told_apart):
        truth, score = table.truth[:, row], table.probability[:, row]
        if not apart:
            assert np.isnan(values.auroc[row, 0])
            assert np.isnan(values.average_precision[row, 0])
            continue
        assert values.auroc[row, 0] == pytest.approx(roc_auc_score(truth, score))
        expected = average_precision_score(truth, score)
        assert values.average_precision[row, 0] == pytest.approx(expected)


@given(predictions())
def test_calls_are_judged_as_scikit_learn_does(table: Predictions) -> None:
    overall = {name: one[0] for name, one in as_they_are(table, halves(table)).overall.items()}
    calls = table.probability >= HALF

    positive = np.asarray(table.truth.any(axis=0))
    assert overall["accuracy"] == pytest.approx(accuracy_score(table.truth.ravel(), calls.ravel()))
    if not positive.any():
        assert all(np.isnan(overall[f"{kind}_f1"]) for kind in ("micro", "macro", "samples"))
        return
    for kind in ("micro", "weighted", "samples"):
        expected = f1_score(*_two_columns(table.truth, calls), average=kind, zero_division=0)
        assert overall[f"{kind}_f1"] == pytest.approx(expected), kind
    each = f1_score(*_two_columns(table.truth, calls), average=None, zero_division=0)
    assert overall["macro_f1"] == pytest.approx(each[: len(positive)][positive].mean())


@given(predictions(most=12), st.integers(0, 1000))
def test_a_scan_drawn_twice_counts_as_two_scans(table: Predictions, seed: int) -> None:
    rng = np.random.default_rng(seed)
    drawn = rng.integers(0, len(table), size=len(table))
    repeated = Predictions(
        table.findings, table.truth[drawn], table.probability[drawn], table.patients[drawn]
    )
    alone = Predictions(
        table.findings, table.truth, table.probability, np.arange(len(table), dtype=np.int64)
    )

    values = resampled(alone, halves(table), _Drawn(drawn))

    expected = as_they_are(repeated, halves(table))
    for name in METRICS:
        assert values.overall[name] == pytest.approx(
            np.full(RESAMPLES, expected.overall[name][0]), nan_ok=True
        )
    assert values.auroc[:, 0] == pytest.approx(expected.auroc[:, 0], nan_ok=True)


def test_scans_of_one_patient_are_drawn_together() -> None:
    table = modelled(40, 1.0, seed=0, scans_a_patient=40)

    values = resampled(table, choose_thresholds(table), np.random.default_rng(0))

    for one in values.overall.values():
        assert np.ptp(one) == pytest.approx(0.0, abs=1e-12)


def test_a_finding_without_a_threshold_is_left_out_of_calls_and_not_of_areas() -> None:
    table = modelled(60, 1.0, seed=0, findings=3)
    some = Thresholds(table.findings, (0.5, None, 0.5))

    overall = as_they_are(table, some).overall

    kept = table.only(["finding 0", "finding 2"])
    expected = as_they_are(kept, halves(kept)).overall
    assert overall["macro_f1"] == pytest.approx(expected["macro_f1"])
    assert overall["accuracy"] == pytest.approx(expected["accuracy"])
    assert overall["mean_auroc"] == pytest.approx(
        as_they_are(table, halves(table)).overall["mean_auroc"]
    )


def test_thresholds_of_other_findings_are_refused() -> None:
    table = modelled(5, 1.0, seed=0)

    with pytest.raises(ValueError, match="the same findings"):
        calls_of(table, Thresholds(table.findings[::-1], (0.5,) * 4))


def test_a_mean_is_over_what_is_defined() -> None:
    values = np.array([[1.0, np.nan, np.nan], [3.0, 5.0, np.nan]])

    means = mean_defined(values)

    assert means[:2].tolist() == [2.0, 5.0]
    assert np.isnan(means[2])


class _Drawn(np.random.Generator):
    """Draws what it is told to, every time."""

    def __init__(self, drawn: np.ndarray) -> None:
        super().__init__(np.random.PCG64(0))
        self._times = np.bincount(drawn, minlength=len(drawn))

    def multinomial(self, *args: object, **options: int) -> np.ndarray:  # type: ignore[override]
        return np.tile(self._times, (options["size"], 1))


def _two_columns(truth: np.ndarray, calls: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """One column more, of nothing: scikit-learn takes a single one for something else."""
    nothing = np.zeros((len(truth), 1), bool)
    return np.hstack([truth, nothing]), np.hstack([calls, nothing])
