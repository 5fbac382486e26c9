"""What may differ between two scans of one body without changing a finding."""

import torch
from torch import Tensor

_SHIFT_VOXELS = (1, 2, 2)
_GAIN = 0.03
_OFFSET = 0.02
_NOISE = 0.02


def augmented(values: Tensor, generator: torch.Generator) -> Tensor:
    """Shift, scale and offset each scan a little and add noise; never flip: sides carry meaning.

    Parameters
    ----------
    values
        ``(batch, 1, d, h, w)`` float32 in [-1, 1] (1 is 1000 HU).
    generator
        Random stream.

    Returns
    -------
    Same shape, in [-1, 1]. Shifts stay under a quarter of a token, so masks still fit.
    """
    shape = (len(values), 1, 1, 1, 1)
    gain = 1 + _GAIN * _uniform(shape, generator)
    offset = _OFFSET * _uniform(shape, generator)
    spread = _NOISE * torch.rand(shape, generator=generator)
    shifted = torch.stack([_shifted(scan, generator) for scan in values])
    noise = torch.randn(shifted.shape, generator=generator)
    # Gain acts on density (air is 0), as a miscalibrated scanner does.
    return ((shifted + 1) * gain - 1 + offset + spread * noise).clamp_(-1.0, 1.0)


def _uniform(shape: tuple[int, ...], generator: torch.Generator) -> Tensor:
    return torch.rand(shape, generator=generator) * 2 - 1


def _shifted(scan: Tensor, generator: torch.Generator) -> Tensor:
    for axis, reach in enumerate(_SHIFT_VOXELS, start=1):
        step = int(torch.randint(-reach, reach + 1, (), generator=generator))
        scan = scan.roll(step, dims=axis)
        if step:
            start = 0 if step > 0 else scan.shape[axis] + step
            scan = scan.clone()
            scan.narrow(axis, start, abs(step)).fill_(-1.0)
    return scan
