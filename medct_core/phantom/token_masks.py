"""Masks at the size of a model's tokens."""

from medct_core.phantom.canvas import Float


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
