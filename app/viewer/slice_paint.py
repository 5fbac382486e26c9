"""Painting a slice and what lies over it, with QPainter; every function paints one thing."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPen, QTransform

from app.state.view import PlaneKind
from app.viewer.frame import Frame
from app.viewer.overlay_image import ColourTable
from app.viewer.overlay_text import CornerText, EdgeLetters, Lines, bar_length_mm, length_text
from app.viewer.pixel_grid import PixelGrid

PLANE_COLOURS = {
    PlaneKind.AXIAL: QColor(0xF3, 0x4A, 0x33),
    PlaneKind.SAGITTAL: QColor(0xED, 0xD5, 0x4C),
    PlaneKind.CORONAL: QColor(0x6E, 0xB0, 0x4B),
}
"""The colours of 3D Slicer: axial red, sagittal yellow, coronal green."""

BACKGROUND = QColor(0, 0, 0)
TEXT = QColor(0xE8, 0xE8, 0xE0)
LETTER = QColor(0xFF, 0xD8, 0x66)
NOTICE = QColor(0xFF, 0x6B, 0x60)
_SHADOW = QColor(0, 0, 0, 220)
_SHADOW_OFFSETS = ((1.0, 1.0), (-1.0, 1.0), (1.0, -1.0), (-1.0, -1.0))

_MARGIN = 8.0
_CROSSHAIR_GAP = 14.0
_HANDLE_PART = 0.3
_HANDLE_RADIUS = 4.0
_EDGE_PX = 26.0
_BAR_PART = 0.25
_LINES_BELOW_BAR = 4.6
_CORNER_PART = 0.42
_COLOUR_BAR_WIDTH = 10.0
_BAR_EDGE = QColor(0x70, 0x70, 0x78)
_COLOUR_BAR_PART = 0.25
_LEAST_BAR_LINES = 3


@dataclass(frozen=True, slots=True)
class CrosshairLine:
    """Where another plane cuts the one shown.

    Attributes
    ----------
    kind
        The other plane.
    x, y
        Screen place of the crosshair, logical pixels.
    along_x, along_y
        Unit vector of the line on the screen.
    """

    kind: PlaneKind
    x: float
    y: float
    along_x: float
    along_y: float

    def at(self, distance: float) -> QPointF:
        """Point of the line, so many logical pixels from the crosshair."""
        return QPointF(self.x + distance * self.along_x, self.y + distance * self.along_y)

    def distance_to(self, x: float, y: float) -> float:
        """Distance of a screen place from the line, logical pixels."""
        return abs((x - self.x) * self.along_y - (y - self.y) * self.along_x)


def handle_distance(size: tuple[int, int]) -> float:
    """How far from the crosshair the handles of its lines lie, logical pixels."""
    return _HANDLE_PART * min(size)


def text_font(font: QFont, size: tuple[int, int]) -> QFont:
    """Font for text over a picture, larger in a larger picture."""
    scaled = QFont(font)
    scaled.setPixelSize(min(max(min(size) // 36, 10), 14))
    return scaled


def grey_image(grey: npt.NDArray[np.uint8]) -> QImage:
    """Picture of ``(rows, columns)`` grey levels; keeps a copy of its own."""
    rows, columns = grey.shape
    return QImage(grey.data, columns, rows, columns, QImage.Format.Format_Grayscale8).copy()


def pixel_image(pixels: npt.NDArray[np.uint32]) -> QImage:
    """Picture of ``(rows, columns)`` pixels 0xffRRGGBB; keeps a copy of its own."""
    rows, columns = pixels.shape
    return QImage(pixels.data, columns, rows, columns * 4, QImage.Format.Format_RGB32).copy()


def colour_image(rgba: npt.NDArray[np.uint8]) -> QImage:
    """Picture of ``(rows, columns, 4)`` red, green, blue, opacity; keeps a copy of its own."""
    rows, columns = rgba.shape[:2]
    shown = QImage(rgba.data, columns, rows, columns * 4, QImage.Format.Format_RGBA8888)
    return shown.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)


def paint_image(
    painter: QPainter, image: QImage, *, grid: PixelGrid, frame: Frame, smooth: bool
) -> None:
    """Paint the pixels of a slice where they lie in the patient."""
    left, top = frame.to_screen(grid.to_patient(-0.5, -0.5))
    across, along = (step * frame.scale for step in grid.pixel_mm)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
    painter.setTransform(QTransform(across, 0, 0, along, left, top), combine=True)
    painter.drawImage(QPointF(0, 0), image)
    painter.restore()


def paint_crosshair(
    painter: QPainter, lines: Sequence[CrosshairLine], size: tuple[int, int]
) -> None:
    """Paint the lines of the other planes, open in the middle."""
    reach = float(size[0] + size[1])
    painter.save()
    # The letters at the edges stay free.
    edge = _EDGE_PX
    painter.setClipRect(QRectF(edge, edge, size[0] - 2 * edge, size[1] - 2 * edge))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=True)
    for line in lines:
        painter.setPen(QPen(PLANE_COLOURS[line.kind], 1.2))
        for side in (-1.0, 1.0):
            painter.drawLine(line.at(side * _CROSSHAIR_GAP), line.at(side * reach))
    painter.restore()


def paint_handles(painter: QPainter, lines: Sequence[CrosshairLine], size: tuple[int, int]) -> None:
    """Paint the dots that turn the planes of a crosshair's lines."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=True)
    painter.setPen(Qt.PenStyle.NoPen)
    for line in lines:
        painter.setBrush(PLANE_COLOURS[line.kind])
        for side in (-1.0, 1.0):
            handle = line.at(side * handle_distance(size))
            painter.drawEllipse(handle, _HANDLE_RADIUS, _HANDLE_RADIUS)
    painter.restore()


