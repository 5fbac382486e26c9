"""Measurements as plain values for JSON and back, exactly, with a version."""

from medct_core.measurement.fields import Fields, JsonValue
from medct_core.measurement.plane import DrawingPlane
from medct_core.measurement.shapes import KINDS, Measurement

MEASUREMENT_VERSION = 1
"""Raised when a reader of an older version would go wrong."""


def to_values(measurement: Measurement) -> dict[str, JsonValue]:
    """Give a measurement as plain values, ready for `json`; points in LPS mm."""
    points = zip(measurement.point_names(), measurement.points_mm, strict=True)
    return {
        "version": MEASUREMENT_VERSION,
        "kind": measurement.KIND,
        "id": measurement.id,
        "label": measurement.label,
        "plane": plane_to_values(measurement.plane),
        **{name: list(point) for name, point in points},
    }


def from_values(fields: Fields) -> Measurement:
    """Give back the measurement that `to_values` wrote, equal to the last bit.

    Raises
    ------
    ValueError
        If the version is unknown, or a value is missing or wrong.
    """
    if fields.number("version") != MEASUREMENT_VERSION:
        raise fields.wrong("version")
    kinds = {kind.KIND: kind for kind in KINDS}
    kind = kinds.get(fields.text("kind"))
    if kind is None:
        raise fields.wrong("kind")
    points = [fields.point(name) for name in kind.point_names()]
    plane = plane_from_fields(fields.nested("plane"))
    measurement: Measurement = kind(fields.text("id"), fields.text("label"), plane, *points)
    return measurement


def plane_to_values(plane: DrawingPlane) -> dict[str, JsonValue]:
    """Give a plane as plain values."""
    return {
        "centre_mm": list(plane.centre_mm),
        "right": list(plane.right),
        "down": list(plane.down),
    }


def plane_from_fields(fields: Fields) -> DrawingPlane:
    """Give back the plane that `plane_to_values` wrote.

    Raises
    ------
    ValueError
        If a value is missing or wrong.
    """
    return DrawingPlane(fields.point("centre_mm"), fields.point("right"), fields.point("down"))
