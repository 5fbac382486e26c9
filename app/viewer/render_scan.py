"""Scans and heatmaps made ready for 3D: orthogonal, small enough for the machine, body apart."""

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from app.viewer.graphics import Graphics
from app.viewer.render_grid import HEAT_STEPS, RenderGrid, RenderScan
from medct_core.cancel import CancelToken
from medct_core.errors import InvalidVolumeError
from medct_core.volume.geometry import Geometry
from medct_core.volume.orientation import reorient
from medct_core.volume.resample import straighten
from medct_core.volume.volume import Unit, Volume

# The ray caster needs 60 ms a frame and half a second for its gradients at this size.
_SOFTWARE_VOXELS = 9_000_000
# A gigabyte of texture with the gradients; integrated graphics share the memory.
_HARDWARE_VOXELS = 160_000_000
_FEWEST_VOXELS = 2
_BODY_OR_NOT_HU = -400
_OUTSIDE_AIR_HU = -950
_TISSUE_HU = 40
_SKIN_MM = 3.0
# Enough to tell a patient from a table.
_COARSE_VOXELS = 1_500_000
# Arbitrary units are stretched to where the presets of projections look.
_ARBITRARY_RANGE = (-200.0, 800.0)


def prepare_scan(
    volume: Volume, graphics: Graphics, cancel: CancelToken | None = None
) -> RenderScan:
    """Make a scan ready for the graphics there are. Takes seconds: call it from a worker thread.

    Sheared and uneven grids are straightened, index axes turned to point left, posterior and
    superior; then voxels are averaged in blocks until they fit.

    Raises
    ------
    InvalidVolumeError
        If the scan is thinner than two voxels in some direction.
    Cancelled
        If `cancel` was raised.
    """
    if min(volume.geometry.shape) < _FEWEST_VOXELS:
        raise InvalidVolumeError(
            f"3D needs two slices or more in every direction; this scan has the shape "
            f"{' x '.join(str(count) for count in volume.geometry.shape)}.",
            remedy="Look at it as slices.",
        )
    token = cancel or CancelToken()
    upright = reorient(straighten(volume, cancel=token), "LPS")
    everything = _fitted(upright.values, upright.geometry, graphics, token)
    if volume.unit is not Unit.HU:
        stretched = RenderGrid(_stretched(everything.values), everything.affine)
        return RenderScan(stretched, stretched, volume.unit)
    body = RenderGrid(_body_alone(everything, token), everything.affine)
    return RenderScan(everything, body, volume.unit)


def prepare_heatmap(
    values: npt.NDArray[np.float32], affine: npt.ArrayLike, *, highest: float
) -> RenderGrid:
    """Make a heatmap ready: whole numbers from 0 to `HEAT_STEPS`, fading out at its edge.

    Parameters
    ----------
    values
        ``(a, b, c)`` float32, any unit; what is negative counts as 0.
    affine
        ``(4, 4)`` index (a, b, c) to LPS mm; may be sheared or left-handed.
    highest
        Value at the top of the colour bar, greater than 0.

    Raises
    ------
    ValueError
        If `highest` is not greater than 0.
    """
    if not highest > 0:
        raise ValueError(f"the top of the colour bar must be greater than 0, not {highest}")
    levels = np.rint(np.clip(values / highest, 0.0, 1.0) * HEAT_STEPS).astype(np.int16)
    # One empty cell around it: else a cut through a warm cell would look like a surface.
    padded = np.pad(levels, 1)
    moved = np.array(affine, dtype=np.float64)
    moved[:3, 3] -= moved[:3, :3].sum(axis=1)
    rim = Volume(padded, Unit.ARBITRARY, Geometry(padded.shape, moved), "heatmap")
    upright = reorient(straighten(rim), "LPS")
    return RenderGrid(upright.values, upright.geometry.affine)


def _fitted(
    values: npt.NDArray[np.int16], geometry: Geometry, graphics: Graphics, cancel: CancelToken
) -> RenderGrid:
    factors = _block(geometry, graphics)
    if factors == (1, 1, 1):
        return RenderGrid(values, geometry.affine)
    affine = geometry.affine.copy()
    affine[:3, 3] = geometry.to_patient([(factor - 1) / 2 for factor in factors])
    affine[:3, :3] *= factors
    return RenderGrid(_block_means(values, factors, cancel), affine)


