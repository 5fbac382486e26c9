"""Pointers that say what is drawn."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from app.viewer.measure_cursor import cursor_of
from app.viewer.measure_kind import MeasureKind

pytestmark = pytest.mark.gui


def picture(kind: MeasureKind) -> bytes:
    image = cursor_of(kind).pixmap().toImage().convertToFormat(QImage.Format.Format_RGBA8888)
    return bytes(image.constBits())


def test_every_kind_has_a_picture_of_its_own(qtbot: QtBot) -> None:
    assert len({picture(kind) for kind in MeasureKind}) == len(MeasureKind)


@pytest.mark.parametrize("kind", MeasureKind)
def test_the_point_meant_stays_free_of_ink(qtbot: QtBot, kind: MeasureKind) -> None:
    cursor = cursor_of(kind)
    pixmap = cursor.pixmap()

    shown = np.frombuffer(picture(kind), dtype=np.uint8).reshape(pixmap.height(), -1, 4)

    ratio = round(pixmap.devicePixelRatio())
    spot = cursor.hotSpot() * ratio
    assert cursor.shape() is Qt.CursorShape.BitmapCursor
    assert shown[spot.y(), spot.x(), 3] == 0
    assert (shown[..., 3] == 255).any()
    # White ink with a black edge is seen over bone and over air.
    assert {0, 255} <= set(shown[shown[..., 3] == 255][:, 0].tolist())
