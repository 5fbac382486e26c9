"""Menus and keys say what the mouse does; Escape lets go of one thing at a time."""

from typing import cast

import pytest
from pytestqt.qtbot import QtBot

from app.connections.tool_actions import ToolActions
from app.connections.work import WorkConnection
from app.settings import MouseProfile
from app.state.session import Loading
from app.state.view import PlaneKind
from app.viewer.companion_view import CompanionView
from app.viewer.measure_desk import MeasureDesk
from app.viewer.mouse_profiles import RADIOLOGY, RESEARCH, DragAction
from app.viewer.mouse_profiles import MouseProfile as Buttons
from app.viewer.slice_view import SliceView
from medct_core.measurement.shapes import Angle, Bidirectional, EllipseRoi, Length, RectangleRoi
from tests import hand
from tests.app.small_window import SmallWindow

pytestmark = pytest.mark.gui

START, END = (-12.0, -9.0, 0.0), (10.0, 9.0, 0.0)
TOOLS = [f"tool_{action.value}" for action in DragAction]
MEASURES = [f"tool_{name}" for name in ("length", "axes", "angle", "ellipse", "rectangle", "arrow")]


class Companion:
    """A prior that notes what its mouse does."""

    def __init__(self) -> None:
        self.profile: Buttons | None = None
        self.left: DragAction | None = None

    def set_mouse_profile(self, profile: Buttons) -> None:
        """Note what all buttons do."""
        self.profile = profile

    def set_left_action(self, action: DragAction | None) -> None:
        """Note what the left button does."""
        self.left = action


class Tools(SmallWindow):
    """A window in which the mouse does different things."""

    def __post_init__(self) -> None:
        super().__post_init__()
        views = self.window.views
        self.desk = MeasureDesk(self.lists.measurements, self.view, self.owner)
        self.desk.attach(views)
        self.companion = Companion()
        work = WorkConnection(
            self.window,
            (self.session, self.results),
            (self.open_study, self.ask),
            parent=self.owner,
        )
        self.tools = ToolActions(
            self.actions,
            views,
            self.desk,
            cast("CompanionView", self.companion),
            work,
            parent=self.owner,
        )
        self.window.show()
        volume = self.open().volume
        views.show_volume(volume)
        self.desk.show_volume(volume)

    def trigger(self, *names: str) -> None:
        """Choose entries of the menu."""
        for name in names:
            self.actions[name].trigger()

    @property
    def axial(self) -> SliceView:
        """Where a hand draws."""
        return self.window.views.views[PlaneKind.AXIAL]

    def drag(self) -> None:
        """Drag with the left button across the axial view."""
        hand.drag(self.axial, START, END)

    def chosen(self) -> list[str]:
        """Tools that are marked in the menu."""
        return [name for name in (*TOOLS, *MEASURES) if self.actions[name].isChecked()]


@pytest.fixture
def tools(qtbot: QtBot) -> Tools:
    return Tools(qtbot)


def test_a_radiologist_windows_with_the_left_button_at_first(tools: Tools) -> None:
    before = tools.view.window

    tools.drag()

    assert tools.view.window.width_hu > before.width_hu
    assert tools.chosen() == ["tool_window"]
    assert tools.actions["mouse_radiology"].isChecked()


@pytest.mark.parametrize("name", [*TOOLS, *MEASURES])
def test_a_tool_is_marked_alone_and_stays_when_it_is_chosen_again(tools: Tools, name: str) -> None:
    tools.trigger(name, name)

    assert tools.chosen() == [name]


def test_the_left_button_does_what_was_chosen(tools: Tools) -> None:
    window, crosshair = tools.view.window, tools.view.crosshair_mm

    tools.trigger("tool_crosshair")
    tools.drag()

    assert tools.view.window == window
    assert tools.view.crosshair_mm != crosshair
    assert tools.view.crosshair_mm[:2] == pytest.approx(END[:2], abs=1.0)


def test_the_prior_has_the_same_mouse(tools: Tools) -> None:
    before = tools.companion.profile

    tools.trigger("mouse_research", "tool_zoom")

    assert before is RADIOLOGY
    assert (tools.companion.profile, tools.companion.left) == (RESEARCH, DragAction.ZOOM)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("tool_length", Length),
        ("tool_axes", Bidirectional),
        ("tool_ellipse", EllipseRoi),
        ("tool_rectangle", RectangleRoi),
    ],
)
def test_a_drag_draws_what_was_chosen(tools: Tools, name: str, kind: type) -> None:
    window = tools.view.window

    tools.trigger(name)
    tools.drag()

    (drawn,) = tools.lists.measurements.items
    assert isinstance(drawn, kind)
    assert tools.view.window == window


def test_a_tool_of_the_mouse_ends_measuring(tools: Tools) -> None:
    tools.trigger("tool_length", "tool_window")

    tools.drag()

    assert tools.lists.measurements.items == ()
    assert tools.chosen() == ["tool_window"]


def test_measuring_ended_gives_the_chosen_tool_back(tools: Tools) -> None:
    tools.trigger("tool_scroll", "tool_length", "stop")

    assert tools.chosen() == ["tool_scroll"]


def test_a_mouse_chosen_by_hand_is_told_and_one_of_the_settings_is_not(
    qtbot: QtBot, tools: Tools
) -> None:
    with qtbot.assertNotEmitted(tools.tools.mouse_chosen):
        tools.tools.show_mouse(MouseProfile.RESEARCH)
    marked = tools.chosen(), tools.actions["mouse_research"].isChecked()

    with qtbot.waitSignal(tools.tools.mouse_chosen) as told:
        tools.trigger("mouse_radiology")

    assert marked == (["tool_crosshair"], True)
    assert told.args == [MouseProfile.RADIOLOGY]
    assert tools.chosen() == ["tool_window"]


def test_steps_are_taken_back_and_again(tools: Tools) -> None:
    tools.trigger("tool_length")
    tools.drag()
    seen = []

    for name in ("undo", "redo", "clear_measurements", "undo"):
        tools.trigger(name)
        seen.append(len(tools.lists.measurements.items))

    assert seen == [0, 1, 0, 1]


def test_the_selected_measurement_is_deleted(tools: Tools) -> None:
    tools.trigger("tool_length")
    tools.drag()
    tools.desk.select(tools.lists.measurements.items[0].id)

    tools.trigger("delete_measurement")

    assert tools.lists.measurements.items == ()


def test_escape_drops_what_is_half_drawn_then_the_tool_then_the_work(tools: Tools) -> None:
    tools.trigger("tool_angle")
    tools.drag()
    seen = []

    for _ in range(3):
        tools.trigger("stop")
        seen.append((tools.desk.kind is not None, tools.ask.is_asking))

    assert seen == [(True, True), (False, True), (False, False)]
    assert not any(isinstance(one, Angle) for one in tools.lists.measurements.items)


def test_escape_stops_reading_when_there_is_nothing_else(tools: Tools) -> None:
    tools.session.set_loading(Loading("other", 0.5))

    tools.trigger("stop")

    assert tools.session.loading is None
    assert tools.ask.is_asking
