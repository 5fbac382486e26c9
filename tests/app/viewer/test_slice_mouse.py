"""What the mouse asks of a view, without a view."""

from dataclasses import dataclass, field

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QCursor, QMouseEvent, QWheelEvent

from app.state.view import PlaneKind, Vector, standard_plane
from app.viewer.frame import Frame
from app.viewer.mouse_profiles import RESEARCH, DragAction
from app.viewer.slice_mouse import SliceMouse
from medct_core.volume.window import MEDIASTINUM, Window

LEFT, MIDDLE, RIGHT = (
    Qt.MouseButton.LeftButton,
    Qt.MouseButton.MiddleButton,
    Qt.MouseButton.RightButton,
)
Place = tuple[float, float]
MIDDLE_OF_VIEW: Place = (100.0, 100.0)


@dataclass
class RecordingView:
    """Remembers what it was asked for; one pixel is one mm."""

    frame: Frame = field(
        default_factory=lambda: Frame(
            standard_plane(PlaneKind.AXIAL, (0.0, 0.0, 0.0)), (0.0, 0.0, 0.0), 1.0, (200, 200)
        )
    )
    shown_window: Window = MEDIASTINUM
    crosshair_mm: Vector = (0.0, 0.0, 0.0)
    line: PlaneKind | None = None
    steps: list[int] = field(default_factory=list)
    turns: list[tuple[PlaneKind, float]] = field(default_factory=list)
    menus: list[QPoint] = field(default_factory=list)

    def set_window(self, window: Window) -> None:
        """Show another window."""
        self.shown_window = window

    def set_frame(self, frame: Frame) -> None:
        """Zoom or pan."""
        self.frame = frame

    def set_crosshair(self, point_mm: Vector) -> None:
        """Move the crosshair."""
        self.crosshair_mm = point_mm

    def step(self, count: int) -> None:
        """Scroll."""
        self.steps.append(count)

    def line_at(self, x: float, y: float) -> PlaneKind | None:
        """Tell the line that was set, wherever it is."""
        return self.line

    def turn_plane(self, kind: PlaneKind, angle_rad: float) -> None:
        """Turn another plane."""
        self.turns.append((kind, angle_rad))

    def ask_for_menu(self, place: QPoint) -> None:
        """Remember where."""
        self.menus.append(place)


@dataclass
class RecordingTool:
    """Takes every drag and remembers it."""

    takes: bool = True
    seen: list[str] = field(default_factory=list)

    def press(self, frame: Frame, x: float, y: float) -> bool:
        """Take the drag or decline it."""
        self.seen.append("press")
        return self.takes

    def drag(self, frame: Frame, x: float, y: float) -> None:
        """Go on."""
        self.seen.append("drag")

    def release(self, frame: Frame, x: float, y: float) -> None:
        """End."""
        self.seen.append("release")

    def hover(self, frame: Frame, x: float, y: float) -> None:
        """Watch."""
        self.seen.append("hover")

    def double_press(self, frame: Frame, x: float, y: float) -> bool:
        """Take both clicks or decline them."""
        return self.takes

    def cursor(self, frame: Frame, x: float, y: float) -> QCursor | None:
        """Give the hand."""
        return QCursor(Qt.CursorShape.PointingHandCursor) if self.takes else None


def event(
    kind: QEvent.Type,
    place: Place,
    button: Qt.MouseButton = LEFT,
    modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
) -> QMouseEvent:
    point = QPointF(*place)
    return QMouseEvent(kind, point, point, button, button, modifiers)


def drag(mouse: SliceMouse, start: Place, end: Place, button: Qt.MouseButton = LEFT) -> None:
    mouse.press(event(QEvent.Type.MouseButtonPress, start, button))
    half = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
    mouse.move(event(QEvent.Type.MouseMove, half, button))
    mouse.move(event(QEvent.Type.MouseMove, end, button))
    mouse.release(event(QEvent.Type.MouseButtonRelease, end, button))


