"""The plain way to prepare a scan for CT-CLIP: step by step on whole volumes.

What `medct_core.preprocess.prepare` is measured against. Every step makes a new copy of the
whole scan, in float64, which is what nibabel hands out.
"""

import numpy as np
import numpy.typing as npt
import torch
from torch.nn import functional

from medct_core.volume.volume import Volume

TARGET_MM = (1.5, 0.75, 0.75)
SHAPE = (240, 480, 480)


def plain_prepare(volume: Volume) -> npt.NDArray[np.float32]:
    """Prepare an LPS volume as `preprocess.recipe.CT_CLIP` says.

    Returns
    -------
    ``(1, 240, 480, 480)`` float32, axes (channel, k, i, j).
    """
    spacing = volume.geometry.spacing_mm
    hu = np.asarray(volume.values, dtype=np.float64)
    clipped = np.clip(hu, -1000, 1000)
    turned = np.ascontiguousarray(clipped.transpose(2, 0, 1))
    tensor = torch.from_numpy(turned)[None, None]
    per_axis = zip(turned.shape, (spacing[2], spacing[0], spacing[1]), TARGET_MM, strict=True)
    size = [int(np.floor(n * mm / target)) for n, mm, target in per_axis]
    resampled = functional.interpolate(tensor, size=size, mode="trilinear", align_corners=False)
    scaled = resampled[0, 0] / 1000
    return _fit(scaled).float().numpy()[None]


def _fit(values: torch.Tensor) -> torch.Tensor:
    """Crop, then pad about the centre with -1 to ``(240, 480, 480)``."""
    for axis, size in enumerate(SHAPE):
        if values.shape[axis] > size:
            values = values.narrow(axis, (values.shape[axis] - size) // 2, size)
    missing = [size - n for size, n in zip(SHAPE, values.shape, strict=True)]
    padding = [edge for gap in reversed(missing) for edge in (gap // 2, gap - gap // 2)]
    return functional.pad(values, padding, value=-1.0)
