"""Drawing, selecting, moving and changing measurements with real mouse events over a view."""

import math
from dataclasses import dataclass

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.state.measurements import MeasurementList
from app.state.view import Overlay, PlaneKind, ViewState, standard_plane
from app.viewer.measure_board import MeasureBoard
from app.viewer.measure_kind import MeasureKind
from app.viewer.measure_layer import MeasureLayer
from app.viewer.measure_tool import MeasureTool
from app.viewer.slice_view import SliceView
from medct_core.measurement.plane import Point
from medct_core.measurement.shapes import (
    Angle,
    Arrow,
    Bidirectional,
    EllipseRoi,
    Length,
    RectangleRoi,
)
from medct_core.volume.geometry import Geometry
from medct_core.volume.volume import Volume
from tests import hand, phantoms
from tests.drawn_samples import AXIAL

pytestmark = pytest.mark.gui

NEAR = 0.05
"""mm: a mouse event holds its place to a fraction of a pixel."""

A: Point = (-18.0, -12.0, 0.0)
B: Point = (12.0, 28.0, 0.0)
"""50 mm apart."""

C: Point = (12.0, -12.0, 0.0)


def cylinder(geometry: Geometry | None = None) -> Volume:
    """Water of 20 mm radius; pixels of 1 x 2 mm and slices 5 mm apart unless told otherwise."""
    if geometry is None:
        return phantoms.water_cylinder((64, 40, 13), (1.0, 2.0, 5.0))
    centres = phantoms.voxel_centres_mm(geometry)
    inside = np.hypot(centres[..., 0], centres[..., 1]) <= 20.0
    values = np.asfortranarray(np.where(inside, 0, -1000).astype(np.int16))
    return Volume(values, phantoms.air().unit, geometry, "cylinder")


@dataclass(frozen=True)
class Bench:
    """An axial view, 500 x 400, with the tool."""

    view: SliceView
    state: ViewState
    measurements: MeasurementList
    board: MeasureBoard
    tool: MeasureTool

    def show(self, volume: Volume) -> None:
        """Measure on a scan."""
        self.view.show_volume(volume)
        self.board.show_volume(volume)


@pytest.fixture
def bench(qtbot: QtBot) -> Bench:
    """Show a cylinder of water."""
    state, measurements = ViewState(), MeasurementList()
    board = MeasureBoard(measurements, state)
    made = Bench(SliceView(PlaneKind.AXIAL, state), state, measurements, board, MeasureTool(board))
    qtbot.addWidget(made.view)
    made.view.resize(500, 400)
    made.view.show()
    made.view.set_tool(made.tool)
    made.view.add_layer(MeasureLayer(board))
    made.show(cylinder())
    return made


@pytest.fixture
def held(bench: Bench) -> Bench:
    """Show a line of 50 mm that can be taken hold of."""
    bench.measurements.load([line()])
    return bench


def only(measurements: MeasurementList) -> object:
    (measurement,) = measurements.items
    return measurement


def line(identity: str = "line") -> Length:
    return Length(identity, "", AXIAL, A, B)


def test_a_length_is_in_millimetres_whatever_the_pixels_are(bench: Bench) -> None:
    bench.tool.kind = MeasureKind.LENGTH

    hand.drag(bench.view, A, B)

    drawn = only(bench.measurements)
    assert isinstance(drawn, Length)
    assert drawn.length_mm == pytest.approx(50.0, abs=NEAR)
    assert drawn.start_mm == pytest.approx(A, abs=NEAR)


@pytest.mark.parametrize("zoom", [0.5, 1.0, 4.0])
def test_zoom_and_pan_do_not_change_millimetres(bench: Bench, zoom: float) -> None:
    bench.tool.kind = MeasureKind.LENGTH
    bench.view.set_frame(bench.view.frame.zoomed(zoom, 100, 90).panned(13.0, -7.0))

    hand.drag(bench.view, A, B)

    drawn = only(bench.measurements)
    assert isinstance(drawn, Length)
    assert drawn.length_mm == pytest.approx(50.0, abs=2 * NEAR / zoom)


def test_axes_are_offered_and_drawn_to_size(bench: Bench) -> None:
    bench.tool.kind = MeasureKind.AXES
    hand.drag(bench.view, (-15.0, 0.0, 0.0), (15.0, 0.0, 0.0))
    offered = only(bench.measurements)
    assert isinstance(offered, Bidirectional)

    hand.drag(
        bench.view, offered.short_end_mm, (0.0, math.copysign(10.0, offered.short_end_mm[1]), 0.0)
    )

    drawn = only(bench.measurements)
    assert isinstance(drawn, Bidirectional)
    assert drawn.long_mm == pytest.approx(30.0, abs=NEAR)
    assert drawn.short_mm == pytest.approx(17.5, abs=NEAR)


