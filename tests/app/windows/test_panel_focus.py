"""Every panel is reached with one key, and the way back to the views too."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QApplication,
    QDockWidget,
    QLabel,
    QLineEdit,
    QMainWindow,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.windows.panel_focus import focus_next_panel, focus_previous_panel, panels_in_sight

pytestmark = pytest.mark.gui

LEFT, RIGHT = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea


class Window(QMainWindow):
    """Views in the middle, fields left and right, and a dock without anything to operate."""

    def __init__(self) -> None:
        super().__init__()
        self.views = QWidget()
        self.views.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCentralWidget(self.views)
        self.left, self.right, self.second = QLineEdit(), QLineEdit(), QLineEdit()
        fields = QWidget()
        layout = QVBoxLayout(fields)
        layout.addWidget(self.right)
        layout.addWidget(self.second)
        # Added from right to left, so that the order on the screen is what counts.
        self.right_dock = self.dock("Right", fields, RIGHT)
        self.left_dock = self.dock("Left", self.left, LEFT)
        self.dock("Silent", QLabel("Nothing here"), LEFT)
        self.resize(600, 400)

    def dock(self, title: str, widget: QWidget, area: Qt.DockWidgetArea) -> QDockWidget:
        """Add a dock."""
        made = QDockWidget(title, self)
        made.setWidget(widget)
        self.addDockWidget(area, made)
        return made


@pytest.fixture
def window(qtbot: QtBot) -> Window:
    shown = Window()
    qtbot.addWidget(shown)
    shown.show()
    shown.activateWindow()
    qtbot.waitUntil(shown.isActiveWindow)
    shown.views.setFocus()
    return shown


def walk(window: Window, count: int) -> list[QWidget | None]:
    visited = []
    for _ in range(count):
        focus_next_panel(window)
        visited.append(QApplication.focusWidget())
    return visited


def test_the_key_goes_round_from_left_to_right(window: Window) -> None:
    assert walk(window, 4) == [window.left, window.right, window.views, window.left]


def test_the_other_key_goes_the_other_way(window: Window) -> None:
    focus_previous_panel(window)

    assert QApplication.focusWidget() is window.right


def test_a_panel_remembers_what_had_focus_in_it(window: Window) -> None:
    window.second.setFocus()
    window.views.setFocus()

    focus_previous_panel(window)

    assert QApplication.focusWidget() is window.second


def test_a_closed_panel_is_passed_over(window: Window) -> None:
    window.left_dock.close()

    assert walk(window, 2) == [window.right, window.views]


def test_a_panel_behind_another_is_passed_over(window: Window, qtbot: QtBot) -> None:
    window.tabifyDockWidget(window.right_dock, window.left_dock)
    window.right_dock.raise_()
    qtbot.waitUntil(lambda: window.left_dock not in panels_in_sight(window))
    qtbot.waitUntil(lambda: window.right_dock in panels_in_sight(window))
    window.views.setFocus()

    assert walk(window, 2) == [window.right, window.views]


def test_without_focus_anywhere_it_starts_with_the_views(window: Window) -> None:
    window.views.clearFocus()

    assert walk(window, 1) == [window.views]


def test_a_window_without_panels_does_nothing(qtbot: QtBot) -> None:
    empty = QMainWindow()
    qtbot.addWidget(empty)
    empty.show()

    focus_next_panel(empty)

    assert panels_in_sight(empty) == ()
