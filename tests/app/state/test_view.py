"""What all views share, and who is told when it changes."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from app.state.view import (
    Layout,
    Overlay,
    Plane,
    PlaneKind,
    Slab,
    SlabMode,
    ViewState,
    standard_plane,
)
from medct_core.volume.orientation import direction_letters
from medct_core.volume.window import LUNG, MEDIASTINUM, Window

ORIGIN = (0.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("kind", "screen_right", "screen_down", "towards"),
    [
        (PlaneKind.AXIAL, "L", "P", "S"),
        (PlaneKind.CORONAL, "L", "I", "P"),
        (PlaneKind.SAGITTAL, "P", "I", "R"),
    ],
)
def test_standard_planes_lie_as_radiologists_look_at_them(
    kind: PlaneKind, screen_right: str, screen_down: str, towards: str
) -> None:
    plane = standard_plane(kind, ORIGIN)

    letters = [direction_letters(axis) for axis in (plane.right, plane.down, plane.normal)]

    assert letters == [screen_right, screen_down, towards]


def test_a_plane_with_skew_axes_is_refused() -> None:
    with pytest.raises(ValueError, match="right angles"):
        Plane(ORIGIN, (1.0, 0.0, 0.0), (0.6, 0.8, 0.0))


@given(kind=st.sampled_from(PlaneKind), angle=st.floats(-math.pi, math.pi), axis=st.integers(0, 2))
def test_turning_there_and_back_gives_the_same_plane(
    kind: PlaneKind, angle: float, axis: int
) -> None:
    about = tuple(np.eye(3)[axis])
    plane = standard_plane(kind, (1.0, 2.0, 3.0))

    back = plane.turned(about, angle).turned(about, -angle)

    np.testing.assert_allclose([back.right, back.down], [plane.right, plane.down], atol=1e-9)
    assert back.centre_mm == plane.centre_mm


def test_a_quarter_turn_about_the_long_axis_makes_coronal_face_the_side() -> None:
    coronal = standard_plane(PlaneKind.CORONAL, ORIGIN)

    turned = coronal.turned((0.0, 0.0, 1.0), math.pi / 2)

    np.testing.assert_allclose(turned.right, (0.0, 1.0, 0.0), atol=1e-12)
    np.testing.assert_allclose(turned.down, (0.0, 0.0, -1.0), atol=1e-12)


def test_a_slab_of_negative_thickness_is_refused() -> None:
    with pytest.raises(ValueError, match="thick"):
        Slab(SlabMode.MIP, -1.0)


@pytest.mark.gui
@pytest.mark.parametrize(
    ("signal", "setter", "value"),
    [
        ("crosshair_changed", "set_crosshair", (1.0, 2.0, 3.0)),
        ("window_changed", "set_window", LUNG),
        ("inverted_changed", "set_inverted", True),
        ("slab_changed", "set_slab", Slab(SlabMode.MIP, 10.0)),
        ("layout_changed", "set_layout", Layout.AXIAL),
        ("heatmap_opacity_changed", "set_heatmap_opacity", 0.25),
        ("smooth_changed", "set_smooth", False),
    ],
)
def test_a_change_is_told_once_and_the_same_value_again_is_not(
    qtbot: QtBot, signal: str, setter: str, value: object
) -> None:
    state = ViewState()
    told: list[object] = []
    getattr(state, signal).connect(told.append)

    getattr(state, setter)(value)
    getattr(state, setter)(value)

    assert told == [value]


@pytest.mark.gui
def test_every_plane_goes_through_the_crosshair(qtbot: QtBot) -> None:
    state = ViewState()

    state.set_crosshair((10.0, -20.0, 30.0))

    assert {state.plane(kind).centre_mm for kind in PlaneKind} == {(10.0, -20.0, 30.0)}


@pytest.mark.gui
def test_a_turned_plane_is_told_once_and_becomes_standard_again(qtbot: QtBot) -> None:
    state = ViewState()
    told: list[None] = []
    state.planes_changed.connect(lambda: told.append(None))
    oblique = state.plane(PlaneKind.CORONAL).turned((0.0, 0.0, 1.0), 0.3)

    state.set_plane(PlaneKind.CORONAL, oblique)
    state.set_plane(PlaneKind.CORONAL, oblique)
    turned = state.plane(PlaneKind.CORONAL)
    state.set_plane(PlaneKind.CORONAL, standard_plane(PlaneKind.CORONAL, ORIGIN))

    assert turned == oblique
    assert state.plane(PlaneKind.CORONAL) == standard_plane(PlaneKind.CORONAL, ORIGIN)
    assert len(told) == 2


@pytest.mark.gui
def test_the_patient_and_the_heatmap_are_hidden_until_asked_for(qtbot: QtBot) -> None:
    state = ViewState()

    assert Overlay.PATIENT_TEXT not in state.overlays
    assert Overlay.HEATMAP not in state.overlays


@pytest.mark.gui
def test_toggling_an_overlay_twice_changes_nothing(qtbot: QtBot) -> None:
    state = ViewState()
    before = state.overlays

    state.toggle_overlay(Overlay.HEATMAP)
    between = state.overlays
    state.toggle_overlay(Overlay.HEATMAP)

    assert between == before | {Overlay.HEATMAP}
    assert state.overlays == before


@pytest.mark.gui
@pytest.mark.parametrize(("asked", "held"), [(-0.5, 0.0), (1.5, 1.0), (0.3, 0.3)])
def test_the_opacity_of_the_heatmap_stays_between_nothing_and_all(
    qtbot: QtBot, asked: float, held: float
) -> None:
    state = ViewState()

    state.set_heatmap_opacity(asked)

    assert state.heatmap_opacity == held


@pytest.mark.gui
def test_a_chest_opens_in_the_window_of_the_mediastinum(qtbot: QtBot) -> None:
    assert ViewState().window == MEDIASTINUM != Window(0, 100)
