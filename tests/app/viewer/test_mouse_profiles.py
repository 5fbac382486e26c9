"""Dragging changes what radiologists expect it to change."""

from hypothesis import given
from hypothesis import strategies as st

from app.viewer.mouse_profiles import (
    PROFILES,
    RADIOLOGY,
    RESEARCH,
    DragAction,
    dragged_window,
    dragged_zoom,
)
from medct_core.volume.window import MEDIASTINUM, Window

PIXELS = st.floats(-1e4, 1e4)
WINDOWS = st.builds(Window, st.integers(-1000, 1000), st.integers(2, 4000))


def test_radiologists_window_with_the_left_button_and_researchers_move_the_crosshair() -> None:
    assert PROFILES[0] is RADIOLOGY
    assert (RADIOLOGY.left, RADIOLOGY.middle, RADIOLOGY.right) == (
        DragAction.WINDOW,
        DragAction.PAN,
        DragAction.ZOOM,
    )
    assert RESEARCH.left is DragAction.CROSSHAIR


def test_to_the_right_widens_and_upwards_lowers_the_level() -> None:
    dragged = dragged_window(MEDIASTINUM, 100, -100)

    assert dragged.width_hu > MEDIASTINUM.width_hu
    assert dragged.centre_hu < MEDIASTINUM.centre_hu


def test_wide_windows_move_faster() -> None:
    wide = dragged_window(Window(0, 2000), 0, 50).centre_hu

    assert wide == 5 * dragged_window(Window(0, 400), 0, 50).centre_hu


@given(window=WINDOWS, right=PIXELS, down=PIXELS)
def test_however_far_the_drag_the_window_stays_a_window(
    window: Window, right: float, down: float
) -> None:
    dragged = dragged_window(window, right, down)

    assert 2 <= dragged.width_hu <= 65536


@given(window=WINDOWS)
def test_no_drag_changes_nothing(window: Window) -> None:
    assert dragged_window(window, 0, 0) == window


@given(down=st.floats(-1000, 1000))
def test_dragging_back_undoes_the_zoom(down: float) -> None:
    assert abs(dragged_zoom(down) * dragged_zoom(-down) - 1) < 1e-9
