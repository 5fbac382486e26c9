"""ReslicePipeline: `vtkImageReslice` in index space, for cuts that run between the voxels.

Imported when the first such cut is made: a window is painted, and most scans are looked at,
without it.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from app.state.view import SlabMode
from app.viewer.image_data import index_image, numpy_array, vtk_array
from app.viewer.sampling import OUTSIDE_HU, Sampling
from app.viewer.vtk_classes import (
    vtkGridTransform,
    vtkImageData,
    vtkImageReslice,
    vtkMatrix4x4,
)
from app.viewer.vtk_log import log_vtk_messages
from medct_core.volume.geometry import FloatArray, Geometry

_WARP_KNOTS_PER_SLICE = 32
# Index axes that run along pixels must do so exactly, or VTK interpolates for nothing.
_INDEX_DECIMALS = 9


@dataclass(frozen=True, slots=True, eq=False)
class IndexCut:
    """A slice or slab in index space.

    Attributes
    ----------
    axes
        ``(3, 3)``; columns are the index steps by column, by row and by slab sample.
    origin
        ``(3,)`` index of the top left pixel of the middle slice.
    shape
        Rows and columns.
    mode
        How the samples of a slab become one.
    count
        Samples across the slab.
    follows_mean_steps
        Whether axes and origin count slices of an uneven stack in mean steps.
    """

    axes: FloatArray
    origin: FloatArray
    shape: tuple[int, int]
    mode: SlabMode
    count: int
    follows_mean_steps: bool


class ReslicePipeline:
    """Samples one array.

    Parameters
    ----------
    values
        ``(i, j, k)``, i fastest; int16 or float32. Read where it lies, without a copy.
    geometry
        Its grid.
    sampling
        What lies between voxel centres.
    """

    def __init__(self, values: npt.NDArray[Any], geometry: Geometry, sampling: Sampling) -> None:
        log_vtk_messages()
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

    def sample(self, cut: IndexCut) -> npt.NDArray[Any]:
        """``(rows, columns)`` array of a cut; its own memory."""
        rows, columns = cut.shape
        self._reslice.SetResliceTransform(self._warp if cut.follows_mean_steps else None)
        # With a border VTK counts the sample just beyond the last slice into a mean.
        self._reslice.SetBorder(not _is_whole(cut.axes, cut.origin))
        self._reslice.SetResliceAxes(_matrix(cut.axes, cut.origin))
        self._reslice.SetOutputExtent(0, columns - 1, 0, rows - 1, 0, 0)
        self._reslice.SetSlabNumberOfSlices(cut.count)
        self._set_slab_mode(cut.mode)
        self._reslice.Update()
        scalars = self._reslice.GetOutput().GetPointData().GetScalars()
        # VTK uses the memory of its output again.
        return numpy_array(scalars).reshape(cut.shape).copy()

    def _set_slab_mode(self, mode: SlabMode) -> None:
        if mode is SlabMode.MINIP:
            self._reslice.SetSlabModeToMin()
        elif mode is SlabMode.MEAN:
            self._reslice.SetSlabModeToMean()
        else:
            self._reslice.SetSlabModeToMax()


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
