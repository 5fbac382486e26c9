"""Computing a draw with MONAI, on a GPU where there is one.

All that moves places is one resampling, in slabs, so that the grid of places never needs more
memory than a few slices. Importing MONAI takes seconds, so this module is imported when used.
"""

import numpy as np
import numpy.typing as npt
import torch
from monai.transforms import GaussianSmooth, Resample
from scipy.spatial.transform import Rotation
from torch import Tensor

from medct_core.training.augmentation.bias_field import bias_factor
from medct_core.training.augmentation.draw import Draw, Warp
from medct_core.training.augmentation.frame import Frame

FloatArray = npt.NDArray[np.float32]
MaskArray = npt.NDArray[np.uint8]

_SLAB_VOXELS = 2**21
"""Voxels whose places are computed at a time: a grid of 25 MB."""

_SPLINE = np.array([[1, 4, 1, 0], [-3, 0, 3, 0], [3, -6, 3, 0], [-1, 3, -3, 1]]) / 6.0
"""Powers 0 to 3 of the place between two knots to the weights of four control points."""


def on_device(
    values: FloatArray, masks: MaskArray | None, device: torch.device
) -> tuple[Tensor, Tensor | None]:
    """Bring a volume and its masks to where they are computed on."""
    image = torch.tensor(values, device=device)
    return image, None if masks is None else torch.tensor(masks, device=device)


def moved(
    values: Tensor, masks: Tensor | None, draw: Draw, frame: Frame
) -> tuple[Tensor, Tensor | None]:
    """Warp and flip a volume and its masks alike.

    Parameters
    ----------
    values
        ``(1, d, h, w)`` float32.
    masks
        ``(masks, d, h, w)`` uint8, or None.
    draw
        What happens.
    frame
        What the voxels mean.

    Returns
    -------
    Volume, interpolated linearly, and masks, each voxel of the nearest one.
    """
    if draw.warp is not None:
        values, masks = _warped(values, masks, draw.warp, frame)
    axes = [frame.side_axis + 1] * draw.flips_sides + [frame.front_axis + 1] * draw.flips_front
    if axes:
        values = values.flip(axes)
        masks = None if masks is None else masks.flip(axes)
    return values, masks


def _warped(
    values: Tensor, masks: Tensor | None, warp: Warp, frame: Frame
) -> tuple[Tensor, Tensor | None]:
    depth, height, width = values.shape[1:]
    # Resampling puts zeros outside, so air is made zero and put back.
    shifted = values - frame.pad_share
    linear = Resample(mode="bilinear", padding_mode="zeros", dtype=torch.float32)
    nearest = Resample(mode="nearest", padding_mode="zeros", dtype=torch.float32)
    image = torch.empty_like(values)
    marks = None if masks is None else torch.empty_like(masks)
    step = max(1, _SLAB_VOXELS // (height * width))
    for start in range(0, depth, step):
        slab = slice(start, min(start + step, depth))
        places = _places(slab, (depth, height, width), warp, frame, values.device)
        image[:, slab] = linear(shifted, grid=places).as_tensor() + frame.pad_share
        if masks is not None and marks is not None:
            marks[:, slab] = nearest(masks, grid=places).as_tensor().to(torch.uint8)
    return image, marks


def _places(
    slab: slice, shape: tuple[int, int, int], warp: Warp, frame: Frame, device: torch.device
) -> Tensor:
    """``(3, slab, h, w)``: where each voxel of a slab comes from, in voxels about the middle."""
    centred = [
        (torch.arange(count, device=device) - (count - 1) / 2) * spacing
        for count, spacing in zip(shape, frame.spacing_mm, strict=True)
    ]
    centred[0] = centred[0][slab]
    place = torch.stack(torch.meshgrid(*centred, indexing="ij"))
    if warp.displacement_mm is not None:
        place += _displacement(warp.displacement_mm, shape, slab, device)
    inverse = np.linalg.inv(_matrix(warp)) / np.array(frame.spacing_mm)[:, None]
    offset = inverse @ np.array(warp.shift_mm)
    places = torch.einsum("ac,cdhw->adhw", _tensor(inverse, device), place)
    return places - _tensor(offset, device)[:, None, None, None]


def _matrix(warp: Warp) -> npt.NDArray[np.float64]:
    """``(3, 3)``: scale times rotation."""
    turned: npt.NDArray[np.float64] = Rotation.from_rotvec(
        warp.rotation_deg, degrees=True
    ).as_matrix()
    return np.array(warp.scale)[:, None] * turned


def _displacement(
    points_mm: npt.NDArray[np.float64],
    shape: tuple[int, int, int],
    slab: slice,
    device: torch.device,
) -> Tensor:
    """``(3, slab, h, w)`` mm: cubic B-splines through the control points, one axis at a time."""
    along = [_tensor(_spline_weights(count, len(points_mm)), device) for count in shape]
    along[0] = along[0][slab]
    partial = torch.einsum("xyzc,dx->cdyz", _tensor(points_mm, device), along[0])
    partial = torch.einsum("cdyz,hy->cdhz", partial, along[1])
    return torch.einsum("cdhz,wz->cdhw", partial, along[2])


def _spline_weights(count: int, points: int) -> npt.NDArray[np.float64]:
    """``(count, points)``: share of each control point; the knots span the whole volume."""
    spans = points - 3
    place = (np.arange(count) + 0.5) / count * spans
    first = np.minimum(place.astype(np.int64), spans - 1)
    powers = (place - first)[:, None] ** np.arange(4)
    weights = np.zeros((count, points))
    np.put_along_axis(weights, first[:, None] + np.arange(4), powers @ _SPLINE, axis=1)
    return weights


def _tensor(array: npt.NDArray[np.float64], device: torch.device) -> Tensor:
    return torch.tensor(array, dtype=torch.float32, device=device)


def recoloured(values: Tensor, draw: Draw, noise_seed: int) -> Tensor:
    """Blur a volume, add noise, bend its grey scale and shade it.

    Parameters
    ----------
    values
        ``(1, d, h, w)`` float32 in [0, 1].
    draw
        What happens.
    noise_seed
        For the noise; a GPU draws other noise from it than a CPU.

    Returns
    -------
    Same shape, in [0, 1] after each step.
    """
    if draw.blur_voxels is not None:
        values = GaussianSmooth(sigma=draw.blur_voxels)(values).as_tensor().clamp(0.0, 1.0)
    if draw.noise is not None:
        generator = torch.Generator(values.device).manual_seed(noise_seed)
        noise = torch.empty_like(values).normal_(0.0, draw.noise, generator=generator)
        values = noise.add_(values).clamp_(0.0, 1.0)
    if draw.gamma is not None:
        values = values**draw.gamma
    if draw.bias_field is not None:
        values = values * bias_factor(values.shape[1:], draw.bias_field, values.device)
    return values.clamp(0.0, 1.0)