def _block(geometry: Geometry, graphics: Graphics) -> tuple[int, int, int]:
    """How many voxels along each axis become one; finest axes are merged first."""
    most = _SOFTWARE_VOXELS if graphics.is_software else _HARDWARE_VOXELS
    shape, spacing = np.array(geometry.shape), np.array(geometry.spacing_mm)
    factors = np.maximum(1, -(-shape // graphics.largest_texture))
    while np.prod(shape // factors) > most:
        can_shrink = shape // (factors + 1) >= _FEWEST_VOXELS
        finest = np.where(can_shrink, spacing * factors, np.inf)
        factors[int(np.argmin(finest))] += 1
    return int(factors[0]), int(factors[1]), int(factors[2])


def _block_means(
    values: npt.NDArray[np.int16], factors: tuple[int, int, int], cancel: CancelToken
) -> npt.NDArray[np.int16]:
    """Mean of every block; voxels left over at the far ends are dropped."""
    (ni, nj, nk), (fi, fj, fk) = (np.array(values.shape) // factors), factors
    means = np.empty((ni, nj, nk), dtype=np.int16, order="F")
    size = fi * fj * fk
    for k in range(nk):
        cancel.raise_if_cancelled()
        slab = values[: ni * fi, : nj * fj, k * fk : (k + 1) * fk].sum(axis=2, dtype=np.int32)
        blocks = np.asfortranarray(slab).reshape((fi, ni, fj, nj), order="F")
        means[:, :, k] = (blocks.sum(axis=(0, 2)) + size // 2) // size
    means.flags.writeable = False
    return means


def _body_alone(grid: RenderGrid, cancel: CancelToken) -> npt.NDArray[np.int16]:
    """Replace what lies outside the skin: air, clothes, table."""
    depth = max(1, round(_SKIN_MM / float(grid.spacing_mm[:2].max())))
    inner: npt.NDArray[np.bool_] = np.empty(grid.values.shape, dtype=np.bool_, order="F")
    for k in range(inner.shape[2]):
        cancel.raise_if_cancelled()
        solid = ~_outside_air(grid.values[:, :, k])
        inner[:, :, k] = ndimage.binary_erosion(solid, iterations=depth, border_value=1)
    stride = max(1, round((inner.size / _COARSE_VOXELS) ** (1 / 3)))
    patient = _largest_part(inner[::stride, ::stride, ::stride])
    values: npt.NDArray[np.int16] = np.empty(grid.values.shape, dtype=np.int16, order="F")
    for k in range(values.shape[2]):
        cancel.raise_if_cancelled()
        near = patient[:, :, k // stride].repeat(stride, axis=0).repeat(stride, axis=1)
        within = inner[:, :, k] & near[: inner.shape[0], : inner.shape[1]]
        values[:, :, k] = np.where(within, grid.values[:, :, k], _TISSUE_HU)
    values.flags.writeable = False
    return values


def _largest_part(inner: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Find the largest connected part, with a voxel around it to make up for coarse sampling."""
    parts, count = ndimage.label(inner)
    sizes = np.bincount(parts.ravel(), minlength=count + 1)
    sizes[0] = 0
    largest: npt.NDArray[np.bool_] = ndimage.binary_dilation(parts == int(np.argmax(sizes)))
    return largest


def _outside_air(axial: npt.NDArray[np.int16]) -> npt.NDArray[np.bool_]:
    """``(i, j)`` air that reaches the edge of the slice; lung cut off by the edge is none."""
    parts, _ = ndimage.label(axial < _BODY_OR_NOT_HU)
    edge = np.concatenate([parts[0], parts[-1], parts[:, 0], parts[:, -1]])
    touching = np.unique(edge[edge > 0])
    if not touching.size:
        return np.zeros(axial.shape, dtype=np.bool_)
    middles = np.asarray(ndimage.median(axial, parts, touching))
    outside: npt.NDArray[np.bool_] = np.isin(parts, touching[middles < _OUTSIDE_AIR_HU])
    return outside


def _stretched(values: npt.NDArray[np.int16]) -> npt.NDArray[np.int16]:
    low, high = np.percentile(values[::2, ::2, ::2], [1.0, 99.5])
    bottom, top = _ARBITRARY_RANGE
    share = (values.astype(np.float32) - low) / max(float(high - low), 1.0)
    stretched = np.rint(np.clip(share, 0.0, 1.0) * (top - bottom) + bottom).astype(np.int16)
    stretched = np.asfortranarray(stretched)
    stretched.flags.writeable = False
    return stretched
