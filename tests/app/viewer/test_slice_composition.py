"""Which words and colours a view shows under which switches."""

from collections.abc import Iterator
from datetime import date

import numpy as np
import pytest
from PySide6.QtGui import QImage, QPainter
from pytestqt.qtbot import QtBot

from app.state.view import Overlay, PlaneKind, Slab, ViewState
from app.viewer import slice_paint
from app.viewer.frame import fitted
from app.viewer.overlay_image import OverlayImage
from app.viewer.overlay_text import Caption, CornerText, Lines
from app.viewer.slice_composition import SliceWords, paint_scan, paint_words
from app.viewer.slice_picture import SlicePicture
from medct_core.io.study import PatientText
from medct_core.volume.notice import Notice
from tests import phantoms

SIZE = (300, 300)
ANYBODY = PatientText("Doe, Jane", "4711", date(1960, 2, 3), "F")
NOTICE = Notice("gantry-tilt", "Tilted by 20 degrees.")

pytestmark = pytest.mark.gui


@pytest.fixture
def painted_corners(monkeypatch: pytest.MonkeyPatch) -> list[tuple[CornerText, Lines]]:
    """Corner texts and notices instead of their pixels."""
    seen: list[tuple[CornerText, Lines]] = []
    monkeypatch.setattr(
        slice_paint,
        "paint_corners",
        lambda painter, corners, notices, size: seen.append((corners, notices)),
    )
    return seen


@pytest.fixture
def painter(qtbot: QtBot) -> Iterator[QPainter]:
    """Painter on a black picture."""
    image = QImage(*SIZE, QImage.Format.Format_RGB32)
    image.fill(slice_paint.BACKGROUND)
    brush = QPainter(image)
    brush.setFont(slice_paint.text_font(brush.font(), SIZE))
    yield brush
    brush.end()


def paint(painter: QPainter, state: ViewState, patient: PatientText | None = None) -> None:
    """Paint the words about the letter F."""
    picture = SlicePicture(phantoms.letter_f())
    plane = state.plane(PlaneKind.AXIAL)
    frame = fitted(plane, picture.cut(plane, Slab()).grid, SIZE)
    caption = Caption(("CT chest",), ("Series 2",), "chest.nii.gz", notices=(NOTICE,))
    words = SliceWords("Axial", caption, patient, "-845 HU  R 17.6 P 35.3 S 12.1 mm")
    paint_words(painter, words, picture, frame, state)


def test_every_corner_says_its_part(
    painter: QPainter, painted_corners: list[tuple[CornerText, Lines]]
) -> None:
    paint(painter, ViewState())

    corners, notices = painted_corners[0]
    assert corners.top_left == ("chest.nii.gz",)
    assert corners.top_right == ("CT chest",)
    assert corners.bottom_left[:3] == (
        "-845 HU",
        "R 17.6 P 35.3 S 12.1 mm",
        "W 400 L 40 Mediastinum",
    )
    assert corners.bottom_right == (
        "Series 2",
        "Axial",
        "Slice 12/24",
        "S 0.0 mm",
        "Thickness 3 mm",
    )
    assert notices == (NOTICE.text,)


def test_without_text_only_notices_remain(
    painter: QPainter, painted_corners: list[tuple[CornerText, Lines]]
) -> None:
    state = ViewState()
    state.hide_overlay(Overlay.TEXT)

    paint(painter, state)

    assert painted_corners == [(CornerText(), (NOTICE.text,))]


def test_the_patient_stands_at_the_top_left_when_handed_over(
    painter: QPainter, painted_corners: list[tuple[CornerText, Lines]]
) -> None:
    paint(painter, ViewState(), ANYBODY)

    assert painted_corners[0][0].top_left == ("Doe, Jane", "4711", "1960-02-03 F")


def test_a_heatmap_is_painted_only_when_asked_for_and_as_strong_as_its_opacity(
    qtbot: QtBot,
) -> None:
    state = ViewState()
    hidden = centre_red(state)

    state.show_overlay(Overlay.HEATMAP)
    state.set_heatmap_opacity(0.25)
    faint = centre_red(state)
    state.set_heatmap_opacity(1.0)

    assert hidden == 0
    assert faint == pytest.approx(64, abs=2)
    assert centre_red(state) == 255


def centre_red(state: ViewState) -> int:
    """Red in the middle of a scan of air under a red heatmap."""
    volume = phantoms.air()
    red = np.tile(np.array([255, 0, 0, 255], dtype=np.uint8), (256, 1))
    heat = np.ones(volume.values.shape, dtype=np.float32, order="F")
    picture = SlicePicture(volume)
    picture.set_overlays((OverlayImage(Overlay.HEATMAP, heat, volume.geometry, red, 0, 1),))
    plane = state.plane(PlaneKind.AXIAL)
    cut = picture.cut(plane, Slab())
    image = QImage(*SIZE, QImage.Format.Format_RGB32)
    image.fill(slice_paint.BACKGROUND)
    painter = QPainter(image)
    paint_scan(painter, picture, cut, fitted(plane, cut.grid, SIZE), state)
    painter.end()
    return image.pixelColor(150, 150).red()