def test_an_angle_is_drawn_by_a_drag_and_a_click(bench: Bench) -> None:
    bench.tool.kind = MeasureKind.ANGLE

    hand.drag(bench.view, A, C)
    hand.move(bench.view, (5.0, 5.0, 0.0), down=False)
    hand.click(bench.view, B)

    drawn = only(bench.measurements)
    assert isinstance(drawn, Angle)
    assert drawn.vertex_mm == pytest.approx(C, abs=NEAR)
    assert drawn.angle_deg == pytest.approx(90.0, abs=0.2)


def test_an_angle_is_drawn_by_three_clicks(bench: Bench) -> None:
    bench.tool.kind = MeasureKind.ANGLE

    for point in (A, C, B):
        hand.move(bench.view, point, down=False)
        hand.click(bench.view, point)

    drawn = only(bench.measurements)
    assert isinstance(drawn, Angle)
    assert drawn.angle_deg == pytest.approx(90.0, abs=0.2)


@pytest.mark.parametrize(
    ("kind", "made"),
    [(MeasureKind.RECTANGLE, RectangleRoi), (MeasureKind.ELLIPSE, EllipseRoi)],
)
def test_a_region_has_the_size_that_was_drawn(
    bench: Bench, kind: MeasureKind, made: type[RectangleRoi | EllipseRoi]
) -> None:
    bench.tool.kind = kind

    hand.drag(bench.view, (-10.0, -6.0, 0.0), (10.0, 6.0, 0.0))

    drawn = only(bench.measurements)
    assert isinstance(drawn, made)
    assert (drawn.width_mm, drawn.height_mm) == pytest.approx((20.0, 12.0), abs=NEAR)
    assert bench.board.rows()[0].text.startswith("Mean 0 HU, SD 0 HU, min 0 HU, max 0 HU")


def test_an_arrow_asks_for_its_text(qtbot: QtBot, bench: Bench) -> None:
    bench.tool.kind = MeasureKind.ARROW

    with qtbot.waitSignal(bench.tool.text_wanted) as told:
        hand.drag(bench.view, A, B)

    drawn = only(bench.measurements)
    assert isinstance(drawn, Arrow)
    assert told.args == [drawn.id]
    assert drawn.label == "Arrow"
    assert drawn.tip_mm == pytest.approx(A, abs=NEAR)


def test_a_length_is_drawn_by_two_clicks_and_follows_the_mouse_between(bench: Bench) -> None:
    bench.tool.kind = MeasureKind.LENGTH

    hand.click(bench.view, A)
    hand.move(bench.view, C, down=False)
    between = bench.board.draft
    hand.click(bench.view, B)

    assert isinstance(between, Length)
    assert between.length_mm == pytest.approx(30.0, abs=NEAR)
    drawn = only(bench.measurements)
    assert isinstance(drawn, Length)
    assert drawn.length_mm == pytest.approx(50.0, abs=NEAR)


def test_one_drag_is_one_step_of_undo_and_selects(bench: Bench) -> None:
    bench.tool.kind = MeasureKind.LENGTH
    hand.drag(bench.view, A, C, B)
    assert bench.board.selected_id == bench.measurements.items[0].id

    bench.measurements.undo()

    assert bench.measurements.items == ()
    assert not bench.measurements.can_undo


def test_what_is_half_drawn_can_be_dropped(bench: Bench) -> None:
    bench.tool.kind = MeasureKind.LENGTH
    hand.press(bench.view, A)
    hand.move(bench.view, B)

    assert bench.tool.cancel()
    hand.move(bench.view, C)
    hand.release(bench.view, C)

    assert bench.measurements.items == ()
    assert bench.board.draft is None
    assert not bench.tool.cancel()


def test_a_point_without_extent_is_not_kept(bench: Bench) -> None:
    bench.tool.kind = MeasureKind.RECTANGLE
    hand.press(bench.view, A)
    hand.move(bench.view, B)
    hand.move(bench.view, (A[0], B[1], 0.0))
    hand.release(bench.view, A)

    assert bench.measurements.items == ()


def test_drawing_shows_measurements_that_were_hidden(bench: Bench) -> None:
    bench.state.hide_overlay(Overlay.MEASUREMENTS)
    bench.tool.kind = MeasureKind.LENGTH

    hand.press(bench.view, A)

    assert Overlay.MEASUREMENTS in bench.state.overlays


