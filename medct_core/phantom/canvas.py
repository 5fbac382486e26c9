"""Canvas: a voxel grid about the middle of a chest, on which shapes are painted in HU.

The frame is the chest's own: millimetres, x to the patient's Left, y to Posterior, z to
Superior, zero at the middle of the grid. Shapes are given in this frame, so the same chest
can be drawn at any spacing; edges are painted by coverage, so partial volume is exact to
first order and a septum thinner than a voxel still raises its density.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

Float = npt.NDArray[np.float32]
Box = tuple[slice, slice, slice]


@dataclass(frozen=True, slots=True)
class Grid:
    """Voxel grid of a phantom.

    Attributes
    ----------
    shape
        Voxels along (i, j, k) = (Left, Posterior, Superior).
    spacing_mm
        Distance between voxels along (i, j, k).
    """

    shape: tuple[int, int, int]
    spacing_mm: tuple[float, float, float]

    def axis_mm(self, axis: int) -> Float:
        """``(n,)`` float32 coordinates of the voxel centres along one axis; read-only."""
        return _centres_mm(self.shape[axis], self.spacing_mm[axis])

    def coordinates(self, box: Box) -> tuple[Float, Float, Float]:
        """x, y, z in mm inside `box`, each shaped to broadcast: (i,1,1), (1,j,1), (1,1,k)."""
        x, y, z = (self.axis_mm(axis)[box[axis]] for axis in range(3))
        return x[:, None, None], y[None, :, None], z[None, None, :]

    def box_around(self, low_mm: npt.ArrayLike, high_mm: npt.ArrayLike) -> Box:
        """Smallest box of voxels that holds a region given by two corners, clipped to the grid.

        May be empty along an axis; painting into an empty box does nothing.
        """
        low, high = np.asarray(low_mm, float), np.asarray(high_mm, float)
        slices = []
        for axis in range(3):
            n, step = self.shape[axis], self.spacing_mm[axis]
            first = int(np.floor(low[axis] / step + (n - 1) / 2)) - 1
            last = int(np.ceil(high[axis] / step + (n - 1) / 2)) + 2
            slices.append(slice(min(max(first, 0), n), min(max(last, 0), n)))
        return slices[0], slices[1], slices[2]


@lru_cache(maxsize=64)
def _centres_mm(count: int, step_mm: float) -> Float:
    """Thousands of small shapes ask for the same few axes."""
    centres: Float = ((np.arange(count) - (count - 1) / 2) * step_mm).astype(np.float32)
    centres.flags.writeable = False
    return centres


@dataclass(frozen=True, slots=True, eq=False)
class Canvas:
    """A grid and its voxels while they are being painted.

    Attributes
    ----------
    grid
        Where the voxels are.
    hu
        ``(i, j, k)`` float32, Hounsfield units, written in place.
    """

    grid: Grid
    hu: Float

    def blend(self, box: Box, coverage: Float, value_hu: float | Float) -> None:
        """Replace `coverage` (in [0, 1], shape of `box`) of each voxel by `value_hu`."""
        region = self.hu[box]
        region += coverage * (value_hu - region)

    def edge_mm(self) -> float:
        """Width over which the edge of a shape goes from 0 to 1: the mean voxel size."""
        return float(np.cbrt(np.prod(self.grid.spacing_mm)))


def coverage_of(signed_distance_mm: Float, edge_mm: float) -> Float:
    """Share of each voxel inside a shape, from the signed distance (negative inside)."""
    inside: Float = np.clip(0.5 - signed_distance_mm / np.float32(edge_mm), 0.0, 1.0)
    return inside
