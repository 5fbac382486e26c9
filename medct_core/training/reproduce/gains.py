"""Gains: what a group of runs adds to another one, over the patients and the seeds."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import norm, rankdata
from scipy.stats import t as student

from medct_core.evaluation.multilabel.overall import defined, middle_95
from medct_core.evaluation.multilabel.predictions import Double, Predictions
from medct_core.evaluation.multilabel.thresholds import Thresholds
from medct_core.evaluation.multilabel.weighted import RESAMPLES, as_they_are, resampled

SIX_METRICS = ("accuracy", "micro_f1", "macro_f1", "weighted_f1", "samples_f1", "mean_auroc")
"""Those of MedCT-VLM's Table 4, in its order."""

INTERVALS = (
    f"95 % percentile bootstrap, {RESAMPLES} samples: patients are drawn with replacement, and so "
    "are the seeds of a group, their differences stretched as Student's t asks of so few; all "
    "runs meet the same draws of patients. The scans learned from, the thresholds and the scans "
    "that are searched stay the same."
)

_PATIENTS, _SEEDS, _SHUFFLES = 11, 12, 13
"""Streams of random numbers, one a purpose."""

_PERMUTATIONS = 9999
_UPPER = 0.975


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its 95 % interval; None where not defined."""

    value: float | None
    low: float | None
    high: float | None

    @property
    def is_above_zero(self) -> bool:
        """Whether all of the interval lies above 0."""
        return self.low is not None and self.low > 0

    def is_within(self, margin: float) -> bool:
        """Say whether all of the interval lies closer to 0 than `margin`."""
        return (
            self.low is not None
            and self.high is not None
            and -margin < self.low
            and self.high < margin
        )


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """Numbers of one run, once as they are and once in every resample of patients.

    Attributes
    ----------
    value
        ``(k,)``; NaN where not defined.
    drawn
        ``(k, r)``.
    """

    value: Double
    drawn: Double


@dataclass(frozen=True, slots=True, eq=False)
class Steps:
    """What each of k numbers gains, over the seeds.

    Attributes
    ----------
    before, after, value
        ``(k,)``: means over the seeds, and their difference.
    drawn
        ``(k, r)``: the difference in every resample of patients and seeds.
    by_seed
        ``(seeds, k)``: the difference of each seed.
    """

    before: Double
    after: Double
    value: Double
    drawn: Double
    by_seed: Double

    def estimate(self, row: int) -> Estimate:
        """Give one of the gains with its interval."""
        return Estimate(defined(self.value[row]), *middle_95(self.drawn[row]))

    def mean_of(self, rows: npt.NDArray[np.bool_]) -> Estimate:
        """Give the mean of some of the gains with its interval."""
        if not rows.any():
            return Estimate(None, None, None)
        drawn = self.drawn[rows].mean(axis=0)
        return Estimate(defined(self.value[rows].mean()), *middle_95(drawn))


def six_metrics(test: Predictions, thresholds: Thresholds) -> tuple[Measured, Measured]:
    """Measure `SIX_METRICS`, and the AUROC of every finding, in that order."""
    rng = np.random.default_rng(_PATIENTS)
    here, drawn = as_they_are(test, thresholds), resampled(test, thresholds, rng)
    overall = Measured(
        np.array([here.overall[name][0] for name in SIX_METRICS]),
        np.stack([drawn.overall[name] for name in SIX_METRICS]),
    )
    return overall, Measured(here.auroc[:, 0], drawn.auroc)


def means(values: Double) -> Measured:
    """Average numbers of one scan a patient, ``(k, n)``, over the scans."""
    count = values.shape[1]
    rng = np.random.default_rng(_PATIENTS)
    times = rng.multinomial(count, np.full(count, 1.0 / count), size=RESAMPLES)
    return Measured(values.mean(axis=1), values @ times.T / count)


def steps(before: Sequence[Measured], after: Sequence[Measured]) -> Steps:
    """Compare groups of runs, seed by seed.

    Parameters
    ----------
    before
        One run that all are compared with, or as many as `after`, in the same order of seeds.
    after
        At least one.

    Raises
    ------
    ValueError
        If the groups do not match.
    """
    if not after or len(before) not in (1, len(after)):
        raise ValueError("runs are compared with one run, or seed by seed")
    one, two = _stacked(before), _stacked(after)
    by_seed = two.value - one.value
    differences = two.drawn - one.drawn
    count = len(after)
    rng = np.random.default_rng(_SEEDS)
    times = rng.multinomial(count, np.full(count, 1.0 / count), size=RESAMPLES)
    weights = (1.0 + _stretch(count) * (times - 1.0)) / count
    drawn = np.einsum("rs,skr->kr", weights, differences)
    mean_before, mean_after = one.value.mean(axis=0), two.value.mean(axis=0)
    return Steps(mean_before, mean_after, mean_after - mean_before, drawn, by_seed)


def _stretch(count: int) -> float:
    """How much wider a bootstrap of so few seeds must be to hold what it says.

    Drawn with replacement, n numbers vary (n - 1) / n as much as they should, and a normal
    interval is as much too narrow as its quantile is below Student's.

    References
    ----------
    Hesterberg 2015, "What teachers should know about the bootstrap".
    """
    if count < 2:
        return 1.0
    return float(student.ppf(_UPPER, count - 1) / norm.ppf(_UPPER) * math.sqrt(count / (count - 1)))


@dataclass(frozen=True, slots=True)
class Trend:
    """Whether rare findings gain more.

    Attributes
    ----------
    correlation
        Spearman's, of gain with prevalence; below 0 where rare findings gain more.
    p
        One-sided: the share of random orders of the findings with so low a correlation.
    findings
        How many.
    """

    correlation: float
    p: float
    findings: int


def trend(prevalence: Double, gain: Double) -> Trend:
    """Correlate gain with prevalence over the findings whose gain is defined.

    Parameters
    ----------
    prevalence, gain
        ``(findings,)``.

    References
    ----------
    Phipson and Smyth 2010, for the permutation p that counts the order seen.
    """
    known = np.isfinite(gain)
    one, two = _ranks(prevalence[known]), _ranks(gain[known])
    rng = np.random.default_rng(_SHUFFLES)
    shuffled = rng.permuted(np.tile(two, (_PERMUTATIONS, 1)), axis=1) @ one
    seen = float(two @ one)
    # What differs by rounding only is the same order.
    as_low = int((shuffled <= seen + 1e-9).sum())
    return Trend(seen, (as_low + 1) / (_PERMUTATIONS + 1), int(known.sum()))


def _ranks(values: Double) -> Double:
    """Ranks with mean 0 and length 1, so that their product is Spearman's correlation."""
    ranks = rankdata(values) - (len(values) + 1) / 2
    length = np.linalg.norm(ranks)
    return np.asarray(ranks / length if length > 0 else ranks, np.float64)


def _stacked(runs: Sequence[Measured]) -> Measured:
    return Measured(np.stack([run.value for run in runs]), np.stack([run.drawn for run in runs]))
