"""Two AUROCs on the same scans: the test of DeLong, and p values adjusted for many of them."""

from collections.abc import Sequence

import numpy as np
from scipy.stats import norm, rankdata

from medct_core.evaluation.multilabel.predictions import Bool, Double

_NO_VARIANCE = 1e-20
"""Shares of whole numbers differ by far more; what is below is rounding."""


def delong_p(truth: Bool, base: Double, other: Double) -> float | None:
    """Two-sided p of equal areas of two scores on the same scans, one scan a patient.

    Parameters
    ----------
    truth
        ``(n,)``.
    base, other
        ``(n,)`` scores; ties count one half.

    Returns
    -------
    1 where the scores order all pairs alike; None where no variance can be estimated: with fewer
    than two positives or negatives, or where every pair gains the same.

    References
    ----------
    DeLong, DeLong and Clarke-Pearson, Biometrics 44, 1988; by midranks as in Sun and Xu, IEEE
    Signal Processing Letters 21, 2014.
    """
    if min(truth.sum(), (~truth).sum()) < 2:
        return None
    of_base, of_other = _shares(truth, base), _shares(truth, other)
    apart = [b - a for a, b in zip(of_base, of_other, strict=True)]
    gain = float(apart[0].mean())
    variance = sum(float(np.var(share, ddof=1)) / len(share) for share in apart)
    if variance < _NO_VARIANCE:
        return 1.0 if abs(gain) < np.sqrt(_NO_VARIANCE) else None
    return float(2 * norm.sf(abs(gain) / np.sqrt(variance)))


def _shares(truth: Bool, score: Double) -> tuple[Double, Double]:
    """For each positive the share of negatives below it; for each negative of positives above."""
    ranks = rankdata(score)
    up, down = score[truth], score[~truth]
    above = (ranks[truth] - rankdata(up)) / len(down)
    below = 1.0 - (ranks[~truth] - rankdata(down)) / len(up)
    return above, below


def holm(values: Sequence[float | None]) -> list[float | None]:
    """Adjust p values for how many there are; what is None stays None and is not counted.

    References
    ----------
    Holm, Scandinavian Journal of Statistics 6, 1979.
    """
    known = sorted((p, place) for place, p in enumerate(values) if p is not None)
    adjusted: list[float | None] = [None] * len(values)
    least = 0.0
    for rank, (p, place) in enumerate(known):
        least = max(least, min(1.0, p * (len(known) - rank)))
        adjusted[place] = least
    return adjusted
