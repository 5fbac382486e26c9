"""Statistics of a region: voxel values weighted by how much of the region each voxel covers.

The region is divided into small cells. Each takes the value of the voxel that holds
its centre, as stored, so noise keeps its width: interpolation would narrow it. Nothing depends on
zoom, window or pixels of the screen.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from medct_core.errors import UsageError
from medct_core.measurement.shapes import EllipseRoi, Roi
from medct_core.volume.geometry import FloatArray, Geometry
from medct_core.volume.volume import Unit, Volume

_CELLS_A_VOXEL = 4
"""Cells from one voxel to the next along `right` and along `down`: 16 in its area."""

_FEWEST_CELLS, _USUAL_CELLS, _MOST_CELLS = 64, 400, 2048
"""Along one side of a region: enough for its outline, for a smooth drag, for memory."""

_COARSEST_CELLS_A_VOXEL = 2
_TIE_BREAK_MM = (3.1e-5, 4.3e-5, 5.9e-5)
"""Moves a plane that lies exactly between two voxels to one of them, by the patient's axes and
not by the order in which the voxels are stored."""

_HALF_VOXEL = 0.5
_ROUNDING = 1e-6


@dataclass(frozen=True, slots=True)
class RoiStatistics:
    """What a region holds.

    Attributes
    ----------
    mean, sd
        Weighted by area; `sd` is that of the population (divided by n, not n - 1).
    minimum, maximum
        Lowest and highest value of a voxel that the region touches.
    unit
        What the four numbers are in.
    area_mm2
        Area of the whole region, by geometry.
    measured_area_mm2
        Area of the cells that lie within the scan.
    outside_share
        Share of the region that lies outside the scan, in [0, 1).
    voxel_count
        Number of different voxels that gave a value.
    pitch_mm
        Distance of the cells along the plane's `right` and `down`.
    """

    mean: float
    sd: float
    minimum: int
    maximum: int
    unit: Unit
    area_mm2: float
    measured_area_mm2: float
    outside_share: float
    voxel_count: int
    pitch_mm: tuple[float, float]


@dataclass(frozen=True, slots=True, eq=False)
class RoiSample:
    """The voxels that a region touches.

    Attributes
    ----------
    values
        ``(n,)`` int16, one for each voxel.
    cells
        ``(n,)`` int64, how many cells of the region each voxel holds.
    cells_in_all
        Cells of the region, also those outside the scan.
    pitch_mm
        Distance of the cells along the plane's `right` and `down`.
    """

    values: npt.NDArray[np.int16]
    cells: npt.NDArray[np.int64]
    cells_in_all: int
    pitch_mm: tuple[float, float]


def roi_statistics(volume: Volume, roi: Roi, *, pitch_mm: float | None = None) -> RoiStatistics:
    """Mean, spread and extremes of the voxels in a region.

    Parameters
    ----------
    volume
        Any affine, uneven slices included.
    roi
        On any plane, also an oblique one; it may lie partly outside the scan.
    pitch_mm
        Largest distance of the cells; by default a quarter of the way from one voxel to the next
        along `right` and along `down`, up to half of it for large regions. A side has 64 to
        2048 cells.

    Raises
    ------
    UsageError
        If no part of the region lies within the scan.
    ValueError
        If the pitch is not greater than zero.
    """
    sample = sample_roi(volume, roi, pitch_mm=pitch_mm)
    count = int(sample.cells.sum())
    values = sample.values.astype(np.int64)
    # Sums of whole numbers are exact: equal voxels have no spread, in whatever order they come.
    total = int((values * sample.cells).sum())
    squares = int((values**2 * sample.cells).sum())
    variance = (squares * count - total**2) / count**2
    return RoiStatistics(
        mean=total / count,
        sd=math.sqrt(variance),
        minimum=int(values.min()),
        maximum=int(values.max()),
        unit=volume.unit,
        area_mm2=roi.area_mm2,
        measured_area_mm2=count * sample.pitch_mm[0] * sample.pitch_mm[1],
        outside_share=1.0 - count / sample.cells_in_all,
        voxel_count=len(values),
        pitch_mm=sample.pitch_mm,
    )


def sample_roi(volume: Volume, roi: Roi, *, pitch_mm: float | None = None) -> RoiSample:
    """Find the voxels of a region and their shares of it; as in `roi_statistics`."""
    right_mm, down_mm, pitch = _cells(roi, _wanted_pitch_mm(volume.geometry, roi, pitch_mm))
    inside = _is_inside(roi, right_mm, down_mm)
    index = _voxel_index(volume.geometry, roi, right_mm, down_mm)
    limits = np.array(volume.geometry.shape).reshape(3, 1, 1)
    held = inside & (index >= 0).all(axis=0) & (index < limits).all(axis=0)
    if not held.any():
        raise UsageError(
            "The region lies wholly outside the scan.", remedy="Move it onto the scan."
        )
    places = np.ravel_multi_index(
        tuple(axis[held] for axis in index), volume.geometry.shape, order="F"
    )
    voxels, cells = np.unique(places, return_counts=True)
    values = volume.values.reshape(-1, order="F")[voxels]
    return RoiSample(values, cells.astype(np.int64), int(inside.sum()), pitch)


def _wanted_pitch_mm(geometry: Geometry, roi: Roi, largest_mm: float | None) -> tuple[float, float]:
    """Largest distance of the cells along `right` and `down`."""
    if largest_mm is not None:
        if not largest_mm > 0:
            raise ValueError(f"the pitch must be greater than zero, not {largest_mm}")
        return largest_mm, largest_mm
    inverse = np.linalg.inv(geometry.affine)[:3, :3]
    pitches = []
    for axis, side_mm in ((roi.plane.right, roi.width_mm), (roi.plane.down, roi.height_mm)):
        voxel_mm = 1.0 / float(np.abs(inverse @ axis).max())
        fine_mm = max(voxel_mm / _CELLS_A_VOXEL, side_mm / _USUAL_CELLS)
        pitches.append(min(fine_mm, voxel_mm / _COARSEST_CELLS_A_VOXEL))
    return pitches[0], pitches[1]


def _cells(
    roi: Roi, wanted_mm: tuple[float, float]
) -> tuple[FloatArray, FloatArray, tuple[float, float]]:
    """Centres of cells that tile the region's box: mm from its middle, and their distance."""
    centres, pitches = [], []
    for side_mm, pitch_mm in zip((roi.width_mm, roi.height_mm), wanted_mm, strict=True):
        count = _cell_count(side_mm / pitch_mm)
        centres.append(((np.arange(count) + 0.5) / count - 0.5) * side_mm)
        pitches.append(side_mm / count)
    return centres[0], centres[1], (pitches[0], pitches[1])


