"""What of a measurement lies under the mouse."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QRectF

from app.state.view import PlaneKind, standard_plane
from app.viewer.frame import Frame
from app.viewer.measure_label import PlacedLabel
from app.viewer.measure_picking import Grip, Part, distance_to, grip_at
from medct_core.measurement.shapes import Length, Measurement
from tests.drawn_samples import AXIAL, ellipse, rectangle

FRAME = Frame(standard_plane(PlaneKind.AXIAL, (0.0, 0.0, 0.0)), (0.0, 0.0, 0.0), 1.0, (400, 400))
LENGTH = Length("l", "", AXIAL, (-50.0, 0.0, 0.0), (50.0, 0.0, 0.0))
"""From (150, 200) to (250, 200) on the screen."""

LABEL = PlacedLabel("l", ("100.0 mm",), QRectF(260, 190, 60, 20), QPointF(250, 200))


def at(
    x: float,
    y: float,
    *shown: Measurement,
    selected: str = "",
    labels: tuple[PlacedLabel, ...] = (),
) -> Grip | None:
    return grip_at(shown, labels, FRAME, (x, y), selected=selected)


@pytest.mark.parametrize(
    ("place", "grip"),
    [
        ((150, 200), Grip("l", Part.HANDLE, 0)),
        ((246, 205), Grip("l", Part.HANDLE, 1)),
        ((200, 204), Grip("l", Part.LINES)),
        ((200, 207), None),
        ((290, 200), Grip("l", Part.LABEL)),
    ],
)
def test_ends_lines_and_text_can_be_taken_hold_of(
    place: tuple[float, float], grip: Grip | None
) -> None:
    assert at(*place, LENGTH, labels=(LABEL,)) == grip


@pytest.mark.parametrize("region", [rectangle(120, 100), ellipse(120, 100)])
def test_the_inside_of_a_region_is_free(region: Measurement) -> None:
    assert at(200, 200, region) is None
    assert at(200, 150, region) is not None


def test_the_nearest_of_two_is_taken() -> None:
    other = Length("o", "", AXIAL, (-50.0, 6.0, 0.0), (50.0, 6.0, 0.0))

    assert at(200, 202, LENGTH, other) == Grip("l", Part.LINES)
    assert at(200, 204, LENGTH, other) == Grip("o", Part.LINES)


def test_the_selected_one_comes_first() -> None:
    other = Length("o", "", AXIAL, (-50.0, 6.0, 0.0), (50.0, 6.0, 0.0))

    assert at(200, 202, LENGTH, other, selected="o") == Grip("o", Part.LINES)


def test_nothing_is_found_where_nothing_is_drawn() -> None:
    assert at(200, 200) is None


def test_a_line_without_length_is_a_point() -> None:
    assert distance_to(np.array([[3.0, 4.0], [3.0, 4.0]]), (0.0, 0.0)) == pytest.approx(5.0)


@given(x=st.floats(-100, 100), y=st.floats(-100, 100))
def test_the_distance_from_a_line_is_that_of_its_nearest_place(x: float, y: float) -> None:
    line = np.array([[-50.0, 0.0], [50.0, 0.0], [50.0, 50.0]])
    along = np.linspace(0, 1, 2001)[:, None]
    places = np.concatenate([line[n] + along * (line[n + 1] - line[n]) for n in range(2)])

    nearest = np.hypot(*(places - [x, y]).T).min()

    assert distance_to(line, (x, y)) == pytest.approx(nearest, abs=0.03)
