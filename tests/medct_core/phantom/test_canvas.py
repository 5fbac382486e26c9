"""Grid and canvas: millimetres and painted shares."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from medct_core.phantom.canvas import Canvas, Grid, coverage_of

GRIDS = st.builds(
    Grid,
    st.tuples(*[st.integers(1, 12)] * 3),
    st.tuples(*[st.floats(0.5, 9.0)] * 3),
)
POINT = st.tuples(*[st.floats(-60, 60)] * 3)


@given(GRIDS)
def test_zero_lies_in_the_middle_of_the_grid(grid: Grid) -> None:
    axes = [grid.axis_mm(axis) for axis in range(3)]

    for axis in axes:
        np.testing.assert_allclose(axis, -axis[::-1], atol=1e-4)


@given(GRIDS)
def test_axes_cannot_be_written_to(grid: Grid) -> None:
    assert not any(grid.axis_mm(axis).flags.writeable for axis in range(3))


@given(GRIDS, POINT, POINT)
def test_a_box_holds_every_voxel_of_its_region(
    grid: Grid, one: tuple[float, ...], other: tuple[float, ...]
) -> None:
    low, high = np.minimum(one, other), np.maximum(one, other)

    box = grid.box_around(low, high)

    for axis in range(3):
        places = grid.axis_mm(axis)
        wanted = np.flatnonzero((places >= low[axis]) & (places <= high[axis]))
        assert all(box[axis].start <= n < box[axis].stop for n in wanted)


@given(st.floats(0, 1), st.floats(-1000, 1000), st.floats(-1000, 1000))
def test_blending_mixes_in_the_covered_share(share: float, before: float, after: float) -> None:
    grid = Grid((2, 2, 2), (1.0, 1.0, 1.0))
    canvas = Canvas(grid, np.full(grid.shape, before, np.float32))

    canvas.blend(grid.box_around([-9] * 3, [9] * 3), np.full((2, 2, 2), share, np.float32), after)

    np.testing.assert_allclose(canvas.hu, (1 - share) * before + share * after, atol=1e-2)


@given(st.floats(-50, 50), st.floats(0.1, 9))
def test_coverage_falls_from_one_to_zero_across_the_edge(distance: float, edge: float) -> None:
    covered = coverage_of(np.array([distance, 0.0, -edge, edge], np.float32), edge)

    assert 0 <= covered[0] <= 1
    np.testing.assert_allclose(covered[1:], [0.5, 1.0, 0.0], atol=1e-6)
