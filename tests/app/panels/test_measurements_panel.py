"""The table of measurements and what is asked of it."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPushButton, QTableView
from pytestqt.qtbot import QtBot

from app.panels.measurements_model import as_text
from app.panels.measurements_panel import MeasurementsPanel
from medct_core.measurement.shapes import Length
from medct_core.measurement.table import measurement_rows
from tests import phantoms
from tests.drawn_samples import AXIAL, ellipse, nodule

pytestmark = pytest.mark.gui

LEFT = Qt.MouseButton.LeftButton
ROWS = measurement_rows(
    [
        Length("length", "Aorta", AXIAL, (0.0, 0.0, 0.0), (30.0, 0.0, 0.0)),
        nodule(12.0, 8.0),
        ellipse(10.0, 10.0),
    ],
    phantoms.water_cylinder(),
)


@pytest.fixture
def panel(qtbot: QtBot) -> MeasurementsPanel:
    shown = MeasurementsPanel()
    qtbot.addWidget(shown)
    shown.resize(260, 260)
    shown.show()
    shown.show_measurements(ROWS)
    return shown


def table(panel: MeasurementsPanel) -> QTableView:
    return panel.findChildren(QTableView)[0]


def button(panel: MeasurementsPanel, text: str) -> QPushButton:
    return next(one for one in panel.findChildren(QPushButton) if one.text() == text)


def chosen_row(panel: MeasurementsPanel) -> int:
    return table(panel).currentIndex().row()


def click(panel: MeasurementsPanel, row: int, column: int = 0) -> None:
    shown = table(panel)
    place = shown.visualRect(shown.model().index(row, column)).center()
    QTest.mouseClick(shown.viewport(), LEFT, pos=place)


def test_without_measurements_it_says_how_to_make_one(panel: MeasurementsPanel) -> None:
    panel.show_measurements(())

    assert not table(panel).isVisible()
    assert not button(panel, "Copy all").isVisible()


def test_a_click_chooses_a_measurement(qtbot: QtBot, panel: MeasurementsPanel) -> None:
    with qtbot.waitSignal(panel.measurement_chosen) as told:
        click(panel, 1)

    assert told.args == ["nodule"]


def test_arrow_keys_move_and_enter_chooses(qtbot: QtBot, panel: MeasurementsPanel) -> None:
    panel.show_selected("length")

    with qtbot.assertNotEmitted(panel.measurement_chosen):
        QTest.keyClick(table(panel), Qt.Key.Key_Down)
    with qtbot.waitSignal(panel.measurement_chosen) as told:
        QTest.keyClick(table(panel), Qt.Key.Key_Return)

    assert told.args == ["nodule"]


@pytest.mark.parametrize("way", ["key", "button"])
def test_the_chosen_measurement_can_be_deleted(
    qtbot: QtBot, panel: MeasurementsPanel, way: str
) -> None:
    panel.show_selected("ellipse")

    with qtbot.waitSignal(panel.delete_requested) as told:
        if way == "key":
            QTest.keyClick(table(panel), Qt.Key.Key_Delete)
        else:
            button(panel, "Delete").click()

    assert told.args == ["ellipse"]


def test_a_label_is_typed_in_its_place(qtbot: QtBot, panel: MeasurementsPanel) -> None:
    panel.show_selected("length")
    button(panel, "Rename").click()
    (editor,) = table(panel).findChildren(QLineEdit)
    typed_before = editor.text()

    with qtbot.waitSignal(panel.renamed) as told:
        editor.setText("Vein")
        QTest.keyClick(editor, Qt.Key.Key_Return)

    assert typed_before == "Aorta"
    assert told.args == ["length", "Vein"]


def test_showing_reports_nothing(qtbot: QtBot, panel: MeasurementsPanel) -> None:
    with (
        qtbot.assertNotEmitted(panel.measurement_chosen),
        qtbot.assertNotEmitted(panel.renamed),
        qtbot.assertNotEmitted(panel.delete_requested),
    ):
        panel.show_measurements(ROWS[:2])
        panel.show_selected("nodule")
        panel.show_selected("")
        panel.show_measurements(())


def test_without_a_choice_nothing_can_be_deleted(panel: MeasurementsPanel) -> None:
    panel.show_selected("length")
    with_choice = button(panel, "Delete").isEnabled()

    panel.show_selected("gone")

    assert with_choice
    assert not button(panel, "Delete").isEnabled()
    assert not button(panel, "Rename").isEnabled()
    assert button(panel, "Copy all").isEnabled()


def test_the_choice_survives_new_rows(panel: MeasurementsPanel) -> None:
    panel.show_selected("nodule")

    panel.show_measurements(ROWS[1:])

    assert chosen_row(panel) == 0
    assert table(panel).currentIndex().data() == "Axes\nAxial S 0.0 mm"


def test_everything_is_copied_as_text(panel: MeasurementsPanel) -> None:
    button(panel, "Copy all").click()

    assert QGuiApplication.clipboard().text() == as_text(ROWS)


def test_values_are_whole_in_a_narrow_panel_also_beside_a_long_label(
    panel: MeasurementsPanel,
) -> None:
    long = replace(ROWS[0], label="Aorta at the level of the pulmonary artery bifurcation")

    panel.show_measurements((long, *ROWS[1:]))

    shown = table(panel)
    name, value = (shown.columnWidth(column) for column in range(2))
    assert name + value <= shown.viewport().width()
    assert shown.sizeHintForColumn(1) <= value
    assert name >= 120
