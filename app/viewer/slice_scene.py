"""SliceScene: one plane of a scan as an array, through `vtkImageReslice`; no OpenGL, no Qt.

Slices are cut in index space: the plane is mapped there by the inverse affine, so any scan
can be cut along any plane, however oblique, sheared or mirrored its grid is.
"""

import math
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np
import numpy.typing as npt

from app.state.view import Plane, Slab, SlabMode
from app.viewer.image_data import index_image, numpy_array, vtk_array
from app.viewer.pixel_grid import PixelGrid, grid_of
from app.viewer.slice_order import step_mm
from app.viewer.straight_cut import straight_cut
from app.viewer.vtk_classes import (
    vtkGridTransform,
    vtkImageData,
    vtkImageReslice,
    vtkMatrix4x4,
)
from medct_core.volume.geometry import FloatArray, Geometry
from medct_core.volume.volume import Volume

OUTSIDE_HU = -32768
"""Marks pixels outside the scan; readers never give it to a voxel."""

_PREVIEW_FACTOR = 2
_PREVIEW_SAMPLES = 7
_WARP_KNOTS_PER_SLICE = 32
# Index axes that run along pixels must do so exactly, or VTK interpolates for nothing.
_INDEX_DECIMALS = 9


class Quality(Enum):
    """How carefully a slice is cut."""

    FULL = "full"
    PREVIEW = "preview"


class Sampling(Enum):
    """What lies between voxel centres: a blend, or the nearest voxel (labels)."""

    LINEAR = "linear"
    NEAREST = "nearest"


@dataclass(frozen=True, slots=True, eq=False)
class SliceImage:
    """One slice and where it lies.

    Attributes
    ----------
    values
        ``(rows, columns)``, read-only; HU where the scan is in HU. `OUTSIDE_HU` marks pixels
        outside an integer scan, NaN outside a float one.
    grid
        Where the pixels lie.
    """

    values: npt.NDArray[Any]
    grid: PixelGrid


@dataclass(frozen=True, slots=True)
class _SlabSamples:
    """How many parallel slices are combined, and their distance in mm."""

    count: int
    step_mm: float


class Reslicer:
    """Samples any array that has a geometry on any pixel grid.

    Parameters
    ----------
    values
        ``(i, j, k)``, i fastest; int16 or float32. Read where it lies, without a copy.
    geometry
        Its grid, LPS mm.
    sampling
        What lies between voxel centres.
    """

    def __init__(
        self,
        values: npt.NDArray[Any],
        geometry: Geometry,
        sampling: Sampling = Sampling.LINEAR,
    ) -> None:
        self._geometry = geometry
        self._values = values
        self._inverse: FloatArray = np.linalg.inv(geometry.affine).astype(np.float64)
        self._warp = _warp_of(geometry)
        self._reslice = vtkImageReslice()
        self._reslice.SetInputData(index_image(values))
        self._reslice.SetOutputDimensionality(2)
        self._reslice.SetOutputSpacing(1.0, 1.0, 1.0)
        self._reslice.SetOutputOrigin(0.0, 0.0, 0.0)
        is_float = np.issubdtype(values.dtype, np.floating)
        self._reslice.SetBackgroundLevel(math.nan if is_float else float(OUTSIDE_HU))
        if sampling is Sampling.NEAREST:
            self._reslice.SetInterpolationModeToNearestNeighbor()
        else:
            self._reslice.SetInterpolationModeToLinear()

    def sample(
        self, grid: PixelGrid, mode: SlabMode = SlabMode.NONE, samples: _SlabSamples | None = None
    ) -> npt.NDArray[Any]:
        """``(rows, columns)`` read-only array of a slice, or of a slab about it."""
        slab = samples or _SlabSamples(1, 1.0)
        axes, origin = self._index_axes(grid, slab.step_mm)
        # One slice of an uneven stack needs no warp: its slice index is the same everywhere.
        is_flat = slab.count == 1 and not axes[2, :2].any()
        if is_flat:
            origin = self._geometry.to_index(grid.origin_mm)
        values = None
        if self._warp is None or is_flat:
            values = straight_cut(
                self._values, axes, origin, shape=grid.shape, mode=mode, count=slab.count
            )
        if values is None:
            self._reslice.SetResliceTransform(None if is_flat else self._warp)
            values = self._resliced(grid.shape, axes, origin, mode, slab.count)
        values.flags.writeable = False
        return values

    def _resliced(
        self,
        shape: tuple[int, int],
        axes: FloatArray,
        origin: FloatArray,
        mode: SlabMode,
        count: int,
    ) -> npt.NDArray[Any]:
        rows, columns = shape
        # With a border VTK counts the sample just beyond the last slice into a mean.
        self._reslice.SetBorder(not _is_whole(axes, origin))
        self._reslice.SetResliceAxes(_matrix(axes, origin))
        self._reslice.SetOutputExtent(0, columns - 1, 0, rows - 1, 0, 0)
        self._reslice.SetSlabNumberOfSlices(count)
        self._set_slab_mode(mode)
        self._reslice.Update()
        scalars = self._reslice.GetOutput().GetPointData().GetScalars()
        # VTK uses the memory of its output again.
        return numpy_array(scalars).reshape(shape).copy()

    def _set_slab_mode(self, mode: SlabMode) -> None:
        if mode is SlabMode.MINIP:
            self._reslice.SetSlabModeToMin()
        elif mode is SlabMode.MEAN:
            self._reslice.SetSlabModeToMean()
        else:
            self._reslice.SetSlabModeToMax()

    def _index_axes(self, grid: PixelGrid, slab_step_mm: float) -> tuple[FloatArray, FloatArray]:
        """Return index steps by column, row and slab sample, and the index of the first pixel.

        Slices of an uneven stack are counted in mean steps.
        """
        steps_mm = np.array(
            [
                np.array(grid.right) * grid.pixel_mm[0],
                np.array(grid.down) * grid.pixel_mm[1],
                np.array(grid.normal) * slab_step_mm,
            ]
        ).T
        origin = self._inverse[:3, :3] @ np.array(grid.origin_mm) + self._inverse[:3, 3]
        return np.round(self._inverse[:3, :3] @ steps_mm, _INDEX_DECIMALS), origin


