"""augment: one look at a scan and its report."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import torch

from medct_core.training.augmentation import with_torchio
from medct_core.training.augmentation.draw import Draw, Key, Purpose, drawn, unfolded
from medct_core.training.augmentation.frame import Frame
from medct_core.training.augmentation.recipes import Augmentation, Engine, Sides
from medct_core.training.augmentation.sides import mirrored
from medct_core.training.augmentation.synonyms import reworded, synonym_table

FloatArray = npt.NDArray[np.float32]
MaskArray = npt.NDArray[np.uint8]

_CPU = torch.device("cpu")
_SEEDS = 2**63


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """A scan, its report, and masks of what is in it, that belong together.

    Attributes
    ----------
    values
        ``(1, d, h, w)`` float32 in the model's range.
    report
        May be empty.
    masks
        ``(masks, d, h, w)`` uint8, 0 and 1, or None.
    """

    values: FloatArray
    report: str = ""
    masks: MaskArray | None = None


@dataclass(frozen=True, slots=True)
class Setup:
    """What to do, for all scans of a training.

    Attributes
    ----------
    augmentation
        What is changed how strongly and how often.
    frame
        What the voxels mean.
    device
        Where MONAI computes; TorchIO knows the CPU only.
    """

    augmentation: Augmentation
    frame: Frame
    device: torch.device = _CPU


def augment(look: Look, setup: Setup, key: Key) -> Look:
    """Change a scan, its masks and its report as a recipe says.

    Parameters
    ----------
    look
        As it is; not written to.
    setup
        What to do.
    key
        Seed, row and epoch: on one kind of device equal keys give equal results, whatever was
        done before, and in whatever thread or process.

    Returns
    -------
    Same shapes, values in the model's range; outside the scan lies its pad value.
    """
    if setup.augmentation.is_none:
        return look
    draw, report = drawn_look(look.report, setup.augmentation, key)
    return apply_draw(replace(look, report=report), draw, setup, key)


def drawn_look(report: str, augmentation: Augmentation, key: Key) -> tuple[Draw, str]:
    """Draw what happens to a scan, and word its report accordingly.

    Where sides are swapped, a scan whose report has no mirror image is not flipped.
    """
    draw = drawn(augmentation, key)
    if draw.flips_sides and augmentation.sides is Sides.SWAPPED:
        swapped = mirrored(report)
        draw = replace(draw, flips_sides=swapped is not None)
        report = report if swapped is None else swapped
    rng = key.stream(Purpose.TEXT)
    return draw, reworded(report, augmentation.chances.synonym, rng, synonym_table())


def apply_draw(look: Look, draw: Draw, setup: Setup, key: Key) -> Look:
    """Change a scan and its masks as was drawn: first where things are, then how they look."""
    frame = setup.frame
    if draw.warp is not None:
        draw = replace(draw, warp=unfolded(draw.warp, _extent_mm(look, frame)))
    width = np.float32(frame.high - frame.low)
    share = (look.values - np.float32(frame.low)) / width
    compute = _with_monai if setup.augmentation.engine is Engine.MONAI else _with_torchio
    seen, masks = compute(share, look.masks, draw, setup, key.stream(Purpose.NOISE))
    values = (seen * width + np.float32(frame.low)).clip(frame.low, frame.high)
    return replace(look, values=values, masks=masks)


def _extent_mm(look: Look, frame: Frame) -> tuple[float, float, float]:
    d, h, w = (n * mm for n, mm in zip(look.values.shape[1:], frame.spacing_mm, strict=True))
    return d, h, w


def _with_torchio(
    share: FloatArray, masks: MaskArray | None, draw: Draw, setup: Setup, noise: np.random.Generator
) -> tuple[FloatArray, MaskArray | None]:
    moved, marks = with_torchio.moved(share, masks, draw, setup.frame)
    return with_torchio.recoloured(moved, draw, noise), marks


def _with_monai(
    share: FloatArray, masks: MaskArray | None, draw: Draw, setup: Setup, noise: np.random.Generator
) -> tuple[FloatArray, MaskArray | None]:
    # MONAI takes seconds to import, and only this needs it.
    from medct_core.training.augmentation import with_monai  # noqa: PLC0415

    image, marks = with_monai.on_device(share, masks, setup.device)
    image, marks = with_monai.moved(image, marks, draw, setup.frame)
    image = with_monai.recoloured(image, draw, int(noise.integers(_SEEDS)))
    seen: FloatArray = image.cpu().numpy()
    return seen, None if marks is None else marks.cpu().numpy()
