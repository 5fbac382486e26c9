"""A smooth factor over a volume: what an uneven coil, or a badly centred patient, does to grey."""

from collections.abc import Sequence

import torch
from torch import Tensor

from medct_core.training.augmentation.draw import BIAS_ORDER


def bias_factor(
    shape: Sequence[int], coefficients: Sequence[float], device: torch.device | None = None
) -> Tensor:
    """Exponential of a polynomial of third order in three coordinates.

    The same numbers as TorchIO's bias field, which needs 20 arrays of doubles in turn; a
    polynomial is a product along one axis after the other.

    Parameters
    ----------
    shape
        (d, h, w).
    coefficients
        20, of d^a h^b w^c with a + b + c of at most 3; c grows fastest, then b.
    device
        Where it is computed.

    Returns
    -------
    ``(d, h, w)`` float32, positive. Along each axis the coordinate is 0 in the middle and 1 at
    the centre of the last voxel.

    References
    ----------
    Van Leemput et al., Automated model-based bias field correction of MR images of the brain, 1999.
    """
    table = torch.zeros((BIAS_ORDER + 1,) * 3, device=device)
    left = iter(coefficients)
    for a in range(BIAS_ORDER + 1):
        for b in range(BIAS_ORDER + 1 - a):
            for c in range(BIAS_ORDER + 1 - a - b):
                table[a, b, c] = next(left)
    along_d, along_h, along_w = (_powers(count, device) for count in shape)
    # From the last axis to the first, so that only the result is as large as the volume.
    partial = torch.einsum("abc,wc->abw", table, along_w)
    partial = torch.einsum("abw,hb->ahw", partial, along_h)
    return torch.einsum("ahw,da->dhw", partial, along_d).exp_()


def _powers(count: int, device: torch.device | None) -> Tensor:
    """``(count, 4)``: powers 0 to 3 of the coordinate."""
    places = torch.arange(count, device=device) - (count - 1) / 2
    coordinate = places / ((count - 1) / 2) if count > 1 else places
    return coordinate[:, None] ** torch.arange(BIAS_ORDER + 1, device=device)
