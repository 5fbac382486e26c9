"""Computing a draw with TorchIO, as the paper did.

Its fixed transforms are used, not the random ones: those draw from the random state that all of
torch shares, so a view would depend on what else was drawn before, and on threads. For the same
reason `apply_transform` is called and not the transform itself, which draws whether to happen,
and noise is drawn here: `torchio.Noise` sets the seed of all of torch.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
import torch
import torchio
from scipy.spatial.transform import Rotation

from medct_core.training.augmentation.bias_field import bias_factor
from medct_core.training.augmentation.draw import Draw, Warp
from medct_core.training.augmentation.frame import Frame

FloatArray = npt.NDArray[np.float32]
MaskArray = npt.NDArray[np.uint8]

# TorchIO hands control points to ITK as they are, ordered and pointing as in LPS, while its images
# are in RAS.
_TO_LPS = np.array([-1.0, -1.0, 1.0])


def moved(
    values: FloatArray, masks: MaskArray | None, draw: Draw, frame: Frame
) -> tuple[FloatArray, MaskArray | None]:
    """Warp and flip a volume and its masks alike.

    Parameters
    ----------
    values
        ``(1, d, h, w)``.
    masks
        ``(masks, d, h, w)``, or None.
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
    axes = (frame.side_axis + 1,) * draw.flips_sides + (frame.front_axis + 1,) * draw.flips_front
    # Not by `torchio.Flip`, which fails where the volume is one voxel wide.
    values = np.flip(values, axes).copy()
    return values, None if masks is None else np.flip(masks, axes).copy()


def _warped(
    values: FloatArray, masks: MaskArray | None, warp: Warp, frame: Frame
) -> tuple[FloatArray, MaskArray | None]:
    subject = _warping(warp, frame).apply_transform(_subject(values, masks, frame))
    image: FloatArray = subject["scan"].data.numpy()
    return image, None if masks is None else subject["masks"].data.numpy().astype(np.uint8)


def _subject(values: FloatArray, masks: MaskArray | None, frame: Frame) -> torchio.Subject:
    # The axes of the array stand for those of the patient: only distances matter to a warp.
    affine = np.diag([*frame.spacing_mm, 1.0])
    images = {"scan": torchio.ScalarImage(tensor=torch.tensor(values), affine=affine)}
    if masks is not None:
        images["masks"] = torchio.LabelMap(tensor=torch.tensor(masks), affine=affine)
    return torchio.Subject(images)


def _warping(warp: Warp, frame: Frame) -> Any:  # noqa: ANN401 - untyped
    affine = _affine_arguments(warp, frame)
    if warp.displacement_mm is None:
        return torchio.Affine(**affine)
    elastic = {
        "control_points": warp.displacement_mm[::-1, ::-1] * _TO_LPS,
        "max_displacement": tuple(np.abs(warp.displacement_mm).max(axis=(0, 1, 2)).tolist()),
    }
    return torchio.AffineElasticDeformation(
        affine_first=True, affine_params=affine, elastic_params=elastic
    )


def _affine_arguments(warp: Warp, frame: Frame) -> dict[str, object]:
    # ITK turns about the third axis, then the first, then the second.
    third, first, second = Rotation.from_rotvec(warp.rotation_deg, degrees=True).as_euler(
        "ZXY", degrees=True
    )
    # TorchIO scales what it has moved; here the shift is meant in mm of the result.
    shift = np.divide(warp.shift_mm, warp.scale)
    return {
        "scales": warp.scale,
        "degrees": (float(first), float(second), float(third)),
        "translation": tuple(shift.tolist()),
        "default_pad_value": frame.pad_share,
    }


def recoloured(values: FloatArray, draw: Draw, rng: np.random.Generator) -> FloatArray:
    """Blur a volume, add noise, bend its grey scale and shade it.

    Parameters
    ----------
    values
        ``(1, d, h, w)`` in [0, 1].
    draw
        What happens.
    rng
        For the noise.

    Returns
    -------
    Same shape, in [0, 1] after each step.
    """
    if draw.blur_voxels is not None:
        values = _applied(torchio.Blur(std=draw.blur_voxels), values)
    if draw.noise is not None:
        noise = rng.standard_normal(values.shape, dtype=np.float32)
        noise *= np.float32(draw.noise)
        noise += values
        values = noise.clip(0.0, 1.0, out=noise)
    if draw.gamma is not None:
        values = _applied(torchio.Gamma(gamma=draw.gamma), values)
    if draw.bias_field is not None:
        values = values * bias_factor(values.shape[1:], draw.bias_field).numpy()
    return values.clip(0.0, 1.0)


def _applied(transform: Any, values: FloatArray) -> FloatArray:  # noqa: ANN401 - untyped
    # Voxels count as 1 mm wide, because blur is meant in voxels.
    subject = torchio.Subject(scan=torchio.ScalarImage(tensor=torch.from_numpy(values)))
    changed: FloatArray = transform.apply_transform(subject)["scan"].data.numpy()
    return changed.clip(0.0, 1.0)
