"""The window places pictures and panels, takes what is dropped, and closes when it may."""

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QDockWidget, QWidget
from pytestqt.qtbot import QtBot

from app.state.view import ViewState
from app.theme import DARK, LIGHT
from app.windows.main_window import MainWindow

pytestmark = pytest.mark.gui

_COPY, _LEFT = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
_NO_KEYS = Qt.KeyboardModifier.NoModifier


@pytest.fixture
def window(qtbot: QtBot) -> MainWindow:
    made = MainWindow(ViewState(), DARK)
    qtbot.addWidget(made)
    made.show()
    return made


def dropped(*places: str) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl(place) for place in places])
    return data


def drop(window: MainWindow, data: QMimeData) -> bool:
    """Drag over the window and let go; whether it was taken."""
    entering = QDragEnterEvent(QPoint(50, 50), _COPY, data, _LEFT, _NO_KEYS)
    QApplication.sendEvent(window, entering)
    if not entering.isAccepted():
        return False
    letting_go = QDropEvent(QPointF(50, 50), _COPY, data, _LEFT, _NO_KEYS)
    QApplication.sendEvent(window, letting_go)
    return letting_go.isAccepted()


def is_in_front(dock: QDockWidget) -> bool:
    return dock.isVisible() and not dock.visibleRegion().isEmpty()


def test_files_that_are_dropped_are_reported_together(qtbot: QtBot, window: MainWindow) -> None:
    with qtbot.waitSignal(window.paths_dropped) as told:
        assert drop(window, dropped("file:///scans/a.nii.gz", "file:///scans/Läsion%201.nii"))

    assert told.args == [(Path("/scans/a.nii.gz"), Path("/scans/Läsion 1.nii"))]


@pytest.mark.parametrize("place", ["https://example.org/a.nii.gz", ""])
def test_what_does_not_lie_on_this_computer_is_not_taken(
    qtbot: QtBot, window: MainWindow, place: str
) -> None:
    with qtbot.assertNotEmitted(window.paths_dropped):
        assert not drop(window, dropped(place) if place else QMimeData())


def test_the_title_names_the_scan(window: MainWindow) -> None:
    window.show_title("a.nii.gz")
    assert window.windowTitle() == "a.nii.gz - MedCT"

    window.show_title("")
    assert window.windowTitle() == "MedCT"


@pytest.mark.parametrize("may", [True, False])
def test_it_closes_only_when_it_may_and_tells_so(
    qtbot: QtBot, window: MainWindow, may: bool
) -> None:
    window.may_close = lambda: may
    told = list[bool]()
    window.closed.connect(lambda: told.append(window.isVisible()))
    event = QCloseEvent()

    window.closeEvent(event)

    assert event.isAccepted() is may
    assert len(told) == may


@pytest.mark.parametrize("way", ["closed", "behind another"])
def test_a_panel_comes_to_the_front(qtbot: QtBot, window: MainWindow, way: str) -> None:
    if way == "closed":
        window.docks["masks"].close()
    else:
        window.docks["study"].raise_()

    window.show_dock("masks")

    qtbot.waitUntil(lambda: is_in_front(window.docks["masks"]))
    assert not is_in_front(window.docks["study"])


def test_panels_that_are_needed_first_are_in_front(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.waitUntil(lambda: is_in_front(window.docks["study"]))

    front = {name for name, dock in window.docks.items() if is_in_front(dock)}

    assert front == {"study", "window", "findings"}


def test_pictures_have_more_room_than_panels(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.waitUntil(lambda: window.views.width() > 0)

    assert window.views.width() > window.width() / 2
    assert window.views.height() > window.height() / 2


def test_the_words_about_what_the_program_is_not_are_always_there(window: MainWindow) -> None:
    window.show_title("a.nii.gz")

    assert window.provenance.isVisible()
    assert "Not a medical device" in window.provenance.accessibleName() + " ".join(
        str(label.property("text")) for label in window.provenance.findChildren(QWidget)
    )


def test_an_arrangement_of_panels_comes_back(qtbot: QtBot, window: MainWindow) -> None:
    window.docks["study"].close()
    window.docks["findings"].setFloating(True)
    kept = window.saveState()
    other = MainWindow(ViewState(), DARK)
    qtbot.addWidget(other)

    assert other.restoreState(kept)

    assert other.docks["study"].isHidden()
    assert other.docks["findings"].isFloating()


def test_every_panel_takes_another_theme(qtbot: QtBot, window: MainWindow) -> None:
    window.show_dock("charts")
    qtbot.waitUntil(lambda: window.chart_dock.scores is not None)
    before = window.grab().toImage()

    window.show_theme(LIGHT)

    qtbot.waitUntil(lambda: window.grab().toImage() != before)
