"""What is measured on the scan shown, what is selected, what is drawn now."""

import pytest
from pytestqt.qtbot import QtBot

from app.state.measurements import MeasurementList
from app.state.view import Overlay, Plane, PlaneKind, Slab, SlabMode, ViewState, standard_plane
from app.viewer.frame import Frame
from app.viewer.measure_board import MeasureBoard
from medct_core.measurement.shapes import Length
from tests import phantoms
from tests.drawn_samples import AXIAL, CORONAL, ellipse, rectangle

pytestmark = pytest.mark.gui

LINE = Length("line", "", AXIAL, (0.0, 0.0, 0.0), (10.0, 0.0, 0.0))
ACROSS = Length("across", "", CORONAL, (0.0, 0.0, 0.0), (10.0, 0.0, 0.0))


def axial(superior_mm: float) -> Plane:
    return standard_plane(PlaneKind.AXIAL, (0.0, 0.0, superior_mm))


FRAME = Frame(axial(0.0), (0.0, 0.0, 0.0), 5.0, (400, 400))


@pytest.fixture
def state(qtbot: QtBot) -> ViewState:
    return ViewState()


@pytest.fixture
def measurements(qtbot: QtBot) -> MeasurementList:
    return MeasurementList()


@pytest.fixture
def board(measurements: MeasurementList, state: ViewState) -> MeasureBoard:
    """Board of a water cylinder of 13 slices, with two lines."""
    shown = MeasureBoard(measurements, state)
    shown.show_volume(phantoms.water_cylinder((32, 32, 13)))
    measurements.load([LINE, ACROSS])
    return shown


def lines(board: MeasureBoard) -> tuple[str, ...]:
    return tuple(line for label in board.labels(FRAME) for line in label.lines)


def test_a_slice_shows_what_was_drawn_on_it(board: MeasureBoard) -> None:
    assert board.shown_on(axial(0.0)) == (LINE,)
    assert board.shown_on(axial(5.0)) == ()
    assert board.shown_on(standard_plane(PlaneKind.CORONAL, (0.0, 0.0, 0.0))) == (ACROSS,)


def test_hidden_measurements_are_on_no_slice(board: MeasureBoard, state: ViewState) -> None:
    state.hide_overlay(Overlay.MEASUREMENTS)

    assert board.shown_on(axial(0.0)) == ()
    assert board.labels(FRAME) == ()


def test_without_a_scan_nothing_is_shown(board: MeasureBoard) -> None:
    board.show_volume(None)

    assert board.shown_on(axial(0.0)) == ()
    assert board.rows() == ()
    assert board.plane_to_draw_on(axial(0.0)) is None


def test_what_is_changed_now_takes_its_own_place(board: MeasureBoard) -> None:
    longer = Length("line", "", AXIAL, (0.0, 0.0, 0.0), (20.0, 0.0, 0.0))

    board.show_draft(longer)

    assert board.shown_on(axial(0.0)) == (longer,)
    assert lines(board) == ("20.0 mm",)


def test_what_is_kept_is_one_step_of_undo_and_selected(
    qtbot: QtBot, board: MeasureBoard, measurements: MeasurementList
) -> None:
    board.show_draft(rectangle(20, 10))
    board.show_draft(rectangle(30, 10))

    with qtbot.waitSignal(board.selected) as told:
        board.keep_draft()

    assert told.args == ["rectangle"]
    assert measurements.items[2:] == (rectangle(30, 10),)
    measurements.undo()
    assert len(measurements.items) == 2


def test_keeping_nothing_changes_nothing(
    board: MeasureBoard, measurements: MeasurementList
) -> None:
    board.keep_draft()

    assert measurements.items == (LINE, ACROSS)


def test_a_deleted_measurement_is_not_selected_any_more(
    qtbot: QtBot, board: MeasureBoard, measurements: MeasurementList
) -> None:
    board.select("line")

    with qtbot.waitSignal(board.selected) as told:
        measurements.delete("line")

    assert told.args == [""]
    assert board.selected_id == ""


def test_nobody_can_select_what_is_not_there(qtbot: QtBot, board: MeasureBoard) -> None:
    with qtbot.assertNotEmitted(board.selected):
        board.select("unknown")


def test_while_a_region_is_drawn_only_its_size_is_told_until_the_hand_rests(
    qtbot: QtBot, board: MeasureBoard
) -> None:
    board.show_draft(ellipse(10, 10))
    moving = lines(board)

    qtbot.waitUntil(lambda: lines(board) != moving)

    assert "10.0 x 10.0 mm" in moving
    assert "Mean 0 HU, SD 0 HU" in lines(board)


def test_values_of_a_slab_are_said_to_be_of_its_middle_slice(
    board: MeasureBoard, state: ViewState, measurements: MeasurementList
) -> None:
    measurements.load([ellipse(10, 10)])

    state.set_slab(Slab(SlabMode.MIP, 20.0))

    assert lines(board)[-1] == "Values of the middle slice"


def test_another_scan_has_other_values(board: MeasureBoard, measurements: MeasurementList) -> None:
    measurements.load([ellipse(10, 10)])
    before = board.rows()[0].text

    board.show_volume(phantoms.air((32, 32, 13)))

    assert before.startswith("Mean 0 HU")
    assert board.rows()[0].text.startswith("Mean -1000 HU")


def test_another_scan_forgets_what_was_selected_and_drawn(board: MeasureBoard) -> None:
    board.select("line")
    board.show_draft(ellipse(10, 10))

    board.show_volume(phantoms.air((32, 32, 13)))

    assert (board.selected_id, board.draft) == ("", None)


def test_drawing_makes_measurements_visible_again(board: MeasureBoard, state: ViewState) -> None:
    state.hide_overlay(Overlay.MEASUREMENTS)

    board.reveal()

    assert Overlay.MEASUREMENTS in state.overlays


def test_a_half_drawn_line_belongs_to_its_slice(board: MeasureBoard) -> None:
    drawn = board.plane_to_draw_on(axial(1.0))

    assert drawn is not None
    assert board.is_shown(drawn, axial(-1.0))
    assert not board.is_shown(drawn, axial(5.0))
