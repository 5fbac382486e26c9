"""Every painter marks the pixels it should, and only those."""

import numpy as np
import numpy.typing as npt
import pytest
from PySide6.QtGui import QFont, QImage, QPainter
from pytestqt.qtbot import QtBot

from app.state.view import PlaneKind, standard_plane
from app.viewer import slice_paint
from app.viewer.frame import Frame, fitted
from app.viewer.overlay_text import CornerText, EdgeLetters
from app.viewer.pixel_grid import PixelGrid, grid_of
from app.viewer.slice_paint import CrosshairLine
from tests import phantoms

SIZE = (300, 200)
PLANE = standard_plane(PlaneKind.AXIAL, (0.0, 0.0, 0.0))
GEOMETRY = phantoms.centred((10, 10, 10))

pytestmark = pytest.mark.gui


class Canvas:
    """A black picture with a painter."""

    def __init__(self, ratio: float = 1.0) -> None:
        self.image = QImage(
            round(SIZE[0] * ratio), round(SIZE[1] * ratio), QImage.Format.Format_RGB32
        )
        self.image.setDevicePixelRatio(ratio)
        self.image.fill(slice_paint.BACKGROUND)
        self.painter = QPainter(self.image)
        self.painter.setFont(slice_paint.text_font(QFont(), SIZE))

    def pixels(self) -> npt.NDArray[np.uint8]:
        """``(rows, columns, 3)`` red, green and blue of what was painted."""
        self.painter.end()
        rows, columns = self.image.height(), self.image.width()
        raw = np.frombuffer(self.image.constBits(), dtype=np.uint8)
        bgrx = raw.reshape(rows, -1, 4)[:, :columns, :3]
        return bgrx[:, :, ::-1].copy()


def marked(pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.bool_]:
    """``(rows, columns)``; whether anything was painted there."""
    painted: npt.NDArray[np.bool_] = pixels.max(axis=2) > 60
    return painted


def test_a_grey_picture_keeps_its_levels() -> None:
    grey = np.arange(15, dtype=np.uint8).reshape(3, 5) * 17

    image = slice_paint.grey_image(grey)

    levels = [[image.pixelColor(x, y).value() for x in range(5)] for y in range(3)]
    assert levels == grey.tolist()


@pytest.mark.parametrize("ratio", [1.0, 2.0])
def test_a_slice_is_painted_where_it_lies_in_the_patient(qtbot: QtBot, ratio: float) -> None:
    grid = grid_of(GEOMETRY, PLANE)
    frame = fitted(PLANE, grid, SIZE)
    grey = np.zeros((10, 10), dtype=np.uint8)
    grey[0, 9] = 255
    canvas = Canvas(ratio)

    slice_paint.paint_image(
        canvas.painter, slice_paint.grey_image(grey), grid=grid, frame=frame, smooth=False
    )

    rows, columns = np.nonzero(marked(canvas.pixels()))
    x, y = frame.to_screen(grid.to_patient(9, 0))
    assert (columns.mean() + 0.5) / ratio == pytest.approx(x, abs=1)
    assert (rows.mean() + 0.5) / ratio == pytest.approx(y, abs=1)
    assert rows.size == pytest.approx((frame.scale * ratio) ** 2, rel=0.15)


def test_a_crosshair_is_open_in_the_middle_and_has_the_colour_of_its_plane(qtbot: QtBot) -> None:
    canvas = Canvas()
    line = CrosshairLine(PlaneKind.CORONAL, 150.0, 100.5, 1.0, 0.0)

    slice_paint.paint_crosshair(canvas.painter, (line,), SIZE)

    pixels = canvas.pixels()
    assert not marked(pixels)[90:111, 140:161].any()
    red, green, blue = pixels[100, 60].astype(int)
    assert green > red > blue


def test_dots_that_turn_a_plane_lie_on_its_line_away_from_the_middle(qtbot: QtBot) -> None:
    canvas = Canvas()
    line = CrosshairLine(PlaneKind.CORONAL, 150.0, 100.5, 1.0, 0.0)

    slice_paint.paint_handles(canvas.painter, (line,), SIZE)

    away = round(slice_paint.handle_distance(SIZE))
    painted = marked(canvas.pixels())
    assert painted[100, 150 - away]
    assert painted[100, 150 + away]
    assert not painted[:, 160 : 140 + away].any()


def test_a_legend_leaves_letters_and_corner_texts_free(qtbot: QtBot) -> None:
    words, legend = Canvas(), Canvas()
    two = ("one", "two")
    slice_paint.paint_letters(words.painter, EdgeLetters("R", "L", "A", "P"), SIZE)
    slice_paint.paint_corners(words.painter, CornerText(two, two, two, two), (), SIZE)
    colours = np.full((256, 4), 255, dtype=np.uint8)

    slice_paint.paint_caption(legend.painter, "Finding: attention", SIZE, lines_above=2)
    slice_paint.paint_colour_bar(legend.painter, colours, ("0", "1"), SIZE, lines_below=2)

    assert not (marked(words.pixels()) & marked(legend.pixels())).any()


