"""SliceMouse: what presses, drags and the wheel mean over one slice."""

import math
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QCursor, QMouseEvent, QWheelEvent

from app.state.view import PlaneKind, Vector
from app.viewer.frame import Frame
from app.viewer.mouse_profiles import RADIOLOGY, DragAction, dragged_window, dragged_zoom
from medct_core.volume.window import Window

_STILL_PX = 4.0
_WHEEL_STEP = 120
_WHEEL_ZOOM = 1.15
_PIXELS_PER_SLICE = 6.0


class SliceTool(Protocol):
    """What draws with the left button instead of the profile: measuring, for instance."""

    def press(self, frame: Frame, x: float, y: float) -> bool:
        """Button went down; True if the tool takes the drag."""

    def drag(self, frame: Frame, x: float, y: float) -> None:
        """Mouse moved while the button is down."""

    def release(self, frame: Frame, x: float, y: float) -> None:
        """Button went up."""

    def hover(self, frame: Frame, x: float, y: float) -> None:
        """Mouse moved while no button is down."""

    def double_press(self, frame: Frame, x: float, y: float) -> bool:
        """Button was clicked twice; True if that meant something to the tool."""

    def cursor(self, frame: Frame, x: float, y: float) -> QCursor | None:
        """Pointer that says what a press here would do; None for that of the view."""


class MouseTarget(Protocol):
    """What the mouse may do to a view."""

    @property
    def frame(self) -> Frame:
        """How the plane lies on the screen."""

    @property
    def shown_window(self) -> Window:
        """The grey-level window."""

    @property
    def crosshair_mm(self) -> Vector:
        """Where the planes meet, LPS mm."""

    def set_window(self, window: Window) -> None:
        """Show another window."""

    def set_frame(self, frame: Frame) -> None:
        """Zoom or pan."""

    def set_crosshair(self, point_mm: Vector) -> None:
        """Move all planes to a point."""

    def step(self, count: int) -> None:
        """Scroll."""

    def line_at(self, x: float, y: float) -> PlaneKind | None:
        """Other plane whose line can be grabbed at a screen place."""

    def turn_plane(self, kind: PlaneKind, angle_rad: float) -> None:
        """Turn another plane about this one's normal, clockwise on the screen."""

    def ask_for_menu(self, place: QPoint) -> None:
        """Offer what can be done here; screen coordinates of the desktop."""


@dataclass(slots=True)
class _Drag:
    """A button that is down."""

    button: Qt.MouseButton
    start: tuple[float, float]
    last: tuple[float, float]
    window: Window
    frame: Frame
    grabbed: PlaneKind | None
    tool: SliceTool | None
    slices: int = 0
    has_moved: bool = False


