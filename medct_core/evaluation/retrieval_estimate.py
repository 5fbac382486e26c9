"""Estimate: a number over queries, its interval, and what a random order would reach."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Real = npt.NDArray[np.float64]

RESAMPLES = 1000
"""Bootstrap samples of an interval."""

INTERVALS = (
    "95 % percentile bootstrap over the queries, those of one patient drawn together; the "
    "candidates stay"
)
"""What an interval says, to be written beside it."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """One number of a model.

    Attributes
    ----------
    value
        None where it is not defined, say with fewer candidates than the K it asks for.
    low, high
        95 % interval; see `INTERVALS`.
    chance
        What a random order is expected to reach.
    resampled
        ``(RESAMPLES,)``: the number in every sample; models asked alike have the same samples.
        Empty where it is not defined.
    """

    value: float | None
    low: float | None
    high: float | None
    chance: float | None
    resampled: Real = field(default_factory=lambda: np.empty(0), repr=False, compare=False)


UNDEFINED = Estimate(None, None, None, None)


class Resampling:
    """Queries drawn again and again with replacement, patient by patient.

    Parameters
    ----------
    groups
        ``(q,)`` int: equal for the queries of one patient.
    seed
        Of the draws: the same gives the same intervals.
    """

    def __init__(self, groups: npt.NDArray[np.int64], seed: int = 0) -> None:
        names, self._group = np.unique(groups, return_inverse=True)
        rng = np.random.default_rng(seed)
        count = len(names)
        drawn = rng.multinomial(count, np.full(count, 1 / count), size=RESAMPLES)
        self._weights = drawn.astype(np.float64)
        self._sizes = np.bincount(self._group, minlength=count).astype(np.float64)

    def mean(self, values: Real, chance: Real) -> Estimate:
        """Estimate a mean over the queries, ``(q,)`` each."""
        sums = np.bincount(self._group, weights=values, minlength=len(self._sizes))
        means = self._weights @ sums / (self._weights @ self._sizes)
        return _estimate(float(values.mean()), means, float(chance.mean()))

    def median(self, values: Real, chance: float) -> Estimate:
        """Estimate the lower median over the queries, ``(q,)``."""
        order = np.argsort(values, kind="stable")
        weights = np.concatenate([np.ones((1, len(self._sizes))), self._weights])
        reached = np.cumsum(weights[:, self._group[order]], axis=1)
        places = (reached >= reached[:, -1:] / 2).argmax(axis=1)
        medians = values[order][places]
        return _estimate(float(medians[0]), medians[1:], chance)


def _estimate(value: float, resampled: Real, chance: float) -> Estimate:
    low, high = np.percentile(resampled, [2.5, 97.5])
    return Estimate(value, float(low), float(high), chance, resampled)
