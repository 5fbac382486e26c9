"""Masks at the size of a model's tokens."""

import numpy as np
import numpy.typing as npt

from medct_core.phantom.canvas import Float
from medct_core.phantom.generate import Phantom
from medct_core.vocabulary import FINDINGS

_FULL = 255.0
_ROUNDING = 1e-4


def token_masks(mask: Float, voxels: tuple[int, int, int]) -> Float:
    """Mean coverage of every block of voxels.

    Parameters
    ----------
    mask
        ``(i, j, k)`` float32 in [0, 1]; every axis a multiple of `voxels`.
    voxels
        Size of a block along (i, j, k).

    Returns
    -------
    ``(i / voxels, ...)`` float32 in [0, 1].
    """
    (i, j, k), (a, b, c) = mask.shape, voxels
    blocks = mask.reshape(i // a, a, j // b, b, k // c, c)
    means: Float = blocks.mean(axis=(1, 3, 5))
    return means


def token_coverage(phantom: Phantom, voxels: tuple[int, int, int]) -> npt.NDArray[np.uint8]:
    """Share of every token that each of the eighteen findings fills.

    Parameters
    ----------
    phantom
        Its grid is a multiple of `voxels`.
    voxels
        Size of a token along (i, j, k).

    Returns
    -------
    ``(findings, k, i, j)`` tokens, uint8: 0 is none, 255 all, and any share at least 1.
    """
    i, j, k = (n // step for n, step in zip(phantom.volume.values.shape, voxels, strict=True))
    coverage = np.zeros((len(FINDINGS), k, i, j), np.uint8)
    for name, mask in phantom.masks.items():
        share = token_masks(mask, voxels).transpose(2, 0, 1)
        coverage[FINDINGS.index(name)] = np.ceil(share * _FULL - _ROUNDING).clip(0, 255)
    return coverage
