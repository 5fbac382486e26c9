"""Regions between millimetres of the patient and tokens of a model."""

import numpy as np
import numpy.typing as npt

from medct_core.errors import UsageError
from medct_core.retrieval.region import Block, TokenRegion

FloatArray = npt.NDArray[np.float64]

_ROUNDING = 1e-6
"""Of a token; a box that ends where a token does shall not take the next one."""


def corners_of(low_mm: npt.ArrayLike, high_mm: npt.ArrayLike) -> FloatArray:
    """Give the eight corners of a box in patient space, ``(8, 3)`` LPS mm.

    Parameters
    ----------
    low_mm, high_mm
        ``(3,)`` LPS mm.
    """
    both = np.array([low_mm, high_mm], dtype=np.float64)
    picks = np.indices((2, 2, 2)).reshape(3, -1).T
    return np.asarray(both[picks, np.arange(3)], dtype=np.float64)


def tokens_around(points_mm: FloatArray, token_affine: FloatArray, shape: Block) -> TokenRegion:
    """Give the smallest box of tokens that holds all points of a region.

    What lies outside of what the model sees is left out. A token belongs to the region if any
    part of the box around the points lies in it, so a region is at least one token large.

    Parameters
    ----------
    points_mm
        ``(n, 3)`` LPS mm, n at least 1: the corners of a box, or the voxels of a mask.
    token_affine
        ``(4, 4)``, index of a token to its middle in LPS mm.
    shape
        Tokens of the scan along every axis.

    Raises
    ------
    UsageError
        If no part of the region is seen by the model.
    ValueError
        If there is no point.
    """
    if points_mm.ndim != 2 or len(points_mm) == 0:
        raise ValueError("a region is around at least one point")
    to_index = np.linalg.inv(token_affine)
    indices = points_mm @ to_index[:3, :3].T + to_index[:3, 3]
    first = np.floor(indices.min(axis=0) + 0.5 + _ROUNDING).astype(int)
    stop = np.maximum(np.ceil(indices.max(axis=0) + 0.5 - _ROUNDING).astype(int), first + 1)
    first, stop = np.maximum(first, 0), np.minimum(stop, shape)
    if (stop <= first).any():
        low, high = points_mm.min(axis=0), points_mm.max(axis=0)
        raise UsageError(
            f"The region from {_in_words(low)} to {_in_words(high)} mm lies outside of what the "
            "model sees of this scan.",
            remedy="Choose a region inside the chest, in patient coordinates: left, back and head "
            "are positive.",
        )
    a, b, c = map(int, first)
    d, e, f = map(int, stop)
    return TokenRegion((a, b, c), (d, e, f))


def box_of(region: TokenRegion, token_affine: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Give the smallest box in patient space that holds a region, low and high ``(3,)`` LPS mm.

    It is larger than the region where the scan's axes are oblique.
    """
    edges = corners_of(np.array(region.first) - 0.5, np.array(region.stop) - 0.5)
    points = edges @ token_affine[:3, :3].T + token_affine[:3, 3]
    return points.min(axis=0), points.max(axis=0)


def shares_of(region: TokenRegion, shape: Block) -> tuple[tuple[float, float], ...]:
    """Say where a region begins and ends along each axis, as shares of what the model sees."""
    return tuple(
        (first / length, stop / length)
        for first, stop, length in zip(region.first, region.stop, shape, strict=True)
    )


def _in_words(point: FloatArray) -> str:
    return ", ".join(f"{value:.0f}" for value in point)
