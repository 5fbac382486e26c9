"""SliceScene: one plane of a scan as an array; no OpenGL, no Qt.

Slices are cut in index space: the plane is mapped there by the inverse affine, so any scan
can be cut along any plane, however oblique, sheared or mirrored its grid is.
"""

import math
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from app.state.view import Plane, Slab, SlabMode
from app.viewer.pixel_grid import PixelGrid, grid_of
from app.viewer.sampling import Sampling
from app.viewer.slice_order import step_mm
from app.viewer.straight_cut import straight_cut
from medct_core.volume.geometry import FloatArray, Geometry
from medct_core.volume.volume import Volume

if TYPE_CHECKING:
    from app.viewer.reslice_pipeline import ReslicePipeline

_PREVIEW_FACTOR = 2
_PREVIEW_SAMPLES = 7
# Index axes that run along pixels must do so exactly, or VTK interpolates for nothing.
_INDEX_DECIMALS = 9


class Quality(Enum):
    """How carefully a slice is cut."""

    FULL = "full"
    PREVIEW = "preview"


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
        self._sampling = sampling
        self._inverse: FloatArray = np.linalg.inv(geometry.affine).astype(np.float64)
        self._pipeline: ReslicePipeline | None = None

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
        is_even = is_flat or self._geometry.slice_offsets_mm is None
        values = None
        if is_even:
            values = straight_cut(
                self._values, axes, origin, shape=grid.shape, mode=mode, count=slab.count
            )
        if values is None:
            values = self._between_voxels(axes, origin, grid.shape, mode, slab.count, is_even)
        values.flags.writeable = False
        return values

    def _between_voxels(
        self,
        axes: FloatArray,
        origin: FloatArray,
        shape: tuple[int, int],
        mode: SlabMode,
        count: int,
        is_even: bool,
    ) -> npt.NDArray[Any]:
        from app.viewer.reslice_pipeline import (  # noqa: PLC0415 - VTK takes long to import
            IndexCut,
            ReslicePipeline,
        )

        if self._pipeline is None:
            self._pipeline = ReslicePipeline(self._values, self._geometry, self._sampling)
        cut = IndexCut(axes, origin, shape, mode, count, follows_mean_steps=not is_even)
        return self._pipeline.sample(cut)

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
