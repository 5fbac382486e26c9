"""What a random order would reach: every number of retrieval is read beside it."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln

Counts = npt.NDArray[np.int64]
Real = npt.NDArray[np.float64]

_ROUNDING = 1e-9


def chance_of_hit(candidates: Counts, correct: Counts, k: int | Counts) -> Real:
    """Give the chance that one of the first `k` of a random order is correct.

    Parameters
    ----------
    candidates, correct
        ``(q,)``: how many there are for a query, and how many of them are correct.
    k
        From 0; one for all, or one each.

    Returns
    -------
    ``(q,)`` in [0, 1]: one minus the hypergeometric chance of none.
    """
    wrong = candidates - correct
    first = np.minimum(k, candidates)
    none = np.exp(
        gammaln(wrong + 1)
        - gammaln(np.maximum(wrong - first, 0) + 1)
        - gammaln(candidates + 1)
        + gammaln(candidates - first + 1)
    )
    return np.where(first > wrong, 1.0, 1.0 - none).clip(0.0, 1.0)


def chance_of_reciprocal_rank(candidates: Counts, correct: Counts) -> Real:
    """Give the expected reciprocal rank of the first correct one, ``(q,)``."""
    return _of_each(candidates, correct, _reciprocal_rank)


def chance_of_average_precision(candidates: Counts, correct: Counts) -> Real:
    """Give the expected average precision of a random order, ``(q,)``.

    References
    ----------
    Bestgen, Exact expected average precision of the random baseline for system evaluation, Prague
    Bulletin of Mathematical Linguistics 103, 2015.
    """
    return _of_each(candidates, correct, _average_precision)


def chance_of_median_rank(candidates: Counts, correct: Counts) -> float:
    """Give the rank that the first correct one reaches in half of all random orders."""
    largest = int(candidates.max())
    low, high = 1, largest
    while low < high:
        middle = (low + high) // 2
        if float(chance_of_hit(candidates, correct, middle).mean()) >= 0.5 - _ROUNDING:
            high = middle
        else:
            low = middle + 1
    return float(low)


def chance_of_precision_sum(candidates: Counts, relevant: Counts, k: int) -> Real:
    """Give the expected sum of precisions at the relevant ones among the first `k`, by `k`.

    Parameters
    ----------
    candidates, relevant
        ``(q,)``, no fewer candidates than `k`.
    k
        From 1.
    """
    n, c = candidates.astype(np.float64), relevant.astype(np.float64)
    ranks = np.arange(1, k + 1)
    pairs = c * (c - 1) / np.where(n > 1, n * (n - 1), 1)
    each = (c / n)[:, None] + (ranks - 1)[None] * pairs[:, None]
    return np.asarray((each / ranks).sum(axis=1) / k, dtype=np.float64)


def _of_each(candidates: Counts, correct: Counts, compute: Callable[[int, int], float]) -> Real:
    """Compute once for queries that have as many of both."""
    pairs = np.stack([candidates, correct], axis=1)
    different, place = np.unique(pairs, axis=0, return_inverse=True)
    values = np.array([compute(int(n), int(c)) for n, c in different])
    return np.asarray(values[place.reshape(-1)], dtype=np.float64)


def _reciprocal_rank(candidates: int, correct: int) -> float:
    ranks = np.arange(candidates + 1)
    n, c = np.full_like(ranks, candidates), np.full_like(ranks, correct)
    reached = chance_of_hit(n, c, ranks)
    return float((np.diff(reached) / ranks[1:]).sum())


def _average_precision(candidates: int, correct: int) -> float:
    ranks = np.arange(1, candidates + 1)
    others = (correct - 1) / (candidates - 1) if candidates > 1 else 0.0
    return float(((1 + (ranks - 1) * others) / ranks).sum() / candidates)
