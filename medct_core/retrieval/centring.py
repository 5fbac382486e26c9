"""Centring: what embeddings have in common taken away, so that their cosines tell cases apart."""

import hashlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]

SHRINKAGE = 0.1
"""Share of the mean variance that whitening adds to every direction, lest it blow up noise."""

_LEAST_LENGTH = 1e-6
_VERSION_DIGITS = 16


@dataclass(frozen=True, slots=True, eq=False)
class Centring:
    """A mean, and where wanted a whitening, fitted on the embeddings of one model.

    Raw cosines of 3D CT embeddings crowd together, because every chest has most of itself in
    common with every other. What is left without the mean tells them apart.

    Attributes
    ----------
    mean
        ``(d,)`` float32.
    whitening
        ``(d, d)`` float32, symmetric; None where vectors are only centred.
    fitted_on
        How many vectors it was fitted on.

    Raises
    ------
    ValueError
        If the shapes do not fit, or a number is not finite.
    """

    mean: FloatArray
    whitening: FloatArray | None
    fitted_on: int

    def __post_init__(self) -> None:
        size = self.mean.shape[0]
        if self.whitening is not None and self.whitening.shape != (size, size):
            raise ValueError("a whitening is square, with one row for each number of the mean")
        for name in ("mean", "whitening"):
            array = getattr(self, name)
            if array is not None:
                if not np.isfinite(array).all():
                    raise ValueError("a centring holds finite numbers only")
                frozen = np.ascontiguousarray(array, dtype=np.float32).view()
                frozen.flags.writeable = False
                object.__setattr__(self, name, frozen)

    @property
    def version(self) -> str:
        """Name of exactly these numbers, 16 hex digits; cosines of two versions never mix."""
        digest = hashlib.sha256(self.mean.astype("<f4").tobytes())
        if self.whitening is not None:
            digest.update(self.whitening.astype("<f4").tobytes())
        return digest.hexdigest()[:_VERSION_DIGITS]

    def centre(self, vectors: FloatArray) -> FloatArray:
        """Take the mean away, and whiten where wanted; ``(..., d)`` to the same, of any length."""
        centred: FloatArray = vectors - self.mean
        return centred if self.whitening is None else centred @ self.whitening

    def unit(self, vectors: FloatArray) -> FloatArray:
        """Centre, then bring to unit length; ``(..., d)`` to the same.

        A vector that equals the mean has no direction left: it becomes 0, whose cosine with
        everything is 0.
        """
        return _unit(self.centre(vectors))


def fit_mean(vectors: FloatArray) -> Centring:
    """Fit a centring by the mean alone.

    Parameters
    ----------
    vectors
        ``(n, d)`` float32, n at least 1.

    Raises
    ------
    ValueError
        If there are none.
    """
    _require_some(vectors)
    mean = vectors.mean(axis=0, dtype=np.float64).astype(np.float32)
    return Centring(mean=mean, whitening=None, fitted_on=len(vectors))


def fit_whitening(vectors: FloatArray) -> Centring:
    """Fit a centring that also gives every direction a similar variance.

    Parameters
    ----------
    vectors
        ``(n, d)`` float32, n at least 2; fewer than a few times d say little of the small
        directions, which `SHRINKAGE` holds back.

    Raises
    ------
    ValueError
        If there are fewer than two, or all are equal.
    """
    _require_some(vectors)
    values, directions = np.linalg.eigh(_covariance(vectors))
    floor = SHRINKAGE * float(values.mean())
    if not floor > 0:
        raise ValueError("a whitening needs vectors that differ")
    scales = 1.0 / np.sqrt(values.clip(min=0.0) + floor)
    whitening = (directions * scales) @ directions.T
    mean = vectors.mean(axis=0, dtype=np.float64)
    return Centring(mean.astype(np.float32), whitening.astype(np.float32), len(vectors))


def effective_rank(vectors: FloatArray) -> float:
    """Say how many directions embeddings really use, from 1 to d.

    Parameters
    ----------
    vectors
        ``(n, d)``. Fewer than a few times d vectors give too low a number.

    Returns
    -------
    The exponential of the entropy of the covariance's normalised eigenvalues; 1 where all
    vectors are equal.

    References
    ----------
    Roy and Vetterli 2007, The effective rank: a measure of effective dimensionality; of the
    covariance's eigenvalues rather than of the singular values.
    """
    _require_some(vectors)
    values = np.linalg.eigvalsh(_covariance(vectors)).clip(min=0.0)
    total = float(values.sum())
    if total <= 0:
        return 1.0
    shares = values[values > 0] / total
    return float(np.exp(-(shares * np.log(shares)).sum()))


def _covariance(vectors: FloatArray) -> npt.NDArray[np.float64]:
    """``(n, d)`` to ``(d, d)``, about the mean."""
    centred = vectors - vectors.mean(axis=0, dtype=np.float64)
    covariance: npt.NDArray[np.float64] = centred.T @ centred / len(vectors)
    return covariance


def _unit(vectors: FloatArray) -> FloatArray:
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    has_direction = lengths > _LEAST_LENGTH
    unit: FloatArray = np.where(has_direction, vectors / np.where(has_direction, lengths, 1), 0)
    return unit.astype(np.float32, copy=False)


def _require_some(vectors: FloatArray) -> None:
    if vectors.ndim != 2 or len(vectors) == 0:
        raise ValueError("a centring is fitted on vectors, (n, d) with n of at least 1")
