"""The ground that charts are drawn on."""

import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.panels.chart_canvas import ChartCanvas
from app.theme import DARK, LIGHT, Theme

pytestmark = pytest.mark.gui


def test_without_data_there_are_words_and_no_axes(qtbot: QtBot) -> None:
    canvas = ChartCanvas()
    qtbot.addWidget(canvas)
    canvas.show()

    canvas.show_message("No scores", "They come later.")

    assert not canvas.plot.isVisible()
    words = [label.text() for label in canvas.findChildren(QLabel) if label.isVisible()]
    assert words == ["No scores", "They come later."]


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_the_ground_has_the_colour_of_the_theme(qtbot: QtBot, theme: Theme) -> None:
    canvas = ChartCanvas()
    qtbot.addWidget(canvas)
    canvas.resize(200, 150)
    canvas.show_plot()
    canvas.show()

    canvas.show_theme(theme)

    image = canvas.grab().toImage()
    assert image.pixelColor(image.width() - 4, 4) == QColor(theme.surface)


def test_a_chart_cannot_be_dragged_or_zoomed_away(qtbot: QtBot) -> None:
    canvas = ChartCanvas()
    qtbot.addWidget(canvas)

    assert canvas.plot.getPlotItem().getViewBox().mouseEnabled() == [False, False]
