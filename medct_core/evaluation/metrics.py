"""Numbers that say how well scores separate, with intervals."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

Bool = npt.NDArray[np.bool_]
Real = npt.NDArray[np.floating]

_RESAMPLES = 1000


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with its 95 % interval and the number of positives it stands on.

    Attributes
    ----------
    value, low, high
        None where undefined: no positive or no negative.
    positives
        Number of positive cases.
    """

    value: float | None
    low: float | None
    high: float | None
    positives: int


def auroc(truth: Bool, score: Real) -> float | None:
    """Area under the ROC curve: the chance that a positive scores above a negative.

    Parameters
    ----------
    truth
        ``(n,)`` bool.
    score
        ``(n,)``; ties count one half.

    Returns
    -------
    None where there are no positives or no negatives.

    References
    ----------
    Hanley and McNeil, Radiology 143, 1982: equality with the Mann-Whitney statistic.
    """
    positives = int(truth.sum())
    negatives = len(truth) - positives
    if positives == 0 or negatives == 0:
        return None
    ranks = rankdata(score)
    above = ranks[truth].sum() - positives * (positives + 1) / 2
    return float(above / (positives * negatives))


def auroc_interval(truth: Bool, score: Real, rng: np.random.Generator) -> Interval:
    """AUROC with a percentile bootstrap interval over cases.

    Parameters
    ----------
    truth, score
        As for `auroc`; one row a patient.
    rng
        Random stream of the resampling.

    References
    ----------
    Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13.
    """
    value = auroc(truth, score)
    positives = int(truth.sum())
    if value is None:
        return Interval(None, None, None, positives)
    draws = rng.integers(len(truth), size=(_RESAMPLES, len(truth)))
    values = [auroc(truth[draw], score[draw]) for draw in draws]
    low, high = np.percentile([v for v in values if v is not None], [2.5, 97.5])
    return Interval(value, float(low), float(high), positives)


def mean_or_none(values: list[float | None]) -> float | None:
    """Mean, or None if one value is undefined: a mean over fewer findings is another number."""
    defined = [value for value in values if value is not None]
    return float(np.mean(defined)) if values and len(defined) == len(values) else None
