"""What can be drawn on a plane, and the lengths, angles and areas that follow from it.

Every measurement keeps the plane it was drawn on, and all its points lie on that plane.
"""

import math
import uuid
from dataclasses import dataclass, fields
from typing import ClassVar

import numpy as np

from medct_core.measurement.plane import DrawingPlane, Point, as_point

_OFF_PLANE_MM = 0.01
_RIGHT_ANGLE_COSINE = 1e-3
_SMALLEST_MM = 1e-6


class NoSizeError(ValueError):
    """A shape was given without extent where its meaning needs one."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """What all measurements have.

    Attributes
    ----------
    id
        Unique among the measurements of a scan; see `new_id`.
    label
        The reader's own words; may be empty.
    plane
        Where it was drawn.

    Raises
    ------
    ValueError
        If the id is blank, a number is not finite, or a point lies off the plane.
    NoSizeError
        If a shape has no extent where it needs one.
    """

    id: str
    label: str
    plane: DrawingPlane

    def __post_init__(self) -> None:
        if not self.id.strip():
            raise ValueError("a measurement needs an id")
        for name in self.point_names():
            object.__setattr__(self, name, as_point(getattr(self, name)))
        off_mm = self.plane.to_screen_mm(self.points_mm)[:, 2]
        if np.abs(off_mm).max() > _OFF_PLANE_MM:
            raise ValueError("the points of a measurement must lie on its plane")

    @classmethod
    def point_names(cls) -> tuple[str, ...]:
        """Names of the fields that are points, in the order of `points_mm`."""
        return tuple(field.name for field in fields(cls) if field.name.endswith("_mm"))

    @property
    def points_mm(self) -> tuple[Point, ...]:
        """The points by which it is drawn and dragged, LPS mm."""
        return tuple(getattr(self, name) for name in self.point_names())


@dataclass(frozen=True, slots=True)
class Length(Drawn):
    """A straight line between two points, LPS mm."""

    KIND: ClassVar[str] = "length"

    start_mm: Point
    end_mm: Point

    @property
    def length_mm(self) -> float:
        """Distance of its ends."""
        return math.dist(self.start_mm, self.end_mm)


@dataclass(frozen=True, slots=True)
class Bidirectional(Drawn):
    """Long and short axis of a nodule, node or mass, at a right angle, LPS mm.

    References
    ----------
    Fleischner Society 2017: mean of long and short axis on one plane, to whole millimetres.
    RECIST 1.1: longest diameter in the plane of measurement; short axis for lymph nodes.
    """

    KIND: ClassVar[str] = "bidirectional"

    long_start_mm: Point
    long_end_mm: Point
    short_start_mm: Point
    short_end_mm: Point

    def __post_init__(self) -> None:
        Drawn.__post_init__(self)
        if self.long_mm < _SMALLEST_MM:
            raise NoSizeError("the long axis has no length")
        if self.short_mm > self.long_mm + _SMALLEST_MM:
            raise ValueError("the short axis is longer than the long axis")
        long = np.subtract(self.long_end_mm, self.long_start_mm)
        short = np.subtract(self.short_end_mm, self.short_start_mm)
        # Below a micrometre an axis has no direction that could be wrong.
        if abs(float(long @ short)) > self.long_mm * max(
            self.short_mm * _RIGHT_ANGLE_COSINE, _SMALLEST_MM
        ):
            raise ValueError("the axes must be at a right angle")

    @property
    def long_mm(self) -> float:
        """Long axis; what RECIST sums for a lesion that is no lymph node."""
        return math.dist(self.long_start_mm, self.long_end_mm)

    @property
    def short_mm(self) -> float:
        """Short axis; what RECIST sums for a lymph node."""
        return math.dist(self.short_start_mm, self.short_end_mm)

    @property
    def fleischner_mm(self) -> int:
        """Mean of both axes to whole millimetres, halves upwards."""
        mean_mm = (self.long_mm + self.short_mm) / 2
        # 5.5 mm must not become 5 because a coordinate is a rounding error short.
        return math.floor(mean_mm + 0.5 + _SMALLEST_MM)


@dataclass(frozen=True, slots=True)
class Angle(Drawn):
    """The angle at a vertex between two arms, LPS mm."""

    KIND: ClassVar[str] = "angle"

    first_mm: Point
    vertex_mm: Point
    second_mm: Point

    def __post_init__(self) -> None:
        Drawn.__post_init__(self)
        if min(math.dist(self.vertex_mm, end) for end in (self.first_mm, self.second_mm)) < (
            _SMALLEST_MM
        ):
            raise NoSizeError("an arm of the angle has no length")

    @property
    def angle_deg(self) -> float:
        """Angle between the arms, degrees in [0, 180]."""
        first = np.subtract(self.first_mm, self.vertex_mm)
        second = np.subtract(self.second_mm, self.vertex_mm)
        across = float(np.linalg.norm(np.cross(first, second)))
        return math.degrees(math.atan2(across, float(first @ second)))


@dataclass(frozen=True, slots=True)
class _BoxedRoi(Drawn):
    """A region inside a box whose sides run along the plane's `right` and `down`."""

    corner_mm: Point
    opposite_mm: Point

    def __post_init__(self) -> None:
        Drawn.__post_init__(self)
        if min(self.width_mm, self.height_mm) < _SMALLEST_MM:
            raise NoSizeError("a region needs a width and a height")

    @property
    def width_mm(self) -> float:
        """Extent along `right`."""
        return self._extent_mm(0)

    @property
    def height_mm(self) -> float:
        """Extent along `down`."""
        return self._extent_mm(1)

    @property
    def centre_mm(self) -> Point:
        """Middle of the region, LPS mm."""
        return as_point(np.mean([self.corner_mm, self.opposite_mm], axis=0))

    def _extent_mm(self, axis: int) -> float:
        screen = self.plane.to_screen_mm(self.points_mm)
        return abs(float(screen[1, axis] - screen[0, axis]))


@dataclass(frozen=True, slots=True)
class RectangleRoi(_BoxedRoi):
    """A rectangle between two opposite corners, LPS mm."""

    KIND: ClassVar[str] = "rectangle"

    @property
    def area_mm2(self) -> float:
        """Area of the rectangle."""
        return self.width_mm * self.height_mm


@dataclass(frozen=True, slots=True)
class EllipseRoi(_BoxedRoi):
    """The ellipse that fills the box between two opposite corners, LPS mm."""

    KIND: ClassVar[str] = "ellipse"

    @property
    def area_mm2(self) -> float:
        """Area of the ellipse."""
        return math.pi / 4 * self.width_mm * self.height_mm


@dataclass(frozen=True, slots=True)
class Arrow(Drawn):
    """An arrow whose text is its label; it points from tail to tip, LPS mm."""

    KIND: ClassVar[str] = "arrow"

    tail_mm: Point
    tip_mm: Point


Roi = RectangleRoi | EllipseRoi
Measurement = Length | Bidirectional | Angle | RectangleRoi | EllipseRoi | Arrow
KINDS: tuple[type[Measurement], ...] = (
    Length,
    Bidirectional,
    Angle,
    RectangleRoi,
    EllipseRoi,
    Arrow,
)


def new_id() -> str:
    """Give an id that no other measurement has."""
    return uuid.uuid4().hex
