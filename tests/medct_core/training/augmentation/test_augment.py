"""A look at a scan changes where things are, then how they look, and its text with it."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from medct_core.preprocess.recipe import CT_CLIP, MEDCT_MINI, MEDCT_VLM_PAPER, Recipe
from medct_core.training.augmentation.augment import Look, Setup, apply_draw, augment
from medct_core.training.augmentation.draw import Draw, Key, drawn
from medct_core.training.augmentation.frame import Frame
from medct_core.training.augmentation.recipes import (
    FAST,
    LATERALITY_SAFE,
    NEVER,
    NONE,
    PAPER,
    Augmentation,
    Sides,
)

ONLY_FLIPS = replace(PAPER, chances=replace(NEVER, flip_left_right=1.0))
SAFE_FLIPS = replace(ONLY_FLIPS, sides=Sides.SWAPPED)


def density_of_halves(values: np.ndarray) -> tuple[float, float]:
    """Mean of the right and the left of the lowest tenth: liver against stomach and air."""
    low = values[0, : values.shape[1] // 10]
    half = values.shape[2] // 2
    return float(low[:, :half].mean()), float(low[:, half:].mean())


@pytest.mark.parametrize("augmentation", [PAPER, FAST, LATERALITY_SAFE])
@pytest.mark.parametrize("recipe", ["wide", "shifted"])
def test_results_lie_in_the_range_of_the_model(
    fluid: Look, own_frame: Frame, augmentation: Augmentation, recipe: str
) -> None:
    frame = own_frame
    if recipe == "shifted":
        frame = replace(own_frame, low=0.0, high=1.0, pad_value=0.0)
        fluid = replace(fluid, values=(fluid.values + 1) / np.float32(2))

    for epoch in range(4):
        look = augment(fluid, Setup(augmentation, frame), Key(0, 0, epoch))
        assert look.values.dtype == np.float32
        assert look.values.shape == fluid.values.shape
        assert np.isfinite(look.values).all()
        assert frame.low <= look.values.min()
        assert look.values.max() <= frame.high


@pytest.mark.parametrize("augmentation", [PAPER, FAST])
def test_two_ranges_of_one_scan_are_changed_alike(
    fluid: Look, own_frame: Frame, augmentation: Augmentation
) -> None:
    narrow = replace(own_frame, low=0.0, high=1.0, pad_value=0.0)
    halved = replace(fluid, values=(fluid.values + 1) / np.float32(2))

    wide_look = augment(fluid, Setup(augmentation, own_frame), Key(3, 1, 1))
    narrow_look = augment(halved, Setup(augmentation, narrow), Key(3, 1, 1))

    np.testing.assert_allclose((wide_look.values + 1) / 2, narrow_look.values, atol=1e-5)


@pytest.mark.parametrize("recipe", [MEDCT_MINI, replace(MEDCT_MINI, orientation="LPS")])
def test_the_liver_changes_sides_with_a_flip_and_head_stays_up(
    prepared: Callable[[Recipe], Look], recipe: Recipe
) -> None:
    plain = prepared(recipe)
    right, left = density_of_halves(plain.values)
    assert right > left + 0.1, "the liver lies on the right, at small h"

    flipped = augment(plain, Setup(ONLY_FLIPS, Frame.of(recipe)), Key(0, 0, 0))

    now_right, now_left = density_of_halves(flipped.values)
    assert (now_right, now_left) == pytest.approx((left, right), abs=1e-4)
    by_slice = plain.values.mean(axis=(0, 2, 3))
    np.testing.assert_allclose(flipped.values.mean(axis=(0, 2, 3)), by_slice, atol=1e-4)


def test_a_recipe_that_is_turned_flips_another_axis_and_the_same_side(
    prepared: Callable[[Recipe], Look],
) -> None:
    turned = replace(MEDCT_MINI, orientation="PLS", spacing_mm=(5.0, 4.0, 4.0))
    plain = prepared(turned)

    flipped = augment(plain, Setup(ONLY_FLIPS, Frame.of(turned)), Key(0, 0, 0))

    np.testing.assert_allclose(flipped.values, plain.values[:, :, :, ::-1], atol=1e-6)


def test_fluid_on_the_left_becomes_fluid_on_the_right_in_voxels_mask_and_words(
    fluid: Look, own_frame: Frame
) -> None:
    def side_of(masks: np.ndarray | None) -> str:
        assert masks is not None
        middle = np.nonzero(masks[0])[1].mean()
        return "left" if middle > masks.shape[2] / 2 else "right"

    flipped = augment(fluid, Setup(SAFE_FLIPS, own_frame), Key(0, 0, 0))

    assert side_of(fluid.masks) == "left"
    assert side_of(flipped.masks) == "right"
    assert flipped.report == "Right pleural effusion."


def test_a_scan_whose_text_has_no_mirror_image_is_not_flipped(
    fluid: Look, own_frame: Frame
) -> None:
    middle_lobe = replace(fluid, report="Nodule in the right middle lobe.")

    look = augment(middle_lobe, Setup(SAFE_FLIPS, own_frame), Key(0, 0, 0))

    np.testing.assert_allclose(look.values, fluid.values, atol=1e-6)
    assert look.report == middle_lobe.report


def test_the_paper_flips_it_and_leaves_the_text(fluid: Look, own_frame: Frame) -> None:
    look = augment(fluid, Setup(ONLY_FLIPS, own_frame), Key(0, 0, 0))

    np.testing.assert_allclose(look.values, fluid.values[:, :, ::-1], atol=1e-6)
    assert look.report == "Left pleural effusion."


@pytest.mark.parametrize("recipe", [CT_CLIP, MEDCT_VLM_PAPER, MEDCT_MINI])
def test_no_recipe_ever_turns_a_scan_upside_down(recipe: Recipe) -> None:
    frame = Frame.of(recipe)

    assert frame.directions[0] == "S"
    assert 0 not in {frame.side_axis, frame.front_axis}


def test_space_comes_before_grey(chance: Look, frame: Frame) -> None:
    """Air that comes in is seen through the same noise as the scan."""
    draw = replace(drawn(PAPER, Key(0, 0, 0)), noise=0.1)
    assert draw.warp is not None
    far = replace(draw, warp=replace(draw.warp, shift_mm=(500.0, 0.0, 0.0)), gamma=None)

    look = apply_draw(chance, far, Setup(PAPER, frame), Key(0, 0, 0))

    assert look.values[:, :4].std() > 0.01


@pytest.mark.parametrize("augmentation", [PAPER, FAST, LATERALITY_SAFE])
def test_equal_keys_give_equal_looks_to_the_last_bit(
    fluid: Look, own_frame: Frame, augmentation: Augmentation
) -> None:
    setup = Setup(augmentation, own_frame)
    fluid = replace(fluid, report="Mild cardiomegaly with left pleural effusion is seen.")

    first = augment(fluid, setup, Key(7, 1, 2))
    augment(fluid, setup, Key(7, 1, 3))
    again = augment(fluid, setup, Key(7, 1, 2))
    other = augment(fluid, setup, Key(7, 2, 1))

    np.testing.assert_array_equal(first.values, again.values)
    assert first.report == again.report
    assert not np.array_equal(first.values, other.values)


def test_none_changes_nothing(fluid: Look, own_frame: Frame) -> None:
    assert augment(fluid, Setup(NONE, own_frame), Key(0, 0, 0)) is fluid


@given(
    shape=st.tuples(st.integers(1, 9), st.integers(1, 9), st.integers(1, 9)),
    seed=st.integers(0, 1000),
    augmentation=st.sampled_from([PAPER, FAST]),
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_size_is_augmented_without_a_warning(
    shape: tuple[int, int, int], seed: int, augmentation: Augmentation
) -> None:
    values = np.random.default_rng(seed).uniform(-1, 1, (1, *shape)).astype(np.float32)
    frame = Frame("SLP", (5.0, 0.7, 0.7), -1.0, 1.0, -1.0)

    look = augment(Look(values), Setup(augmentation, frame), Key(seed, 0, 0))

    assert look.values.shape == values.shape
    assert np.isfinite(look.values).all()


def test_a_draw_of_nothing_gives_the_scan_back(chance: Look, frame: Frame) -> None:
    look = apply_draw(chance, Draw(), Setup(PAPER, frame), Key(0, 0, 0))

    np.testing.assert_allclose(look.values, chance.values, atol=1e-6)
    assert look.masks is not None
    assert chance.masks is not None
    np.testing.assert_array_equal(look.masks, chance.masks)
