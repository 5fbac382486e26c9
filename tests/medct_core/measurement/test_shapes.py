"""What is drawn has the size that geometry says, on every plane."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medct_core.measurement.plane import DrawingPlane, Point
from medct_core.measurement.shapes import (
    Angle,
    Arrow,
    Bidirectional,
    EllipseRoi,
    Length,
    NoSizeError,
    RectangleRoi,
    new_id,
)
from tests.drawn_samples import AXIAL, ellipse, nodule, planes, rectangle

ORIGIN = (0.0, 0.0, 0.0)
EXTENT = st.floats(0.1, 300)


@given(planes(), st.floats(-100, 100), st.floats(-100, 100))
def test_a_length_is_the_distance_on_the_screen(
    plane: DrawingPlane, right: float, down: float
) -> None:
    line = Length("a", "", plane, plane.centre_mm, plane.to_patient_mm(right, down))

    assert line.length_mm == pytest.approx(math.hypot(right, down), abs=1e-9)


@given(planes(), st.floats(0, 180))
def test_an_angle_is_the_one_on_the_screen(plane: DrawingPlane, degrees: float) -> None:
    turn = math.radians(degrees)
    second = plane.to_patient_mm(30 * math.cos(turn), 30 * math.sin(turn))

    angle = Angle("a", "", plane, plane.to_patient_mm(12, 0), plane.centre_mm, second)

    assert angle.angle_deg == pytest.approx(degrees, abs=1e-6)


@given(planes(), EXTENT, EXTENT)
def test_areas_are_those_of_geometry(plane: DrawingPlane, width: float, height: float) -> None:
    box = rectangle(width, height, plane)
    oval = ellipse(width, height, plane)

    assert box.area_mm2 == pytest.approx(width * height, rel=1e-6)
    assert oval.area_mm2 == pytest.approx(math.pi * width * height / 4, rel=1e-6)


@pytest.mark.parametrize(
    ("long_mm", "short_mm", "mean_mm"),
    [(12.3, 8.1, 10), (6.0, 5.0, 6), (5.9, 5.0, 5), (7.2, 3.8, 6), (4.0, 4.0, 4), (0.6, 0.2, 0)],
)
def test_the_mean_diameter_is_rounded_as_fleischner_says(
    long_mm: float, short_mm: float, mean_mm: int
) -> None:
    assert nodule(long_mm, short_mm).fleischner_mm == mean_mm


@given(planes(), st.integers(1, 60), st.integers(0, 59))
def test_half_a_millimetre_rounds_up_whatever_the_plane(
    plane: DrawingPlane, short: int, more: int
) -> None:
    long = short + 2 * more + 1

    assert nodule(long, short, plane).fleischner_mm == (long + short + 1) // 2


def test_axes_that_are_not_at_a_right_angle_are_refused() -> None:
    with pytest.raises(ValueError, match="right angle"):
        Bidirectional("a", "", AXIAL, ORIGIN, (10.0, 0, 0), (5.0, -1, 0), (5.3, 1, 0))


def test_a_short_axis_longer_than_the_long_one_is_refused() -> None:
    with pytest.raises(ValueError, match="longer"):
        nodule(5.0, 6.0)


@pytest.mark.parametrize(
    ("kind", "points"),
    [
        (Angle, (ORIGIN, ORIGIN, (1.0, 0.0, 0.0))),
        (RectangleRoi, (ORIGIN, (0.0, 5.0, 0.0))),
        (EllipseRoi, (ORIGIN, ORIGIN)),
        (Bidirectional, (ORIGIN, ORIGIN, ORIGIN, ORIGIN)),
    ],
)
def test_a_shape_without_extent_is_refused_where_it_needs_one(
    kind: type, points: tuple[Point, ...]
) -> None:
    with pytest.raises(NoSizeError):
        kind("a", "", AXIAL, *points)


def test_a_point_off_the_plane_is_refused() -> None:
    with pytest.raises(ValueError, match="lie on its plane"):
        Arrow("a", "carina", AXIAL, ORIGIN, (1.0, 0.0, 0.5))


def test_an_arrow_points_from_its_tail_to_its_tip() -> None:
    arrow = Arrow("a", "carina", AXIAL, ORIGIN, (1.0, 2.0, 0.0))

    assert (arrow.tail_mm, arrow.tip_mm) == (ORIGIN, (1.0, 2.0, 0.0))


def test_arrays_become_plain_numbers_so_that_equal_shapes_are_equal() -> None:
    line = Length("a", "", AXIAL, np.zeros(3), np.array([3, 4, 0]))  # type: ignore[arg-type]

    assert line == Length("a", "", AXIAL, ORIGIN, (3.0, 4.0, 0.0))
    assert type(line.end_mm[0]) is float


def test_a_blank_id_is_refused_and_a_new_one_is_new() -> None:
    with pytest.raises(ValueError, match="id"):
        Length(" ", "", AXIAL, ORIGIN, ORIGIN)

    assert new_id() != new_id()


def test_the_middle_of_a_region_is_between_its_corners() -> None:
    assert rectangle(4.0, 2.0, AXIAL, (3.0, -5.0)).centre_mm == (3.0, -5.0, 0.0)
