"""The trivial baseline: how far a histogram and a blurred thumbnail get.

If it separates the findings well, the phantoms are too easy and no number on them means
anything.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

Float = npt.NDArray[np.float32]

_BINS = 64
_BLOCKS = 8


@dataclass(frozen=True, slots=True, eq=False)
class TrivialBaseline:
    """Logistic regressions, one a finding, on standardised trivial features.

    Attributes
    ----------
    mean, scale
        ``(f,)`` standardisation fitted on the training scans.
    weights
        ``(findings, f)``.
    bias
        ``(findings,)``.
    """

    mean: Float
    scale: Float
    weights: Float
    bias: Float

    def score(self, features: Float) -> Float:
        """Logits ``(n, findings)`` of ``(n, f)`` features."""
        standard = (features - self.mean) / self.scale
        return np.asarray(standard @ self.weights.T + self.bias, np.float32)

    def save(self, path: Path) -> None:
        """Write all arrays to one .npz file."""
        np.savez(path, mean=self.mean, scale=self.scale, weights=self.weights, bias=self.bias)

    @classmethod
    def load(cls, path: Path) -> "TrivialBaseline":
        """Read what `save` wrote."""
        with np.load(path, allow_pickle=False) as arrays:
            return cls(arrays["mean"], arrays["scale"], arrays["weights"], arrays["bias"])


def trivial_features(values: Float) -> Float:
    """64-bin histogram and 8x8x8 block means of one prepared scan.

    Parameters
    ----------
    values
        ``(d, h, w)`` float32 in [-1, 1], every axis divisible by 8.

    Returns
    -------
    ``(576,)`` float32.
    """
    histogram, _ = np.histogram(values, bins=_BINS, range=(-1.0, 1.0))
    d, h, w = (n // _BLOCKS for n in values.shape)
    blocks = values.reshape(_BLOCKS, d, _BLOCKS, h, _BLOCKS, w).mean(axis=(1, 3, 5))
    return np.concatenate([histogram / values.size, blocks.ravel()]).astype(np.float32)
