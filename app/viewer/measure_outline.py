"""How a measurement lies on the screen: its lines, its handles, and what moving a handle makes."""

import math
from dataclasses import replace
from functools import lru_cache
from typing import assert_never

import numpy as np
import numpy.typing as npt

from app.viewer.frame import Frame
from medct_core.measurement.edit import with_point
from medct_core.measurement.plane import Point
from medct_core.measurement.shapes import (
    Angle,
    Arrow,
    Bidirectional,
    EllipseRoi,
    Length,
    Measurement,
    NoSizeError,
    RectangleRoi,
    Roi,
)

Line = npt.NDArray[np.float64]
"""``(n, 2)`` logical pixels: a line through n places of the screen."""

_TICK_PX = 5.0
_HEAD_PX = 13.0
_HEAD_RAD = math.radians(24)
_ARC_PX = 26.0
_ARC_PART = 0.45
_ARC_STEPS = 24
_ELLIPSE_STEPS = 72
_REMEMBERED = 512

_LOW, _MIDDLE, _HIGH = 0, 2, 1
_CORNERS = ((_LOW, _LOW), (_HIGH, _LOW), (_HIGH, _HIGH), (_LOW, _HIGH))
_SIDES = ((_LOW, _MIDDLE), (_MIDDLE, _LOW), (_HIGH, _MIDDLE), (_MIDDLE, _HIGH))
"""Which side of a region's box a handle moves, across and down the plane."""


def middle_mm(measurement: Measurement) -> Point:
    """Mean of its points, LPS mm."""
    points = measurement.points_mm
    left, posterior, superior = (sum(values) / len(points) for values in zip(*points, strict=True))
    return left, posterior, superior


def on_screen(frame: Frame, points_mm: npt.ArrayLike) -> Line:
    """Places of ``(n, 3)`` patient points on the screen, dropped at a right angle."""
    axes = np.array([frame.plane.right, frame.plane.down]).T
    offsets = np.asarray(points_mm, dtype=np.float64) - np.array(frame.middle_mm)
    places: Line = offsets @ axes * frame.scale + np.array(frame.size) / 2
    return places


@lru_cache(maxsize=_REMEMBERED)
def outlines(measurement: Measurement, frame: Frame) -> tuple[Line, ...]:
    """Lines by which a measurement is drawn, logical pixels; read-only."""
    lines = _outlines(measurement, frame)
    for line in lines:
        line.flags.writeable = False
    return lines


def handles_mm(measurement: Measurement) -> tuple[Point, ...]:
    """Points by which a hand changes it, LPS mm: corners of a rectangle, sides of an ellipse."""
    if not isinstance(measurement, RectangleRoi | EllipseRoi):
        return measurement.points_mm
    box = _box_mm(measurement)
    steps = np.vstack([box, box.mean(axis=0)])
    return tuple(
        measurement.plane.to_patient_mm(float(steps[across, 0]), float(steps[down, 1]))
        for across, down in _sides_of(measurement)
    )


def with_handle(measurement: Measurement, index: int, point_mm: Point) -> Measurement:
    """Drag one of `handles_mm` to another place, LPS mm.

    Follow a drag from the measurement as it was when the drag began, as `edit.with_point` says. A
    place that would leave the shape without extent is not followed.
    """
    if not isinstance(measurement, RectangleRoi | EllipseRoi):
        return with_point(measurement, index, point_mm)
    box = _box_mm(measurement)
    place = measurement.plane.to_screen_mm(point_mm)
    for axis, side in enumerate(_sides_of(measurement)[index]):
        if side != _MIDDLE:
            box[side, axis] = place[axis]
    corner, opposite = (
        measurement.plane.to_patient_mm(float(across), float(down)) for across, down in box
    )
    try:
        return replace(measurement, corner_mm=corner, opposite_mm=opposite)
    except NoSizeError:
        return measurement


def _outlines(measurement: Measurement, frame: Frame) -> tuple[Line, ...]:
    points = on_screen(frame, measurement.points_mm)
    match measurement:
        case Length():
            return _with_ticks(points)
        case Bidirectional():
            return (*_with_ticks(points[:2]), *_with_ticks(points[2:]))
        case Angle():
            return (points, _arc(points))
        case RectangleRoi():
            corners = on_screen(frame, handles_mm(measurement))
            return (np.concatenate([corners, corners[:1]]),)
        case EllipseRoi():
            return (_ellipse(on_screen(frame, handles_mm(measurement))),)
        case Arrow():
            return (points, _arrow_head(points[0], points[1]))
        case _:
            assert_never(measurement)


def _sides_of(roi: Roi) -> tuple[tuple[int, int], ...]:
    return _CORNERS if isinstance(roi, RectangleRoi) else _SIDES


def _box_mm(roi: Roi) -> npt.NDArray[np.float64]:
    """``(2, 2)`` lowest and highest mm across and down the plane."""
    places = roi.plane.to_screen_mm(roi.points_mm)[:, :2]
    return np.stack([places.min(axis=0), places.max(axis=0)])


def _with_ticks(ends: Line) -> tuple[Line, ...]:
    along = ends[1] - ends[0]
    length = float(np.hypot(*along))
    if length == 0:
        return (ends,)
    across = np.array([-along[1], along[0]]) / length * min(_TICK_PX, length / 2)
    return (ends, *(np.stack([end - across, end + across]) for end in ends))


def _ellipse(sides: Line) -> Line:
    centre = sides.mean(axis=0)
    turns = np.linspace(0, 2 * math.pi, _ELLIPSE_STEPS + 1)[:, None]
    places: Line = (
        centre + np.cos(turns) * (sides[2] - centre) + np.sin(turns) * (sides[3] - centre)
    )
    return places


def _arc(points: Line) -> Line:
    """Part of a circle about the vertex, between the arms."""
    first, second = points[0] - points[1], points[2] - points[1]
    radius = min(_ARC_PX, _ARC_PART * min(np.hypot(*first), np.hypot(*second)))
    start = math.atan2(first[1], first[0])
    # The way round that is shorter than half a turn.
    sweep = math.remainder(math.atan2(second[1], second[0]) - start, 2 * math.pi)
    turns = start + np.linspace(0, sweep, _ARC_STEPS)
    places: Line = points[1] + radius * np.stack([np.cos(turns), np.sin(turns)], axis=1)
    return places


def _arrow_head(tail: Line, tip: Line) -> Line:
    back = math.atan2(tail[1] - tip[1], tail[0] - tip[0])
    barbs = [
        tip + _HEAD_PX * np.array([math.cos(back + turn), math.sin(back + turn)])
        for turn in (-_HEAD_RAD, _HEAD_RAD)
    ]
    return np.stack([barbs[0], tip, barbs[1]])