class SliceMouse:
    """Turns mouse events into wishes of the view.

    Attributes
    ----------
    profile
        What each button does.
    left_action
        Replaces the profile's left button where it is not None.
    tool
        Asked first when the left button goes down.
    """

    def __init__(self, target: MouseTarget) -> None:
        self.profile = RADIOLOGY
        self.left_action: DragAction | None = None
        self.tool: SliceTool | None = None
        self._target = target
        self._drag: _Drag | None = None
        self._crosshair_before_click: Vector | None = None
        self._wheel = 0

    @property
    def is_dragging(self) -> bool:
        """Whether a button is down."""
        return self._drag is not None

    def press(self, event: QMouseEvent) -> None:
        """Take hold of the tool, of a line, or of the picture."""
        if self._drag is not None:
            return
        x, y = event.position().x(), event.position().y()
        is_left = event.button() is Qt.MouseButton.LeftButton
        tool = self.tool if is_left else None
        if tool is not None and not tool.press(self._target.frame, x, y):
            tool = None
        grabbed = self._target.line_at(x, y) if is_left and tool is None else None
        self._drag = _Drag(
            event.button(),
            start=(x, y),
            last=(x, y),
            window=self._target.shown_window,
            frame=self._target.frame,
            grabbed=grabbed,
            tool=tool,
        )

    def move(self, event: QMouseEvent) -> None:
        """Go on with a drag, or take the crosshair along while Shift is down."""
        x, y = event.position().x(), event.position().y()
        drag = self._drag
        if drag is None:
            if self.tool is not None:
                self.tool.hover(self._target.frame, x, y)
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                self._target.set_crosshair(self._target.frame.to_patient(x, y))
            return
        drag.has_moved = drag.has_moved or math.dist((x, y), drag.start) >= _STILL_PX
        if drag.tool is not None:
            drag.tool.drag(self._target.frame, x, y)
        elif drag.has_moved:
            self._continue(drag, x, y)
        if drag.has_moved:
            drag.last = (x, y)

    def release(self, event: QMouseEvent) -> None:
        """End a drag; without movement it was a click."""
        drag = self._drag
        if drag is None or event.button() is not drag.button:
            return
        self._drag = None
        x, y = event.position().x(), event.position().y()
        if drag.tool is not None:
            drag.tool.release(self._target.frame, x, y)
        elif not drag.has_moved:
            self._click(drag, event)

    def double_click(self, event: QMouseEvent) -> bool:
        """Offer two clicks to the tool, else take back what the first of them did.

        Returns
        -------
        Whether the tool took them.
        """
        place = event.position()
        if self.tool is not None and self.tool.double_press(
            self._target.frame, place.x(), place.y()
        ):
            return True
        if self._crosshair_before_click is not None:
            self._target.set_crosshair(self._crosshair_before_click)
            self._crosshair_before_click = None
        return False

    def cursor(self, x: float, y: float) -> QCursor | None:
        """Pointer that the tool wants here; None where it wants none, or lost the drag."""
        is_elsewhere = self._drag is not None and self._drag.tool is None
        if self.tool is None or is_elsewhere:
            return None
        return self.tool.cursor(self._target.frame, x, y)

    def wheel(self, event: QWheelEvent) -> None:
        """Scroll, away from the hand is back; with Ctrl zoom at the cursor."""
        self._wheel += event.angleDelta().y()
        notches = int(self._wheel / _WHEEL_STEP)
        self._wheel -= notches * _WHEEL_STEP
        if notches == 0:
            return
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            place = event.position()
            factor = _WHEEL_ZOOM**notches
            self._target.set_frame(self._target.frame.zoomed(factor, place.x(), place.y()))
        else:
            self._target.step(-notches)

    def _click(self, drag: _Drag, event: QMouseEvent) -> None:
        if drag.button is Qt.MouseButton.LeftButton:
            self._crosshair_before_click = self._target.crosshair_mm
            self._target.set_crosshair(self._target.frame.to_patient(*drag.start))
        elif drag.button is Qt.MouseButton.RightButton:
            self._target.ask_for_menu(event.globalPosition().toPoint())

    def _continue(self, drag: _Drag, x: float, y: float) -> None:
        if drag.grabbed is not None:
            self._turn(drag.grabbed, drag.last, (x, y))
            return
        action = self._action_of(drag.button)
        right, down = x - drag.start[0], y - drag.start[1]
        if action is DragAction.WINDOW:
            self._target.set_window(dragged_window(drag.window, right, down))
        elif action is DragAction.PAN:
            self._target.set_frame(drag.frame.panned(right, down))
        elif action is DragAction.ZOOM:
            self._target.set_frame(drag.frame.zoomed(dragged_zoom(down), *drag.start))
        elif action is DragAction.CROSSHAIR:
            self._target.set_crosshair(self._target.frame.to_patient(x, y))
        elif action is DragAction.SCROLL:
            slices = int(down / _PIXELS_PER_SLICE)
            self._target.step(slices - drag.slices)
            drag.slices = slices

    def _turn(self, kind: PlaneKind, last: tuple[float, float], here: tuple[float, float]) -> None:
        x, y = self._target.frame.to_screen(self._target.crosshair_mm)
        before = math.atan2(last[1] - y, last[0] - x)
        now = math.atan2(here[1] - y, here[0] - x)
        self._target.turn_plane(kind, now - before)

    def _action_of(self, button: Qt.MouseButton) -> DragAction | None:
        if button is Qt.MouseButton.LeftButton:
            return self.left_action or self.profile.left
        return {
            Qt.MouseButton.MiddleButton: self.profile.middle,
            Qt.MouseButton.RightButton: self.profile.right,
        }.get(button)
