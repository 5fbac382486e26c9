"""Pointers that say what is drawn: a cross with a small picture of the measurement."""

from functools import cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QCursor, QPainter, QPen, QPixmap

from app.viewer.measure_kind import MeasureKind

_SIZE, _RATIO = 32, 2.0
_HOT = 10
_ARM, _GAP = 8.0, 2.0
_SIGN = QRectF(17, 17, 13, 11)
_INK, _EDGE = QColor(255, 255, 255), QColor(0, 0, 0)


@cache
def cursor_of(kind: MeasureKind) -> QCursor:
    """Pointer while something of a kind is drawn; its middle marks the point."""
    picture = QPixmap(int(_SIZE * _RATIO), int(_SIZE * _RATIO))
    picture.setDevicePixelRatio(_RATIO)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=True)
    for colour, width in ((_EDGE, 3.2), (_INK, 1.4)):
        # Flat ends leave the middle free.
        painter.setPen(QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
        _paint_cross(painter)
        _paint_sign(painter, kind)
    painter.end()
    return QCursor(picture, _HOT, _HOT)


def _paint_cross(painter: QPainter) -> None:
    for across, down in ((1, 0), (-1, 0), (0, 1), (0, -1)):
        start = QPointF(_HOT + across * _GAP, _HOT + down * _GAP)
        painter.drawLine(start, QPointF(_HOT + across * _ARM, _HOT + down * _ARM))


def _paint_sign(painter: QPainter, kind: MeasureKind) -> None:
    low_left, high_right = _SIGN.bottomLeft(), _SIGN.topRight()
    match kind:
        case MeasureKind.LENGTH:
            painter.drawLine(low_left, high_right)
        case MeasureKind.AXES:
            painter.drawLine(low_left, high_right)
            painter.drawLine(_SIGN.center() - QPointF(3, 3), _SIGN.center() + QPointF(3, 3))
        case MeasureKind.ANGLE:
            painter.drawPolyline([high_right, low_left, _SIGN.bottomRight()])
        case MeasureKind.RECTANGLE:
            painter.drawRect(_SIGN)
        case MeasureKind.ELLIPSE:
            painter.drawEllipse(_SIGN)
        case MeasureKind.ARROW:
            painter.drawLine(_SIGN.topLeft(), _SIGN.bottomRight())
            corner = _SIGN.topLeft()
            painter.drawPolyline([corner + QPointF(6, 0), corner, corner + QPointF(0, 6)])
