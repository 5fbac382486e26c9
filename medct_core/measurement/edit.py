"""Changing a measurement: every change makes a new one with the same id, on its plane."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from medct_core.measurement.plane import DrawingPlane, Point, as_point
from medct_core.measurement.shapes import Bidirectional, Measurement, NoSizeError

_FIRST_SHORT_SHARE = 0.5
"""Of the long axis: the short axis offered before the reader draws one."""


def moved(measurement: Measurement, by_mm: Point) -> Measurement:
    """Shift a measurement, and its plane with it, by a vector in LPS mm."""
    shifted = [as_point(np.add(point, by_mm)) for point in measurement.points_mm]
    centre_mm = as_point(np.add(measurement.plane.centre_mm, by_mm))
    return _redrawn(measurement, replace(measurement.plane, centre_mm=centre_mm), shifted)


def relabelled(measurement: Measurement, label: str) -> Measurement:
    """Give a measurement other words; for an arrow, its text."""
    return replace(measurement, label=label)


def with_point(measurement: Measurement, index: int, point_mm: Point) -> Measurement:
    """Drag one of `points_mm` to another place.

    The axes of a `Bidirectional` stay at a right angle: at an end of the long axis the short one
    turns along, an end of the short axis slides along the long one. If the short axis grows
    longer than the long one, they change places; so follow a drag from the measurement as it
    was when the drag began. A place that would leave the shape without extent is not followed.

    Parameters
    ----------
    measurement
        What is dragged.
    index
        Which of its `points_mm`.
    point_mm
        New place, LPS mm; its nearest point on the plane is taken.
    """
    place_mm = measurement.plane.projected(point_mm)
    try:
        if isinstance(measurement, Bidirectional):
            return _with_axis_end(measurement, index, place_mm)
        points = list(measurement.points_mm)
        points[index] = place_mm
        return _redrawn(measurement, measurement.plane, points)
    except NoSizeError:
        return measurement


def bidirectional_from_long_axis(
    plane: DrawingPlane, start_mm: Point, end_mm: Point, *, identity: str, label: str = ""
) -> Bidirectional:
    """Offer a short axis of half the length through the middle of a long axis just drawn.

    Raises
    ------
    NoSizeError
        If the long axis has no length.
    """
    start, end = (plane.to_screen_mm(point)[:2] for point in (start_mm, end_mm))
    half_mm = math.dist(start, end) * _FIRST_SHORT_SHARE / 2
    axes = _Axes(start, end, crossing=0.5, short_ends_mm=(-half_mm, half_mm))
    return Bidirectional(identity, label, plane, *axes.points_mm(plane))


def _redrawn(
    measurement: Measurement, plane: DrawingPlane, points_mm: Sequence[Point]
) -> Measurement:
    changed: Measurement = type(measurement)(measurement.id, measurement.label, plane, *points_mm)
    return changed


@dataclass(frozen=True, slots=True, eq=False)
class _Axes:
    """Two axes at a right angle on a plane, in mm to the right and down from its centre.

    Attributes
    ----------
    start, end
        ``(2,)`` ends of the first axis.
    crossing
        Where the second axis crosses, as a share of the first.
    short_ends_mm
        Signed distance of the ends of the second axis from the first.
    """

    start: npt.NDArray[np.float64]
    end: npt.NDArray[np.float64]
    crossing: float
    short_ends_mm: tuple[float, float]

    @property
    def along(self) -> npt.NDArray[np.float64]:
        """``(2,)`` unit vector of the first axis."""
        length_mm = math.dist(self.start, self.end)
        if length_mm == 0:
            raise NoSizeError("the long axis has no length")
        along: npt.NDArray[np.float64] = (self.end - self.start) / length_mm
        return along

    @property
    def across(self) -> npt.NDArray[np.float64]:
        """``(2,)`` unit vector of the second axis."""
        right, down = self.along
        return np.array([-down, right])

    def points_mm(self, plane: DrawingPlane) -> tuple[Point, Point, Point, Point]:
        """Give the ends of both axes, LPS mm, the longer axis first."""
        foot = self.start + self.crossing * (self.end - self.start)
        first, second = (foot + distance_mm * self.across for distance_mm in self.short_ends_mm)
        ends = ((self.start, self.end), (first, second))
        long, short = sorted(ends, key=lambda axis: -math.dist(*axis))
        a, b, c, d = (
            plane.to_patient_mm(float(right), float(down)) for right, down in (*long, *short)
        )
        return a, b, c, d


def _with_axis_end(measurement: Bidirectional, index: int, place_mm: Point) -> Bidirectional:
    start, end, *short = measurement.plane.to_screen_mm(measurement.points_mm)[:, :2]
    place = measurement.plane.to_screen_mm(place_mm)[:2]
    axes = _Axes(start, end, 0.0, (0.0, 0.0))
    crossing = float((short[0] - start) @ axes.along) / measurement.long_mm
    short_ends = [float((point - start) @ axes.across) for point in short]
    if index < 2:
        start, end = (place, end) if index == 0 else (start, place)
    else:
        crossing = float((place - start) @ axes.along) / measurement.long_mm
        crossing = min(max(crossing, 0.0), 1.0)
        short_ends[index - 2] = float((place - start) @ axes.across)
    changed = _Axes(start, end, crossing, (short_ends[0], short_ends[1]))
    return Bidirectional(
        measurement.id, measurement.label, measurement.plane, *changed.points_mm(measurement.plane)
    )