def paint_letters(painter: QPainter, letters: EdgeLetters, size: tuple[int, int]) -> None:
    """Paint the letters in the middle of all four edges."""
    font = QFont(painter.font())
    font.setBold(True)
    font.setPixelSize(font.pixelSize() + 3)
    painter.save()
    painter.setFont(font)
    area = _text_area(size)
    centre_x, centre_y = Qt.AlignmentFlag.AlignHCenter, Qt.AlignmentFlag.AlignVCenter
    for text, where in (
        (letters.left, Qt.AlignmentFlag.AlignLeft | centre_y),
        (letters.right, Qt.AlignmentFlag.AlignRight | centre_y),
        (letters.top, Qt.AlignmentFlag.AlignTop | centre_x),
        (letters.bottom, Qt.AlignmentFlag.AlignBottom | centre_x),
    ):
        shadowed_text(painter, area, where, text, LETTER)
    painter.restore()


def paint_corners(
    painter: QPainter, corners: CornerText, notices: Lines, size: tuple[int, int]
) -> None:
    """Paint the corner texts, and notices in red below the one at the top left."""
    left, right = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight
    top, bottom = Qt.AlignmentFlag.AlignTop, Qt.AlignmentFlag.AlignBottom
    _paint_lines(painter, corners.top_left, left | top, size)
    _paint_lines(painter, corners.top_right, right | top, size)
    _paint_lines(painter, corners.bottom_left, left | bottom, size)
    _paint_lines(painter, corners.bottom_right, right | bottom, size)
    below = (len(corners.top_left) + 0.4) * QFontMetricsF(painter.font()).height()
    area = _text_area(size).adjusted(0, below, 0, 0)
    area.setWidth(area.width() * _CORNER_PART)
    wrapped = left | top | Qt.TextFlag.TextWordWrap
    shadowed_text(painter, area, wrapped, "\n".join(notices), NOTICE)


def paint_scale_bar(painter: QPainter, frame: Frame) -> None:
    """Paint a bar of a round length above the text at the bottom left, four lines of it."""
    length_mm = bar_length_mm(frame.scale, _BAR_PART * frame.size[0])
    length = length_mm * frame.scale
    line_height = QFontMetricsF(painter.font()).height()
    y = frame.size[1] - _MARGIN - _LINES_BELOW_BAR * line_height
    painter.save()
    for colour, width in ((_SHADOW, 3.5), (TEXT, 1.5)):
        painter.setPen(QPen(colour, width))
        painter.drawLine(QPointF(_MARGIN, y), QPointF(_MARGIN + length, y))
        for x in (_MARGIN, _MARGIN + length):
            painter.drawLine(QPointF(x, y - 3.0), QPointF(x, y + 3.0))
    painter.restore()
    area = QRectF(_MARGIN, y - 1.4 * line_height, frame.size[0], 1.2 * line_height)
    where = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom
    shadowed_text(painter, area, where, length_text(length_mm), TEXT)


