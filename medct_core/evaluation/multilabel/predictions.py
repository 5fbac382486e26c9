"""Predictions: what a model says of the findings of scans, and what is true."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Bool = npt.NDArray[np.bool_]
Whole = npt.NDArray[np.int64]
Double = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Predictions:
    """One model on the scans of one split; one row a scan.

    Attributes
    ----------
    findings
        Names of the columns.
    truth
        ``(n, findings)`` bool, n at least 1.
    probability
        ``(n, findings)`` float64 in [0, 1].
    patients
        ``(n,)`` int64; scans of one patient share a number.

    Raises
    ------
    ValueError
        If the shapes do not match, a finding stands twice, or a probability is outside [0, 1].
    """

    findings: tuple[str, ...]
    truth: Bool
    probability: Double
    patients: Whole

    def __post_init__(self) -> None:
        shape = (len(self.patients), len(self.findings))
        if self.truth.shape != shape or self.probability.shape != shape or 0 in shape:
            raise ValueError("every scan has one label and one probability a finding")
        if len(set(self.findings)) != len(self.findings):
            raise ValueError("every finding stands once")
        if not ((self.probability >= 0) & (self.probability <= 1)).all():
            raise ValueError("a probability lies between 0 and 1")

    def __len__(self) -> int:
        return len(self.patients)

    @property
    def patient_count(self) -> int:
        """How many patients the scans are of."""
        return len(np.unique(self.patients))

    @property
    def told_apart(self) -> Bool:
        """``(findings,)``: whether there are scans with the finding and scans without."""
        return np.asarray(self.truth.any(axis=0) & ~self.truth.all(axis=0))

    def only(self, findings: Sequence[str]) -> "Predictions":
        """Keep some findings, in the order given; ValueError if one is not here."""
        columns = [self.findings.index(name) for name in findings]
        return Predictions(
            tuple(findings), self.truth[:, columns], self.probability[:, columns], self.patients
        )


def require_same_scans(one: Predictions, other: Predictions) -> None:
    """Make sure that two models answered the same questions.

    Raises
    ------
    ValueError
        If findings, truth or patients differ.
    """
    same = one.findings == other.findings and len(one) == len(other)
    if not (
        same
        and np.array_equal(one.truth, other.truth)
        and np.array_equal(one.patients, other.patients)
    ):
        raise ValueError("two models are compared on the same scans and findings, in one order")