def test_scrolling_drops_the_first_point_for_a_new_one(bench: Bench) -> None:
    bench.tool.kind = MeasureKind.LENGTH
    hand.click(bench.view, A)
    bench.view.step(1)

    hand.move(bench.view, C, down=False)
    hand.drag(bench.view, C, B)

    drawn = only(bench.measurements)
    assert isinstance(drawn, Length)
    assert drawn.length_mm == pytest.approx(40.0, abs=NEAR)
    assert drawn.start_mm[2] == pytest.approx(-5.0)


def test_without_a_scan_nothing_is_drawn(bench: Bench) -> None:
    bench.board.show_volume(None)
    bench.tool.kind = MeasureKind.LENGTH

    hand.drag(bench.view, A, B)

    assert bench.measurements.items == ()


def test_a_measurement_lies_in_the_middle_of_its_slice(bench: Bench) -> None:
    bench.state.set_crosshair((0.0, 0.0, 1.9))
    bench.tool.kind = MeasureKind.LENGTH

    hand.drag(bench.view, A, B)

    assert {point[2] for point in bench.measurements.items[0].points_mm} == {0.0}


def test_an_oblique_plane_is_kept(bench: Bench) -> None:
    plane = bench.state.plane(PlaneKind.AXIAL).turned((1.0, 0.0, 0.0), math.radians(25))
    bench.state.set_plane(PlaneKind.AXIAL, plane)
    along = np.array(plane.down)
    bench.tool.kind = MeasureKind.LENGTH

    hand.drag(bench.view, tuple(-12 * along), tuple(12 * along))

    drawn = only(bench.measurements)
    assert isinstance(drawn, Length)
    assert drawn.length_mm == pytest.approx(24.0, abs=NEAR)
    assert drawn.plane.name == "oblique"
    assert drawn.plane.normal == pytest.approx(plane.normal)
    assert bench.board.shown_on(bench.state.plane(PlaneKind.AXIAL)) == (drawn,)
    bench.state.set_plane(
        PlaneKind.AXIAL, standard_plane(PlaneKind.AXIAL, bench.state.crosshair_mm)
    )
    assert bench.board.shown_on(bench.state.plane(PlaneKind.AXIAL)) == ()


@pytest.mark.parametrize("tilt_deg", [0.0, 20.0])
def test_a_tilted_or_anisotropic_grid_is_measured_in_millimetres(
    bench: Bench, tilt_deg: float
) -> None:
    grid = phantoms.centred((50, 30, 9), (1.3, 2.1, 4.0))
    affine = grid.affine.copy()
    affine[1, 2] = 4.0 * math.tan(math.radians(tilt_deg))
    bench.show(cylinder(Geometry(grid.shape, affine)))
    bench.tool.kind = MeasureKind.RECTANGLE

    hand.drag(bench.view, (-20.0, -15.0, 0.0), (20.0, 15.0, 0.0))

    drawn = only(bench.measurements)
    assert isinstance(drawn, RectangleRoi)
    assert (drawn.width_mm, drawn.height_mm) == pytest.approx((40.0, 30.0), abs=NEAR)


def test_a_click_selects_and_moves_nothing(held: Bench) -> None:
    crosshair = held.state.crosshair_mm

    hand.click(held.view, (-3.0, 8.0, 0.0))

    assert held.board.selected_id == "line"
    assert held.measurements.items == (line(),)
    assert not held.measurements.can_undo
    assert held.state.crosshair_mm == crosshair


def test_a_line_is_moved_by_its_body_instead_of_the_window(held: Bench) -> None:
    window = held.state.window

    hand.drag(held.view, (-3.0, 8.0, 0.0), (2.0, 3.0, 0.0), (7.0, 3.0, 0.0))

    moved = only(held.measurements)
    assert isinstance(moved, Length)
    assert moved.start_mm == pytest.approx((-8.0, -17.0, 0.0), abs=NEAR)
    assert moved.length_mm == pytest.approx(50.0)
    assert held.state.window == window
    held.measurements.undo()
    assert held.measurements.items == (line(),)


def test_an_end_is_dragged_by_its_handle(held: Bench) -> None:
    hand.drag(held.view, B, (0.0, 0.0, 0.0), C)

    changed = only(held.measurements)
    assert isinstance(changed, Length)
    assert changed.start_mm == A
    assert changed.end_mm == pytest.approx(C, abs=NEAR)


def test_a_handle_grabbed_beside_its_middle_does_not_jump(held: Bench) -> None:
    beside = (B[0] + 0.5, B[1], 0.0)

    hand.drag(held.view, beside, (beside[0], beside[1] - 10, 0.0))

    changed = only(held.measurements)
    assert isinstance(changed, Length)
    assert changed.end_mm == pytest.approx((B[0], B[1] - 10, 0.0), abs=NEAR)


