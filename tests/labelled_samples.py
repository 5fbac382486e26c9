"""Labelled scans of crude chests in memory, and a tiny model to ask about them."""

from collections.abc import Mapping

import numpy as np

from medct_core.cancel import CancelToken
from medct_core.errors import NotScorableError
from medct_core.evaluation.scans.labelled_scans import LabelledScans
from medct_core.volume.volume import Volume
from tests import small_chest

FINDINGS = ("Lung nodule", "Emphysema")


class Reads:
    """Counts what is read; some rows are refused."""

    def __init__(self, first: int, refused: Mapping[int, str]) -> None:
        self.rows: list[int] = []
        self._first = first
        self._refused = refused

    def __call__(self, row: int, cancel: CancelToken) -> Volume:
        """Give a chest, or refuse it."""
        self.rows.append(row)
        if row in self._refused:
            raise NotScorableError(self._refused[row], remedy="Choose another scan.")
        return small_chest.volume(self._first + row)


def labelled(
    count: int = 4, *, first: int = 1, name: str = "test.csv", refused: Mapping[int, str] = {}
) -> tuple[LabelledScans, Reads]:
    """Give scans from number `first` on, each of a patient of its own, every second a nodule."""
    reads = Reads(first, refused)
    numbers = range(first, first + count)
    return LabelledScans(
        name=name,
        sha256="ab" * 32,
        findings=FINDINGS,
        scans=tuple(f"{number}.nii.gz" for number in numbers),
        patients=np.array(numbers, np.int64),
        truth=np.array([[number % 2 == 0, number % 3 == 0] for number in numbers]),
        reports=tuple(f"Lung nodule {number} is seen." for number in numbers),
        keys=tuple(f"{number:064x}" for number in numbers),
        left_out=(),
        read=reads,
        unknown=np.zeros(count, np.bool_),
        files=tuple(f"{number:064d}" for number in numbers),
    ), reads
