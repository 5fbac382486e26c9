"""Straight cuts: slices and slabs along the index axes of a scan, read where they lie.

`vtkImageReslice` takes several times as long, leaves the first slice of a scan out of a slab, and
shifts a slab by a voxel where it runs against an index axis.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from app.state.view import SlabMode

Array = npt.NDArray[Any]
FloatArray = npt.NDArray[np.float64]

_NEAR_WHOLE = 1e-9


def straight_cut(
    values: Array,
    axes: FloatArray,
    origin: FloatArray,
    *,
    shape: tuple[int, int],
    mode: SlabMode,
    count: int,
) -> Array | None:
    """Cut a slice or a slab whose samples are all voxels.

    Parameters
    ----------
    values
        ``(i, j, k)``.
    axes
        ``(3, 3)``; columns are the index steps by column, by row and by slab sample.
    origin
        ``(3,)`` index of the top left pixel of the middle slice.
    shape
        Rows and columns.
    mode
        How the samples of a slab become one.
    count
        Samples across the slab, odd; those beyond the scan take no part.

    Returns
    -------
    ``(rows, columns)``, or None where a pixel of the middle slice is no voxel of the scan.
    """
    steps, first = np.rint(axes).astype(int), np.rint(origin).astype(int)
    off = max(np.abs(axes - steps).max(), np.abs(origin - first).max())
    if off > _NEAR_WHOLE or not _runs_along_axes(steps):
        return None
    across, along, through = (int(axis) for axis in np.abs(steps).argmax(axis=0))
    columns = _run(int(first[across]), int(steps[across, 0]), shape[1], values.shape[across])
    rows = _run(int(first[along]), int(steps[along, 1]), shape[0], values.shape[along])
    depth = int(first[through])
    if columns is None or rows is None or not 0 <= depth < values.shape[through]:
        return None
    half = count // 2
    slab = slice(max(depth - half, 0), depth + half + 1)
    block = values.transpose(through, along, across)[slab, rows, columns]
    return np.array(_joined(block, mode), order="C")


def _run(first: int, step: int, count: int, size: int) -> slice | None:
    """Give the indices from the first on, one step each; None where one is outside."""
    last = first + step * (count - 1)
    if not (0 <= first < size and 0 <= last < size):
        return None
    stop = last + step
    return slice(first, stop if stop >= 0 else None, step)


def _runs_along_axes(steps: npt.NDArray[np.int_]) -> bool:
    """Whether every step goes to a neighbour along an index axis of its own."""
    size = np.abs(steps)
    return bool((size.sum(axis=0) == 1).all() and (size.sum(axis=1) == 1).all())


def _joined(block: Array, mode: SlabMode) -> Array:
    """Join ``(samples, rows, columns)`` to ``(rows, columns)``."""
    if len(block) == 1:
        one: Array = block[0]
        return one
    if mode is SlabMode.MINIP:
        lowest: Array = block.min(axis=0)
        return lowest
    if mode is SlabMode.MEAN:
        # As VTK rounds: halves go up.
        mean = np.floor(block.sum(axis=0, dtype=np.int64) / len(block) + 0.5)
        rounded: Array = mean.astype(block.dtype)
        return rounded
    highest: Array = block.max(axis=0)
    return highest
