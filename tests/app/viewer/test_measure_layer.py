"""What the layer paints over a slice."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from PySide6.QtCore import QLineF
from PySide6.QtGui import QColor, QImage, QPainter
from pytestqt.qtbot import QtBot

from app.state.measurements import MeasurementList
from app.state.view import Overlay, PlaneKind, ViewState
from app.viewer.measure_board import MeasureBoard
from app.viewer.measure_layer import DRAWN, SELECTED, MeasureLayer
from app.viewer.slice_view import SliceView
from medct_core.measurement.shapes import Arrow, Length, Measurement
from medct_core.volume.window import Window
from tests import phantoms
from tests.drawn_samples import AXIAL, ellipse, nodule, rectangle

pytestmark = pytest.mark.gui

LINE = Length("line", "", AXIAL, (-15.0, 4.0, 0.0), (15.0, 4.0, 0.0))
SAMPLES: list[Measurement] = [
    LINE,
    nodule(20, 10),
    rectangle(20, 10),
    ellipse(20, 10),
    Arrow("arrow", "Nodule", AXIAL, (0.0, 0.0, 0.0), (9.0, 9.0, 0.0)),
]


@pytest.fixture
def state(qtbot: QtBot) -> ViewState:
    shown = ViewState()
    for overlay in (Overlay.CROSSHAIR, Overlay.TEXT):
        shown.hide_overlay(overlay)
    return shown


@pytest.fixture
def board(state: ViewState) -> MeasureBoard:
    return MeasureBoard(MeasurementList(state), state, state)


@pytest.fixture
def view(qtbot: QtBot, state: ViewState, board: MeasureBoard) -> SliceView:
    """Show a slice of water and air, 400 x 400."""
    widget = SliceView(PlaneKind.AXIAL, state)
    qtbot.addWidget(widget)
    widget.resize(400, 400)
    widget.show()
    volume = phantoms.water_cylinder((32, 32, 13))
    widget.show_volume(volume)
    widget.add_layer(MeasureLayer(board))
    board.show_volume(volume)
    return widget


def draw(board: MeasureBoard, measurement: Measurement) -> None:
    board.show_draft(measurement)
    board.keep_draft()


def pixels(view: SliceView, ratio: float = 1.0) -> npt.NDArray[np.int16]:
    """``(rows, columns, 3)`` blue, green, red of the view."""
    image = view.snapshot(ratio).convertToFormat(QImage.Format.Format_RGB32)
    raw = np.frombuffer(image.constBits(), dtype=np.uint8).reshape(image.height(), -1, 4)
    return raw[:, : image.width(), :3].astype(np.int16)


def colour_at(view: SliceView, point_mm: tuple[float, float, float], ratio: float) -> QColor:
    x, y = view.frame.to_screen(point_mm)
    return view.snapshot(ratio).pixelColor(round(x * ratio), round(y * ratio))


def is_like(one: QColor, other: QColor) -> bool:
    away = (one.red() - other.red(), one.green() - other.green(), one.blue() - other.blue())
    return max(map(abs, away)) < 60


@pytest.mark.parametrize("measurement", SAMPLES, ids=lambda one: one.KIND)
def test_every_kind_is_painted(
    view: SliceView, board: MeasureBoard, measurement: Measurement
) -> None:
    before = pixels(view)

    draw(board, measurement)

    assert (pixels(view) != before).any(axis=2).sum() > 100


@pytest.mark.parametrize("ratio", [1.0, 2.0])
def test_a_line_lies_where_its_tissue_is_also_on_a_dense_screen(
    view: SliceView, board: MeasureBoard, ratio: float
) -> None:
    draw(board, LINE)
    board.select("")

    assert is_like(colour_at(view, (5.0, 4.0, 0.0), ratio), DRAWN)
    assert not is_like(colour_at(view, (5.0, 12.0, 0.0), ratio), DRAWN)


def test_a_dense_screen_shows_lines_of_the_same_width(view: SliceView, board: MeasureBoard) -> None:
    blank = pixels(view), pixels(view, 2.0)
    draw(board, LINE)

    plain, dense = pixels(view), pixels(view, 2.0)

    painted = [
        (now != was).any(axis=2).sum() for now, was in zip((plain, dense), blank, strict=True)
    ]
    assert painted[1] == pytest.approx(4 * painted[0], rel=0.25)


def test_the_selected_one_has_handles_and_another_colour(
    view: SliceView, board: MeasureBoard
) -> None:
    draw(board, LINE)
    board.select("")
    plain = pixels(view)

    board.select("line")

    assert is_like(colour_at(view, (5.0, 4.0, 0.0), 2.0), SELECTED)
    x, y = (round(place) for place in view.frame.to_screen(LINE.end_mm))
    near = (slice(y - 5, y + 6), slice(x - 5, x + 6))
    assert (pixels(view)[near] != plain[near]).any(axis=2).sum() > 20


@pytest.mark.parametrize("window", [Window(-2000, 100), Window(2000, 100)], ids=["white", "black"])
def test_text_and_lines_stand_out_of_white_and_of_black(
    view: SliceView, state: ViewState, board: MeasureBoard, window: Window
) -> None:
    state.set_window(window)
    draw(board, LINE)
    board.select("")
    area = board.labels(view.frame)[0].area.toRect()

    text = pixels(view)[area.top() : area.bottom(), area.left() : area.right()]

    # Ink beside its shadow, whatever lies below.
    lightness = text.sum(axis=2)
    assert lightness.max() > 500
    assert lightness.min() < 60


def test_hidden_measurements_leave_no_mark(
    view: SliceView, state: ViewState, board: MeasureBoard
) -> None:
    before = pixels(view)
    draw(board, LINE)

    state.hide_overlay(Overlay.MEASUREMENTS)

    np.testing.assert_array_equal(pixels(view), before)


def test_hidden_measurements_leave_no_half_drawn_line_either(
    view: SliceView, state: ViewState, board: MeasureBoard
) -> None:
    before = pixels(view)
    board.show_guide(AXIAL, (LINE.start_mm, LINE.end_mm))

    state.hide_overlay(Overlay.MEASUREMENTS)

    np.testing.assert_array_equal(pixels(view), before)


def test_another_slice_shows_nothing_of_it(view: SliceView, board: MeasureBoard) -> None:
    view.step(1)
    before = pixels(view)
    view.step(-1)
    draw(board, LINE)
    board.show_guide(AXIAL, (LINE.start_mm, LINE.end_mm))

    view.step(1)

    np.testing.assert_array_equal(pixels(view), before)


def test_a_half_drawn_line_is_shown(view: SliceView, board: MeasureBoard) -> None:
    board.show_guide(AXIAL, (LINE.start_mm, LINE.end_mm))

    assert is_like(colour_at(view, (5.0, 4.0, 0.0), 2.0), SELECTED)


def test_text_that_found_its_place_far_away_is_tied_to_its_measurement(
    view: SliceView, board: MeasureBoard
) -> None:
    for number in range(9):
        draw(board, replace(LINE, id=str(number)))
    board.select("")
    label = board.labels(view.frame)[-1]
    away = QLineF(label.area.center(), label.anchor)

    picture = view.snapshot()

    along = [away.pointAt(share / 200).toPoint() for share in range(200)]
    outside = [place for place in along if not label.area.contains(place.toPointF())]
    assert len(outside) > 16
    assert any(is_like(picture.pixelColor(place), DRAWN) for place in outside[:-8])


def test_painting_leaves_the_painter_as_it_was(view: SliceView, board: MeasureBoard) -> None:
    draw(board, LINE)
    image = QImage(400, 400, QImage.Format.Format_RGB32)
    image.fill(0)
    painter = QPainter(image)

    MeasureLayer(board).paint(painter, view.frame)

    assert painter.opacity() == 1.0
    assert painter.transform().isIdentity()
    painter.end()
