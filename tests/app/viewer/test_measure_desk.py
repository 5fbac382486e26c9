"""Measuring in three views at once, and what menus and keys ask for."""

import math
from dataclasses import dataclass

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from app.state.measurements import MeasurementList
from app.state.view import Layout, Overlay, PlaneKind, ViewState
from app.viewer.linked_views import LinkedViews
from app.viewer.measure_desk import MeasureDesk
from app.viewer.measure_kind import MeasureKind
from app.viewer.slice_view import SliceView
from medct_core.measurement.plane import DrawingPlane
from medct_core.measurement.shapes import Length
from tests import hand, phantoms
from tests.drawn_samples import AXIAL, CORONAL, ellipse

pytestmark = pytest.mark.gui


@dataclass(frozen=True)
class Bench:
    """Three views of a cylinder of water, and a desk that measures in them."""

    views: LinkedViews
    state: ViewState
    measurements: MeasurementList
    desk: MeasureDesk

    def view(self, kind: PlaneKind) -> SliceView:
        """One of the views."""
        return self.views.views[kind]


def line(identity: str = "line", superior_mm: float = 0.0) -> Length:
    plane = DrawingPlane((0.0, 0.0, superior_mm), AXIAL.right, AXIAL.down)
    return Length(identity, "", plane, (-10.0, 0.0, superior_mm), (10.0, 0.0, superior_mm))


@pytest.fixture
def bench(qtbot: QtBot) -> Bench:
    state, measurements = ViewState(), MeasurementList()
    views = LinkedViews(state)
    qtbot.addWidget(views)
    views.resize(800, 800)
    views.show()
    volume = phantoms.water_cylinder((32, 32, 13))
    views.show_volume(volume)
    desk = MeasureDesk(measurements, state)
    desk.attach(views)
    desk.show_volume(volume)
    return Bench(views, state, measurements, desk)


@pytest.mark.parametrize(
    ("kind", "start", "end", "name"),
    [
        (PlaneKind.AXIAL, (-9.0, -12.0, 0.0), (9.0, 12.0, 0.0), "axial"),
        (PlaneKind.CORONAL, (-9.0, 0.0, -12.0), (9.0, 0.0, 12.0), "coronal"),
        (PlaneKind.SAGITTAL, (0.0, -9.0, -12.0), (0.0, 9.0, 12.0), "sagittal"),
    ],
)
def test_every_view_measures_in_its_own_plane(
    bench: Bench,
    kind: PlaneKind,
    start: tuple[float, float, float],
    end: tuple[float, float, float],
    name: str,
) -> None:
    bench.desk.set_kind(MeasureKind.LENGTH)

    hand.drag(bench.view(kind), start, end)

    (row,) = bench.desk.rows
    assert row.plane == name
    assert row.quantities[0].value == pytest.approx(30.0, abs=0.1)


def test_a_press_in_another_view_starts_anew(bench: Bench) -> None:
    bench.desk.set_kind(MeasureKind.LENGTH)
    hand.click(bench.view(PlaneKind.AXIAL), (-9.0, -12.0, 0.0))

    hand.drag(bench.view(PlaneKind.CORONAL), (-9.0, 0.0, -12.0), (9.0, 0.0, 12.0))

    assert [row.plane for row in bench.desk.rows] == ["coronal"]


def test_rows_are_told_after_every_change(qtbot: QtBot, bench: Bench) -> None:
    with qtbot.waitSignal(bench.desk.rows_changed) as told:
        bench.measurements.add(ellipse(10, 10))

    assert told.args is not None
    assert [row.text for row in told.args[0]] == [
        "Mean 0 HU, SD 0 HU, min 0 HU, max 0 HU, area 78.5 mm2"
    ]


