"""One finding at a time: AUROC with its interval, precision, calls, and calibration."""

from dataclasses import asdict, dataclass

import numpy as np

from medct_core.evaluation.multilabel.overall import defined, middle_95
from medct_core.evaluation.multilabel.predictions import Bool, Double, Predictions
from medct_core.evaluation.multilabel.thresholds import Thresholds
from medct_core.evaluation.multilabel.weighted import Values

BINS = 15
"""Of equal width, for the calibration error; as in Guo et al., ICML 2017."""


@dataclass(frozen=True, slots=True)
class Calls:
    """Calls from a threshold on; a share is None without scans it is a share of.

    Attributes
    ----------
    threshold
        In [0, 1]; None where the validation split gave none, and then nothing is called.
    sensitivity, specificity, f1
        On the test split; F1 is None without positives.
    """

    threshold: float | None
    sensitivity: float | None
    specificity: float | None
    f1: float | None


@dataclass(frozen=True, slots=True)
class FindingResult:
    """One finding of one model; every number is None where it is not defined.

    Attributes
    ----------
    name
        The finding.
    positives, prevalence
        Test scans with it, and their share.
    auroc, auroc_low, auroc_high
        With its 95 % interval.
    average_precision
        Area under precision and recall, by steps.
    calls
        At the threshold that accuracy and F1 use.
    at_specificity
        At the threshold that reached a fixed specificity on the validation split.
    calibration_error
        ECE: mean distance between probability and truth in `BINS` bins of probability.
    brier
        Mean squared distance between probability and truth.
    """

    name: str
    positives: int
    prevalence: float
    auroc: float | None
    auroc_low: float | None
    auroc_high: float | None
    average_precision: float | None
    calls: Calls
    at_specificity: Calls
    calibration_error: float
    brier: float

    def to_json(self) -> dict[str, object]:
        """Plain values for a JSON file."""
        return asdict(self)


def by_finding(
    test: Predictions,
    thresholds: Thresholds,
    fixed: Thresholds,
    *,
    values: Values,
    drawn: Values,
) -> tuple[FindingResult, ...]:
    """Say of every finding what can be said.

    Parameters
    ----------
    test
        The split.
    thresholds, fixed
        Of the calls, and for a fixed specificity; both chosen on another split.
    values, drawn
        `weighted.as_they_are` and `weighted.resampled` of the same.
    """
    results = []
    for row, name in enumerate(test.findings):
        truth, probability = test.truth[:, row], test.probability[:, row]
        low, high = middle_95(drawn.auroc[row])
        results.append(
            FindingResult(
                name=name,
                positives=int(truth.sum()),
                prevalence=float(truth.mean()),
                auroc=defined(values.auroc[row, 0]),
                auroc_low=low,
                auroc_high=high,
                average_precision=defined(values.average_precision[row, 0]),
                calls=_calls(truth, probability, thresholds.values[row]),
                at_specificity=_calls(truth, probability, fixed.values[row]),
                calibration_error=calibration_error(truth, probability),
                brier=float(np.mean((probability - truth) ** 2)),
            )
        )
    return tuple(results)


def calibration_error(truth: Bool, probability: Double) -> float:
    """Mean distance between mean probability and prevalence over bins, weighted by scans.

    References
    ----------
    Naeini et al., AAAI 2015; Guo et al., ICML 2017.
    """
    place = np.minimum((probability * BINS).astype(np.int64), BINS - 1)
    apart = np.bincount(place, weights=probability - truth, minlength=BINS)
    return float(np.abs(apart).sum() / len(truth))


def _calls(truth: Bool, probability: Double, threshold: float | None) -> Calls:
    if threshold is None:
        return Calls(None, None, None, None)
    called = probability >= threshold
    right = int((called & truth).sum())
    positives, negatives = int(truth.sum()), int((~truth).sum())
    return Calls(
        threshold=threshold,
        sensitivity=right / positives if positives else None,
        specificity=int((~called & ~truth).sum()) / negatives if negatives else None,
        f1=2 * right / (positives + int(called.sum())) if positives else None,
    )
