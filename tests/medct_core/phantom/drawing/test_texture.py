"""Lobules and ripples are the same in the chest whatever the voxels."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from medct_core.phantom.canvas import Float
from medct_core.phantom.drawing.shapes import Coordinates
from medct_core.phantom.drawing.texture import lobules, ripple


def _line(n: int, length: float) -> Coordinates:
    x: Float = np.linspace(0, length, n, dtype=np.float32)[:, None, None]
    zero = np.zeros((1, 1, 1), np.float32)
    return x, zero, zero


def _cube(n: int, length: float) -> Coordinates:
    axis = np.linspace(0, length, n, dtype=np.float32)
    return axis[:, None, None], axis[None, :, None], axis[None, None, :]


@given(seed=st.integers(0, 50))
def test_a_ripple_does_not_depend_on_where_it_is_sampled(seed: int) -> None:
    wave = ripple(np.random.default_rng(seed), 20.0)

    fine = wave.at(_line(101, 100.0))
    coarse = wave.at(_line(51, 100.0))

    np.testing.assert_allclose(fine[::2], coarse, atol=1e-4)


def test_a_list_of_points_gives_what_the_axes_give() -> None:
    x, y, z = _cube(5, 40.0)
    a, b, c = (np.broadcast_to(axis, (5, 5, 5)).ravel() for axis in (x, y, z))
    wave = ripple(np.random.default_rng(1), 12.0)
    pattern = lobules(np.random.default_rng(1), 12.0)

    walls = pattern.at((x, y, z)).wall_mm

    np.testing.assert_allclose(wave.at((x, y, z)).ravel(), wave.at((a, b, c)), atol=1e-4)
    np.testing.assert_allclose(walls.ravel(), pattern.at((a, b, c)).wall_mm, atol=1e-3)


def test_a_ripple_is_centred_and_bounded() -> None:
    values = ripple(np.random.default_rng(3), 15.0).at(_cube(40, 200.0))

    assert abs(float(values.mean())) < 0.2
    assert 0.5 < float(values.std()) < 1.2
    assert float(np.abs(values).max()) < 3.5


@given(seed=st.integers(0, 50), size=st.floats(6.0, 30.0))
def test_walls_lie_at_zero_and_no_lobule_is_wider_than_its_size(seed: int, size: float) -> None:
    cells = lobules(np.random.default_rng(seed), size).at(_cube(24, 80.0))

    assert cells.wall_mm.min() > -0.02 * size
    assert cells.wall_mm.max() <= 0.5 * size
    assert cells.centre_mm.max() <= 0.6 * size


def test_keys_are_spread_evenly_between_zero_and_one() -> None:
    cells = lobules(np.random.default_rng(1), 8.0).at(_cube(60, 240.0))

    share, _ = np.histogram(cells.key, bins=4, range=(0, 1))

    assert cells.key.min() >= 0
    assert cells.key.max() < 1
    assert (share / cells.key.size > 0.15).all()


def test_one_lobule_has_one_key() -> None:
    cells = lobules(np.random.default_rng(2), 20.0).at(_line(400, 20.0))
    key = cells.key[:, 0, 0]
    changes = np.flatnonzero(np.diff(key))

    assert len(changes) <= 4
    assert (cells.wall_mm[changes, 0, 0] < 0.6).all()
