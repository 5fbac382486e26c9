"""Measurements as rows for the exports: each with its numbers, units and one line of text."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import assert_never

import numpy as np

from medct_core.errors import UsageError
from medct_core.measurement.fields import JsonValue
from medct_core.measurement.plane import Point, as_point
from medct_core.measurement.roi import RoiStatistics, roi_statistics
from medct_core.measurement.shapes import (
    Angle,
    Arrow,
    Bidirectional,
    EllipseRoi,
    Length,
    Measurement,
    RectangleRoi,
    Roi,
)
from medct_core.measurement.words import KIND_NAMES, size_text, statistics_text
from medct_core.volume.volume import Unit, Volume


@dataclass(frozen=True, slots=True)
class Quantity:
    """One number of a measurement.

    Attributes
    ----------
    name
        One of `QUANTITIES`.
    value
        In `unit`.
    unit
        ``mm``, ``mm2``, ``HU``, ``degrees``, ``%``, ``voxels``; ``arbitrary`` where the scan is
        not in Hounsfield units.
    """

    name: str
    value: float
    unit: str


QUANTITIES = (
    "length_mm",
    "long_axis_mm",
    "short_axis_mm",
    "mean_diameter_mm",
    "angle_deg",
    "area_mm2",
    "mean",
    "sd",
    "minimum",
    "maximum",
    "voxels",
    "outside_percent",
)
"""Names of all quantities, in the order of the columns."""

COLUMNS = (
    "measurement",
    "kind",
    "label",
    "plane",
    "left_mm",
    "posterior_mm",
    "superior_mm",
    *QUANTITIES,
    "value_unit",
    "text",
)
"""Header of the table for a spreadsheet; see `to_cells`."""


@dataclass(frozen=True, slots=True)
class MeasurementRow:
    """One measurement, ready to be listed.

    Attributes
    ----------
    id
        That of the measurement.
    kind
        For people: ``Long and short axis``.
    label
        The reader's own words.
    plane
        ``axial``, ``coronal``, ``sagittal`` or ``oblique``.
    centre_mm
        Mean of its points, LPS mm.
    quantities
        Its numbers; empty for an arrow.
    text
        All of it in one line, with units.
    """

    id: str
    kind: str
    label: str
    plane: str
    centre_mm: Point
    quantities: tuple[Quantity, ...]
    text: str


def measurement_rows(
    measurements: Iterable[Measurement], volume: Volume
) -> tuple[MeasurementRow, ...]:
    """List measurements in their order; regions are read from `volume`.

    A region wholly outside the scan gets a row that says so, so that no export fails by it.
    """
    return tuple(measurement_row(measurement, volume) for measurement in measurements)


def measurement_row(measurement: Measurement, volume: Volume) -> MeasurementRow:
    """Give the row of one measurement, as in `measurement_rows`."""
    quantities, text = _content(measurement, volume)
    return MeasurementRow(
        id=measurement.id,
        kind=KIND_NAMES[measurement.KIND],
        label=measurement.label,
        plane=measurement.plane.name,
        centre_mm=as_point(np.mean(measurement.points_mm, axis=0)),
        quantities=quantities,
        text=text,
    )


def to_cells(row: MeasurementRow) -> tuple[str, ...]:
    """Give a row as the cells of `COLUMNS`, empty where the measurement has no such number.

    Numbers have a point and six significant digits. Words are as the reader typed them: whoever
    writes a spreadsheet guards it against formulas.
    """
    values = {quantity.name: f"{quantity.value:.6g}" for quantity in row.quantities}
    units = {quantity.unit for quantity in row.quantities if quantity.name == "mean"}
    return (
        row.id,
        row.kind,
        row.label,
        row.plane,
        *(f"{value:.6g}" for value in row.centre_mm),
        *(values.get(name, "") for name in QUANTITIES),
        *(units or {""}),
        row.text,
    )


def to_json_values(row: MeasurementRow) -> dict[str, JsonValue]:
    """Give a row as plain values, ready for `json`."""
    return {
        "id": row.id,
        "kind": row.kind,
        "label": row.label,
        "plane": row.plane,
        "centre_mm": list(row.centre_mm),
        "quantities": [
            {"name": one.name, "value": one.value, "unit": one.unit} for one in row.quantities
        ],
        "text": row.text,
    }


def _content(measurement: Measurement, volume: Volume) -> tuple[tuple[Quantity, ...], str]:
    match measurement:
        case Length():
            quantities: tuple[Quantity, ...] = (_mm("length_mm", measurement.length_mm),)
        case Bidirectional():
            quantities = (
                _mm("long_axis_mm", measurement.long_mm),
                _mm("short_axis_mm", measurement.short_mm),
                _mm("mean_diameter_mm", measurement.fleischner_mm),
            )
        case Angle():
            quantities = (Quantity("angle_deg", measurement.angle_deg, "degrees"),)
        case RectangleRoi() | EllipseRoi():
            return _region(measurement, volume)
        case Arrow():
            quantities = ()
        case _:
            assert_never(measurement)
    return quantities, size_text(measurement)


def _region(roi: Roi, volume: Volume) -> tuple[tuple[Quantity, ...], str]:
    area = Quantity("area_mm2", roi.area_mm2, "mm2")
    try:
        statistics = roi_statistics(volume, roi)
    except UsageError as error:
        return (area,), error.summary
    return (area, *_values(statistics)), statistics_text(statistics)


def _values(statistics: RoiStatistics) -> tuple[Quantity, ...]:
    unit = "HU" if statistics.unit is Unit.HU else "arbitrary"
    return (
        Quantity("mean", statistics.mean, unit),
        Quantity("sd", statistics.sd, unit),
        Quantity("minimum", float(statistics.minimum), unit),
        Quantity("maximum", float(statistics.maximum), unit),
        Quantity("voxels", float(statistics.voxel_count), "voxels"),
        Quantity("outside_percent", 100 * statistics.outside_share, "%"),
    )


def _mm(name: str, value: float) -> Quantity:
    return Quantity(name, float(value), "mm")
