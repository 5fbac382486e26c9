"""Tests of RenderGrid: spacing and bounds of voxels as 3D draws them."""

import numpy as np
import pytest

from app.viewer.render_grid import RenderGrid

AFFINE = np.array([[0.5, 0, 0, -10.0], [0, 0.5, 0, -20.0], [0, 0, 2.0, 5.0], [0, 0, 0, 1.0]])


def grid() -> RenderGrid:
    return RenderGrid(np.zeros((5, 7, 3), dtype=np.int16, order="F"), AFFINE)


def test_spacing_is_the_length_of_a_step_along_each_axis() -> None:
    assert grid().spacing_mm == pytest.approx([0.5, 0.5, 2.0])


def test_bounds_run_from_the_first_voxel_centre_to_the_last() -> None:
    low, high = grid().bounds_mm

    assert low == pytest.approx([-10.0, -20.0, 5.0])
    assert high == pytest.approx([-8.0, -17.0, 9.0])


def test_bounds_of_a_turned_grid_are_still_lowest_and_highest() -> None:
    turned = AFFINE.copy()
    turned[:3, :3] = turned[:3, :3] @ np.array([[0, -1, 0], [1, 0, 0], [0, 0, 1]])

    low, high = RenderGrid(grid().values, turned).bounds_mm

    assert (low < high).all()
