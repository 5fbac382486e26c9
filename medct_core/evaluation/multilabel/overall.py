"""What is said of all findings together: accuracy, four kinds of F1, mean AUROC and precision."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from types import MappingProxyType

import numpy as np

from medct_core.evaluation.multilabel.predictions import Double, Predictions
from medct_core.evaluation.multilabel.thresholds import Thresholds
from medct_core.evaluation.multilabel.weighted import METRICS, as_they_are, calls_of

MEANINGS: Mapping[str, str] = MappingProxyType(
    {
        "accuracy": "share of labels called right, over scans and findings",
        "micro_f1": "F1 of all labels of all findings pooled",
        "macro_f1": "mean F1 of the findings that have a positive test scan",
        "weighted_f1": "the same, weighted by the number of positive scans",
        "samples_f1": "mean over scans of the F1 of a scan's findings; 0 for a scan without any, "
        "as scikit-learn counts it",
        "mean_auroc": "mean over the findings with positive and negative test scans",
        "mean_average_precision": "mean over the same findings",
    }
)
"""How each of the metrics is meant; part of every result."""


@dataclass(frozen=True, slots=True)
class Overall:
    """All findings of one model on one split; a metric is None where it is not defined.

    Attributes
    ----------
    n, patients, without_finding
        Scans; patients; scans without a finding.
    findings
        How many were asked.
    called
        How many of them have a threshold: accuracy, micro- and samples-F1 are over these.
    called_with_positives
        How many of those have a positive scan: macro- and weighted-F1 are over these.
    told_apart
        How many have positive and negative scans: mean AUROC and precision are over these.
    accuracy, micro_f1, macro_f1, weighted_f1, samples_f1, mean_auroc, mean_average_precision
        In [0, 1]; see `MEANINGS`.
    """

    n: int
    patients: int
    without_finding: int
    findings: int
    called: int
    called_with_positives: int
    told_apart: int
    accuracy: float | None
    micro_f1: float | None
    macro_f1: float | None
    weighted_f1: float | None
    samples_f1: float | None
    mean_auroc: float | None
    mean_average_precision: float | None

    def to_json(self) -> dict[str, object]:
        """Plain values for a JSON file."""
        return asdict(self)


def overall(test: Predictions, thresholds: Thresholds) -> Overall:
    """Measure a split.

    Parameters
    ----------
    test
        The split.
    thresholds
        Chosen on another split, of the same findings.
    """
    truth, _ = calls_of(test, thresholds)
    values = as_they_are(test, thresholds).overall
    numbers = {name: defined(values[name][0]) for name in METRICS}
    return Overall(
        n=len(test),
        patients=test.patient_count,
        without_finding=int((~test.truth.any(axis=1)).sum()),
        findings=len(test.findings),
        called=truth.shape[1],
        called_with_positives=int(truth.any(axis=0).sum()),
        told_apart=int(test.told_apart.sum()),
        **numbers,
    )


def defined(value: float) -> float | None:
    """Give a number, or None for NaN."""
    return float(value) if np.isfinite(value) else None


def middle_95(values: Double) -> tuple[float | None, float | None]:
    """Percentiles 2.5 and 97.5 of the resamples in which a metric is defined; None without any."""
    known = values[np.isfinite(values)]
    if known.size == 0:
        return None, None
    low, high = np.percentile(known, [2.5, 97.5])
    return float(low), float(high)
