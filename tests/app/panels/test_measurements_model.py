"""The rows of the measurements table."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.panels.measurements_model import (
    COLUMNS,
    IDENTITY_ROLE,
    NAME_COLUMN,
    MeasurementsModel,
    as_text,
    slice_text,
    value_text,
)
from medct_core.measurement.shapes import Angle, Arrow, Length, Measurement
from medct_core.measurement.table import MeasurementRow, measurement_row
from medct_core.volume.volume import Volume
from tests import phantoms
from tests.drawn_samples import AXIAL, CORONAL, SAGITTAL, ellipse, nodule, rectangle, turned_plane

SCAN = phantoms.water_cylinder()
LENGTH = Length("l", "Aorta", AXIAL, (0.0, 0.0, 0.0), (31.26, 0.0, 0.0))
ARROW = Arrow("r", "Nodule?", SAGITTAL, (0.0, 0.0, 0.0), (0.0, 5.0, 5.0))


def row(measurement: Measurement, volume: Volume = SCAN) -> MeasurementRow:
    return measurement_row(measurement, volume)


@pytest.mark.parametrize(
    ("measurement", "text"),
    [
        (LENGTH, "31.3 mm"),
        (nodule(12.3, 8.1), "12.3 x 8.1 mm\nmean 10 mm"),
        (Angle("a", "", AXIAL, (5.0, 0.0, 0.0), (0.0, 0.0, 0.0), (0.0, 5.0, 0.0)), "90.0°"),
        (ellipse(10, 10), "0 ± 0 HU\narea 78.5 mm²"),
        (rectangle(8, 8, centre=(90.0, 0.0)), "Outside the scan"),
        (ARROW, "–"),  # noqa: RUF001
    ],
)
def test_every_value_has_its_unit(measurement: Measurement, text: str) -> None:
    assert value_text(row(measurement)) == text


@pytest.mark.parametrize(
    ("plane", "text"),
    [
        (AXIAL, "Axial S 0.0 mm"),
        (CORONAL, "Coronal P 0.0 mm"),
        (SAGITTAL, "Sagittal L 0.0 mm"),
        (turned_plane((0.0, 30.0, 0.0)), "Oblique L 0.0, P 0.0, S 0.0 mm"),
    ],
    ids=["axial", "coronal", "sagittal", "oblique"],
)
def test_a_slice_is_named_by_its_plane_and_side_of_the_patient(plane: object, text: str) -> None:
    assert slice_text(replace(row(ellipse(10, 10)), plane=getattr(plane, "name"))) == text  # noqa: B009


def test_the_list_as_text_has_a_line_for_each_with_all_its_numbers() -> None:
    named = replace(ellipse(10, 10), label="Lung")
    rows = [row(one) for one in (LENGTH, nodule(12.3, 8.1), named, ARROW)]

    assert as_text(rows).split("\n") == [
        "Aorta: Length 31.3 mm (axial S 0.0 mm)",
        "Long axis 12.3 mm x short axis 8.1 mm, mean 10 mm (axial S 0.0 mm)",
        "Lung: Ellipse: Mean 0 HU, SD 0 HU, min 0 HU, max 0 HU, area 78.5 mm2 (axial S 0.0 mm)",
        "Arrow: Nodule? (sagittal L 0.0 mm)",
    ]


@pytest.fixture
def model(qtbot: QtBot) -> MeasurementsModel:
    shown = MeasurementsModel()
    shown.show_rows((row(LENGTH), row(nodule(12.3, 8.1))))
    return shown


@pytest.mark.gui
def test_a_row_says_kind_label_and_slice_then_the_value(model: MeasurementsModel) -> None:
    cells = [model.index(0, column).data() for column in range(len(COLUMNS))]

    assert cells == ["Length · Aorta\nAxial S 0.0 mm", "31.3 mm"]
    assert model.index(1, NAME_COLUMN).data() == "Axes\nAxial S 0.0 mm"
    assert "short axis 8.1 mm" in model.index(1, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert [model.headerData(n, Qt.Orientation.Horizontal) for n in range(2)] == list(COLUMNS)
    assert model.headerData(0, Qt.Orientation.Vertical) is None


@pytest.mark.gui
def test_a_row_is_found_by_its_id(model: MeasurementsModel) -> None:
    assert model.index_of("nodule").data(IDENTITY_ROLE) == "nodule"
    assert not model.index_of("gone").isValid()


@pytest.mark.gui
def test_only_a_label_can_be_typed_and_it_is_reported(
    qtbot: QtBot, model: MeasurementsModel
) -> None:
    editable = [
        column
        for column in range(len(COLUMNS))
        if model.flags(model.index(0, column)) & Qt.ItemFlag.ItemIsEditable
    ]

    with qtbot.waitSignal(model.renamed) as told:
        model.setData(model.index(0, NAME_COLUMN), " Left lung ")

    assert editable == [NAME_COLUMN]
    assert told.args == ["l", "Left lung"]
    assert model.index(0, NAME_COLUMN).data(Qt.ItemDataRole.EditRole) == "Aorta"


@pytest.mark.gui
def test_a_label_that_stays_is_not_reported(qtbot: QtBot, model: MeasurementsModel) -> None:
    with qtbot.assertNotEmitted(model.renamed):
        assert not model.setData(model.index(0, NAME_COLUMN), "Aorta")


@pytest.mark.gui
def test_new_values_of_the_same_rows_reset_nothing(qtbot: QtBot, model: MeasurementsModel) -> None:
    longer = replace(row(LENGTH), label="Vein")

    with qtbot.assertNotEmitted(model.modelReset), qtbot.waitSignal(model.dataChanged):
        model.show_rows((longer, model.rows[1]))

    assert model.index(0, NAME_COLUMN).data(Qt.ItemDataRole.EditRole) == "Vein"
