"""Dragging and moving keep what makes a measurement: id, plane, right angles."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medct_core.measurement.edit import (
    bidirectional_from_long_axis,
    moved,
    relabelled,
    with_point,
)
from medct_core.measurement.plane import DrawingPlane, Point
from medct_core.measurement.shapes import Bidirectional, Length, Measurement, RectangleRoi
from tests.drawn_samples import AXIAL, measurements, nodule, planes, rectangle

MM = st.floats(-100, 100)


@given(measurements(), st.tuples(MM, MM, MM))
def test_moving_shifts_every_point_and_the_plane(measurement: Measurement, by: Point) -> None:
    there = moved(measurement, by)

    np.testing.assert_allclose(there.points_mm, np.add(measurement.points_mm, by), atol=1e-9)
    np.testing.assert_allclose(there.plane.centre_mm, np.add(measurement.plane.centre_mm, by))
    assert (there.id, there.label, type(there)) == (
        measurement.id,
        measurement.label,
        type(measurement),
    )


@given(measurements(), st.integers(0, 1), st.tuples(MM, MM, MM))
def test_a_drag_is_followed_on_the_plane_or_not_at_all(
    measurement: Measurement, index: int, place: Point
) -> None:
    dragged = with_point(measurement, index, place)

    expected = measurement.plane.projected(place)
    distances = [np.linalg.norm(np.subtract(point, expected)) for point in dragged.points_mm]
    assert dragged == measurement or min(distances) < 1e-6
    assert dragged.plane == measurement.plane


def test_only_the_dragged_point_of_a_line_moves() -> None:
    line = Length("a", "", AXIAL, (0.0, 0.0, 0.0), (5.0, 0.0, 0.0))

    dragged = with_point(line, 1, (5.0, 12.0, 7.0))

    assert dragged.points_mm == ((0.0, 0.0, 0.0), (5.0, 12.0, 0.0))


def test_a_region_dragged_to_nothing_stays_as_it_was() -> None:
    box = rectangle(4.0, 2.0)

    assert with_point(box, 0, box.opposite_mm) == box
    assert isinstance(with_point(box, 0, (-9.0, -9.0, 0.0)), RectangleRoi)


def test_the_short_axis_turns_with_the_long_one() -> None:
    before = nodule(10.0, 4.0)

    after = with_point(before, 1, (-5.0, 20.0, 0.0))

    assert isinstance(after, Bidirectional)
    assert (after.long_mm, after.short_mm) == pytest.approx((20.0, 4.0))
    np.testing.assert_allclose(sorted(after.points_mm[2:]), [(-7, 10, 0), (-3, 10, 0)], atol=1e-9)


def test_an_end_of_the_short_axis_slides_along_the_long_one() -> None:
    before = nodule(10.0, 4.0)

    after = with_point(before, 3, (3.0, 3.0, 0.0))

    assert isinstance(after, Bidirectional)
    assert after.points_mm[:2] == pytest.approx(np.array(before.points_mm[:2]))
    np.testing.assert_allclose(after.points_mm[2:], [(3, -2, 0), (3, 3, 0)], atol=1e-9)


def test_the_short_axis_never_slides_beyond_the_end_of_the_long_one() -> None:
    after = with_point(nodule(10.0, 4.0), 3, (30.0, 3.0, 0.0))

    assert after.points_mm[3] == pytest.approx((5.0, 3.0, 0.0))


def test_a_short_axis_drawn_longer_becomes_the_long_one() -> None:
    after = with_point(nodule(10.0, 4.0), 3, (0.0, 18.0, 0.0))

    assert isinstance(after, Bidirectional)
    assert (after.long_mm, after.short_mm) == pytest.approx((20.0, 10.0))


@given(planes(), st.floats(0.1, 100), st.tuples(MM, MM), st.integers(0, 3))
def test_dragging_an_axis_keeps_the_right_angle(
    plane: DrawingPlane, long_mm: float, place: tuple[float, float], index: int
) -> None:
    before = nodule(long_mm, long_mm / 2, plane)

    after = with_point(before, index, plane.to_patient_mm(*place))

    assert isinstance(after, Bidirectional)
    assert after.short_mm <= after.long_mm + 1e-6


def test_a_long_axis_just_drawn_gets_a_short_one_of_half_its_length() -> None:
    drawn = bidirectional_from_long_axis(AXIAL, (0, 0, 0), (0, 20.0, 0), identity="a", label="n")

    assert (drawn.id, drawn.label) == ("a", "n")
    assert (drawn.long_mm, drawn.short_mm) == pytest.approx((20.0, 10.0))


@given(measurements())
def test_other_words_change_nothing_else(measurement: Measurement) -> None:
    named = relabelled(measurement, "left upper lobe")

    assert named.label == "left upper lobe"
    assert relabelled(named, measurement.label) == measurement
