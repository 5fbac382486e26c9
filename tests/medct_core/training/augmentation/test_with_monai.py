"""MONAI gives what TorchIO gives for the same draw, and needs no torchvision for it."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.ndimage import gaussian_filter

from medct_core.training.augmentation import with_monai, with_torchio
from medct_core.training.augmentation.augment import Look
from medct_core.training.augmentation.draw import Draw, Key, drawn
from medct_core.training.augmentation.frame import Frame
from medct_core.training.augmentation.recipes import NEVER, PAPER
from medct_core.training.augmentation.with_torchio import FloatArray

CPU = torch.device("cpu")
FRAME = Frame("SLP", (6.5, 6.0, 5.0), 0.0, 1.0, 0.0)
# Where both see the scan alone: at its faces, one blends into air and the other does not.
INSIDE = (slice(None), *(slice(8, -8),) * 3)


@pytest.fixture(scope="module")
def smooth() -> FloatArray:
    """Draw hills of all heights in [0, 1]."""
    rough = np.random.default_rng(0).uniform(size=(1, 40, 48, 44)).astype(np.float32)
    hills: FloatArray = gaussian_filter(rough, (0, 3, 3, 3))
    hills -= hills.min()
    hills /= hills.max()
    return hills


@pytest.mark.parametrize(
    ("changes", "tolerance"),
    [
        (("rotation", "scaling", "translation"), 2e-6),
        # ITK's splines span a little more than the volume.
        (("elastic",), 1e-3),
        (("rotation", "scaling", "translation", "elastic", "flip_left_right"), 1e-3),
    ],
)
def test_one_resampling_gives_what_torchio_gives(
    smooth: FloatArray, changes: tuple[str, ...], tolerance: float
) -> None:
    masks = (smooth > 0.5).astype(np.uint8)
    certain = replace(PAPER, chances=replace(NEVER, **dict.fromkeys(changes, 1.0)))
    draw = drawn(certain, Key(1, 2, 3))

    theirs, their_masks = with_torchio.moved(smooth, masks, draw, FRAME)
    ours, our_masks = with_monai.moved(*with_monai.on_device(smooth, masks, CPU), draw, FRAME)

    assert their_masks is not None
    assert our_masks is not None
    assert np.abs(theirs - smooth)[INSIDE].max() > 20 * tolerance
    np.testing.assert_allclose(ours.numpy()[INSIDE], theirs[INSIDE], atol=tolerance)
    assert (our_masks.numpy() != their_masks)[INSIDE].mean() < 1e-3


def test_places_do_not_depend_on_the_slabs(
    smooth: FloatArray, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw = drawn(PAPER, Key(1, 2, 3))
    whole, _ = with_monai.moved(torch.tensor(smooth), None, draw, FRAME)

    monkeypatch.setattr(with_monai, "_SLAB_VOXELS", 3 * 48 * 44)
    parts, _ = with_monai.moved(torch.tensor(smooth), None, draw, FRAME)

    torch.testing.assert_close(parts, whole)


def test_air_comes_in_from_outside_not_zero(smooth: FloatArray) -> None:
    frame = replace(FRAME, low=-1.0, pad_value=-0.5)
    draw = drawn(replace(PAPER, chances=replace(NEVER, translation=1.0)), Key(1, 2, 3))
    assert draw.warp is not None
    far = replace(draw.warp, shift_mm=(1000.0, 0.0, 0.0))

    image, _ = with_monai.moved(torch.tensor(smooth), None, Draw(warp=far), frame)

    torch.testing.assert_close(image, torch.full_like(image, 0.25))


@pytest.mark.parametrize("draw", [Draw(gamma=0.7), Draw(bias_field=(0.1,) * 20)])
def test_grey_changes_as_with_torchio(smooth: FloatArray, draw: Draw) -> None:
    theirs = with_torchio.recoloured(smooth, draw, np.random.default_rng(0))

    ours = with_monai.recoloured(torch.tensor(smooth), draw, 0)

    np.testing.assert_allclose(ours.numpy(), theirs, atol=2e-6)


def test_blur_is_as_with_torchio_away_from_the_faces(smooth: FloatArray) -> None:
    draw = Draw(blur_voxels=(0.5, 1.0, 1.5))
    theirs = with_torchio.recoloured(smooth, draw, np.random.default_rng(0))

    ours = with_monai.recoloured(torch.tensor(smooth), draw, 0)

    # One integrates the bell over each voxel, the other takes it at the middle.
    np.testing.assert_allclose(ours.numpy()[INSIDE], theirs[INSIDE], atol=0.004)
    assert np.abs(theirs - smooth)[INSIDE].max() > 0.03


def test_noise_comes_from_its_seed_alone(smooth: FloatArray) -> None:
    before = torch.get_rng_state()

    one, same, other = (
        with_monai.recoloured(torch.tensor(smooth) * 0 + 0.5, Draw(noise=0.02), seed)
        for seed in (1, 1, 2)
    )

    assert torch.equal(one, same)
    assert not torch.equal(one, other)
    assert float(one.std()) == pytest.approx(0.02, rel=0.02)
    assert torch.equal(torch.get_rng_state(), before)


def test_what_is_given_is_not_written_to(chance: Look, frame: Frame) -> None:
    values = torch.tensor(chance.values)
    draw = replace(drawn(PAPER, Key(0, 0, 1)), noise=0.1, gamma=0.9, bias_field=(0.1,) * 20)

    with_monai.recoloured(with_monai.moved(values, None, draw, frame)[0], draw, 3)

    np.testing.assert_array_equal(values.numpy(), chance.values)


@pytest.mark.slow
def test_neither_engine_imports_torchvision() -> None:
    program = (
        "import sys\n"
        "import medct_core.training.augmentation.with_monai\n"
        "import medct_core.training.augmentation.viewer\n"
        "sys.exit(any(name in sys.modules for name in ('torchvision', 'timm', 'open_clip')))"
    )

    done = subprocess.run([sys.executable, "-W", "error", "-c", program], check=False)

    assert done.returncode == 0
