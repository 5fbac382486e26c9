"""The list under the pointer and the keyboard."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.panels.finding_delegate import places
from app.panels.finding_row import FindingRow
from app.panels.findings_list import FindingsList
from app.panels.findings_model import FindingsModel
from app.theme import LIGHT
from medct_core.findings.finding import Finding
from medct_core.inference.prompt import Prompt

pytestmark = pytest.mark.gui


@pytest.fixture
def findings(qtbot: QtBot) -> FindingsList:
    model = FindingsModel()
    shown = FindingsList(model)
    model.setParent(shown)
    qtbot.addWidget(shown)
    model.show_rows(
        tuple(
            FindingRow(Finding(Prompt(name, (name,)), score))
            for name, score in (("Emphysema", 0.9), ("Cardiomegaly", 0.5), ("Atelectasis", 0.1))
        )
    )
    shown.resize(280, 300)
    shown.show()
    return shown


def place_of(findings: FindingsList, row: int) -> QPoint:
    return findings.visualRect(findings.model().index(row, 0)).center()


def button_of(findings: FindingsList, row: int) -> QPoint:
    rect = findings.visualRect(findings.model().index(row, 0))
    return places(rect, QFontMetrics(findings.font()), "").heatmap.center()


def test_a_click_chooses_a_finding(qtbot: QtBot, findings: FindingsList) -> None:
    with qtbot.waitSignal(findings.chosen) as told:
        QTest.mouseClick(findings.viewport(), Qt.MouseButton.LeftButton, pos=place_of(findings, 1))

    assert told.args == ["Cardiomegaly"]
    assert findings.current_name == "Cardiomegaly"


def test_the_button_of_a_row_asks_for_its_heatmap_only(
    qtbot: QtBot, findings: FindingsList
) -> None:
    with (
        qtbot.assertNotEmitted(findings.chosen),
        qtbot.waitSignal(findings.heatmap_toggled) as told,
    ):
        QTest.mouseClick(findings.viewport(), Qt.MouseButton.LeftButton, pos=button_of(findings, 2))

    assert told.args == ["Atelectasis", True]


def test_enter_chooses_what_the_arrow_keys_select(qtbot: QtBot, findings: FindingsList) -> None:
    findings.select("Emphysema")

    with qtbot.waitSignal(findings.selected) as selected:
        QTest.keyClick(findings, Qt.Key.Key_Down)
    with qtbot.waitSignal(findings.chosen) as chosen:
        QTest.keyClick(findings, Qt.Key.Key_Return)

    assert selected.args is not None
    assert selected.args[0].name == "Cardiomegaly"
    assert chosen.args == ["Cardiomegaly"]


def test_selecting_from_outside_is_not_choosing(qtbot: QtBot, findings: FindingsList) -> None:
    with qtbot.assertNotEmitted(findings.chosen):
        findings.select("Atelectasis")

    assert findings.current_name == "Atelectasis"


def test_a_click_beside_the_rows_chooses_nothing(qtbot: QtBot, findings: FindingsList) -> None:
    with qtbot.assertNotEmitted(findings.chosen):
        QTest.mouseClick(findings.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(20, 290))


def test_other_colours_are_painted_at_once(findings: FindingsList) -> None:
    before = findings.grab().toImage()

    findings.show_theme(LIGHT)

    assert findings.grab().toImage() != before
