"""Charts exist from the moment they are first seen."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QMainWindow
from pytestqt.qtbot import QtBot

from app.panels.histogram_chart import HistogramChart
from app.panels.score_chart import ScoreChart
from app.theme import DARK, LIGHT
from app.windows.chart_dock import ChartDock

pytestmark = pytest.mark.gui


@pytest.fixture
def window(qtbot: QtBot) -> QMainWindow:
    shown = QMainWindow()
    qtbot.addWidget(shown)
    return shown


@pytest.fixture
def dock(window: QMainWindow) -> ChartDock:
    made = ChartDock(DARK, window)
    window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, made)
    return made


def brightness(dock: ChartDock) -> float:
    """Mean of the pixels of the histogram, in [0, 255]."""
    assert dock.histogram is not None
    picture = dock.histogram.grab().toImage().convertToFormat(QImage.Format.Format_Grayscale8)
    return float(np.frombuffer(picture.constBits(), np.uint8).mean())


def test_charts_wait_until_they_are_seen(
    qtbot: QtBot, window: QMainWindow, dock: ChartDock
) -> None:
    dock.hide()
    window.show()
    assert (dock.scores, dock.histogram) == (None, None)

    with qtbot.waitSignal(dock.charts_made) as made:
        dock.show()

    assert made.args == [dock.scores, dock.histogram]
    assert isinstance(dock.scores, ScoreChart)
    assert isinstance(dock.histogram, HistogramChart)
    assert dock.scores.isVisible()


def test_charts_are_made_once(qtbot: QtBot, window: QMainWindow, dock: ChartDock) -> None:
    window.show()
    qtbot.waitUntil(lambda: dock.scores is not None)
    first = dock.scores

    dock.hide()
    dock.show()

    assert dock.scores is first


def test_a_theme_chosen_before_charts_exist_colours_them(
    qtbot: QtBot, window: QMainWindow, dock: ChartDock
) -> None:
    dock.show_theme(LIGHT)
    window.resize(500, 500)
    window.show()
    qtbot.waitUntil(lambda: dock.histogram is not None)
    assert dock.histogram is not None
    dock.histogram.show_histogram(np.array([1, 5, 2]), np.array([-1.0, 0, 1, 2]), title="HU")
    light = brightness(dock)

    dock.show_theme(DARK)

    qtbot.waitUntil(lambda: brightness(dock) < light - 20)
