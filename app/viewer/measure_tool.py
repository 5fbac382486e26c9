"""MeasureTool: draws measurements on a slice, selects, moves and changes them."""

import math
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QCursor

from app.viewer.frame import Frame
from app.viewer.measure_board import MeasureBoard
from app.viewer.measure_cursor import cursor_of
from app.viewer.measure_kind import MeasureKind, made_of
from app.viewer.measure_outline import handles_mm, with_handle
from app.viewer.measure_picking import Grip, Part, grip_at
from medct_core.measurement.edit import moved
from medct_core.measurement.plane import DrawingPlane, Point, as_point
from medct_core.measurement.shapes import Measurement, NoSizeError, new_id

_STILL_PX = 4.0

Place = tuple[float, float]


@dataclass(slots=True)
class _Drawing:
    """A measurement of which not all points are set.

    Attributes
    ----------
    points_mm
        Points that are set.
    start
        Where the button went down last.
    is_first_press
        Whether that press set the first point.
    """

    kind: MeasureKind
    plane: DrawingPlane
    identity: str
    points_mm: tuple[Point, ...]
    start: Place
    is_first_press: bool = True
    has_moved: bool = False


@dataclass(slots=True)
class _Holding:
    """A measurement that a hand has taken hold of, as it was then."""

    grip: Grip
    measurement: Measurement
    start: Place
    start_mm: Point
    has_moved: bool = False


