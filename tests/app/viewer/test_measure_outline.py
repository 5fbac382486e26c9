"""How a measurement lies on the screen, and what moving a handle makes of it."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.state.view import PlaneKind, standard_plane
from app.viewer.frame import Frame
from app.viewer.measure_outline import handles_mm, middle_mm, on_screen, outlines, with_handle
from medct_core.measurement.shapes import (
    Angle,
    Arrow,
    EllipseRoi,
    Length,
    Measurement,
    RectangleRoi,
)
from tests.drawn_samples import AXIAL, ellipse, measurements, nodule, rectangle

FRAME = Frame(standard_plane(PlaneKind.AXIAL, (0.0, 0.0, 0.0)), (0.0, 0.0, 0.0), 2.0, (400, 300))
"""Two pixels a millimetre; the patient's origin at (200, 150)."""

LENGTH = Length("l", "", AXIAL, (-10.0, 0.0, 0.0), (30.0, 0.0, 0.0))
ANGLE = Angle("a", "", AXIAL, (50.0, 0.0, 0.0), (0.0, 0.0, 0.0), (0.0, 50.0, 0.0))
ARROW = Arrow("r", "", AXIAL, (0.0, 0.0, 0.0), (20.0, 0.0, 0.0))
SAMPLES = [LENGTH, nodule(20, 10), ANGLE, rectangle(20, 10), ellipse(20, 10), ARROW]


def test_a_length_is_as_long_on_the_screen_as_its_millimetres_say() -> None:
    line = outlines(LENGTH, FRAME)[0]

    np.testing.assert_allclose(line, [[180, 150], [260, 150]])


def test_a_rectangle_closes_around_its_corners() -> None:
    (line,) = outlines(rectangle(20, 10), FRAME)

    assert {tuple(place) for place in line.tolist()} == {
        (180, 140),
        (220, 140),
        (220, 160),
        (180, 160),
    }
    np.testing.assert_array_equal(line[0], line[-1])


def test_every_place_of_an_ellipse_lies_on_it() -> None:
    (line,) = outlines(ellipse(20, 10), FRAME)

    across, down = (line - [200, 150]).T
    np.testing.assert_allclose((across / 20) ** 2 + (down / 10) ** 2, 1.0)


def test_the_arc_of_an_angle_keeps_its_distance_from_the_vertex() -> None:
    _, arc = outlines(ANGLE, FRAME)

    radii = np.hypot(*(arc - [200, 150]).T)
    assert np.ptp(radii) == pytest.approx(0.0, abs=1e-9)
    assert (arc >= [199.9, 149.9]).all(), "it lies between the arms"


def test_the_head_of_an_arrow_is_at_its_tip() -> None:
    _, head = outlines(ARROW, FRAME)

    np.testing.assert_allclose(head[1], [240, 150])
    assert (head[[0, 2], 0] < 240).all()


def test_lines_cannot_be_changed_by_who_asks_for_them() -> None:
    line = outlines(LENGTH, FRAME)[0]

    with pytest.raises(ValueError, match="read-only"):
        line[0] = 0.0


@given(measurement=measurements())
def test_the_frame_and_the_outline_agree_on_where_points_are(measurement: Measurement) -> None:
    places = on_screen(FRAME, measurement.points_mm)

    expected = [FRAME.to_screen(point) for point in measurement.points_mm]
    np.testing.assert_allclose(places, expected, atol=1e-6)


@given(measurement=measurements())
def test_a_handle_put_where_it_is_changes_nothing(measurement: Measurement) -> None:
    for index, handle in enumerate(handles_mm(measurement)):
        same = with_handle(measurement, index, handle)

        np.testing.assert_allclose(
            np.sort(np.array(outlines_mm(same)), axis=0),
            np.sort(np.array(outlines_mm(measurement)), axis=0),
            atol=1e-6,
        )


def outlines_mm(measurement: Measurement) -> tuple[tuple[float, float, float], ...]:
    return handles_mm(measurement)


@pytest.mark.parametrize("measurement", SAMPLES, ids=lambda one: one.KIND)
def test_a_handle_follows_the_hand(measurement: Measurement) -> None:
    there = (7.0, 3.0, 0.0)

    for index in range(len(handles_mm(measurement))):
        changed = with_handle(measurement, index, there)

        assert changed != measurement
        assert (changed.id, changed.plane) == (measurement.id, measurement.plane)


def test_a_corner_takes_both_its_sides_along() -> None:
    changed = with_handle(rectangle(20, 10), 2, (15.0, 9.0, 0.0))

    assert isinstance(changed, RectangleRoi)
    assert (changed.width_mm, changed.height_mm) == pytest.approx((25.0, 14.0))
    assert handles_mm(changed)[0] == pytest.approx(handles_mm(rectangle(20, 10))[0])


@given(across=st.floats(-50, 50), down=st.floats(-50, 50))
def test_the_side_of_an_ellipse_changes_one_axis(across: float, down: float) -> None:
    changed = with_handle(ellipse(20, 10), 0, (across, down, 0.0))

    assert isinstance(changed, EllipseRoi)
    assert changed.height_mm == pytest.approx(10.0)
    if abs(across - 10.0) > 1e-3:
        assert changed.width_mm == pytest.approx(abs(10.0 - across))


def test_a_region_cannot_be_squeezed_to_nothing() -> None:
    region = rectangle(20, 10)

    assert with_handle(region, 0, handles_mm(region)[2]) == region


def test_the_middle_is_the_mean_of_the_points() -> None:
    assert middle_mm(LENGTH) == (10.0, 0.0, 0.0)
    assert math.dist(middle_mm(ellipse(20, 10)), (0.0, 0.0, 0.0)) == 0.0
