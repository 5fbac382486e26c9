"""Projection: vectors as points on a map, along the two directions in which they differ most."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from medct_core.retrieval.centring import FloatArray

MOST_DRAWN = 5000
"""Cases on one map; more would cover each other."""

_AXES = 2
_LEAST_VARIANCE = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Projection:
    """The two leading directions of some vectors.

    Attributes
    ----------
    origin
        ``(d,)`` float32, their mean: the middle of the map.
    directions
        ``(d, 2)`` float32, orthonormal columns; 0 where there is no second or first direction.
    share
        Of the variance that the map shows, in [0, 1]; 0 where all vectors are equal.
    """

    origin: FloatArray
    directions: FloatArray
    share: float

    def place(self, vectors: FloatArray) -> FloatArray:
        """Place vectors on the map: ``(..., d)`` to ``(..., 2)`` float32.

        Distances on the map are never longer than those of the vectors.
        """
        return ((vectors - self.origin) @ self.directions).astype(np.float32, copy=False)


def fit_projection(vectors: FloatArray) -> Projection:
    """Find the directions of most variance; the same vectors always give the same map.

    Parameters
    ----------
    vectors
        ``(n, d)`` float32, centred and of unit length; n at least 1.

    Raises
    ------
    ValueError
        If there are none.

    References
    ----------
    Pearson 1901, On lines and planes of closest fit to systems of points in space (principal
    component analysis).
    """
    if vectors.ndim != 2 or len(vectors) == 0:
        raise ValueError("a map is drawn of vectors, (n, d) with n of at least 1")
    origin = vectors.mean(axis=0, dtype=np.float64)
    apart = vectors - origin
    values, directions = np.linalg.eigh(apart.T @ apart / len(vectors))
    leading = np.zeros((vectors.shape[1], _AXES))
    found = np.flatnonzero(values > _LEAST_VARIANCE)[::-1][:_AXES]
    leading[:, : len(found)] = _with_sign(directions[:, found])
    shown, total = values[found].sum(), values.clip(min=0.0).sum()
    share = float(min(shown / total, 1.0)) if len(found) else 0.0
    return Projection(origin.astype(np.float32), leading.astype(np.float32), share)


def drawn_ids(case_ids: Sequence[str], *, most: int = MOST_DRAWN) -> tuple[str, ...]:
    """Choose the cases of a map: all, or as many as may be drawn, the same ones every time.

    Ids are hashes, so that the lowest of them are a fair sample; a case that is added changes at
    most one other.

    Returns
    -------
    Sorted.
    """
    return tuple(sorted(case_ids)[:most])


def _with_sign(directions: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Turn every direction so that its largest number is positive: its sign is arbitrary."""
    largest = np.abs(directions).argmax(axis=0)
    turned: npt.NDArray[np.float64] = directions * np.sign(
        directions[largest, np.arange(directions.shape[1])]
    )
    return turned
