"""Viewpoints face the side they name, and turning keeps them square."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.viewer.viewpoint import Side, standard_viewpoint

_BOUNDS = np.array([[-150.0, -100.0, -120.0], [150.0, 100.0, 120.0]])
_DEGREES = st.floats(-180, 180)


# LPS: what is to the right in the picture, and what is up.
@pytest.mark.parametrize(
    ("side", "right", "up"),
    [
        (Side.ANTERIOR, (1, 0, 0), (0, 0, 1)),
        (Side.POSTERIOR, (-1, 0, 0), (0, 0, 1)),
        (Side.LEFT, (0, 1, 0), (0, 0, 1)),
        (Side.RIGHT, (0, -1, 0), (0, 0, 1)),
        (Side.SUPERIOR, (-1, 0, 0), (0, -1, 0)),
        (Side.INFERIOR, (1, 0, 0), (0, -1, 0)),
    ],
)
def test_a_side_is_seen_as_radiologists_expect(
    side: Side, right: tuple[int, ...], up: tuple[int, ...]
) -> None:
    viewpoint = standard_viewpoint(side, _BOUNDS)

    assert viewpoint.right == right
    assert viewpoint.up == up


@pytest.mark.parametrize("side", Side)
def test_the_whole_scan_fits_into_the_picture(side: Side) -> None:
    viewpoint = standard_viewpoint(side, _BOUNDS)
    corners = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)])
    places = _BOUNDS[0] + corners * (_BOUNDS[1] - _BOUNDS[0]) - viewpoint.eye_mm

    depth = -places @ np.array(viewpoint.back)
    half = viewpoint.height_mm / 2 * depth / viewpoint.distance_mm

    assert (np.abs(places @ np.array(viewpoint.up)) <= half).all()
    assert (np.abs(places @ np.array(viewpoint.right)) <= half).all()


@given(steps=st.lists(st.tuples(_DEGREES, _DEGREES), max_size=20))
def test_turning_keeps_the_axes_square(steps: list[tuple[float, float]]) -> None:
    viewpoint = standard_viewpoint(Side.LEFT, _BOUNDS)

    for right, up in steps:
        viewpoint = viewpoint.orbited(right_degrees=right, up_degrees=up)

    axes = np.array([viewpoint.right, viewpoint.up, viewpoint.back])
    np.testing.assert_allclose(axes @ axes.T, np.eye(3), atol=1e-9)


def test_dragging_to_the_right_shows_the_patients_right_side() -> None:
    front = standard_viewpoint(Side.ANTERIOR, _BOUNDS)

    turned = front.orbited(right_degrees=90, up_degrees=0)

    # From the front, the patient's right is on the left; a hand pushes it to the middle.
    np.testing.assert_allclose(turned.back, (-1, 0, 0), atol=1e-12)


def test_dragging_upwards_shows_the_underside() -> None:
    front = standard_viewpoint(Side.ANTERIOR, _BOUNDS)

    turned = front.orbited(right_degrees=0, up_degrees=90)

    np.testing.assert_allclose(turned.back, (0, 0, -1), atol=1e-12)


@given(right=st.floats(-500, 500), up=st.floats(-500, 500))
def test_panning_back_is_the_same_place(right: float, up: float) -> None:
    front = standard_viewpoint(Side.ANTERIOR, _BOUNDS)

    back = front.panned(right_mm=right, up_mm=up).panned(right_mm=-right, up_mm=-up)

    np.testing.assert_allclose(back.centre_mm, front.centre_mm, atol=1e-9)


def test_enlarging_shows_less_and_ends_somewhere() -> None:
    front = standard_viewpoint(Side.ANTERIOR, _BOUNDS)

    assert front.zoomed(2).height_mm == pytest.approx(front.height_mm / 2)
    assert front.zoomed(1e9).height_mm == 5.0
    assert front.zoomed(1e-9).height_mm == 5000.0
