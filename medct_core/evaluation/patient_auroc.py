"""AUROC over patients: which pairs a score puts in order, with an interval over the patients."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from medct_core.evaluation.metrics import Bool, Interval

Whole = npt.NDArray[np.int64]
Double = npt.NDArray[np.float64]

_RESAMPLES = 1000
_AT_ONCE = 100
_DIGITS = 9


@dataclass(frozen=True, slots=True, eq=False)
class PatientPairs:
    """Pairs of a positive and a negative case, summed over the patients they are of.

    Attributes
    ----------
    won
        ``(patients, patients)`` float64: how many pairs of a positive case of the row's patient
        and a negative one of the column's have the positive above; ties count one half.
    compared
        ``(patients, patients)`` float64: how many pairs there are.
    """

    won: Double
    compared: Double

    def __add__(self, other: "PatientPairs") -> "PatientPairs":
        return PatientPairs(self.won + other.won, self.compared + other.compared)

    @property
    def auroc(self) -> float | None:
        """Share of pairs in order; None where there is no pair."""
        total = float(self.compared.sum())
        return float(self.won.sum()) / total if total else None

    def interval(self, rng: np.random.Generator) -> Interval:
        """Give the AUROC with a percentile bootstrap interval over patients.

        Parameters
        ----------
        rng
            Random stream of the resampling.

        References
        ----------
        Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13; patients are
        drawn, with all their cases.
        """
        value = self.auroc
        positives = int(np.count_nonzero(self.compared.any(axis=1)))
        if value is None:
            return Interval(None, None, None, positives)
        drawn = np.concatenate([self._resampled(rng) for _ in range(_RESAMPLES // _AT_ONCE)])
        low, high = np.percentile(drawn[np.isfinite(drawn)], [2.5, 97.5])
        return Interval(value, float(low), float(high), positives)

    def _resampled(self, rng: np.random.Generator) -> Double:
        count = len(self.won)
        times = rng.multinomial(count, np.full(count, 1.0 / count), size=_AT_ONCE).astype(
            np.float64
        )
        won = ((times @ self.won) * times).sum(axis=1)
        compared = ((times @ self.compared) * times).sum(axis=1)
        with np.errstate(invalid="ignore"):
            share: Double = won / compared
        return share


def no_pairs(patients: int) -> PatientPairs:
    """Give the pairs of nobody, to add others to."""
    return PatientPairs(np.zeros((patients, patients)), np.zeros((patients, patients)))


def pairs_of(truth: Bool, score: Double, patients: Whole, *, total: int) -> PatientPairs:
    """Compare every positive with every negative case.

    Parameters
    ----------
    truth
        ``(n,)``.
    score
        ``(n,)``; what differs in the tenth digit only is equal.
    patients
        ``(n,)`` from 0 below `total`.
    total
        How many patients there are, here or in other pairs.
    """
    kept = np.round(score, _DIGITS)
    up, down = kept[truth][:, None], kept[~truth][None, :]
    order = (up > down) + 0.5 * (up == down)
    pairs = no_pairs(total)
    place = patients[truth][:, None], patients[~truth][None, :]
    np.add.at(pairs.won, place, order)
    np.add.at(pairs.compared, place, 1.0)
    return pairs
