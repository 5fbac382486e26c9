"""Icons: line drawings of one colour, painted in the colours of a theme."""

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QAction, QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from app.theme import Theme
from medct_core.resources_folder import resources_folder

_SIZES = (16, 20, 24, 32, 40, 48)
"""Pixels: 16, 20 and 24 on usual screens, twice as many on fine ones; Qt shrinks for others."""

ICON_OF_ACTION: Mapping[str, str] = {
    "open_file": "open",
    "export": "export",
    "undo": "undo",
    "redo": "redo",
    "settings": "settings",
    "layout_grid": "layout_grid",
    "layout_one_and_three": "layout_one_and_three",
    "layout_axial": "layout_axial",
    "layout_single": "layout_single",
    "layout_compare": "layout_compare",
    "fit": "fit",
    "cine": "cine",
    "heatmap": "heatmap",
    "invert": "invert",
    "tool_window": "window",
    "tool_pan": "pan",
    "tool_zoom": "zoom",
    "tool_scroll": "scroll",
    "tool_crosshair": "crosshair",
    "tool_length": "length",
    "tool_axes": "axes",
    "tool_angle": "angle",
    "tool_ellipse": "ellipse",
    "tool_rectangle": "rectangle",
    "tool_arrow": "arrow",
    "focus_prompt": "prompt",
    "mark_image": "mark_image",
    "shortcuts": "help",
}
"""Which actions of the table have a drawing, and which one."""


def icon(name: str, theme: Theme) -> QIcon:
    """Paint a drawing of the program's own folder; what is switched on has the accent's colour.

    Parameters
    ----------
    name
        Of the file, without its ending.
    theme
        Gives the colours.

    Raises
    ------
    ValueError
        If there is no such drawing.
    """
    drawing = resources_folder() / "icons" / f"{name}.svg"
    if not drawing.is_file():
        raise ValueError(f"there is no icon {name!r}")
    shapes = _shapes(drawing)
    made = QIcon()
    for colour, mode, state in (
        (theme.text, QIcon.Mode.Normal, QIcon.State.Off),
        (theme.accent, QIcon.Mode.Normal, QIcon.State.On),
        (theme.disabled, QIcon.Mode.Disabled, QIcon.State.Off),
    ):
        for shape in shapes:
            made.addPixmap(_coloured(shape, QColor(colour)), mode, state)
    return made


def give_icons(actions: Mapping[str, QAction], theme: Theme) -> None:
    """Let menus and tool bars show the drawings of the actions that have one."""
    for name, action in actions.items():
        if name in ICON_OF_ACTION:
            action.setIcon(icon(ICON_OF_ACTION[name], theme))


def _shapes(drawing: Path) -> list[QPixmap]:
    """Draw in every size, in whatever colour the file has."""
    renderer = QSvgRenderer(str(drawing))
    shapes = []
    for size in _SIZES:
        shape = QPixmap(size, size)
        shape.fill(Qt.GlobalColor.transparent)
        painter = QPainter(shape)
        renderer.render(painter, QRectF(0, 0, size, size))
        painter.end()
        shapes.append(shape)
    return shapes


def _coloured(shape: QPixmap, colour: QColor) -> QPixmap:
    """Keep where a shape is and how much it covers; change its colour."""
    pixmap = shape.copy()
    painter = QPainter(pixmap)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceIn)
    painter.fillRect(pixmap.rect(), colour)
    painter.end()
    return pixmap
