"""Icons are there, can be seen, and follow the theme."""

from xml.etree import ElementTree as ET

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QIcon, QImage
from PySide6.QtWidgets import QMainWindow
from pytestqt.qtbot import QtBot

from app.theme import DARK, LIGHT, Theme
from app.windows.action_table import ROWS
from app.windows.actions import make_actions
from app.windows.icons import ICON_OF_ACTION, give_icons, icon
from medct_core.resources_folder import resources_folder

pytestmark = pytest.mark.gui

_DRAWINGS = sorted(path.stem for path in (resources_folder() / "icons").glob("*.svg"))
_SHORTEST_STROKE = 0.03
_FULLEST = 0.6


def _image(drawn: QIcon, size: int, mode: QIcon.Mode, state: QIcon.State) -> QImage:
    pixmap = drawn.pixmap(QSize(size, size), 1.0, mode, state)
    return pixmap.toImage().convertToFormat(QImage.Format.Format_ARGB32)


def _covered(image: QImage) -> float:
    """Share of the pixels with any ink."""
    alphas = [
        image.pixelColor(x, y).alphaF() for x in range(image.width()) for y in range(image.height())
    ]
    return sum(alphas) / len(alphas)


def _colours(image: QImage) -> set[str]:
    """Colours of the pixels that are covered altogether."""
    pixels = (image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height()))
    return {pixel.name() for pixel in pixels if pixel.alpha() == 255}


@pytest.mark.parametrize("size", [16, 20, 24, 32, 40, 48])
@pytest.mark.parametrize("name", _DRAWINGS)
def test_a_drawing_fills_its_square_with_lines(qapp: object, name: str, size: int) -> None:
    image = _image(icon(name, DARK), size, QIcon.Mode.Normal, QIcon.State.Off)

    assert image.size() == QSize(size, size)
    assert _SHORTEST_STROKE < _covered(image) < _FULLEST


@pytest.mark.parametrize("name", _DRAWINGS)
def test_a_drawing_stands_on_the_grid_and_brings_no_colour_of_its_own(name: str) -> None:
    drawing = ET.parse(resources_folder() / "icons" / f"{name}.svg").getroot()

    painted = {
        part.get(kind) for part in drawing.iter() for kind in ("fill", "stroke") if part.get(kind)
    }
    assert drawing.get("viewBox") == "0 0 16 16"
    assert painted <= {"currentColor", "none"}


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_an_icon_has_the_colours_of_its_theme(qapp: object, theme: Theme) -> None:
    drawn = icon("rectangle", theme)

    seen = {
        (mode, state): _colours(_image(drawn, 48, mode, state))
        for mode, state in (
            (QIcon.Mode.Normal, QIcon.State.Off),
            (QIcon.Mode.Normal, QIcon.State.On),
            (QIcon.Mode.Disabled, QIcon.State.Off),
        )
    }

    assert list(seen.values()) == [
        {QColor(theme.text).name()},
        {QColor(theme.accent).name()},
        {QColor(theme.disabled).name()},
    ]


def test_a_fine_screen_gets_twice_the_pixels(qapp: object) -> None:
    pixmap = icon("angle", DARK).pixmap(QSize(20, 20), 2.0)

    assert (pixmap.width(), pixmap.devicePixelRatio()) == (40, 2.0)


def test_a_drawing_that_is_not_there_is_a_mistake_of_the_caller(qapp: object) -> None:
    with pytest.raises(ValueError, match="no icon 'teapot'"):
        icon("teapot", DARK)


def test_every_drawing_is_looked_up_by_an_action_of_the_table() -> None:
    assert set(ICON_OF_ACTION) <= {row.name for row in ROWS}
    # The last one is for what does not fit on the bar.
    assert {*ICON_OF_ACTION.values(), "more"} == set(_DRAWINGS)


def test_actions_get_their_icons(qtbot: QtBot) -> None:
    window = QMainWindow()
    qtbot.addWidget(window)
    actions = make_actions(ROWS, {}, window)

    give_icons(actions, DARK)

    assert {name for name, action in actions.items() if not action.icon().isNull()} == set(
        ICON_OF_ACTION
    )
