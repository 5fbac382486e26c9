"""Resampling a volume onto another grid, slice by slice, so that memory stays bounded."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from medct_core.cancel import CancelToken
from medct_core.errors import InvalidVolumeError
from medct_core.volume.geometry import FloatArray, Geometry
from medct_core.volume.notice import Notice
from medct_core.volume.volume import Unit, Volume

AIR_HU = -1024
"""Fill for places that no voxel covers: the value every reader gives to padding."""

_LARGEST_GROWTH = 8
_HALF_VOXEL = 0.5


def straighten(
    volume: Volume,
    *,
    cancel: CancelToken | None = None,
    on_progress: Callable[[float], None] | None = None,
) -> Volume:
    """Put a tilted, sheared or unevenly sliced volume onto an orthogonal, even grid.

    A volume that already lies on such a grid is returned as it is. Values are interpolated
    linearly; the rest is as in `straight_geometry` and `resample`.

    Raises
    ------
    InvalidVolumeError
        If the axes are so oblique that the straight grid would be more than eight times as large.
    Cancelled
        If `cancel` was raised.
    """
    target = straight_geometry(volume.geometry)
    if target is volume.geometry:
        return volume
    straight = resample(volume, target, cancel=cancel, on_progress=on_progress)
    spacing = " x ".join(f"{step:.2f}" for step in target.spacing_mm)
    notice = Notice(
        "resampled", f"The slices were resampled onto a straight, even grid of {spacing} mm."
    )
    return Volume(
        values=straight.values,
        unit=straight.unit,
        geometry=target,
        source=straight.source,
        notices=(*straight.notices, notice),
    )


def straight_geometry(geometry: Geometry) -> Geometry:
    """Orthogonal, evenly spaced grid that covers the same part of the patient.

    The k axis keeps its direction: under gantry tilt that is the table's, along which the
    patient lies. The i axis keeps its own as far as it can; j follows. In-plane spacing is
    kept; the slices are as far apart as their median step.

    Raises
    ------
    InvalidVolumeError
        If the grid would be more than eight times as large.
    """
    if not geometry.is_sheared and geometry.slice_offsets_mm is None:
        return geometry
    axes = _orthogonal_axes(geometry.directions)
    steps = np.array(geometry.spacing_mm)
    if geometry.slice_offsets_mm is not None:
        steps[2] = float(np.median(np.diff(geometry.slice_offsets_mm)))
    corners = geometry.to_patient(_corner_indices(geometry.shape)) @ axes
    lowest, highest = corners.min(axis=0), corners.max(axis=0)
    # A grid that fits exactly must not gain a slice by rounding.
    counts = np.ceil((highest - lowest) / steps - 1e-6).astype(int) + 1
    if counts.prod() > _LARGEST_GROWTH * np.prod(geometry.shape):
        raise InvalidVolumeError(
            "The axes of the scan are too far from right angles to be straightened.",
            remedy="Export the scan again from the scanner or archive.",
        )
    affine = np.eye(4)
    affine[:3, :3] = axes * steps
    affine[:3, 3] = axes @ lowest
    return Geometry((int(counts[0]), int(counts[1]), int(counts[2])), affine)


def resample(
    volume: Volume,
    target: Geometry,
    *,
    cancel: CancelToken | None = None,
    on_progress: Callable[[float], None] | None = None,
) -> Volume:
    """Sample a volume at the voxel centres of another grid, trilinearly.

    Beyond the outer voxel centres the edge value holds for half a voxel, the part that
    belongs to the voxel; farther out the result is -1024 HU, or the lowest value present
    where the unit is arbitrary. One target slice is computed at a time.

    Parameters
    ----------
    volume
        Any geometry, uneven slices included.
    target
        The grid to sample on, LPS mm.
    cancel
        Checked before every slice.
    on_progress
        Called with the fraction done, in [0, 1].

    Raises
    ------
    Cancelled
        If `cancel` was raised.
    """
    fill = AIR_HU if volume.unit is Unit.HU else int(volume.values.min())
    values = np.empty(target.shape, dtype=np.int16, order="F")
    for k in range(target.shape[2]):
        if cancel is not None:
            cancel.raise_if_cancelled()
        index = _source_index(volume.geometry, target, k)
        values[:, :, k] = _sample(volume.values, index, fill=fill)
        if on_progress is not None:
            on_progress((k + 1) / target.shape[2])
    return Volume(
        values=values,
        unit=volume.unit,
        geometry=target,
        source=volume.source,
        notices=volume.notices,
    )


def _orthogonal_axes(directions: FloatArray) -> FloatArray:
    """``(3, 3)`` orthonormal columns: k kept, i as near as can be, j on its own side."""
    k = directions[:, 2]
    i = directions[:, 0] - (directions[:, 0] @ k) * k
    i = i / np.linalg.norm(i)
    j = np.cross(k, i)
    if j @ directions[:, 1] < 0:
        j = -j
    return np.stack([i, j, k], axis=1)


def _corner_indices(shape: tuple[int, int, int]) -> FloatArray:
    """``(8, 3)`` indices of the outermost voxel centres."""
    ends = [(0.0, float(count - 1)) for count in shape]
    return np.array([(i, j, k) for i in ends[0] for j in ends[1] for k in ends[2]])


def _source_index(source: Geometry, target: Geometry, k: int) -> FloatArray:
    """``(3, i, j)`` source indices of the voxel centres of target slice `k`."""
    to_source = np.linalg.inv(source.affine) @ target.affine
    step = float(target.to_mean_steps(k))
    i = np.arange(target.shape[0], dtype=np.float64)
    j = np.arange(target.shape[1], dtype=np.float64)
    index = np.empty((3, len(i), len(j)))
    for axis, (by_i, by_j, by_k, start) in enumerate(to_source[:3]):
        index[axis] = (by_i * i + (by_k * step + start))[:, None] + by_j * j
    index[2] = source.from_mean_steps(index[2])
    return index


def _sample(
    values: npt.NDArray[np.int16], index: FloatArray, *, fill: int
) -> npt.NDArray[np.int16]:
    """``(i, j)`` linear samples of `values` at ``(3, i, j)`` indices."""
    limits = np.array(values.shape).reshape(3, 1, 1) - _HALF_VOXEL
    # Rounding in the affines must not push an edge voxel outside.
    slack = 1e-6
    outside = ((index < -_HALF_VOXEL - slack) | (index > limits + slack)).any(axis=0)
    # A window is painted before anybody needs it, and it takes long to import.
    from scipy import ndimage  # noqa: PLC0415

    samples = ndimage.map_coordinates(values, index, output=np.float32, order=1, mode="nearest")
    samples[outside] = fill
    rounded: npt.NDArray[np.int16] = np.rint(samples).astype(np.int16)
    return rounded
