"""Two models on the same scans: what is gained, how surely, and by which test."""

import copy
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from types import MappingProxyType

import numpy as np

from medct_core.evaluation.multilabel.overall import defined, middle_95
from medct_core.evaluation.multilabel.paired_auroc import delong_p, holm
from medct_core.evaluation.multilabel.predictions import (
    Double,
    Predictions,
    require_same_scans,
)
from medct_core.evaluation.multilabel.thresholds import Thresholds
from medct_core.evaluation.multilabel.weighted import METRICS, RESAMPLES, as_they_are, resampled

DELONG = "DeLong"
BOOTSTRAP = "paired bootstrap over patients"

RULES: Mapping[str, str] = MappingProxyType(
    {
        "intervals": f"95 % percentile bootstrap, {RESAMPLES} samples of patients with all their "
        "scans, both models on the same samples; thresholds stay. A mean over findings leaves a "
        "finding out of a sample in which it has no positive or no negative scan.",
        "p": "Two-sided, no difference as the null. Metrics of all findings: twice the smaller "
        "share of bootstrap samples on either side of 0, one more counted on each side. AUROC of "
        f"one finding: {DELONG} where every patient has one scan, else the bootstrap. Not "
        "adjusted for the number of tests; p_holm of a finding is (Holm).",
    }
)
"""How gains are judged; part of every result."""


@dataclass(frozen=True, slots=True)
class Gain:
    """One metric of two models; every number is None where it is not defined.

    Attributes
    ----------
    base, other
        The metric of each.
    gain, low, high
        Other less base, with its 95 % interval.
    p
        Two-sided; see `RULES`.
    """

    base: float | None
    other: float | None
    gain: float | None
    low: float | None
    high: float | None
    p: float | None


@dataclass(frozen=True, slots=True)
class FindingGain:
    """The AUROC of one finding.

    Attributes
    ----------
    positives
        Scans with the finding.
    auroc
        The gain.
    p_holm
        Its p, adjusted for the number of findings.
    """

    positives: int
    auroc: Gain
    p_holm: float | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """What one model gains over another.

    Attributes
    ----------
    n, patients
        Scans and patients.
    metrics
        Every one of `weighted.METRICS`.
    findings
        By name.
    finding_test
        `DELONG` or `BOOTSTRAP`.
    """

    n: int
    patients: int
    metrics: dict[str, Gain]
    findings: dict[str, FindingGain]
    finding_test: str

    def to_json(self) -> dict[str, object]:
        """Plain values for a JSON file."""
        return asdict(self)


def compare(
    base: Predictions,
    other: Predictions,
    *,
    base_thresholds: Thresholds,
    other_thresholds: Thresholds,
    rng: np.random.Generator,
) -> Comparison:
    """Compare two models, patient by patient.

    Parameters
    ----------
    base, other
        On the same scans and findings, in one order.
    base_thresholds, other_thresholds
        Of each, chosen on one validation split by one rule.
    rng
        Stream of the draws; it is left as it is.

    Raises
    ------
    ValueError
        If the scans or findings differ.

    References
    ----------
    Efron and Tibshirani 1993, chapters 13 and 15, for interval and p of the bootstrap; DeLong,
    DeLong and Clarke-Pearson, Biometrics 44, 1988, for correlated AUROCs; Holm, Scand. J.
    Statist. 6, 1979.
    """
    require_same_scans(base, other)
    one, two = as_they_are(base, base_thresholds), as_they_are(other, other_thresholds)
    drawn = resampled(base, base_thresholds, copy.deepcopy(rng))
    drawn_two = resampled(other, other_thresholds, copy.deepcopy(rng))
    metrics = {
        name: gain_from(
            one.overall[name][0],
            two.overall[name][0],
            drawn_two.overall[name] - drawn.overall[name],
        )
        for name in METRICS
    }
    areas = zip(one.auroc[:, 0], two.auroc[:, 0], drawn_two.auroc - drawn.auroc, strict=True)
    gains = [gain_from(*area) for area in areas]
    exact = base.patient_count == len(base)
    return Comparison(
        n=len(base),
        patients=base.patient_count,
        metrics=metrics,
        findings=_by_finding(base, _with_delong(gains, base, other) if exact else gains),
        finding_test=DELONG if exact else BOOTSTRAP,
    )


def _with_delong(gains: list[Gain], base: Predictions, other: Predictions) -> list[Gain]:
    columns = zip(gains, base.truth.T, base.probability.T, other.probability.T, strict=True)
    return [replace(gain, p=delong_p(truth, a, b)) for gain, truth, a, b in columns]


def _by_finding(base: Predictions, gains: list[Gain]) -> dict[str, FindingGain]:
    adjusted = holm([gain.p for gain in gains])
    rows = zip(base.findings, base.truth.sum(axis=0), gains, adjusted, strict=True)
    return {name: FindingGain(int(count), gain, p) for name, count, gain, p in rows}


def gain_from(base: float, other: float, steps: Double) -> Gain:
    """Say what is gained; `steps` are the gains in samples that both models share.

    The interval is the middle 95 % of them, p twice the smaller share on either side of 0, one
    more counted on each side.
    """
    low, high = middle_95(steps)
    known = steps[np.isfinite(steps)]
    sides = min((known <= 0).sum(), (known >= 0).sum())
    p = min(1.0, 2.0 * float(sides + 1) / (len(known) + 1)) if known.size else None
    return Gain(defined(base), defined(other), defined(other - base), low, high, p)