def turn_wheel(
    mouse: SliceMouse,
    delta: int,
    modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
) -> None:
    point = QPointF(150.0, 100.0)
    mouse.wheel(
        QWheelEvent(
            point,
            point,
            QPoint(),
            QPoint(0, delta),
            Qt.MouseButton.NoButton,
            modifiers,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
    )


@pytest.fixture
def view() -> RecordingView:
    return RecordingView()


@pytest.fixture
def mouse(view: RecordingView) -> SliceMouse:
    return SliceMouse(view)


def test_dragging_left_changes_the_window_only(mouse: SliceMouse, view: RecordingView) -> None:
    frame = view.frame

    drag(mouse, (50, 50), (100, 20))

    assert view.shown_window.width_hu > MEDIASTINUM.width_hu
    assert view.shown_window.centre_hu < MEDIASTINUM.centre_hu
    assert (view.frame, view.crosshair_mm) == (frame, (0.0, 0.0, 0.0))


def test_dragging_the_middle_button_pans(mouse: SliceMouse, view: RecordingView) -> None:
    drag(mouse, (50, 50), (60, 70), MIDDLE)

    assert view.frame.to_screen((0.0, 0.0, 0.0)) == (110.0, 120.0)


def test_dragging_right_upwards_zooms_in_about_the_start(
    mouse: SliceMouse, view: RecordingView
) -> None:
    under_cursor = view.frame.to_patient(50, 80)

    drag(mouse, (50, 80), (50, 20), RIGHT)

    assert view.frame.scale > 1.0
    assert view.frame.to_screen(under_cursor) == pytest.approx((50, 80))
    assert view.menus == []


def test_researchers_drag_the_crosshair(mouse: SliceMouse, view: RecordingView) -> None:
    mouse.profile = RESEARCH

    drag(mouse, (50, 50), (130, 90))

    assert view.crosshair_mm == (30.0, -10.0, 0.0)
    assert view.shown_window == MEDIASTINUM


def test_a_chosen_action_replaces_the_left_button(mouse: SliceMouse, view: RecordingView) -> None:
    mouse.left_action = DragAction.SCROLL

    drag(mouse, (50, 50), (50, 80))

    assert sum(view.steps) == 5
    assert view.shown_window == MEDIASTINUM


def test_a_click_sets_the_crosshair(mouse: SliceMouse, view: RecordingView) -> None:
    drag(mouse, (130, 90), (131, 91))

    assert view.crosshair_mm == (30.0, -10.0, 0.0)


def test_a_double_click_leaves_the_crosshair_where_it_was(
    mouse: SliceMouse, view: RecordingView
) -> None:
    drag(mouse, (130, 90), (130, 90))

    mouse.double_click(event(QEvent.Type.MouseButtonDblClick, MIDDLE_OF_VIEW))

    assert view.crosshair_mm == (0.0, 0.0, 0.0)


def test_a_right_click_without_movement_asks_for_the_menu(
    mouse: SliceMouse, view: RecordingView
) -> None:
    drag(mouse, (130, 90), (130, 90), RIGHT)

    assert view.menus == [QPoint(130, 90)]


def test_shift_takes_the_crosshair_along(mouse: SliceMouse, view: RecordingView) -> None:
    shift = Qt.KeyboardModifier.ShiftModifier

    mouse.move(event(QEvent.Type.MouseMove, (90, 120), Qt.MouseButton.NoButton, shift))

    assert view.crosshair_mm == (-10.0, 20.0, 0.0)


def test_moving_without_a_button_does_nothing(mouse: SliceMouse, view: RecordingView) -> None:
    mouse.move(event(QEvent.Type.MouseMove, (90, 120), Qt.MouseButton.NoButton))

    assert view == RecordingView()


def test_the_wheel_scrolls_towards_the_hand_forwards(
    mouse: SliceMouse, view: RecordingView
) -> None:
    turn_wheel(mouse, -120)
    turn_wheel(mouse, 240)

    assert view.steps == [1, -2]


def test_small_turns_of_a_touchpad_add_up(mouse: SliceMouse, view: RecordingView) -> None:
    for _ in range(5):
        turn_wheel(mouse, -30)

    assert view.steps == [1]


def test_ctrl_and_wheel_zoom_at_the_cursor(mouse: SliceMouse, view: RecordingView) -> None:
    turn_wheel(mouse, 120, Qt.KeyboardModifier.ControlModifier)

    assert view.frame.scale > 1.0
    assert view.frame.to_screen((50.0, 0.0, 0.0)) == pytest.approx((150.0, 100.0))
    assert view.steps == []


def test_a_grabbed_line_turns_by_the_angle_of_the_drag(
    mouse: SliceMouse, view: RecordingView
) -> None:
    view.line = PlaneKind.CORONAL

    drag(mouse, (160, 100), (100, 160))

    assert {kind for kind, _ in view.turns} == {PlaneKind.CORONAL}
    assert sum(angle for _, angle in view.turns) == pytest.approx(1.5707963)
    assert view.shown_window == MEDIASTINUM


def test_a_tool_gets_the_whole_drag(mouse: SliceMouse, view: RecordingView) -> None:
    tool = RecordingTool()
    mouse.tool = tool

    drag(mouse, (50, 50), (100, 50))

    assert tool.seen == ["press", "drag", "drag", "release"]
    assert view == RecordingView()


def test_a_tool_that_declines_leaves_the_drag_to_the_profile(
    mouse: SliceMouse, view: RecordingView
) -> None:
    mouse.tool = RecordingTool(takes=False)

    drag(mouse, (50, 50), (100, 50))

    assert view.shown_window != MEDIASTINUM


def test_a_second_button_does_not_disturb_a_drag(mouse: SliceMouse, view: RecordingView) -> None:
    mouse.press(event(QEvent.Type.MouseButtonPress, MIDDLE_OF_VIEW, LEFT))
    mouse.press(event(QEvent.Type.MouseButtonPress, MIDDLE_OF_VIEW, RIGHT))
    mouse.release(event(QEvent.Type.MouseButtonRelease, MIDDLE_OF_VIEW, RIGHT))

    assert mouse.is_dragging
    assert view.menus == []


def test_a_tool_is_told_where_the_mouse_is_while_no_button_is_down(
    view: RecordingView, mouse: SliceMouse
) -> None:
    tool = RecordingTool()
    mouse.tool = tool

    mouse.move(event(QEvent.Type.MouseMove, MIDDLE_OF_VIEW, Qt.MouseButton.NoButton))

    assert tool.seen == ["hover"]


@pytest.mark.gui
@pytest.mark.parametrize("takes", [True, False])
def test_a_tool_may_take_two_clicks_and_choose_the_pointer(
    qapp: object, view: RecordingView, mouse: SliceMouse, takes: bool
) -> None:
    mouse.tool = RecordingTool(takes=takes)

    taken = mouse.double_click(event(QEvent.Type.MouseButtonDblClick, MIDDLE_OF_VIEW))

    assert taken is takes
    assert (mouse.cursor(*MIDDLE_OF_VIEW) is not None) is takes
