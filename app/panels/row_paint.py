"""What rows of every list have in common: their ground, and how a picture lies in its square."""

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyle

from app.theme import Theme

_EDGE = 3


def paint_ground(painter: QPainter, rect: QRect, state: QStyle.StateFlag, theme: Theme) -> None:
    """Draw the ground of a row, chosen or pointed at or neither, and the line below it."""
    if QStyle.StateFlag.State_Selected in state:
        painter.fillRect(rect, QColor(theme.selection))
        painter.fillRect(QRect(rect.left(), rect.top(), _EDGE, rect.height()), QColor(theme.accent))
    elif QStyle.StateFlag.State_MouseOver in state:
        painter.fillRect(rect, QColor(theme.raised))
    painter.setPen(QColor(theme.line))
    painter.drawLine(rect.bottomLeft(), rect.bottomRight())


def fitted(size: QSize, square: QRect) -> QRect:
    """Place a picture of a size in the middle of a square, as large as it fits, not stretched."""
    target = QRect(square.topLeft(), size.scaled(square.size(), Qt.AspectRatioMode.KeepAspectRatio))
    target.moveCenter(square.center())
    return target
