"""The steps of preparation as pure functions: what happens along one axis, and on one slab."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from medct_core.preprocess.recipe import Depth, Recipe, Resampling

FloatArray = npt.NDArray[np.float32]

_ROUNDING_VOXELS = 1e-4
"""Files keep 0.7 mm as 0.69999999; 150 voxels of it are still 140 of 0.75 mm."""

_COVERED = 0.5
"""A voxel of an area mean exists where the scan covers at least half of it."""


@dataclass(frozen=True, slots=True, eq=False)
class AxisPlan:
    """How one index axis of a scan becomes one axis of a model input.

    Attributes
    ----------
    weights
        ``(rows, n)`` sparse float32; output voxel ``first + r`` is row r times the n source
        voxels. Each row adds up to 1. What is cropped away has no row.
    first
        Output index of row 0; outputs before it and behind the last row are padding.
    start, step
        Source index of output voxel o is ``start + step * o``.
    """

    weights: sparse.csr_array
    first: int
    start: float
    step: float

    @property
    def covered(self) -> slice:
        """Output indices that come from the scan."""
        return slice(self.first, self.first + int(self.weights.shape[0]))


def plan_axes(
    shape: tuple[int, int, int], spacing_mm: tuple[float, float, float], recipe: Recipe
) -> tuple[AxisPlan, AxisPlan, AxisPlan]:
    """Plan all axes of a scan for a recipe.

    Parameters
    ----------
    shape, spacing_mm
        Of an LPS volume, along (i, j, k).
    recipe
        What the model wants.

    Returns
    -------
    Plans along (k, i, j), the order of the recipe.
    """
    counts = (shape[2], shape[0], shape[1])
    spacings = (spacing_mm[2], spacing_mm[0], spacing_mm[1])
    plans = [
        _plan_axis(count, spacing / target, size, recipe.resampling)
        for count, spacing, target, size in zip(
            counts, spacings, recipe.spacing_mm, recipe.shape, strict=True
        )
    ]
    if recipe.depth is Depth.SLICE_COUNT:
        plans[0] = squeezed_axis(counts[0], recipe.shape[0])
    return plans[0], plans[1], plans[2]


def _plan_axis(count: int, ratio: float, size: int, resampling: Resampling) -> AxisPlan:
    if resampling is Resampling.AREA:
        return area_axis(count, ratio, size)
    return linear_axis(count, resampled_count(count, ratio), size)


def resampled_count(count: int, ratio: float) -> int:
    """Voxels that an axis has at the target spacing, at least 1.

    Parameters
    ----------
    count
        Voxels of the scan.
    ratio
        Spacing of the scan divided by the target spacing.
    """
    return max(1, math.floor(count * ratio + _ROUNDING_VOXELS))


def linear_axis(count: int, resampled: int, size: int) -> AxisPlan:
    """Interpolate linearly to `resampled` voxels, then crop or pad about the centre to `size`.

    Voxel centres lie at half indices and the ends are held, as in torch's ``interpolate`` with
    ``align_corners=False``; the odd voxel of padding goes to the end.
    """
    step = count / resampled
    cropped = max(resampled - size, 0) // 2
    first = max(size - resampled, 0) // 2
    rows = np.arange(cropped, cropped + min(resampled, size))
    source = np.maximum((rows + 0.5) * step - 0.5, 0.0)
    low = np.minimum(source.astype(np.int64), count - 1)
    high = np.minimum(low + 1, count - 1)
    weights = _two_taps(low, high, source - low, count)
    start = (cropped - first + 0.5) * step - 0.5
    return AxisPlan(weights=weights, first=first, start=start, step=step)


def _two_taps(
    low: npt.NDArray[np.int64],
    high: npt.NDArray[np.int64],
    fraction: npt.NDArray[np.float64],
    count: int,
) -> sparse.csr_array:
    rows = np.arange(len(low))
    values = np.concatenate([1.0 - fraction, fraction]).astype(np.float32)
    where = (np.concatenate([rows, rows]), np.concatenate([low, high]))
    return sparse.csr_array((values, where), shape=(len(low), count))


def area_axis(count: int, ratio: float, size: int) -> AxisPlan:
    """Average what each voxel of the target grid covers; the middles of both grids coincide.

    Parameters
    ----------
    count
        Voxels of the scan.
    ratio
        Spacing of the scan divided by the target spacing.
    size
        Voxels of the target grid.
    """
    step = 1.0 / ratio
    start = (count - 1) / 2 - step * (size - 1) / 2
    low_edges = start + step * np.arange(size)[:, None] - step / 2
    voxels = np.arange(count)[None, :]
    overlap = np.minimum(low_edges + step, voxels + 0.5) - np.maximum(low_edges, voxels - 0.5)
    overlap = np.maximum(overlap, 0.0)
    covered = overlap.sum(axis=1)
    rows = np.flatnonzero(covered >= _COVERED * step)
    weights = (overlap[rows] / covered[rows, None]).astype(np.float32)
    first = int(rows[0]) if len(rows) else 0
    return AxisPlan(weights=sparse.csr_array(weights), first=first, start=start, step=step)


def squeezed_axis(count: int, size: int) -> AxisPlan:
    """Squeeze more than `size` voxels to exactly `size`; keep fewer and pad behind them."""
    if count > size:
        return linear_axis(count, size, size)
    identity = sparse.csr_array(sparse.eye_array(count, dtype=np.float32))
    return AxisPlan(weights=identity, first=0, start=0.0, step=1.0)


def to_model_scale(hu: npt.NDArray[np.int16] | FloatArray, recipe: Recipe) -> FloatArray:
    """Clip to the recipe's range and scale.

    Parameters
    ----------
    hu
        Any shape, Hounsfield units.

    Returns
    -------
    Same shape and memory order, float32.
    """
    values = hu.astype(np.float32)
    np.clip(values, *recipe.hu_range, out=values)
    values += np.float32(recipe.shift)
    values /= np.float32(recipe.scale)
    return values


def blend_slices(slices: FloatArray, rows: sparse.csr_array) -> FloatArray:
    """Mix whole slices.

    Parameters
    ----------
    slices
        ``(n, j, i)``.
    rows
        ``(rows, n)`` weights along the slice axis.

    Returns
    -------
    ``(rows, j, i)`` float32.
    """
    mixed: FloatArray = rows @ slices.reshape(len(slices), -1)
    return mixed.reshape(-1, *slices.shape[1:])


def resample_slice(image: FloatArray, along_i: AxisPlan, along_j: AxisPlan) -> FloatArray:
    """Resample one slice and turn it from display order to model order.

    Parameters
    ----------
    image
        ``(j, i)`` float32.

    Returns
    -------
    ``(h, w)`` float32 of the covered outputs, h along i and w along j.
    """
    # A sparse product runs over contiguous rows, so each axis is brought to the front in turn.
    turned = np.ascontiguousarray((along_j.weights @ image).T)
    resampled: FloatArray = along_i.weights @ turned
    return resampled


def to_volume_index(plans: tuple[AxisPlan, AxisPlan, AxisPlan]) -> npt.NDArray[np.float64]:
    """Matrix from model index to volume index.

    Parameters
    ----------
    plans
        Along (k, i, j).

    Returns
    -------
    ``(4, 4)`` float64, (d, h, w, 1) to (i, j, k, 1).
    """
    along_k, along_i, along_j = plans
    matrix = np.zeros((4, 4))
    for row, column, plan in ((0, 1, along_i), (1, 2, along_j), (2, 0, along_k)):
        matrix[row, column] = plan.step
        matrix[row, 3] = plan.start
    matrix[3, 3] = 1.0
    return matrix
