"""Measurements in the words of the field, each number with its unit."""

from typing import assert_never

from medct_core.measurement.plane import Point
from medct_core.measurement.roi import RoiStatistics
from medct_core.measurement.shapes import (
    Angle,
    Arrow,
    Bidirectional,
    EllipseRoi,
    Length,
    Measurement,
    RectangleRoi,
)
from medct_core.volume.volume import Unit

_LETTERS = (("R", "L"), ("A", "P"), ("I", "S"))
_MM2_IN_A_CM2 = 100.0

KIND_NAMES: dict[str, str] = {
    Length.KIND: "Length",
    Bidirectional.KIND: "Long and short axis",
    Angle.KIND: "Angle",
    RectangleRoi.KIND: "Rectangle",
    EllipseRoi.KIND: "Ellipse",
    Arrow.KIND: "Arrow",
}
"""What each kind is called before people."""


def size_text(measurement: Measurement) -> str:
    """Say what geometry alone gives: ``Long axis 12.3 mm x short axis 8.1 mm, mean 10 mm``.

    For an arrow its text, for a region its sides and area.
    """
    match measurement:
        case Length():
            return f"Length {measurement.length_mm:.1f} mm"
        case Bidirectional():
            return (
                f"Long axis {measurement.long_mm:.1f} mm x short axis "
                f"{measurement.short_mm:.1f} mm, mean {measurement.fleischner_mm} mm"
            )
        case Angle():
            return f"Angle {measurement.angle_deg:.1f}°"
        case RectangleRoi() | EllipseRoi():
            sides = f"{measurement.width_mm:.1f} mm x {measurement.height_mm:.1f} mm"
            return f"{KIND_NAMES[measurement.KIND]} {sides}, {area_text(measurement.area_mm2)}"
        case Arrow():
            return measurement.label
        case _:
            assert_never(measurement)


def statistics_text(statistics: RoiStatistics) -> str:
    """Say what a region holds, and name a part outside the scan at the end.

    ``Mean -862 HU, SD 41 HU, min -1003 HU, max -640 HU, area 2.31 cm2``
    """
    unit = " HU" if statistics.unit is Unit.HU else ""
    parts = [
        f"Mean {_whole(statistics.mean)}{unit}",
        f"SD {_whole(statistics.sd)}{unit}",
        f"min {statistics.minimum}{unit}",
        f"max {statistics.maximum}{unit}",
        area_text(statistics.area_mm2),
    ]
    if not unit:
        parts.append("values in arbitrary units")
    if statistics.outside_share > 0:
        parts.append(f"{_percent(statistics.outside_share)} of the region lies outside the scan")
    return ", ".join(parts)


def area_text(area_mm2: float) -> str:
    """``area 2.31 cm2``, or in mm2 below one square centimetre."""
    if area_mm2 < _MM2_IN_A_CM2:
        return f"area {area_mm2:.1f} mm2"
    return f"area {area_mm2 / _MM2_IN_A_CM2:.2f} cm2"


def position_text(point_mm: Point) -> str:
    """Say where a point lies, by the sides of the patient: ``R 17.6, P 35.3, S 12.1 mm``."""
    parts = [
        f"{letters[value >= 0]} {abs(value):.1f}"
        for letters, value in zip(_LETTERS, point_mm, strict=True)
    ]
    return f"{', '.join(parts)} mm"


def _whole(value: float) -> str:
    # Without the sum a mean just below zero would be shown as -0.
    return f"{round(value) + 0}"


def _percent(share: float) -> str:
    return "less than 1 %" if share < 0.01 else f"{share:.0%}".replace("%", " %")
