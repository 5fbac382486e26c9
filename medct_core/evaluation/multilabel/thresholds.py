"""From which probability on a finding is called; chosen on the validation split alone."""

from dataclasses import asdict, dataclass

import numpy as np

from medct_core.evaluation.multilabel.predictions import Bool, Double, Predictions

RULE = (
    "Thresholds: for each finding the probability of a validation scan whose point on the "
    "validation ROC curve lies nearest to sensitivity 1 and specificity 1, the highest among "
    "equals; a finding is called from that probability on. The test split has no part in it. A "
    "finding without positive or without negative validation scans gets no threshold, and "
    "accuracy and every F1 leave it out."
)
"""One rule for every model; part of every result."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Where the calls of one model begin.

    Attributes
    ----------
    findings
        Names.
    values
        In [0, 1], one a finding; None where the validation split could not give one.
    """

    findings: tuple[str, ...]
    values: tuple[float | None, ...]

    def to_json(self) -> dict[str, object]:
        """Plain values for a JSON file."""
        return asdict(self)


def choose_thresholds(validation: Predictions) -> Thresholds:
    """Choose by `RULE`.

    References
    ----------
    The corner rule is that of CT-CLIP's released evaluation (Hamamci et al., 2024), which applies
    it to the test split itself; on the validation split it costs nothing in honesty.
    """
    values = [
        _nearest_to_corner(truth, probability) if apart else None
        for truth, probability, apart in zip(
            validation.truth.T, validation.probability.T, validation.told_apart, strict=True
        )
    ]
    return Thresholds(validation.findings, tuple(values))


def threshold_for_specificity(validation: Predictions, specificity: float) -> Thresholds:
    """Choose the lowest probability from which on so many negatives are left uncalled.

    Parameters
    ----------
    validation
        The validation split.
    specificity
        In (0, 1]. Where even the highest probability calls too many, a threshold just above it.
    """
    values: list[float | None] = []
    for truth, probability, apart in zip(
        validation.truth.T, validation.probability.T, validation.told_apart, strict=True
    ):
        cuts, _, reached = roc_points(truth, probability) if apart else (None, None, None)
        if cuts is None or reached is None:
            values.append(None)
            continue
        enough = cuts[reached >= specificity]
        values.append(float(enough.min() if enough.size else np.nextafter(cuts.max(), np.inf)))
    return Thresholds(validation.findings, tuple(values))


def roc_points(truth: Bool, probability: Double) -> tuple[Double, Double, Double]:
    """Give every cut, from the highest on, with its sensitivity and specificity.

    Parameters
    ----------
    truth, probability
        ``(n,)``, with both positives and negatives.
    """
    cuts, place = np.unique(-probability, return_inverse=True)
    positives = np.cumsum(np.bincount(place, weights=truth, minlength=len(cuts)))
    called = np.cumsum(np.bincount(place, minlength=len(cuts)))
    negatives = called - positives
    return -cuts, positives / positives[-1], 1.0 - negatives / negatives[-1]


def _nearest_to_corner(truth: Bool, probability: Double) -> float:
    cuts, sensitivity, specificity = roc_points(truth, probability)
    return float(cuts[np.argmin((1 - sensitivity) ** 2 + (1 - specificity) ** 2)])