def test_letters_stand_in_the_middle_of_all_edges(qtbot: QtBot) -> None:
    canvas = Canvas()

    slice_paint.paint_letters(canvas.painter, EdgeLetters("R", "L", "A", "P"), SIZE)

    painted = marked(canvas.pixels())
    assert painted[85:116, 5:25].any()
    assert painted[85:116, 275:295].any()
    assert painted[5:30, 140:161].any()
    assert painted[170:195, 140:161].any()
    assert not painted[40:160, 40:260].any()


def test_corner_texts_stay_in_their_corners_however_long(qtbot: QtBot) -> None:
    canvas = Canvas()
    long = ("a very long line of text that does not fit " * 3,)

    slice_paint.paint_corners(canvas.painter, CornerText(long, long, long, long), (), SIZE)

    painted = marked(canvas.pixels())
    assert painted[:100, :140].any()
    assert painted[:100, 160:].any()
    assert painted[100:, :140].any()
    assert painted[100:, 160:].any()
    assert not painted[:, 140:160].any()


def test_notices_are_red(qtbot: QtBot) -> None:
    canvas = Canvas()

    slice_paint.paint_corners(canvas.painter, CornerText(), ("Tilted by 20 degrees.",), SIZE)

    pixels = canvas.pixels().astype(int)
    bright = pixels[marked(canvas.pixels())]
    assert len(bright) > 50
    assert (bright[:, 0] >= bright[:, 1]).all()


def test_the_scale_bar_is_as_long_as_it_says(qtbot: QtBot) -> None:
    frame = Frame(PLANE, (0.0, 0.0, 0.0), 1.2, SIZE)
    canvas = Canvas()

    slice_paint.paint_scale_bar(canvas.painter, frame)

    longest = int(marked(canvas.pixels()).sum(axis=1).max())
    assert longest == pytest.approx(50 * 1.2, abs=3)


def test_the_colour_bar_has_the_highest_colour_on_top(qtbot: QtBot) -> None:
    colours = np.zeros((256, 4), dtype=np.uint8)
    colours[:, 0] = np.arange(256)
    colours[:, 2] = 255 - np.arange(256)
    colours[:, 3] = 255
    canvas = Canvas()

    slice_paint.paint_colour_bar(canvas.painter, colours, ("0", "1"), SIZE)

    column = canvas.pixels()[:, 287].astype(int)
    shown = column[column.max(axis=1) > 60]
    assert shown[2, 0] > 240
    assert shown[-3, 2] > 240


def test_the_colour_bar_is_black_where_the_scan_stays_clear(qtbot: QtBot) -> None:
    clear = np.full((256, 4), (255, 0, 0, 0), dtype=np.uint8)
    canvas = Canvas()

    slice_paint.paint_colour_bar(canvas.painter, clear, ("0", "1"), SIZE)

    red = canvas.pixels()[:, 287].astype(int)
    assert not (red[:, 0] > red[:, 1] + 40).any()


def test_the_colour_bar_says_what_its_numbers_are(qtbot: QtBot) -> None:
    plain, meant = Canvas(), Canvas()
    colours = np.zeros((256, 4), dtype=np.uint8)

    slice_paint.paint_colour_bar(plain.painter, colours, ("0", "1"), SIZE)
    slice_paint.paint_colour_bar(meant.painter, colours, ("0", "1"), SIZE, meaning="log-odds")

    assert marked(meant.pixels()).sum() > marked(plain.pixels()).sum() + 50


def test_a_message_and_a_caption_are_painted(qtbot: QtBot) -> None:
    message, caption = Canvas(), Canvas()

    slice_paint.paint_message(message.painter, "Loading", SIZE)
    slice_paint.paint_caption(caption.painter, "model attention", SIZE)

    assert marked(message.pixels())[80:120].any()
    assert marked(caption.pixels())[:100, 174:].any()


@pytest.mark.parametrize("scale", [0.6, 0.76, 1.0, 2.3])
def test_pixels_are_drawn_exactly_as_grey_levels_are(qtbot: QtBot, scale: float) -> None:
    grey = np.random.default_rng(1).integers(0, 256, (90, 120), dtype=np.uint8)
    grid = PixelGrid(
        origin_mm=(0.0, 0.0, 0.0),
        right=(1.0, 0.0, 0.0),
        down=(0.0, 1.0, 0.0),
        pixel_mm=(1.0, 1.0),
        shape=(90, 120),
        follows_voxels=True,
    )
    frame = Frame(PLANE, (60.3, 45.1, 0.0), scale, SIZE)
    pixels = grey.astype(np.uint32) * 0x010101 + 0xFF000000
    pictures = slice_paint.grey_image(grey), slice_paint.pixel_image(pixels)
    canvases = Canvas(), Canvas()

    for canvas, picture in zip(canvases, pictures, strict=True):
        slice_paint.paint_image(canvas.painter, picture, grid=grid, frame=frame, smooth=True)

    np.testing.assert_array_equal(canvases[0].pixels(), canvases[1].pixels())


def test_the_border_runs_along_the_edge(qtbot: QtBot) -> None:
    canvas = Canvas()

    slice_paint.paint_border(canvas.painter, slice_paint.PLANE_COLOURS[PlaneKind.SAGITTAL], SIZE)

    painted = marked(canvas.pixels())
    assert painted[0].all()
    assert painted[:, -1].all()
    assert not painted[2:-2, 2:-2].any()
