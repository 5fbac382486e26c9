"""How often each value occurs in a scan or in a region of it."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from medct_core.measurement.roi import sample_roi
from medct_core.measurement.shapes import Roi
from medct_core.volume.volume import Unit, Volume

_LEVELS = 1 << 16
_LOWEST = -(1 << 15)
_MOST_VOXELS = 32_000_000
"""About a tenth of a second of counting; a plot shows no difference to all of them."""

_AT_ONCE = 1 << 20


@dataclass(frozen=True, slots=True, eq=False)
class Histogram:
    """Counts of values.

    Attributes
    ----------
    first
        Lower edge of the first bin; a bin holds the values from its edge up to the next.
    width
        Whole values in a bin.
    counts
        ``(n,)`` int64, read-only; the first and last bin are not empty. In a region, cells of
        it; see `roi.RoiSample`.
    unit
        What the values are in.
    sampled_share
        Share of the voxels that was counted, in (0, 1].
    """

    first: int
    width: int
    counts: npt.NDArray[np.int64]
    unit: Unit
    sampled_share: float = 1.0

    def __post_init__(self) -> None:
        frozen = self.counts.view()
        frozen.flags.writeable = False
        object.__setattr__(self, "counts", frozen)

    @property
    def edges(self) -> npt.NDArray[np.int64]:
        """``(n + 1,)`` int64 edges of the bins."""
        return self.first + self.width * np.arange(len(self.counts) + 1)

    @property
    def shares(self) -> npt.NDArray[np.float64]:
        """``(n,)`` float64 in [0, 1]; they add up to 1."""
        shares: npt.NDArray[np.float64] = self.counts / self.counts.sum()
        return shares

    def percentile(self, percent: float) -> int:
        """Lower edge of the bin below or in which so many percent of the values lie.

        Parameters
        ----------
        percent
            In [0, 100].
        """
        wanted = max(1, math.ceil(self.counts.sum() * percent / 100))
        return int(self.edges[np.searchsorted(self.counts.cumsum(), wanted)])

    def binned(self, width: int) -> "Histogram":
        """Join bins, for a plot; edges fall on multiples of the new width.

        Raises
        ------
        ValueError
            If the new width is no multiple of the old one.
        """
        if width < self.width or width % self.width:
            raise ValueError(f"bins of {self.width} cannot be joined to bins of {width}")
        places = (self.edges[:-1] // width).astype(np.int64)
        counts = np.zeros(int(places[-1] - places[0]) + 1, dtype=np.int64)
        np.add.at(counts, places - places[0], self.counts)
        first = int(places[0]) * width
        return Histogram(first, width, counts, self.unit, self.sampled_share)


def volume_histogram(volume: Volume) -> Histogram:
    """Count the values of a scan, one bin a value.

    Above 32 million voxels every n-th row of them is counted, evenly spread; the share is
    given with the result.
    """
    j_step, k_step = _strides(volume.values.shape)
    chosen = volume.values[:, ::j_step, ::k_step]
    counts = np.zeros(_LEVELS, dtype=np.int64)
    slices_at_once = max(1, _AT_ONCE // (chosen.shape[0] * chosen.shape[1]))
    for start in range(0, chosen.shape[2], slices_at_once):
        counts += _counted(chosen[:, :, start : start + slices_at_once])
    return _trimmed(counts, volume.unit, sampled_share=chosen.size / volume.values.size)


def roi_histogram(volume: Volume, roi: Roi) -> Histogram:
    """Count the values of a region, each voxel weighted by how much of the region it covers.

    Raises
    ------
    UsageError
        If no part of the region lies within the scan.
    """
    sample = sample_roi(volume, roi)
    counts = np.zeros(_LEVELS, dtype=np.int64)
    np.add.at(counts, sample.values.astype(np.int64) - _LOWEST, sample.cells)
    return _trimmed(counts, volume.unit, sampled_share=1.0)


def _strides(shape: tuple[int, ...]) -> tuple[int, int]:
    """Give steps along j and k; rows along i stay whole, as they lie together in memory."""
    rows = shape[1] * shape[2]
    keep = max(1, _MOST_VOXELS // shape[0])
    if rows <= keep:
        return 1, 1
    ratio = rows / keep
    k_step = min(math.ceil(math.sqrt(ratio)), shape[2])
    j_step = min(math.ceil(ratio / k_step), shape[1])
    return j_step, min(math.ceil(ratio / j_step), shape[2])


def _counted(values: npt.NDArray[np.int16]) -> npt.NDArray[np.int64]:
    # The same bits read as unsigned numbers run from 0 without a sum that could overflow.
    raised = np.ravel(values, order="K").view(np.uint16) ^ np.uint16(_LEVELS // 2)
    return np.bincount(raised, minlength=_LEVELS).astype(np.int64)


def _trimmed(counts: npt.NDArray[np.int64], unit: Unit, *, sampled_share: float) -> Histogram:
    filled = np.flatnonzero(counts)
    first, last = int(filled[0]), int(filled[-1])
    return Histogram(first + _LOWEST, 1, counts[first : last + 1].copy(), unit, sampled_share)