def paint_colour_bar(
    painter: QPainter,
    colours: ColourTable,
    ends: tuple[str, str],
    size: tuple[int, int],
    *,
    meaning: str = "",
    lines_below: int = 0,
) -> None:
    """Paint what the colours mean: a bar at the lower right, its ends and its meaning beside it.

    What is clear over the scan is black in the bar. It stands between the letter of the right edge
    and so many lines of text in the corner below.
    """
    line_height = QFontMetricsF(painter.font()).height()
    lowest = size[1] - _MARGIN - (lines_below + 1.0) * line_height
    height = min(_COLOUR_BAR_PART * size[1], lowest - size[1] / 2 - 2 * line_height)
    height = max(height, _LEAST_BAR_LINES * line_height)
    left = size[0] - _MARGIN - _COLOUR_BAR_WIDTH
    bar = QRectF(left, lowest - height, _COLOUR_BAR_WIDTH, height)
    painter.fillRect(bar, BACKGROUND)
    painter.drawImage(bar, colour_image(np.ascontiguousarray(colours[::-1, None, :])))
    painter.setPen(QPen(_BAR_EDGE, 1.0))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(bar)
    beside = QRectF(0, bar.top() - 2, left - 4, height + 4)
    bottom, middle, top = (
        Qt.AlignmentFlag.AlignBottom,
        Qt.AlignmentFlag.AlignVCenter,
        Qt.AlignmentFlag.AlignTop,
    )
    for text, where in ((ends[0], bottom), (meaning, middle), (ends[1], top)):
        shadowed_text(painter, beside, Qt.AlignmentFlag.AlignRight | where, text, TEXT)


def paint_caption(
    painter: QPainter, text: str, size: tuple[int, int], *, lines_above: int = 0
) -> None:
    """Paint what overlays are, below so many lines at the top right; long lines are wrapped."""
    above = lines_above * QFontMetricsF(painter.font()).height()
    area = _text_area(size).adjusted((1 - _CORNER_PART) * size[0], above, 0, 0)
    where = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop
    shadowed_text(painter, area, where | Qt.TextFlag.TextWordWrap, text, LETTER)


def paint_message(painter: QPainter, text: str, size: tuple[int, int]) -> None:
    """Paint a message in the middle of an empty view."""
    area = _text_area(size)
    flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
    shadowed_text(painter, area, flags, text, TEXT)


def paint_border(painter: QPainter, colour: QColor, size: tuple[int, int]) -> None:
    """Paint a thin frame about the view that keys act on."""
    painter.setPen(QPen(colour, 1.0))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(QRectF(0.5, 0.5, size[0] - 1, size[1] - 1))


def shadowed_text(
    painter: QPainter, area: QRectF, flags: Qt.AlignmentFlag | int, text: str, colour: QColor
) -> None:
    """Paint text that stays readable on white tissue."""
    where = int(flags)
    painter.setPen(_SHADOW)
    for right, down in _SHADOW_OFFSETS:
        painter.drawText(area.translated(right, down), where, text)
    painter.setPen(colour)
    painter.drawText(area, where, text)


def _paint_lines(
    painter: QPainter, lines: Lines, where: Qt.AlignmentFlag, size: tuple[int, int]
) -> None:
    metrics = QFontMetricsF(painter.font())
    room = _CORNER_PART * size[0]
    fitted = [metrics.elidedText(line, Qt.TextElideMode.ElideRight, room) for line in lines]
    shadowed_text(painter, _text_area(size), where, "\n".join(fitted), TEXT)


def _text_area(size: tuple[int, int]) -> QRectF:
    return QRectF(_MARGIN, _MARGIN, size[0] - 2 * _MARGIN, size[1] - 2 * _MARGIN)