def test_while_a_hand_draws_no_rows_are_told(qtbot: QtBot, bench: Bench) -> None:
    bench.desk.set_kind(MeasureKind.ELLIPSE)
    view = bench.view(PlaneKind.AXIAL)

    with qtbot.assertNotEmitted(bench.desk.rows_changed):
        hand.press(view, (-9.0, -12.0, 0.0))
        hand.move(view, (9.0, 12.0, 0.0))
        hand.move(view, (5.0, 12.0, 0.0))


def test_choosing_a_kind_shows_measurements(qtbot: QtBot, bench: Bench) -> None:
    bench.state.hide_overlay(Overlay.MEASUREMENTS)

    with qtbot.waitSignal(bench.desk.kind_changed) as told:
        bench.desk.set_kind(MeasureKind.ANGLE)

    assert told.args == [MeasureKind.ANGLE]
    assert bench.desk.kind is MeasureKind.ANGLE
    assert Overlay.MEASUREMENTS in bench.state.overlays


def test_the_kind_is_told_once(qtbot: QtBot, bench: Bench) -> None:
    bench.desk.set_kind(MeasureKind.ANGLE)

    with qtbot.assertNotEmitted(bench.desk.kind_changed):
        bench.desk.set_kind(MeasureKind.ANGLE)


def test_escape_drops_what_is_half_drawn_then_the_selection_then_nothing(bench: Bench) -> None:
    bench.measurements.load([line()])
    bench.desk.select("line")
    bench.desk.set_kind(MeasureKind.LENGTH)
    hand.press(bench.view(PlaneKind.CORONAL), (0.0, 0.0, 10.0))
    hand.move(bench.view(PlaneKind.CORONAL), (0.0, 0.0, 20.0))
    bench.desk.select("line")

    assert bench.desk.cancel()
    assert bench.desk.selected_id == "line"
    assert bench.desk.cancel()
    assert bench.desk.selected_id == ""
    assert not bench.desk.cancel()


def test_the_selected_measurement_is_deleted_and_comes_back(bench: Bench) -> None:
    bench.measurements.load([line()])
    bench.desk.select("line")

    assert bench.desk.delete_selected()
    assert len(bench.measurements.items) == 0
    assert not bench.desk.delete_selected()
    bench.desk.undo()
    assert len(bench.measurements.items) == 1
    bench.desk.redo()
    assert len(bench.measurements.items) == 0


def test_undo_drops_a_half_drawn_line_before_anything_else(bench: Bench) -> None:
    bench.measurements.add(line())
    bench.desk.set_kind(MeasureKind.LENGTH)
    hand.click(bench.view(PlaneKind.CORONAL), (0.0, 0.0, 10.0))

    bench.desk.undo()

    assert bench.measurements.items == (line(),)


def test_another_name_is_one_step_of_undo(bench: Bench) -> None:
    bench.measurements.load([line()])

    bench.desk.rename("line", "  Left\n lung ")
    bench.desk.rename("gone", "nothing")

    assert bench.desk.rows[0].label == "Left lung"
    bench.desk.undo()
    assert bench.desk.rows[0].label == ""


def test_going_to_a_measurement_shows_its_slice_and_selects_it(bench: Bench) -> None:
    bench.measurements.load([line(superior_mm=15.0)])
    bench.state.hide_overlay(Overlay.MEASUREMENTS)

    bench.desk.go_to("line")

    assert bench.state.crosshair_mm == pytest.approx((0.0, 0.0, 15.0))
    assert bench.desk.selected_id == "line"
    assert Overlay.MEASUREMENTS in bench.state.overlays


def test_going_to_a_measurement_turns_a_view_that_was_turned_away(bench: Bench) -> None:
    bench.measurements.load([line()])
    turned = bench.view(PlaneKind.AXIAL).plane.turned((1.0, 0.0, 0.0), math.radians(30))
    bench.state.set_plane(PlaneKind.AXIAL, turned)

    bench.desk.go_to("line")

    assert bench.state.plane(PlaneKind.AXIAL).normal == pytest.approx((0.0, 0.0, 1.0))


