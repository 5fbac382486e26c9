"""A hand on the mouse: presses, drags and clicks at places of the patient, as real events."""

import itertools

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QMouseEvent

from app.viewer.slice_view import SliceView
from medct_core.measurement.plane import Point

LEFT = Qt.MouseButton.LeftButton
NONE = Qt.MouseButton.NoButton


def place_of(view: SliceView, point_mm: Point) -> QPointF:
    """Place of a patient point in a view, to a fraction of a pixel."""
    return QPointF(*view.frame.to_screen(point_mm))


def send(view: SliceView, kind: QEvent.Type, place: QPointF, *, down: bool) -> None:
    """Send one event of the left button."""
    is_move = kind is QEvent.Type.MouseMove
    on_desktop = view.mapToGlobal(place)
    event = QMouseEvent(
        kind,
        place,
        on_desktop,
        NONE if is_move else LEFT,
        LEFT if down else NONE,
        Qt.KeyboardModifier.NoModifier,
    )
    QGuiApplication.sendEvent(view, event)


def press(view: SliceView, point_mm: Point) -> None:
    """Put the left button down."""
    send(view, QEvent.Type.MouseButtonPress, place_of(view, point_mm), down=True)


def move(view: SliceView, point_mm: Point, *, down: bool = True) -> None:
    """Move, with the button down or not."""
    send(view, QEvent.Type.MouseMove, place_of(view, point_mm), down=down)


def release(view: SliceView, point_mm: Point) -> None:
    """Let the left button go."""
    send(view, QEvent.Type.MouseButtonRelease, place_of(view, point_mm), down=False)


def click(view: SliceView, point_mm: Point) -> None:
    """Press and let go at one place."""
    press(view, point_mm)
    release(view, point_mm)


def double_click(view: SliceView, point_mm: Point) -> None:
    """Click twice, as Qt tells it: the second press is another event."""
    click(view, point_mm)
    send(view, QEvent.Type.MouseButtonDblClick, place_of(view, point_mm), down=True)
    release(view, point_mm)


def drag(view: SliceView, *points_mm: Point) -> None:
    """Press at the first point, move through the others, let go at the last."""
    press(view, points_mm[0])
    for start, end in itertools.pairwise(points_mm):
        halfway = tuple((a + b) / 2 for a, b in zip(start, end, strict=True))
        move(view, (halfway[0], halfway[1], halfway[2]))
        move(view, end)
    release(view, points_mm[-1])
