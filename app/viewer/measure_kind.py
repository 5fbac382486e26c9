"""MeasureKind: what can be drawn, and what the points set by a hand become."""

from collections.abc import Sequence
from enum import Enum

from medct_core.measurement.edit import bidirectional_from_long_axis
from medct_core.measurement.plane import DrawingPlane, Point
from medct_core.measurement.shapes import (
    Angle,
    Arrow,
    Bidirectional,
    EllipseRoi,
    Length,
    Measurement,
    RectangleRoi,
)
from medct_core.measurement.words import KIND_NAMES


class MeasureKind(Enum):
    """What a hand can draw on a slice; the value is the kind of the measurement made."""

    LENGTH = Length.KIND
    AXES = Bidirectional.KIND
    ANGLE = Angle.KIND
    RECTANGLE = RectangleRoi.KIND
    ELLIPSE = EllipseRoi.KIND
    ARROW = Arrow.KIND

    @property
    def title(self) -> str:
        """What it is called before people."""
        return KIND_NAMES[self.value]

    @property
    def point_count(self) -> int:
        """How many points a hand sets."""
        return 3 if self is MeasureKind.ANGLE else 2


def made_of(
    kind: MeasureKind, plane: DrawingPlane, points_mm: Sequence[Point], *, identity: str, label: str
) -> Measurement:
    """Make a measurement of the points a hand has set.

    Axes come from the long axis alone, with a short axis to be drawn to size. An angle takes an
    end, the vertex, the other end. An arrow takes its tip first: from what is meant to the text.

    Parameters
    ----------
    kind
        What is drawn.
    plane
        Where.
    points_mm
        As many as `MeasureKind.point_count`, on the plane, LPS mm.
    identity, label
        Of the measurement.

    Raises
    ------
    NoSizeError
        If the points leave it without extent.
    """
    first, second = points_mm[0], points_mm[1]
    match kind:
        case MeasureKind.LENGTH:
            return Length(identity, label, plane, first, second)
        case MeasureKind.AXES:
            return bidirectional_from_long_axis(
                plane, first, second, identity=identity, label=label
            )
        case MeasureKind.ANGLE:
            return Angle(identity, label, plane, first, second, points_mm[2])
        case MeasureKind.RECTANGLE:
            return RectangleRoi(identity, label, plane, first, second)
        case MeasureKind.ELLIPSE:
            return EllipseRoi(identity, label, plane, first, second)
        case MeasureKind.ARROW:
            return Arrow(identity, label, plane, tail_mm=second, tip_mm=first)
