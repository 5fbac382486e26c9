"""Fitting a body to a model's input: the box around it, resized by means over whole voxels."""

import numpy as np
import numpy.typing as npt
from scipy import sparse

from medct_core.preprocess.recipe import Recipe
from medct_core.preprocess.steps import AxisPlan


def plan_body(values: npt.NDArray[np.int16], recipe: Recipe) -> tuple[AxisPlan, AxisPlan, AxisPlan]:
    """Plan all axes so that the body fills the shape of a recipe.

    Parameters
    ----------
    values
        ``(i, j, k)``, Hounsfield units.
    recipe
        With `Extent.BODY`.

    Returns
    -------
    Plans along (k, i, j), the order of the recipe.
    """
    box = body_box(values, above_hu=recipe.hu_range[0])
    along_k, along_i, along_j = (
        binned_axis(values.shape[axis], box[axis], size)
        for axis, size in zip((2, 0, 1), recipe.shape, strict=True)
    )
    return along_k, along_i, along_j


def body_box(values: npt.NDArray[np.int16], *, above_hu: float) -> tuple[slice, slice, slice]:
    """Find the smallest box that holds every voxel above a density; all of it where there is none.

    Parameters
    ----------
    values
        ``(i, j, k)``, Hounsfield units.
    above_hu
        Voxels at or below it are outside: padding and, in a scan without noise, air.
    """
    i, j, k = (_extent(line) for line in _any_along_each(values, above_hu))
    return i, j, k


def _any_along_each(
    values: npt.NDArray[np.int16], above_hu: float
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Say of every index of each axis whether anything there is dense enough."""
    # Slice by slice: a second copy of a whole scan is not needed for this.
    along_i = np.zeros(values.shape[0], dtype=bool)
    along_j = np.zeros(values.shape[1], dtype=bool)
    along_k = np.zeros(values.shape[2], dtype=bool)
    for number in range(values.shape[2]):
        dense = values[:, :, number] > above_hu
        rows = dense.any(axis=1)
        along_i |= rows
        along_j |= dense.any(axis=0)
        along_k[number] = rows.any()
    return along_i, along_j, along_k


def _extent(line: npt.NDArray[np.bool_]) -> slice:
    found = np.flatnonzero(line)
    return slice(int(found[0]), int(found[-1]) + 1) if len(found) else slice(0, len(line))


def binned_axis(count: int, part: slice, size: int) -> AxisPlan:
    """Average part of an axis in `size` bins of whole voxels; neighbouring bins may share one.

    Parameters
    ----------
    count
        Voxels of the scan.
    part
        The voxels that are binned; `start` and `stop` are given.
    size
        Bins. Where they are more than voxels, a voxel is in several.

    References
    ----------
    The bins of ``torch.nn.functional.interpolate(mode="area")``: from the floor of one edge to the
    ceiling of the next.
    """
    length = part.stop - part.start
    edges = np.arange(size + 1) * length
    low, high = edges[:-1] // size, -(-edges[1:] // size)
    widths = high - low
    rows = np.repeat(np.arange(size), widths)
    first_of_row = np.repeat(np.cumsum(widths) - widths, widths)
    columns = part.start + np.repeat(low, widths) + np.arange(len(rows)) - first_of_row
    shares = np.repeat(1.0 / widths, widths).astype(np.float32)
    step = length / size
    return AxisPlan(
        weights=sparse.csr_array((shares, (rows, columns)), shape=(size, count)),
        first=0,
        start=part.start + 0.5 * step - 0.5,
        step=step,
    )
