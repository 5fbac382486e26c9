"""The ground of rows, and pictures in squares."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QStyle

from app.panels.row_paint import fitted, paint_ground
from app.theme import DARK

pytestmark = pytest.mark.gui

ROW = QRect(0, 5, 40, 20)
_STATE = QStyle.StateFlag


def colours(state: QStyle.StateFlag) -> list[str]:
    """Look at the left edge, the middle and the last line of a row, and above it."""
    image = QImage(40, 30, QImage.Format.Format_RGB32)
    image.fill(QColor("#000000"))
    painter = QPainter(image)
    paint_ground(painter, ROW, state, DARK)
    painter.end()
    return [image.pixelColor(x, y).name() for x, y in ((1, 10), (20, 10), (20, 24), (20, 4))]


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize(
    ("state", "edge", "middle"),
    [
        (_STATE.State_Enabled, "#000000", "#000000"),
        (_STATE.State_MouseOver, DARK.raised, DARK.raised),
        (_STATE.State_Selected | _STATE.State_MouseOver, DARK.accent, DARK.selection),
    ],
)
def test_a_row_shows_whether_it_is_chosen(state: QStyle.StateFlag, edge: str, middle: str) -> None:
    assert colours(state) == [edge, middle, DARK.line, "#000000"]


@given(st.integers(1, 300), st.integers(1, 300), st.integers(40, 200))
def test_a_picture_lies_in_its_square_and_fills_one_side(
    width: int, height: int, side: int
) -> None:
    square = QRect(7, 9, side, side)

    place = fitted(QSize(width, height), square)

    assert max(place.width(), place.height()) == side
    assert square.contains(place) or 0 in {place.width(), place.height()}
    assert abs(place.center().x() - square.center().x()) <= 1