def test_a_measurement_is_moved_by_its_text(held: Bench) -> None:
    middle = held.board.labels(held.view.frame)[0].area.center()
    start = held.view.frame.to_patient(middle.x(), middle.y())

    hand.drag(held.view, start, (start[0] - 5.0, start[1] - 5.0, 0.0))

    moved = only(held.measurements)
    assert isinstance(moved, Length)
    assert moved.start_mm == pytest.approx((A[0] - 5.0, A[1] - 5.0, 0.0), abs=NEAR)


def test_beside_it_the_window_is_dragged_and_nothing_stays_selected(held: Bench) -> None:
    held.board.select("line")
    window = held.state.window

    hand.drag(held.view, (10.0, -10.0, 0.0), (20.0, -10.0, 0.0))

    assert held.state.window != window
    assert held.measurements.items == (line(),)
    assert held.board.selected_id == ""


def test_what_is_hidden_cannot_be_taken_hold_of(held: Bench) -> None:
    held.state.hide_overlay(Overlay.MEASUREMENTS)

    hand.drag(held.view, B, C)

    assert held.measurements.items == (line(),)


def test_on_another_slice_it_cannot_be_taken_hold_of(held: Bench) -> None:
    held.view.step(1)

    hand.drag(held.view, B, C)

    assert held.measurements.items == (line(),)


def test_with_a_kind_chosen_handles_win_over_drawing(held: Bench) -> None:
    held.tool.kind = MeasureKind.ELLIPSE

    hand.drag(held.view, B, C)

    changed = only(held.measurements)
    assert isinstance(changed, Length)
    assert changed.length_mm == pytest.approx(30.0, abs=NEAR)


def test_letting_go_of_the_drag_puts_it_back(held: Bench) -> None:
    hand.press(held.view, B)
    hand.move(held.view, C)

    assert held.tool.cancel()
    hand.release(held.view, C)

    assert held.measurements.items == (line(),)
    assert held.board.shown_on(held.view.plane) == (line(),)


def test_scrolling_while_it_is_held_keeps_it_on_its_plane(held: Bench) -> None:
    hand.press(held.view, (-3.0, 8.0, 0.0))
    held.view.step(2)
    hand.move(held.view, (7.0, 8.0, 0.0))
    hand.release(held.view, (7.0, 8.0, 0.0))

    moved = only(held.measurements)
    assert isinstance(moved, Length)
    assert moved.start_mm == pytest.approx((-8.0, -12.0, 0.0), abs=NEAR)


def test_two_clicks_ask_for_its_words_and_do_not_maximise(qtbot: QtBot, held: Bench) -> None:
    with (
        qtbot.waitSignal(held.tool.text_wanted) as told,
        qtbot.assertNotEmitted(held.view.maximise_asked),
    ):
        hand.double_click(held.view, (-3.0, 8.0, 0.0))

    assert told.args == ["line"]


def test_two_clicks_beside_it_maximise_even_while_a_kind_is_chosen(
    qtbot: QtBot, held: Bench
) -> None:
    held.tool.kind = MeasureKind.LENGTH

    with qtbot.waitSignal(held.view.maximise_asked):
        hand.double_click(held.view, (20.0, -10.0, 0.0))

    assert held.measurements.items == (line(),)
    assert not held.tool.cancel()


def test_the_pointer_says_what_a_press_would_do(held: Bench) -> None:
    shapes = []
    for point in (B, (-3.0, 8.0, 0.0), (20.0, -10.0, 0.0)):
        hand.move(held.view, point, down=False)
        shapes.append(held.view.cursor().shape())
    held.tool.kind = MeasureKind.LENGTH
    hand.move(held.view, (20.0, -10.0, 0.0), down=False)
    shapes.append(held.view.cursor().shape())

    assert shapes == [
        Qt.CursorShape.PointingHandCursor,
        Qt.CursorShape.OpenHandCursor,
        Qt.CursorShape.CrossCursor,
        Qt.CursorShape.BitmapCursor,
    ]


def test_the_pointer_shows_a_hand_that_has_closed(held: Bench) -> None:
    hand.press(held.view, (-3.0, 8.0, 0.0))
    hand.move(held.view, (2.0, 8.0, 0.0))

    assert held.view.cursor().shape() is Qt.CursorShape.ClosedHandCursor


def test_while_the_window_is_dragged_over_it_the_pointer_stays(held: Bench) -> None:
    hand.press(held.view, (20.0, -10.0, 0.0))
    hand.move(held.view, B)

    assert held.view.cursor().shape() is Qt.CursorShape.CrossCursor
