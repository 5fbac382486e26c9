"""Every metric under weights of the scans: one column of weights a resample, all at once."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from medct_core.evaluation.multilabel.predictions import Bool, Double, Predictions, Whole
from medct_core.evaluation.multilabel.thresholds import Thresholds

RESAMPLES = 1000
"""Bootstrap samples of an interval."""

METRICS = (
    "accuracy",
    "micro_f1",
    "macro_f1",
    "weighted_f1",
    "samples_f1",
    "mean_auroc",
    "mean_average_precision",
)
"""What is said of all findings together."""

_NUMBERS_AT_ONCE = 1 << 17  # an array of so many float64 stays in a processor's cache


@dataclass(frozen=True, slots=True, eq=False)
class Values:
    """Metrics in r resamples, NaN where one is not defined.

    Attributes
    ----------
    overall
        Every one of `METRICS`, ``(r,)``.
    auroc, average_precision
        ``(findings, r)``.
    """

    overall: dict[str, Double]
    auroc: Double
    average_precision: Double


def as_they_are(predictions: Predictions, thresholds: Thresholds) -> Values:
    """Measure every scan once, r = 1."""
    return _values(predictions, thresholds, np.ones((len(predictions), 1)))


def resampled(predictions: Predictions, thresholds: Thresholds, rng: np.random.Generator) -> Values:
    """Measure patients drawn with replacement, all scans of a patient together, r = `RESAMPLES`.

    Two models on the same scans, given streams in the same state, meet the same draws. The
    thresholds stay.

    References
    ----------
    Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13.
    """
    parts = [
        _values(predictions, thresholds, weights) for weights in _draws(predictions.patients, rng)
    ]
    return Values(
        {name: np.concatenate([part.overall[name] for part in parts]) for name in METRICS},
        np.concatenate([part.auroc for part in parts], axis=1),
        np.concatenate([part.average_precision for part in parts], axis=1),
    )


def _draws(patients: Whole, rng: np.random.Generator) -> Iterator[Double]:
    """How often every scan is drawn, ``(n, a few)``."""
    names, place = np.unique(patients, return_inverse=True)
    share = np.full(len(names), 1.0 / len(names))
    at_once = max(1, _NUMBERS_AT_ONCE // len(patients))
    for start in range(0, RESAMPLES, at_once):
        times = rng.multinomial(len(names), share, size=min(at_once, RESAMPLES - start))
        yield np.ascontiguousarray(times.T[place], np.float64)


def _values(predictions: Predictions, thresholds: Thresholds, weights: Double) -> Values:
    ranked = [
        _ranked(truth, probability, weights)
        for truth, probability in zip(predictions.truth.T, predictions.probability.T, strict=True)
    ]
    auroc = np.stack([one for one, _ in ranked])
    average_precision = np.stack([one for _, one in ranked])
    called = _called(predictions, thresholds, weights)
    overall = called | {
        "mean_auroc": mean_defined(auroc),
        "mean_average_precision": mean_defined(average_precision),
    }
    return Values(overall, auroc, average_precision)


def _ranked(truth: Bool, score: Double, weights: Double) -> tuple[Double, Double]:
    """AUROC and average precision of one finding, ``(r,)``; equal scores share one place.

    References
    ----------
    Hanley and McNeil, Radiology 143, 1982, for the area; average precision is the sum of
    precision times the step in recall, without interpolation.
    """
    order = np.argsort(-score, kind="stable")
    positives = np.flatnonzero(truth[order])
    rising = -score[order]
    first = np.searchsorted(rising, rising[positives], "left")
    last = np.searchsorted(rising, rising[positives], "right")
    called, right = _running(weights[order]), _running(weights[order[positives]])
    right_before = right[np.searchsorted(positives, first)]
    right_after = right[np.searchsorted(positives, last)]
    called_after = called[last]
    wrong_twice = called[first] + called_after - right_before - right_after
    total, own = right[-1], np.diff(right, axis=0)
    negatives = called[-1] - total
    with np.errstate(invalid="ignore", divide="ignore"):
        area = (own * (negatives - 0.5 * wrong_twice)).sum(axis=0) / (total * negatives)
        precise = (own * (right_after / np.maximum(called_after, 1.0))).sum(axis=0) / total
    # Without a negative there is nothing to be precise about: both are then undefined.
    return area, np.where(np.isnan(area), np.nan, precise)


def _running(weights: Double) -> Double:
    """Sum the first 0, 1, ... n rows, ``(n + 1, r)``."""
    sums = np.zeros((len(weights) + 1, weights.shape[1]))
    np.cumsum(weights, axis=0, out=sums[1:])
    return sums


def calls_of(predictions: Predictions, thresholds: Thresholds) -> tuple[Bool, Bool]:
    """Truth and calls of the findings that have a threshold, ``(n, called)`` each.

    Raises
    ------
    ValueError
        If the thresholds are of other findings.
    """
    if predictions.findings != thresholds.findings:
        raise ValueError("thresholds and predictions are of the same findings, in one order")
    have = [column for column, value in enumerate(thresholds.values) if value is not None]
    cuts = np.array([value for value in thresholds.values if value is not None], np.float64)
    return predictions.truth[:, have], predictions.probability[:, have] >= cuts


def _called(predictions: Predictions, thresholds: Thresholds, weights: Double) -> dict[str, Double]:
    truth, calls = calls_of(predictions, thresholds)
    both = truth & calls
    right = np.asarray(both.T @ weights)
    said = np.asarray(calls.T @ weights) + truth.T @ weights
    actual = np.asarray(truth.T @ weights)
    drawn = weights.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        f1 = np.where(actual > 0, 2 * right / said, np.nan)
        some = np.where(actual.sum(axis=0) > 0, 1.0, np.nan)
        sizes = (truth.sum(axis=1) + calls.sum(axis=1)).astype(np.float64)
        own = np.where(sizes > 0, 2 * both.sum(axis=1) / sizes, 0.0)
        agreed = (truth == calls).sum(axis=1) / np.float64(truth.shape[1])
        return {
            "accuracy": agreed @ weights / drawn,
            "micro_f1": some * 2 * right.sum(axis=0) / said.sum(axis=0),
            "macro_f1": mean_defined(f1),
            "weighted_f1": np.nansum(f1 * actual, axis=0) / actual.sum(axis=0),
            "samples_f1": some * (own @ weights) / drawn,
        }


def mean_defined(values: Double) -> Double:
    """Mean over the first axis of what is defined; NaN where nothing is."""
    defined = np.isfinite(values)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean: Double = np.where(defined, values, 0.0).sum(axis=0) / defined.sum(axis=0)
    return mean