class SliceScene:
    """Cuts slices and slabs out of one scan."""

    def __init__(self, volume: Volume) -> None:
        self.geometry = volume.geometry
        self._reslicer = Reslicer(volume.values, volume.geometry)

    def cut(
        self, plane: Plane, slab: Slab | None = None, quality: Quality = Quality.FULL
    ) -> SliceImage:
        """Slice or slab along a plane.

        Parameters
        ----------
        plane
            Any plane in LPS mm. Along index axes the nearest acquired slice is given.
        slab
            One slice where it is None. All slices that the thickness reaches into take part.
        quality
            A preview of an oblique plane has half the pixels along each side, and seven
            samples across a slab at most.
        """
        grid = grid_of(self.geometry, plane)
        is_rough = quality is Quality.PREVIEW and not grid.follows_voxels
        if is_rough:
            grid = grid.coarser(_PREVIEW_FACTOR)
        thickness = slab or Slab()
        samples = _samples_of(thickness, step_mm(self.geometry, grid.normal))
        if is_rough:
            samples = _fewer(samples)
        return SliceImage(self._reslicer.sample(grid, thickness.mode, samples), grid)


def _samples_of(slab: Slab, slice_step_mm: float) -> _SlabSamples:
    if slab.mode is SlabMode.NONE:
        return _SlabSamples(1, slice_step_mm)
    # A slice is half a step thick on each side of its centre; touching is not reaching into.
    each_side = math.floor(slab.thickness_mm / 2 / slice_step_mm + 0.5 - 1e-6)
    return _SlabSamples(2 * each_side + 1, slice_step_mm)


def _fewer(samples: _SlabSamples) -> _SlabSamples:
    """Cover the same thickness with seven samples at most."""
    if samples.count <= _PREVIEW_SAMPLES:
        return samples
    span = (samples.count - 1) * samples.step_mm
    return _SlabSamples(_PREVIEW_SAMPLES, span / (_PREVIEW_SAMPLES - 1))


def _is_whole(axes: FloatArray, origin: FloatArray) -> bool:
    """Whether every sample is a voxel centre."""
    numbers = np.column_stack([axes, np.round(origin, _INDEX_DECIMALS)])
    return bool((numbers == np.round(numbers)).all())


def _matrix(columns: FloatArray, origin: FloatArray) -> vtkMatrix4x4:
    matrix = vtkMatrix4x4()
    whole = np.round(np.column_stack([columns, origin]), _INDEX_DECIMALS) + 0.0
    for row, column in np.ndindex(3, 4):
        matrix.SetElement(row, column, float(whole[row, column]))
    return matrix


def _warp_of(geometry: Geometry) -> vtkGridTransform | None:
    """Transform from mean steps to the index of unevenly spaced slices; None where even.

    It moves along k only: displacements at fine knots, linear between them.
    """
    if geometry.slice_offsets_mm is None:
        return None
    # One slice beyond each end, where the outer step goes on.
    ends = geometry.to_mean_steps([-1.0, float(geometry.shape[2])])
    count = geometry.shape[2] * _WARP_KNOTS_PER_SLICE + 1
    knots = np.linspace(ends[0], ends[1], count)
    moves = np.zeros((count, 3), dtype=np.float64)
    moves[:, 2] = geometry.from_mean_steps(knots) - knots
    warp = vtkGridTransform()
    warp.SetDisplacementGridData(_displacement_grid(moves, float(knots[0]), float(knots[1])))
    warp.SetInterpolationModeToLinear()
    return warp


def _displacement_grid(moves: FloatArray, first: float, second: float) -> vtkImageData:
    # VTK wants three components a point; `index_image` gives one.
    grid = index_image(np.zeros((1, 1, len(moves)), dtype=np.float64))
    grid.GetPointData().SetScalars(vtk_array(moves))
    grid.SetOrigin(0.0, 0.0, first)
    grid.SetSpacing(1.0, 1.0, second - first)
    return grid
