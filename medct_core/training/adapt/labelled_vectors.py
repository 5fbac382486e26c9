"""LabelledVectors: scans as a frozen model sees them, with what is known of them."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from medct_core.errors import UsageError
from medct_core.evaluation.metrics import auroc

Vectors = npt.NDArray[np.float32]
Logits = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class LabelledVectors:
    """Scans that were encoded once, so that what learns from them takes seconds.

    Attributes
    ----------
    vectors
        ``(n, d)`` float32, unit length.
    labels
        ``(n, findings)`` bool.
    """

    vectors: Vectors
    labels: npt.NDArray[np.bool_]

    def __post_init__(self) -> None:
        if self.vectors.ndim != 2 or self.labels.ndim != 2 or len(self.vectors) != len(self.labels):
            raise ValueError(
                f"vectors of shape {self.vectors.shape} do not fit labels of {self.labels.shape}"
            )


def mean_auroc(scans: LabelledVectors, logits: Logits) -> float:
    """Mean AUROC over the findings that some scans have and some have not.

    Parameters
    ----------
    scans
        Whose labels count.
    logits
        ``(n, findings)``.

    Raises
    ------
    UsageError
        If there is no such finding.
    """
    values = [auroc(truth, score) for truth, score in zip(scans.labels.T, logits.T, strict=True)]
    defined = [value for value in values if value is not None]
    if not defined:
        raise UsageError(
            f"No finding is both present and absent among {len(scans.labels)} validation scans.",
            remedy="Give more scans to validate on.",
        )
    return float(np.mean(defined))