def test_going_to_an_oblique_measurement_turns_the_plane_it_is_closest_to(bench: Bench) -> None:
    slope = math.radians(20)
    down = (0.0, math.sin(slope), -math.cos(slope))
    plane = DrawingPlane((0.0, 0.0, 0.0), CORONAL.right, down)
    bench.measurements.load([Length("o", "", plane, (0.0, 0.0, 0.0), tuple(np.multiply(9, down)))])
    axial = bench.state.plane(PlaneKind.AXIAL)

    bench.desk.go_to("o")

    assert bench.state.plane(PlaneKind.CORONAL).normal == pytest.approx(plane.normal)
    assert bench.state.plane(PlaneKind.AXIAL).normal == axial.normal


def test_going_to_a_measurement_outside_a_magnified_view_brings_it_into_view(bench: Bench) -> None:
    bench.measurements.load([line()])
    view = bench.view(PlaneKind.AXIAL)
    view.set_frame(view.frame.zoomed(6.0, 0.0, 0.0))
    scale = view.frame.scale

    bench.desk.go_to("line")

    assert view.frame.to_screen((0.0, 0.0, 0.0)) == pytest.approx(
        (view.width() / 2, view.height() / 2)
    )
    assert view.frame.scale == scale


@pytest.mark.parametrize("layout", [Layout.AXIAL, Layout.SINGLE, Layout.GRID])
def test_going_to_a_measurement_brings_its_view_to_the_screen(bench: Bench, layout: Layout) -> None:
    points = (0.0, 0.0, 0.0), (9.0, 0.0, 0.0)
    bench.measurements.load([Length("coronal", "", CORONAL, *points)])
    bench.state.set_layout(layout)

    bench.desk.go_to("coronal")

    assert bench.view(PlaneKind.CORONAL).isVisible()
    assert bench.views.active_view is bench.view(PlaneKind.CORONAL)


def test_a_menu_finds_the_measurement_it_opens_over(bench: Bench) -> None:
    bench.measurements.load([line()])
    view = bench.view(PlaneKind.AXIAL)
    on_line, beside = (
        view.mapToGlobal(hand.place_of(view, point).toPoint())
        for point in ((5.0, 0.0, 0.0), (5.0, 15.0, 0.0))
    )

    assert bench.desk.select_at(view, on_line) == "line"
    assert bench.desk.selected_id == "line"
    assert bench.desk.select_at(view, beside) == ""


def test_nobody_can_go_to_what_is_gone(bench: Bench) -> None:
    before = bench.state.crosshair_mm

    bench.desk.go_to("gone")
    bench.desk.delete("gone")

    assert bench.state.crosshair_mm == before


def test_another_scan_takes_its_own_measurements(qtbot: QtBot, bench: Bench) -> None:
    bench.measurements.load([ellipse(10, 10)])
    bench.desk.set_kind(MeasureKind.LENGTH)
    hand.click(bench.view(PlaneKind.AXIAL), (-9.0, -12.0, 0.0))

    bench.desk.show_volume(phantoms.air((32, 32, 13)))
    bench.measurements.load([line("other"), ellipse(10, 10)])

    assert [row.text.split(",")[0] for row in bench.desk.rows] == [
        "Length 20.0 mm",
        "Mean -1000 HU",
    ]
    assert not bench.desk.cancel()


def test_closing_the_scan_leaves_no_rows(qtbot: QtBot, bench: Bench) -> None:
    bench.measurements.load([line()])

    with qtbot.waitSignal(bench.desk.rows_changed) as told:
        bench.desk.show_volume(None)

    assert told.args == [()]


def test_an_arrow_asks_for_text_through_the_desk(qtbot: QtBot, bench: Bench) -> None:
    bench.desk.set_kind(MeasureKind.ARROW)

    with qtbot.waitSignals([bench.desk.text_wanted, bench.desk.selected]):
        hand.drag(bench.view(PlaneKind.AXIAL), (-9.0, -12.0, 0.0), (9.0, 12.0, 0.0))

    assert bench.desk.selected_id == bench.measurements.items[0].id
