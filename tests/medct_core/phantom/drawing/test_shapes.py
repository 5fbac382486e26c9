"""Shapes cover the volume that geometry says, at any spacing."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medct_core.phantom.body import Ellipsoid
from medct_core.phantom.canvas import Float, Grid, coverage_of
from medct_core.phantom.drawing.places import rod
from medct_core.phantom.drawing.shapes import (
    ball_coverage,
    box_of_points,
    cloud,
    cut,
    distance_to_segment,
    ellipsoid_box,
    ellipsoid_distance,
    inside,
    rod_coverage,
    shape_of,
    slab_coverage,
    smoothstep,
    tube_field,
    tubes_in,
    turned,
    whole,
)

GRID = Grid((40, 40, 40), (2.0, 2.0, 2.0))
ORIGIN = np.zeros(3)


def _volume(coverage: Float, grid: Grid = GRID) -> float:
    return float(coverage.sum(dtype=np.float64) * np.prod(grid.spacing_mm))


@given(thickness=st.floats(0.2, 12.0), offset=st.floats(-1.0, 1.0))
def test_a_sheet_covers_its_thickness_even_when_thinner_than_a_voxel(
    thickness: float, offset: float
) -> None:
    distance = np.abs(GRID.axis_mm(0) - np.float32(offset))

    covered = slab_coverage(distance, thickness, 2.0).sum() * 2.0

    assert covered == pytest.approx(thickness, rel=0.02)


@given(radius=st.floats(1.5, 6.0))
def test_a_rod_covers_the_volume_of_a_cylinder(radius: float) -> None:
    tube = rod([[0, 0, -30], [0, 0, 30]], radius)

    coverage = tubes_in(GRID, whole(GRID), (tube,))
    slices = coverage[:, :, 10:30]

    assert _volume(slices) == pytest.approx(np.pi * radius**2 * 40, rel=0.25)


@given(radius=st.floats(2.0, 10.0))
def test_a_ball_covers_the_volume_of_a_ball(radius: float) -> None:
    distance, _ = distance_to_segment(GRID.coordinates(whole(GRID)), ORIGIN, ORIGIN)

    coverage = ball_coverage(distance, radius, 2.0)

    assert _volume(coverage) == pytest.approx(4 / 3 * np.pi * radius**3, rel=0.3)


@given(
    a=st.floats(8.0, 25.0),
    b=st.floats(8.0, 25.0),
    c=st.floats(8.0, 25.0),
)
def test_an_ellipsoid_covers_its_volume(a: float, b: float, c: float) -> None:
    shape = Ellipsoid((1.0, -2.0, 3.0), (a, b, c))
    box = ellipsoid_box(GRID, shape, 4)

    coverage = coverage_of(ellipsoid_distance(GRID.coordinates(box), shape), 2.0)

    assert _volume(coverage) == pytest.approx(4 / 3 * np.pi * a * b * c, rel=0.06)


def test_distance_to_a_segment_is_zero_on_it_and_grows_beyond_its_ends() -> None:
    x = np.array([-5.0, 0.0, 10.0, 13.0], np.float32)[:, None, None]
    zero = np.zeros((1, 1, 1), np.float32)

    distance, along = distance_to_segment((x, zero, zero), ORIGIN, [10.0, 0.0, 0.0])

    np.testing.assert_allclose(distance[:, 0, 0], [5, 0, 0, 3], atol=1e-4)
    np.testing.assert_allclose(along[:, 0, 0], [0, 0, 1, 1], atol=1e-4)


def test_a_tube_field_reports_the_radius_at_the_nearest_point() -> None:
    tube = rod([[-20, 0, 0], [20, 0, 0]], np.array([2.0, 6.0]))

    field = tube_field(GRID, (tube,), 4.0, whole(GRID))
    middle = field.radius_mm[:, 20, 20]

    assert middle[10] == pytest.approx(2.0, abs=0.2)
    assert middle[29] == pytest.approx(5.9, abs=0.2)


def test_a_tube_outside_the_box_covers_nothing() -> None:
    tube = rod([[500, 500, 500], [600, 500, 500]], 3.0)

    assert tubes_in(GRID, whole(GRID), (tube,)).max() == 0


def test_a_rod_thinner_than_a_voxel_still_counts() -> None:
    coverage = rod_coverage(np.zeros(1, np.float32), 0.5, 2.0)

    assert 0 < coverage[0] < 0.5


def test_a_box_within_a_box_is_found_by_its_slices() -> None:
    outer = box_of_points(GRID, ORIGIN, 20)
    inner = box_of_points(GRID, ORIGIN, 6)

    part = inside(outer, inner)

    assert np.prod(shape_of(part)) == np.prod(shape_of(inner))
    assert cut(outer, part) == inner


def test_a_cloud_is_highest_at_its_centre_and_fades() -> None:
    field = cloud(GRID, whole(GRID), np.array([[1.0, 1.0, 1.0]]), np.array([8.0]))

    assert list(np.unravel_index(int(field.argmax()), field.shape)) == [20, 20, 20]
    assert field[20, 20, 20] == pytest.approx(1.0, abs=1e-5)
    assert field[0].max() == 0


def test_turned_coordinates_keep_lengths() -> None:
    axes = np.linalg.qr(np.random.default_rng(0).normal(size=(3, 3)))[0]
    coordinates = GRID.coordinates(whole(GRID))

    a, b, c = turned(coordinates, (3, 4, 5), axes)
    x, y, z = (axis - origin for axis, origin in zip(coordinates, (3, 4, 5), strict=True))

    np.testing.assert_allclose(a**2 + b**2 + c**2, x**2 + y**2 + z**2, rtol=1e-3, atol=1e-2)


@given(value=st.floats(-10, 10))
def test_a_smooth_step_stays_between_zero_and_one(value: float) -> None:
    risen = smoothstep(np.array([value, value + 0.5], np.float32), -1.0, 2.0)

    assert 0 <= risen[0] <= risen[1] <= 1