def _cell_count(wanted: float) -> int:
    """Cells along a side; a multiple of the wanted number keeps whole voxels equally covered."""
    count = max(math.ceil(wanted - _ROUNDING), 1)
    return min(count * math.ceil(_FEWEST_CELLS / count), _MOST_CELLS)


def _is_inside(roi: Roi, right_mm: FloatArray, down_mm: FloatArray) -> npt.NDArray[np.bool_]:
    """``(down, right)``: whether the centre of a cell lies in the region."""
    if not isinstance(roi, EllipseRoi):
        return np.ones((len(down_mm), len(right_mm)), dtype=np.bool_)
    across = (2 * right_mm / roi.width_mm) ** 2
    along = (2 * down_mm / roi.height_mm) ** 2
    inside: npt.NDArray[np.bool_] = along[:, None] + across <= 1.0
    return inside


def _voxel_index(
    geometry: Geometry, roi: Roi, right_mm: FloatArray, down_mm: FloatArray
) -> npt.NDArray[np.intp]:
    """``(3, down, right)`` index of the voxel that holds each cell; may lie outside the scan."""
    inverse = np.linalg.inv(geometry.affine)
    first = inverse[:3, :3] @ np.add(roi.centre_mm, _TIE_BREAK_MM) + inverse[:3, 3]
    by_right, by_down = (inverse[:3, :3] @ axis for axis in (roi.plane.right, roi.plane.down))
    index = np.empty((3, len(down_mm), len(right_mm)))
    for axis in range(3):
        rows = first[axis] + by_down[axis] * down_mm
        index[axis] = rows[:, None] + by_right[axis] * right_mm
    index[2] = geometry.from_mean_steps(index[2])
    return np.floor(index + _HALF_VOXEL).astype(np.intp)
