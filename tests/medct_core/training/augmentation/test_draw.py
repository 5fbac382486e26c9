"""A draw depends on its key alone, and keeps to its ranges."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medct_core.training.augmentation.draw import (
    BIAS_TERMS,
    Draw,
    Key,
    Purpose,
    Warp,
    drawn,
    unfolded,
)
from medct_core.training.augmentation.recipes import (
    LATERALITY_SAFE,
    NONE,
    PAPER,
    Augmentation,
    Chances,
)

NUMBERS = st.integers(0, 2**40)
KEYS = st.builds(Key, NUMBERS, NUMBERS, NUMBERS)
ALWAYS = replace(PAPER, chances=Chances(**dict.fromkeys(Chances.__dataclass_fields__, 1.0)))


def parts(draw: Draw) -> list[object]:
    """Everything drawn as plain values, so that two draws can be compared."""
    warp = draw.warp
    bend = None if warp is None or warp.displacement_mm is None else warp.displacement_mm.tobytes()
    moves = None if warp is None else (warp.rotation_deg, warp.scale, warp.shift_mm)
    return [moves, bend, draw.flips_sides, draw.flips_front, draw.blur_voxels, draw.noise]


@given(KEYS)
def test_equal_keys_give_equal_draws_whatever_was_drawn_between(key: Key) -> None:
    first = drawn(PAPER, key)
    np.random.default_rng().random()
    drawn(PAPER, Key(key.seed + 1, key.row, key.epoch))

    assert parts(drawn(PAPER, key)) == parts(first)


@given(KEYS)
def test_seed_row_and_epoch_each_matter_and_are_not_exchangeable(key: Key) -> None:
    others = [
        Key(key.seed + 1, key.row, key.epoch),
        Key(key.seed, key.row + 1, key.epoch),
        Key(key.seed, key.row, key.epoch + 1),
    ]
    if key.row != key.epoch:
        others.append(Key(key.seed, key.epoch, key.row))

    first = parts(drawn(ALWAYS, key))

    assert all(parts(drawn(ALWAYS, other)) != first for other in others)


@given(KEYS)
def test_what_is_drawn_lies_in_the_ranges_of_table_2(key: Key) -> None:
    draw = drawn(ALWAYS, key)

    assert draw.warp is not None
    assert draw.warp.displacement_mm is not None
    assert np.linalg.norm(draw.warp.rotation_deg) <= 15.0 + 1e-9
    assert all(0.9 <= factor <= 1.1 for factor in draw.warp.scale)
    assert all(abs(shift) <= 10.0 for shift in draw.warp.shift_mm)
    assert draw.warp.displacement_mm.shape == (7, 7, 7, 3)
    assert np.abs(draw.warp.displacement_mm).max() <= 10.0
    assert draw.blur_voxels is not None
    assert all(0.5 <= sd <= 1.5 for sd in draw.blur_voxels)
    assert draw.noise is not None
    assert 0.0 <= draw.noise <= 0.15
    assert draw.gamma is not None
    assert np.exp(-0.5) <= draw.gamma <= np.exp(0.5)
    assert draw.bias_field is not None
    assert len(draw.bias_field) == BIAS_TERMS
    assert all(abs(term) <= 0.5 for term in draw.bias_field)


@given(KEYS)
def test_the_borders_of_the_grid_are_locked_on_all_six_sides(key: Key) -> None:
    warp = drawn(ALWAYS, key).warp

    assert warp is not None
    assert warp.displacement_mm is not None
    free = np.zeros((7, 7, 7), dtype=bool)
    free[2:5, 2:5, 2:5] = True
    assert (warp.displacement_mm[~free] == 0).all()
    assert (warp.displacement_mm[free] != 0).all()


@pytest.mark.parametrize("augmentation", [PAPER, LATERALITY_SAFE])
def test_each_change_comes_as_often_as_it_should(augmentation: Augmentation) -> None:
    count = 4000
    draws = [drawn(augmentation, Key(1, row, 0)) for row in range(count)]

    still = Warp((0.0, 0.0, 0.0), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0), None)
    warps = [draw.warp or still for draw in draws]
    seen = {
        "rotation": [any(warp.rotation_deg) for warp in warps],
        "scaling": [warp.scale != (1.0, 1.0, 1.0) for warp in warps],
        "translation": [any(warp.shift_mm) for warp in warps],
        "elastic": [warp.displacement_mm is not None for warp in warps],
        "flip_left_right": [draw.flips_sides for draw in draws],
        "flip_front_back": [draw.flips_front for draw in draws],
        "blur": [draw.blur_voxels is not None for draw in draws],
        "noise": [draw.noise is not None for draw in draws],
        "gamma": [draw.gamma is not None for draw in draws],
        "bias_field": [draw.bias_field is not None for draw in draws],
    }
    for name, happened in seen.items():
        # Five standard errors of a share.
        expected = getattr(augmentation.chances, name)
        assert np.mean(happened) == pytest.approx(expected, abs=0.04), name


def test_axes_of_rotation_point_everywhere_alike() -> None:
    warps = [drawn(ALWAYS, Key(2, row, 0)).warp for row in range(4000)]

    turns = np.array([warp.rotation_deg for warp in warps if warp is not None])
    axes = turns / np.linalg.norm(turns, axis=1, keepdims=True)
    np.testing.assert_allclose(axes.T @ axes / len(axes), np.eye(3) / 3, atol=0.03)
    np.testing.assert_allclose(axes.mean(axis=0), 0.0, atol=0.05)


@given(KEYS)
def test_a_recipe_that_differs_in_one_chance_draws_all_else_alike(key: Key) -> None:
    without = replace(PAPER, chances=replace(PAPER.chances, elastic=0.0, flip_front_back=0.0))

    one, other = drawn(PAPER, key), drawn(without, key)

    assert one.flips_sides == other.flips_sides
    assert (one.blur_voxels, one.noise, one.gamma) == (other.blur_voxels, other.noise, other.gamma)
    assert one.bias_field == other.bias_field


@given(KEYS)
def test_nothing_is_drawn_from_a_recipe_of_nothing(key: Key) -> None:
    draw = drawn(NONE, key)

    assert parts(draw) == parts(Draw())
    assert draw.gamma is None
    assert draw.bias_field is None


@given(KEYS)
def test_streams_for_different_purposes_differ(key: Key) -> None:
    first = {purpose: key.stream(purpose).random() for purpose in Purpose}

    assert len(set(first.values())) == len(Purpose)


@given(KEYS, st.floats(20.0, 500.0))
def test_no_control_point_moves_half_way_to_the_next(key: Key, extent_mm: float) -> None:
    warp = drawn(ALWAYS, key).warp
    assert warp is not None
    assert warp.displacement_mm is not None

    kept = unfolded(warp, (extent_mm, 500.0, 500.0)).displacement_mm

    assert kept is not None
    assert np.abs(kept[..., 0]).max() < extent_mm / 4 / 2
    np.testing.assert_array_equal(kept[..., 1:], warp.displacement_mm[..., 1:])


def test_what_does_not_deform_cannot_fold() -> None:
    warp = Warp((0.0, 0.0, 0.0), (1.0, 1.0, 1.0), (1.0, 0.0, 0.0), None)

    assert unfolded(warp, (1.0, 1.0, 1.0)) is warp
