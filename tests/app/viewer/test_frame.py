"""Laws of the way from the screen to the patient and back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.state.view import Plane, PlaneKind, Vector, standard_plane
from app.viewer.frame import Frame, fitted
from app.viewer.pixel_grid import grid_of
from tests import phantoms

GEOMETRY = phantoms.centred((100, 80, 40), (1.0, 1.0, 3.0))
PLACES = st.tuples(st.floats(-2000, 2000), st.floats(-2000, 2000))
MM = st.floats(-300, 300)
PLANES = st.builds(
    lambda kind, angle, centre: standard_plane(kind, centre).turned((0.0, 0.6, 0.8), angle),
    st.sampled_from(PlaneKind),
    st.floats(-1.5, 1.5),
    st.tuples(MM, MM, MM),
)
FRAMES = st.builds(
    Frame,
    PLANES,
    st.tuples(MM, MM, MM),
    st.floats(0.1, 20),
    st.tuples(st.integers(10, 2000), st.integers(10, 2000)),
)


@given(frame=FRAMES, place=PLACES)
def test_from_the_screen_to_the_patient_and_back(frame: Frame, place: tuple[float, float]) -> None:
    np.testing.assert_allclose(frame.to_screen(frame.to_patient(*place)), place, atol=1e-6)


@given(frame=FRAMES, place=PLACES)
def test_a_place_on_the_screen_lies_in_the_plane(frame: Frame, place: tuple[float, float]) -> None:
    offset = np.array(frame.to_patient(*place)) - frame.plane.centre_mm

    assert float(offset @ np.array(frame.plane.normal)) == pytest.approx(0.0, abs=1e-6)


@given(frame=FRAMES, place=PLACES, factor=st.floats(0.5, 2))
def test_what_is_under_the_cursor_stays_there_while_zooming(
    frame: Frame, place: tuple[float, float], factor: float
) -> None:
    under_cursor = frame.to_patient(*place)

    zoomed = frame.zoomed(factor, *place)

    np.testing.assert_allclose(zoomed.to_screen(under_cursor), place, atol=1e-5)


@given(frame=FRAMES, place=PLACES, shift=PLACES)
def test_panning_moves_everything_by_the_same_pixels(
    frame: Frame, place: tuple[float, float], shift: tuple[float, float]
) -> None:
    point = frame.to_patient(*place)

    moved = frame.panned(*shift).to_screen(point)

    np.testing.assert_allclose(moved, np.add(place, shift), atol=1e-5)


@pytest.mark.parametrize("kind", PlaneKind)
@pytest.mark.parametrize("size", [(400, 300), (150, 900), (1, 1)])
def test_a_fitted_slice_lies_in_the_middle_and_touches_two_edges(
    kind: PlaneKind, size: tuple[int, int]
) -> None:
    plane = standard_plane(kind, (0.0, 0.0, 0.0))
    grid = grid_of(GEOMETRY, plane)

    frame = fitted(plane, grid, size)

    rows, columns = grid.shape
    left, top = frame.to_screen(grid.to_patient(-0.5, -0.5))
    right, bottom = frame.to_screen(grid.to_patient(columns - 0.5, rows - 0.5))
    np.testing.assert_allclose((left + right, top + bottom), size, atol=1e-6)
    if size != (1, 1):
        assert max((right - left) / size[0], (bottom - top) / size[1]) == pytest.approx(0.98)


def test_the_patients_left_is_on_the_right_of_an_axial_picture() -> None:
    frame = axial_frame()

    assert frame.to_screen((50.0, 0.0, 0.0)) == (300.0, 100.0)
    assert frame.to_screen((0.0, 25.0, 0.0)) == (200.0, 150.0)


def test_a_hundred_percent_is_one_device_pixel_for_one_pixel() -> None:
    frame = axial_frame().resized((400, 200), device_pixel_ratio=2.0)

    assert frame.zoom_percent(0.25) == pytest.approx(100.0)


def test_zoom_has_ends() -> None:
    frame = axial_frame()

    assert frame.zoomed(1e9, 0, 0).scale == 200.0
    assert frame.zoomed(1e-9, 0, 0).scale == 0.05


def test_a_direction_keeps_only_what_lies_in_the_plane() -> None:
    direction: Vector = (0.6, 0.0, 0.8)

    assert axial_frame().direction_on_screen(direction) == (0.6, 0.0)


def axial_frame() -> Frame:
    """Two pixels a millimetre about the origin."""
    plane: Plane = standard_plane(PlaneKind.AXIAL, (0.0, 0.0, 0.0))
    return Frame(plane, (0.0, 0.0, 0.0), 2.0, (400, 200))
