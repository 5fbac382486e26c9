"""TorchIO moves a scan in millimetres, its masks with it, and draws from nobody's random state."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
import torch

from medct_core.training.augmentation.augment import Look
from medct_core.training.augmentation.draw import Draw, Key, Purpose, Triple, Warp, drawn
from medct_core.training.augmentation.frame import Frame
from medct_core.training.augmentation.recipes import PAPER
from medct_core.training.augmentation.with_torchio import FloatArray, moved, recoloured

STILL = Warp((0.0, 0.0, 0.0), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0), None)
FRAME = Frame("SLP", (4.0, 2.0, 1.0), 0.0, 1.0, 0.0)


def dot(at: tuple[int, int, int]) -> FloatArray:
    """Draw one bright voxel in 21 x 21 x 41."""
    values = np.zeros((1, 21, 21, 41), np.float32)
    values[0][at] = 1.0
    return values


def along(axis: int, length: float) -> Triple:
    """Give `length` along one axis, and nothing along the others."""
    return tuple(length if axis == each else 0.0 for each in range(3))  # type: ignore[return-value]


def middle(values: FloatArray) -> npt.NDArray[np.float64]:
    """Find the centre of what is bright, in voxels."""
    places = np.indices(values.shape[1:]).reshape(3, -1)
    found: npt.NDArray[np.float64] = (places * values.reshape(1, -1)).sum(axis=1) / values.sum()
    return found


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_a_shift_is_in_millimetres_along_its_own_axis(axis: int) -> None:
    warp = replace(STILL, shift_mm=along(axis, 8.0))

    image, _ = moved(dot((10, 10, 20)), None, Draw(warp=warp), FRAME)

    expected = np.array([10.0, 10.0, 20.0])
    expected[axis] += 8.0 / FRAME.spacing_mm[axis]
    np.testing.assert_allclose(middle(image), expected, atol=0.01)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_scaling_keeps_the_middle_and_a_shift_beside_it_keeps_its_length(axis: int) -> None:
    d, h, w = along(axis, 1.0)
    warp = replace(STILL, scale=(1 + d, 1 + h, 1 + w), shift_mm=along(axis, 4.0))

    image, _ = moved(dot((10, 10, 20)), None, Draw(warp=warp), FRAME)

    expected = np.array([10.0, 10.0, 20.0])
    expected[axis] += 4.0 / FRAME.spacing_mm[axis]
    np.testing.assert_allclose(middle(image), expected, atol=0.01)


def test_a_turn_takes_the_size_of_voxels_into_account() -> None:
    # 8 mm along d become 8 mm along h: 2 voxels become 4.
    warp = replace(STILL, rotation_deg=(0.0, 0.0, 90.0))

    image, _ = moved(dot((12, 10, 20)), None, Draw(warp=warp), FRAME)

    np.testing.assert_allclose(middle(image), [10.0, 14.0, 20.0], atol=0.01)


def test_air_comes_in_from_outside_not_zero() -> None:
    frame = replace(FRAME, low=-1.0, pad_value=-0.5)
    warp = replace(STILL, shift_mm=(40.0, 0.0, 0.0))

    image, _ = moved(np.ones((1, 21, 21, 41), np.float32), None, Draw(warp=warp), frame)

    assert image[0, 5, 10, 10] == pytest.approx(0.25)
    assert image[0, 15, 10, 10] == pytest.approx(1.0)


def test_a_deformation_never_brings_in_the_darkest_voxel_instead_of_air(chance: Look) -> None:
    displacement = np.full((7, 7, 7, 3), 30.0)
    frame = Frame("SLP", (13.0, 12.0, 12.0), 0.0, 1.0, 0.75)

    image, _ = moved(
        chance.values * 0 + 0.2,
        None,
        Draw(warp=replace(STILL, displacement_mm=displacement)),
        frame,
    )

    assert image.max() == pytest.approx(0.75)


def test_a_mask_goes_where_its_voxels_go(fluid: Look, own_frame: Frame) -> None:
    assert fluid.masks is not None
    draw = replace(drawn(PAPER, Key(0, 0, 0)), flips_sides=True, flips_front=True)
    # What is bright is exactly the mask, so the moved mask must be what stayed bright.
    image, masks = moved(fluid.masks.astype(np.float32), fluid.masks, draw, own_frame)

    assert masks is not None
    assert masks.dtype == np.uint8
    assert set(np.unique(masks)) == {0, 1}
    assert masks.sum() > 50
    assert ((image > 0.5) != masks.astype(bool)).sum() < 0.1 * masks.sum()


def test_a_flip_reverses_its_axis_and_no_other(chance: Look, frame: Frame) -> None:
    sides, marks = moved(chance.values, chance.masks, Draw(flips_sides=True), frame)
    front, _ = moved(chance.values, None, Draw(flips_front=True), frame)

    assert chance.masks is not None
    assert marks is not None
    np.testing.assert_array_equal(sides, chance.values[:, :, ::-1])
    np.testing.assert_array_equal(marks, chance.masks[:, :, ::-1])
    np.testing.assert_array_equal(front, chance.values[:, :, :, ::-1])


def test_blur_is_in_voxels_whatever_their_size() -> None:
    seen = recoloured(
        dot((10, 10, 20)), Draw(blur_voxels=(0.5, 1.0, 1.5)), np.random.default_rng(0)
    )

    places = np.indices(seen.shape[1:]).reshape(3, -1) - np.array([[10], [10], [20]])
    spread = np.sqrt((places**2 * seen.reshape(1, -1)).sum(axis=1) / seen.sum())
    # A kernel this narrow, sampled at whole voxels, is a little narrower than it says.
    np.testing.assert_allclose(spread, [0.5, 1.0, 1.5], rtol=0.08)


def test_noise_has_the_spread_that_was_drawn() -> None:
    plain = np.full((1, 20, 30, 40), 0.5, np.float32)

    seen = recoloured(plain, Draw(noise=0.1), Key(1, 2, 3).stream(Purpose.NOISE))

    assert seen.std() == pytest.approx(0.1, rel=0.03)
    assert seen.mean() == pytest.approx(0.5, abs=0.003)


def test_gamma_bends_grey_and_keeps_black_and_white() -> None:
    plain = np.linspace(0, 1, 60, dtype=np.float32).reshape(1, 3, 4, 5)

    seen = recoloured(plain, Draw(gamma=0.5), np.random.default_rng(0))

    np.testing.assert_allclose(seen, np.sqrt(plain), atol=1e-6)


def test_what_would_leave_the_range_is_cut(chance: Look) -> None:
    share = (chance.values + 1) / np.float32(2)
    draw = Draw(noise=0.15, gamma=0.7, bias_field=(0.5,) * 20)

    seen = recoloured(share, draw, np.random.default_rng(0))

    assert seen.min() == 0.0
    assert seen.max() == 1.0


def test_the_random_state_of_torch_and_numpy_is_left_alone(chance: Look, frame: Frame) -> None:
    before, numpy_before = torch.get_rng_state(), np.random.get_state(legacy=False)  # noqa: NPY002
    key = Key(0, 0, 0)
    everything = replace(
        drawn(PAPER, key), blur_voxels=(1, 1, 1), noise=0.1, gamma=1.1, bias_field=(0.1,) * 20
    )

    moved(chance.values, chance.masks, everything, frame)
    recoloured((chance.values + 1) / np.float32(2), everything, key.stream(Purpose.NOISE))

    assert torch.equal(torch.get_rng_state(), before)
    after = np.random.get_state(legacy=False)  # noqa: NPY002
    assert (after["state"]["key"] == numpy_before["state"]["key"]).all()
    assert after["state"]["pos"] == numpy_before["state"]["pos"]


def test_what_is_given_is_not_written_to(chance: Look, frame: Frame) -> None:
    values = chance.values.copy()
    values.flags.writeable = False
    draw = drawn(PAPER, Key(0, 0, 1))

    moved(values, None, draw, frame)
    recoloured((values + 1) / np.float32(2), draw, np.random.default_rng(0))

    np.testing.assert_array_equal(values, chance.values)
