"""RenderGrid and RenderScan: voxels as 3D draws them."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from medct_core.volume.volume import Unit

HEAT_STEPS = 1000
"""Value of a prepared heatmap at the top of its colour bar."""


@dataclass(frozen=True, slots=True, eq=False)
class RenderGrid:
    """Voxels on a grid of right angles.

    Attributes
    ----------
    values
        ``(i, j, k)`` int16, i fastest in memory, read-only.
    affine
        ``(4, 4)`` float64, voxel index to LPS mm; right-handed, no shear.
    """

    values: npt.NDArray[np.int16]
    affine: npt.NDArray[np.float64]

    @property
    def spacing_mm(self) -> npt.NDArray[np.float64]:
        """``(3,)`` distance of neighbours along i, j and k."""
        spacing: npt.NDArray[np.float64] = np.linalg.norm(self.affine[:3, :3], axis=0)
        return spacing

    @property
    def bounds_mm(self) -> npt.NDArray[np.float64]:
        """``(2, 3)`` lowest and highest LPS coordinates of its voxel centres."""
        far = np.array(self.values.shape) - 1
        corners = np.array([[i, j, k] for i in (0, 1) for j in (0, 1) for k in (0, 1)]) * far
        places = corners @ self.affine[:3, :3].T + self.affine[:3, 3]
        return np.stack([places.min(axis=0), places.max(axis=0)])


@dataclass(frozen=True, slots=True, eq=False)
class RenderScan:
    """A scan as 3D draws it.

    Attributes
    ----------
    everything
        All voxels.
    body
        The same grid; whatever is not within the skin has the CT number of soft tissue.
    unit
        HU, or arbitrary: then values are stretched to the range of the projections, and
        no preset but those means anything.
    """

    everything: RenderGrid
    body: RenderGrid
    unit: Unit
