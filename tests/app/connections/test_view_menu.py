"""A right click on a slice offers what is done there, and the measurement that was hit."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF
from PySide6.QtWidgets import QAbstractItemView, QLineEdit, QMenu, QTableView

from app.state.view import PlaneKind
from app.viewer.slice_view import SliceView
from medct_core.measurement.plane import DrawingPlane
from medct_core.measurement.shapes import Length
from tests.app.case_windows import Case

pytestmark = pytest.mark.gui


@pytest.fixture
def axial(case: Case, chests: tuple[Path, Path]) -> SliceView:
    """Give a view with a line of 80 mm through the middle of its slice."""
    case.open(chests[0])
    case.wait(lambda: case.shown.controllers.keep_case.is_loaded)
    x, y, z = case.view.crosshair_mm
    plane = DrawingPlane((x, y, z), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0))
    line = Length("line", "", plane, (x - 40, y + 20, z), (x + 40, y + 20, z))
    case.shown.states.lists.measurements.add(line)
    return case.window.views.views[PlaneKind.AXIAL]


@pytest.fixture(autouse=True)
def no_menu_stays_open(case: Case) -> Iterator[None]:
    yield
    for menu in opened(case):
        menu.close()


def place_of(case: Case, view: SliceView, down_mm: float) -> QPoint:
    """Where on the desktop a point below the crosshair is shown."""
    x, y, z = case.view.crosshair_mm
    return view.mapToGlobal(QPointF(*view.frame.to_screen((x + 15, y + down_mm, z))).toPoint())


def on_line(case: Case, view: SliceView) -> QPoint:
    return place_of(case, view, 20.0)


def texts(menu: QMenu) -> list[str]:
    return [one.text() for one in menu.actions() if not one.isSeparator()]


def opened(case: Case) -> list[QMenu]:
    menus = case.window.findChildren(QMenu)
    return [one for one in menus if one.isVisible()]


def menu_at(case: Case, view: SliceView, place: QPoint) -> QMenu:
    case.window.views.menu_asked.emit(view, place)
    (menu,) = opened(case)
    return menu


def test_a_slice_offers_what_is_done_most_often(case: Case, axial: SliceView) -> None:
    menu = menu_at(case, axial, place_of(case, axial, -30.0))

    assert case.shown.actions["fit"] in menu.actions()
    assert case.shown.actions["invert"] in menu.actions()
    assert case.shown.actions["mark_image"] in menu.actions()
    assert case.shown.actions["delete_measurement"] not in menu.actions()


def test_a_measurement_that_is_hit_can_be_deleted(case: Case, axial: SliceView) -> None:
    menu = menu_at(case, axial, on_line(case, axial))
    assert texts(menu)[0] == "Rename measurement"

    delete = case.shown.actions["delete_measurement"]
    assert delete in menu.actions()
    delete.trigger()

    assert case.shown.states.lists.measurements.items == ()


def test_a_measurement_that_is_hit_can_be_renamed(case: Case, axial: SliceView) -> None:
    menu = menu_at(case, axial, on_line(case, axial))

    menu.actions()[0].trigger()

    table = case.window.measurements_panel.findChildren(QTableView)[0]
    assert table.state() is QAbstractItemView.State.EditingState
    assert table.findChildren(QLineEdit)[0].isVisible()


def test_the_menu_belongs_to_the_view_that_was_clicked(case: Case, axial: SliceView) -> None:
    coronal = case.window.views.views[PlaneKind.CORONAL]
    coronal.activated.emit()
    assert case.window.views.active_view is coronal

    menu_at(case, axial, on_line(case, axial))

    assert case.window.views.active_view is axial


def test_a_menu_that_was_closed_is_gone(case: Case, axial: SliceView) -> None:
    before = len(case.window.findChildren(QMenu))

    menu_at(case, axial, on_line(case, axial)).close()

    case.wait(lambda: len(case.window.findChildren(QMenu)) == before)