class MeasureTool(QObject):
    """Has the left button of a slice view, whether something is drawn or not.

    A press on a measurement takes hold of it. Elsewhere it draws where a kind is chosen; otherwise
    the press is left to the view. Points are set by dragging from one to the next or by clicks.

    Attributes
    ----------
    kind
        What is drawn; None for nothing.
    """

    text_wanted = Signal(str)  # id of a measurement

    def __init__(self, board: MeasureBoard, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.kind: MeasureKind | None = None
        self._board = board
        self._drawing: _Drawing | None = None
        self._holding: _Holding | None = None

    def press(self, frame: Frame, x: float, y: float) -> bool:
        """Take hold of a measurement or set a point; False where neither is wanted."""
        if self._goes_on(frame):
            self._press_again((x, y))
            return True
        self.cancel()
        grip = self._grip_at(frame, x, y)
        if grip is not None:
            start_mm = frame.to_patient(x, y)
            self._holding = _Holding(grip, self._board.find(grip.identity), (x, y), start_mm)
            self._board.select(grip.identity)
            return True
        self._board.select("")
        return self._start(frame, x, y)

    def drag(self, frame: Frame, x: float, y: float) -> None:
        """Draw on, or take along what is held."""
        if self._drawing is not None:
            moved_px = math.dist((x, y), self._drawing.start)
            self._drawing.has_moved = self._drawing.has_moved or moved_px >= _STILL_PX
            self._sketch(self._drawing, frame.to_patient(x, y))
        elif self._holding is not None:
            self._take_along(self._holding, frame, (x, y))

    def release(self, frame: Frame, x: float, y: float) -> None:
        """Set the point, or keep the change."""
        drawing, holding = self._drawing, self._holding
        self._holding = None
        if drawing is not None:
            # A first click without a drag sets one point, the next click sets the other.
            if drawing.has_moved or not drawing.is_first_press:
                self._set_point(drawing, frame.to_patient(x, y))
        elif holding is not None and holding.has_moved:
            self._board.keep_draft()

    def hover(self, frame: Frame, x: float, y: float) -> None:
        """Let a half-drawn measurement follow the mouse."""
        if self._drawing is not None and self._goes_on(frame):
            self._sketch(self._drawing, frame.to_patient(x, y))

    def double_press(self, frame: Frame, x: float, y: float) -> bool:
        """Ask for the words of a measurement; elsewhere drop what the first click began."""
        self.cancel()
        grip = self._grip_at(frame, x, y)
        if grip is None:
            return False
        self.text_wanted.emit(grip.identity)
        return True

    def cursor(self, frame: Frame, x: float, y: float) -> QCursor | None:
        """Pointer that says what a press would do."""
        if self._holding is not None:
            is_handle = self._holding.grip.part is Part.HANDLE
            shape = Qt.CursorShape.BlankCursor if is_handle else Qt.CursorShape.ClosedHandCursor
            return QCursor(shape)
        grip = None if self._drawing is not None else self._grip_at(frame, x, y)
        if grip is not None:
            is_handle = grip.part is Part.HANDLE
            return QCursor(
                Qt.CursorShape.PointingHandCursor if is_handle else Qt.CursorShape.OpenHandCursor
            )
        return None if self.kind is None else cursor_of(self.kind)

    def identity_at(self, frame: Frame, x: float, y: float) -> str:
        """Id of the measurement under a place; empty for none."""
        grip = self._grip_at(frame, x, y)
        return "" if grip is None else grip.identity

    def cancel(self) -> bool:
        """Drop what is half-drawn, put back what is held; whether there was something."""
        was_busy = self._drawing is not None or self._holding is not None
        self._drawing = self._holding = None
        self._board.clear_draft()
        return was_busy

    def _goes_on(self, frame: Frame) -> bool:
        """Whether a half-drawn measurement lies on this slice."""
        drawing = self._drawing
        return (
            drawing is not None
            and drawing.kind is self.kind
            and self._board.is_shown(drawing.plane, frame.plane)
        )

    def _grip_at(self, frame: Frame, x: float, y: float) -> Grip | None:
        shown = self._board.shown_on(frame.plane)
        if not shown:
            return None
        # Text must not keep a hand from drawing where it stands.
        labels = self._board.labels(frame) if self.kind is None else ()
        return grip_at(shown, labels, frame, (x, y), selected=self._board.selected_id)

    def _start(self, frame: Frame, x: float, y: float) -> bool:
        plane = self._board.plane_to_draw_on(frame.plane)
        if self.kind is None or plane is None:
            return False
        self._board.reveal()
        point_mm = plane.projected(frame.to_patient(x, y))
        self._drawing = _Drawing(self.kind, plane, new_id(), (point_mm,), (x, y))
        return True

    def _press_again(self, place: Place) -> None:
        assert self._drawing is not None
        self._drawing.start = place
        self._drawing.is_first_press = False

    def _sketch(self, drawing: _Drawing, point_mm: Point) -> None:
        points = (*drawing.points_mm, drawing.plane.projected(point_mm))
        if len(points) == drawing.kind.point_count:
            self._board.show_draft(self._made(drawing, points))
        else:
            self._board.show_guide(drawing.plane, points)

    def _set_point(self, drawing: _Drawing, point_mm: Point) -> None:
        self._sketch(drawing, point_mm)
        drawing.points_mm = (*drawing.points_mm, drawing.plane.projected(point_mm))
        if len(drawing.points_mm) < drawing.kind.point_count:
            return
        self._drawing = None
        is_kept = self._board.draft is not None
        self._board.keep_draft()
        if is_kept and drawing.kind is MeasureKind.ARROW:
            self.text_wanted.emit(drawing.identity)

    def _made(self, drawing: _Drawing, points_mm: tuple[Point, ...]) -> Measurement | None:
        label = self.tr("Arrow") if drawing.kind is MeasureKind.ARROW else ""
        try:
            return made_of(
                drawing.kind, drawing.plane, points_mm, identity=drawing.identity, label=label
            )
        except NoSizeError:
            return None

    def _take_along(self, holding: _Holding, frame: Frame, place: Place) -> None:
        if not self._board.has(holding.measurement.id):
            return
        holding.has_moved = holding.has_moved or math.dist(place, holding.start) >= _STILL_PX
        if not holding.has_moved:
            return
        by_mm = as_point(np.subtract(frame.to_patient(*place), holding.start_mm))
        measurement = holding.measurement
        if holding.grip.part is Part.HANDLE:
            handle = handles_mm(measurement)[holding.grip.handle]
            there_mm = as_point(np.add(handle, by_mm))
            self._board.show_draft(with_handle(measurement, holding.grip.handle, there_mm))
        else:
            # A slice scrolled past meanwhile must not take it off its plane.
            here = measurement.plane.projected(holding.start_mm)
            there = measurement.plane.projected(as_point(np.add(here, by_mm)))
            self._board.show_draft(moved(measurement, as_point(np.subtract(there, here))))
