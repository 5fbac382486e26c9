"""Cohort: labelled scans of patients, and how training sees them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True, eq=False)
class Cohort:
    """Scans with what is known of them, in the order of a table; the voxels lie elsewhere.

    Attributes
    ----------
    scans
        Names, as a message gives them.
    patients
        ``(n,)`` int64 from 0; scans of one patient share a number.
    findings
        What the labels stand for.
    labels
        ``(n, findings)`` bool.
    reports
        Texts as a model reads them; empty where nothing was reported.
    """

    scans: tuple[str, ...]
    patients: npt.NDArray[np.int64]
    findings: tuple[str, ...]
    labels: npt.NDArray[np.bool_]
    reports: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.scans)


@dataclass(frozen=True, slots=True, eq=False)
class ScanViews:
    """A few scans as a step of training sees them.

    Attributes
    ----------
    values
        ``(rows, 1, d, h, w)`` float32 in the model's range.
    reports
        A text each; where a view was flipped or reworded, not that of the cohort.
    """

    values: npt.NDArray[np.float32]
    reports: tuple[str, ...]


class ScanViewer(Protocol):
    """Shows the scans of a cohort, plain or augmented."""

    @property
    def cohort(self) -> Cohort:
        """Whose scans they are."""
        ...

    @property
    def identity(self) -> str:
        """SHA-256 over all that decides a view: voxels, labels, texts, augmentation and seed."""
        ...

    def views(self, rows: Sequence[int], epoch: int) -> ScanViews:
        """Give scans as they look in an epoch; equal rows and epoch give equal views."""
        ...
