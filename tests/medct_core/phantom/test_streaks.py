"""Streaks lie where photons run short and around metal, and nowhere else."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from medct_core.phantom.canvas import Float, Grid
from medct_core.phantom.streaks import Streaks, streaks_in

GRID = Grid((96, 64, 8), (4.0, 4.0, 5.0))
STREAKS = Streaks(starved_hu=40.0, hardened_hu=20.0, metal_hu=150.0)


def body(wide_mm: float) -> Float:
    """Water of a given width along every row."""
    hu = np.full(GRID.shape, -1000.0, np.float32)
    hu[np.abs(GRID.axis_mm(0)) < wide_mm / 2] = 0.0
    return hu


def streaks(hu: Float, seed: int = 1) -> Float:
    return streaks_in(hu, GRID, STREAKS, np.random.default_rng(seed))


@given(st.floats(20, 280))
def test_a_narrow_body_has_no_streaks(wide_mm: float) -> None:
    assert np.abs(streaks(body(wide_mm))).max() == 0


def test_a_wide_body_has_streaks_along_its_rows_and_gets_darker() -> None:
    added = streaks(body(370.0))

    middle = added[40:56]
    assert middle.std(axis=1).mean() > 20
    assert np.ptp(middle, axis=0).max() < 1e-3
    assert -40 < middle.mean() < -10


def test_metal_throws_bright_and_dark_rays_across_its_slice_only() -> None:
    hu = body(200.0)
    hu[40:44, 30:34, 3] = 2500.0

    added = streaks(hu)

    assert added[:, :, 3].max() > 60
    assert added[:, :, 3].min() < -60
    assert not added[:, :, [0, 1, 2, 4, 5, 6, 7]].any()
    near, far = (np.abs(added[i, :, 3]).mean() for i in (48, 90))
    assert near > 2 * far


def test_bone_is_no_metal() -> None:
    hu = body(200.0)
    hu[40:44, 30:34, 3] = 1200.0

    assert not streaks(hu).any()


def test_metal_moves_no_streak_of_another_slice() -> None:
    plain, metal = body(370.0), body(370.0)
    metal[40:44, 30:34, 3] = 2500.0

    difference = streaks(metal) - streaks(plain)

    assert not difference[:, :, :3].any()
    assert not difference[:, :, 4:].any()
