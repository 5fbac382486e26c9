"""Rows of the export: every number with its unit, every row as wide as its header."""

import json

from hypothesis import given
from hypothesis import strategies as st

from medct_core.measurement.shapes import Arrow, Measurement
from medct_core.measurement.table import (
    COLUMNS,
    QUANTITIES,
    measurement_row,
    measurement_rows,
    to_cells,
    to_json_values,
)
from medct_core.volume.volume import Unit, Volume
from tests import phantoms
from tests.drawn_samples import AXIAL, ellipse, measurements, nodule


def cell(measurement: Measurement, column: str, volume: Volume | None = None) -> str:
    row = measurement_row(measurement, volume or phantoms.water_cylinder())
    return to_cells(row)[COLUMNS.index(column)]


@given(st.lists(measurements(), max_size=3))
def test_every_measurement_gets_one_full_row(drawn: list[Measurement]) -> None:
    rows = measurement_rows(drawn, phantoms.water_cylinder())

    assert [row.id for row in rows] == [one.id for one in drawn]
    assert all(len(to_cells(row)) == len(COLUMNS) for row in rows)
    assert all(one.name in QUANTITIES for row in rows for one in row.quantities)
    json.dumps([to_json_values(row) for row in rows], allow_nan=False)


def test_a_nodule_is_listed_with_both_axes_and_their_mean() -> None:
    row = measurement_row(nodule(12.3, 8.1), phantoms.water_cylinder())

    assert [(one.name, round(one.value, 6), one.unit) for one in row.quantities] == [
        ("long_axis_mm", 12.3, "mm"),
        ("short_axis_mm", 8.1, "mm"),
        ("mean_diameter_mm", 10.0, "mm"),
    ]
    assert (row.kind, row.plane) == ("Long and short axis", "axial")
    assert row.text == "Long axis 12.3 mm x short axis 8.1 mm, mean 10 mm"


def test_a_region_is_listed_with_what_it_holds() -> None:
    region = ellipse(20.0, 20.0)

    assert (cell(region, "mean"), cell(region, "sd"), cell(region, "value_unit")) == (
        "0",
        "0",
        "HU",
    )
    assert cell(region, "area_mm2") == "314.159"
    assert cell(region, "length_mm") == ""


def test_a_scan_without_hounsfield_units_is_listed_as_such() -> None:
    water = phantoms.water_cylinder()
    other = Volume(water.values, Unit.ARBITRARY, water.geometry, "x")

    assert cell(ellipse(20.0, 20.0), "value_unit", other) == "arbitrary"


def test_a_region_outside_the_scan_fails_no_export() -> None:
    lost = ellipse(20.0, 20.0, AXIAL, (900.0, 0.0))

    assert cell(lost, "text") == "The region lies wholly outside the scan."
    assert (cell(lost, "mean"), cell(lost, "area_mm2")) == ("", "314.159")


def test_an_arrow_is_listed_with_its_text_and_place() -> None:
    arrow = Arrow("a", "azygos lobe", AXIAL, (0.0, 0.0, 0.0), (-10.0, 4.0, 0.0))

    row = measurement_row(arrow, phantoms.water_cylinder())

    assert (row.text, row.centre_mm, row.quantities) == ("azygos lobe", (-5.0, 2.0, 0.0), ())
