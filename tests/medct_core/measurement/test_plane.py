"""A plane in the patient: its name, and the way between screen and patient."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medct_core.measurement.plane import DrawingPlane, Point, are_same_plane, as_point
from tests.drawn_samples import AXIAL, CORONAL, SAGITTAL, planes, turned_plane

MM = st.floats(-500, 500)


@given(planes(), MM, MM)
def test_a_point_of_the_screen_lies_on_the_plane_and_comes_back(
    plane: DrawingPlane, right: float, down: float
) -> None:
    point = plane.to_patient_mm(right, down)

    np.testing.assert_allclose(plane.to_screen_mm(point), [right, down, 0.0], atol=1e-9)


@given(planes(), st.tuples(MM, MM, MM))
def test_a_projected_point_is_off_the_plane_no_more(plane: DrawingPlane, point: Point) -> None:
    before = plane.to_screen_mm(point)

    after = plane.to_screen_mm(plane.projected(point))

    np.testing.assert_allclose(after, [before[0], before[1], 0.0], atol=1e-8)


@pytest.mark.parametrize(
    ("plane", "name"),
    [
        (AXIAL, "axial"),
        (CORONAL, "coronal"),
        (SAGITTAL, "sagittal"),
        (turned_plane((20.0, 0.0, 0.0)), "axial"),
        (turned_plane((0.0, 0.5, 0.0)), "axial"),
        (turned_plane((0.0, 2.0, 0.0)), "oblique"),
    ],
)
def test_a_plane_is_named_by_what_it_cuts(plane: DrawingPlane, name: str) -> None:
    assert plane.name == name


def test_the_axial_plane_is_seen_from_the_feet() -> None:
    assert AXIAL.normal == (0.0, 0.0, 1.0)


@pytest.mark.parametrize("down", [(1.0, 0.0, 0.0), (0.0, 2.0, 0.0), (0.1, 0.995, 0.0)])
def test_skewed_or_stretched_axes_are_refused(down: Point) -> None:
    with pytest.raises(ValueError, match="unit vectors at a right angle"):
        DrawingPlane((0, 0, 0), (1.0, 0.0, 0.0), down)


@pytest.mark.parametrize("values", [[1.0, 2.0], [1.0, 2.0, np.nan], [1.0, np.inf, 0.0]])
def test_a_point_needs_three_finite_numbers(values: list[float]) -> None:
    with pytest.raises(ValueError, match="three finite numbers"):
        as_point(values)


def test_planes_are_the_same_within_a_distance_and_seen_from_either_side() -> None:
    near = DrawingPlane((50.0, -20.0, 0.9), (-1.0, 0.0, 0.0), (0.0, 1.0, 0.0))

    assert are_same_plane(near, AXIAL, within_mm=1.0)
    assert not are_same_plane(near, AXIAL, within_mm=0.8)
    assert not are_same_plane(CORONAL, AXIAL, within_mm=1.0)
