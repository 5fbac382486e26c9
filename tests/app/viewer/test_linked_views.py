"""Three views around one crosshair, in every layout."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from app.state.view import Layout, PlaneKind, ViewState, standard_plane
from app.viewer.linked_views import LinkedViews
from app.viewer.slice_order import SliceNumber
from app.viewer.volume_view import VolumeView
from medct_core.volume.geometry import Geometry
from tests import phantoms

pytestmark = pytest.mark.gui


@pytest.fixture
def state(qtbot: QtBot) -> ViewState:
    return ViewState()


@pytest.fixture
def volume_view(qtbot: QtBot) -> QWidget:
    return QLabel("3D")


@pytest.fixture
def views(qtbot: QtBot, state: ViewState, volume_view: QWidget) -> LinkedViews:
    """Show the letter F beside a stand-in for the volume in 3D."""
    widget = LinkedViews(state, volume_view)
    qtbot.addWidget(widget)
    widget.resize(600, 600)
    widget.show()
    widget.show_volume(phantoms.letter_f())
    return widget


def shown(views: LinkedViews) -> set[str]:
    """Which views can be seen."""
    return {kind.value for kind, view in views.views.items() if not view.isHidden()}


ALL = {"axial", "coronal", "sagittal"}


@pytest.mark.parametrize(
    ("layout", "slices", "has_volume"),
    [
        (Layout.GRID, ALL, True),
        (Layout.ONE_AND_THREE, ALL, True),
        (Layout.AXIAL, {"axial"}, False),
        (Layout.SINGLE, {"axial"}, False),
        (Layout.COMPARE, {"axial"}, False),
    ],
)
def test_a_layout_shows_its_views(
    views: LinkedViews,
    state: ViewState,
    volume_view: QWidget,
    layout: Layout,
    slices: set[str],
    has_volume: bool,
) -> None:
    state.set_layout(Layout.AXIAL)

    state.set_layout(layout)

    assert shown(views) == slices
    assert volume_view.isHidden() is not has_volume


def test_in_one_and_three_the_axial_view_is_the_largest(
    qtbot: QtBot, views: LinkedViews, state: ViewState
) -> None:
    state.set_layout(Layout.ONE_AND_THREE)

    axial, coronal = views.views[PlaneKind.AXIAL], views.views[PlaneKind.CORONAL]
    qtbot.waitUntil(lambda: axial.height() > 2.5 * coronal.height())
    assert axial.width() > coronal.width()


def test_a_companion_stands_beside_the_axial_view(
    qtbot: QtBot, views: LinkedViews, state: ViewState
) -> None:
    companion = QLabel("prior")
    views.set_companion(companion)

    hidden_at_first = companion.isHidden()
    state.set_layout(Layout.COMPARE)

    assert hidden_at_first
    assert not companion.isHidden()


def test_a_scan_opens_in_its_middle(views: LinkedViews, state: ViewState) -> None:
    numbers = {view.slice_shown() for view in views.views.values()}

    assert numbers == {SliceNumber(10, 20), SliceNumber(13, 24)}
    assert np.abs(state.crosshair_mm).max() < 3


def test_a_double_click_maximises_a_view_and_another_one_brings_all_back(
    qtbot: QtBot, views: LinkedViews
) -> None:
    coronal = views.views[PlaneKind.CORONAL]

    QTest.mouseDClick(coronal, Qt.MouseButton.LeftButton)
    alone = shown(views)
    QTest.mouseDClick(coronal, Qt.MouseButton.LeftButton)

    assert alone == {"coronal"}
    assert shown(views) == ALL


def test_a_double_click_maximises_the_volume_in_3d(qtbot: QtBot, state: ViewState) -> None:
    in_3d = VolumeView()
    views = LinkedViews(state, in_3d)
    qtbot.addWidget(views)
    views.show()

    QTest.mouseDClick(in_3d, Qt.MouseButton.LeftButton)
    alone = shown(views), in_3d.isVisible()
    QTest.mouseDClick(in_3d, Qt.MouseButton.LeftButton)

    assert alone == (set(), True)
    assert shown(views) == ALL


def test_a_click_makes_a_view_the_active_one(qtbot: QtBot, views: LinkedViews) -> None:
    sagittal = views.views[PlaneKind.SAGITTAL]

    with qtbot.waitSignal(views.active_changed):
        QTest.mouseClick(sagittal, Qt.MouseButton.LeftButton)

    assert views.active_view is sagittal


def test_a_hidden_view_is_never_the_active_one(views: LinkedViews, state: ViewState) -> None:
    views.set_active(PlaneKind.CORONAL)

    state.set_layout(Layout.AXIAL)

    assert views.active_view is views.views[PlaneKind.AXIAL]


def test_next_view_goes_round(views: LinkedViews) -> None:
    seen = []
    for _ in range(4):
        seen.append(views.active_view.kind)
        views.next_view()

    assert seen == [PlaneKind.AXIAL, PlaneKind.CORONAL, PlaneKind.SAGITTAL, PlaneKind.AXIAL]


def test_in_the_single_layout_the_next_view_takes_the_place(
    views: LinkedViews, state: ViewState
) -> None:
    state.set_layout(Layout.SINGLE)

    views.set_active(PlaneKind.SAGITTAL)

    assert shown(views) == {"sagittal"}


def test_one_crosshair_moves_all_views(views: LinkedViews, state: ViewState) -> None:
    axial, coronal = views.views[PlaneKind.AXIAL], views.views[PlaneKind.CORONAL]
    before = coronal.slice_shown()

    axial.set_crosshair((5.0, 10.0, 0.0))

    assert coronal.slice_shown() != before
    assert coronal.crosshair_mm == state.crosshair_mm


def test_cine_goes_on_from_the_last_slice_to_the_first(qtbot: QtBot, views: LinkedViews) -> None:
    views.active_view.go_to(24)

    views.start_cine(pictures_per_second=200)

    qtbot.waitUntil(lambda: views.active_view.slice_shown().number == 2)
    views.stop_cine()
    assert not views.is_cine_running


def test_cine_stops_when_another_scan_is_shown(views: LinkedViews) -> None:
    views.start_cine()

    views.show_volume(None)

    assert not views.is_cine_running


def test_cine_does_not_run_without_a_scan_or_on_one_slice(views: LinkedViews) -> None:
    views.show_volume(phantoms.ramp((6, 5, 1)))

    views.start_cine()

    assert not views.is_cine_running


def test_a_tilted_scan_shows_its_axial_slices_as_acquired(
    views: LinkedViews, state: ViewState
) -> None:
    affine = np.diag([3.0, 3.0, 3.0, 1.0])
    affine[:3, 1] = (0.0, 3.0 * np.cos(0.3), 3.0 * np.sin(0.3))
    tilted = Geometry((12, 12, 8), affine)

    views.show_volume(phantoms.letter_f(tilted))
    tilted_down = state.plane(PlaneKind.AXIAL).down
    views.show_volume(phantoms.letter_f())

    assert tilted_down == pytest.approx((0.0, np.cos(0.3), np.sin(0.3)))
    standard = standard_plane(PlaneKind.AXIAL, state.crosshair_mm)
    assert state.plane(PlaneKind.AXIAL) == standard


def test_a_session_keeps_the_parts_that_are_zoomed_and_shows_the_rest_whole(
    qtbot: QtBot, views: LinkedViews
) -> None:
    assert views.shown_parts() == {}
    views.views[PlaneKind.AXIAL].zoom_by(2.5)
    parts = views.shown_parts()
    assert set(parts) == {PlaneKind.AXIAL}
    state = ViewState()
    other = LinkedViews(state)
    qtbot.addWidget(other)
    other.resize(900, 500)
    other.show()
    other.show_volume(phantoms.letter_f())
    other.views[PlaneKind.CORONAL].zoom_by(3.0)

    state.set_layout(Layout.AXIAL)
    other.show_parts(parts)

    shown = other.shown_parts()
    assert set(shown) == {PlaneKind.AXIAL}
    assert shown[PlaneKind.AXIAL].middle_mm == parts[PlaneKind.AXIAL].middle_mm
    assert shown[PlaneKind.AXIAL].width_mm == pytest.approx(parts[PlaneKind.AXIAL].width_mm)
    assert other.views[PlaneKind.AXIAL].frame.size[0] > 850
