"""Measurements of every kind on any plane, for laws that hold for all of them."""

from hypothesis import strategies as st

from medct_core.measurement.edit import bidirectional_from_long_axis
from medct_core.measurement.plane import DrawingPlane, Point, as_point
from medct_core.measurement.shapes import (
    Angle,
    Arrow,
    Bidirectional,
    EllipseRoi,
    Length,
    Measurement,
    RectangleRoi,
)
from tests import phantoms

AXIAL = DrawingPlane((0.0, 0.0, 0.0), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0))
CORONAL = DrawingPlane((0.0, 0.0, 0.0), (1.0, 0.0, 0.0), (0.0, 0.0, -1.0))
SAGITTAL = DrawingPlane((0.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, -1.0))

TURNS = st.tuples(*[st.floats(-180, 180)] * 3)
_MM = st.floats(-300, 300)
_EXTENT_MM = st.floats(0.5, 200)
_TEXTS = st.text(max_size=20)


def turned_plane(
    turn: tuple[float, float, float], centre_mm: Point = (0.0, 0.0, 0.0)
) -> DrawingPlane:
    """Give the axial plane turned by (yaw, pitch, roll) in degrees."""
    turned = phantoms.rotation(*turn)
    return DrawingPlane(centre_mm, as_point(turned[:, 0]), as_point(turned[:, 1]))


@st.composite
def planes(draw: st.DrawFn) -> DrawingPlane:
    """Give any plane."""
    return turned_plane(draw(TURNS), draw(st.tuples(_MM, _MM, _MM)))


@st.composite
def measurements(draw: st.DrawFn) -> Measurement:
    """Give a measurement of any kind on any plane."""
    plane = draw(planes())
    label = draw(_TEXTS)
    right, down = draw(_MM), draw(_MM)
    wide, high = draw(_EXTENT_MM), draw(_EXTENT_MM)
    one = plane.to_patient_mm(right, down)
    two = plane.to_patient_mm(right + wide, down - high)
    three = plane.to_patient_mm(right - wide, down - 2 * high)
    choices: list[Measurement] = [
        Length("a", label, plane, one, two),
        bidirectional_from_long_axis(plane, one, two, identity="b", label=label),
        Angle("c", label, plane, one, two, three),
        RectangleRoi("d", label, plane, one, two),
        EllipseRoi("e", label, plane, two, one),
        Arrow("f", label, plane, two, three),
    ]
    return draw(st.sampled_from(choices))


def nodule(long_mm: float, short_mm: float, plane: DrawingPlane = AXIAL) -> Bidirectional:
    """Give two axes that cross at the middle of the plane."""
    ends = [(-long_mm / 2, 0.0), (long_mm / 2, 0.0), (0.0, -short_mm / 2), (0.0, short_mm / 2)]
    points = [plane.to_patient_mm(*end) for end in ends]
    return Bidirectional("nodule", "", plane, points[0], points[1], points[2], points[3])


def ellipse(
    width_mm: float,
    height_mm: float,
    plane: DrawingPlane = AXIAL,
    centre: tuple[float, float] = (0.0, 0.0),
) -> EllipseRoi:
    """Give an ellipse about a point of a plane."""
    return EllipseRoi("ellipse", "", plane, *_corners(plane, (width_mm, height_mm), centre))


def rectangle(
    width_mm: float,
    height_mm: float,
    plane: DrawingPlane = AXIAL,
    centre: tuple[float, float] = (0.0, 0.0),
) -> RectangleRoi:
    """Give a rectangle about a point of a plane."""
    return RectangleRoi("rectangle", "", plane, *_corners(plane, (width_mm, height_mm), centre))


def _corners(
    plane: DrawingPlane, size_mm: tuple[float, float], centre: tuple[float, float]
) -> tuple[Point, Point]:
    (right, down), (wide, high) = centre, size_mm
    return (
        plane.to_patient_mm(right - wide / 2, down - high / 2),
        plane.to_patient_mm(right + wide / 2, down + high / 2),
    )
