"""The list under the pointer and the keyboard."""

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QFontMetrics, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu
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


@pytest.fixture
def with_own(findings: FindingsList) -> FindingsList:
    model = findings.model()
    assert isinstance(model, FindingsModel)
    model.show_rows(
        tuple(
            FindingRow(Finding(Prompt(name, (name,)), score))
            for name, score in (("Emphysema", 0.9), ("stent & graft", 0.5))
        )
    )
    return findings


def menu_at(findings: FindingsList, row: int) -> list[str]:
    """Ask for the menu of a row with the mouse, and give what it offers."""
    place = place_of(findings, row)
    event = QContextMenuEvent(
        QContextMenuEvent.Reason.Mouse, place, findings.viewport().mapToGlobal(place)
    )
    findings.contextMenuEvent(event)
    return [action.text() for menu in findings.findChildren(QMenu) for action in menu.actions()]


def test_only_a_click_says_that_the_pictures_are_wanted_next(
    qtbot: QtBot, findings: FindingsList
) -> None:
    findings.select("Cardiomegaly")

    with qtbot.assertNotEmitted(findings.clicked_on):
        QTest.keyClick(findings, Qt.Key.Key_Return)
    with qtbot.waitSignals([findings.chosen, findings.clicked_on], order="strict"):
        QTest.mouseClick(findings.viewport(), Qt.MouseButton.LeftButton, pos=place_of(findings, 2))


def test_delete_removes_a_prompt_of_ones_own(qtbot: QtBot, with_own: FindingsList) -> None:
    with_own.select("stent & graft")

    with qtbot.waitSignal(with_own.prompt_removed) as told:
        QTest.keyClick(with_own, Qt.Key.Key_Delete)

    assert told.args == ["stent & graft"]


def test_a_finding_of_the_model_cannot_be_removed(qtbot: QtBot, with_own: FindingsList) -> None:
    with_own.select("Emphysema")

    with qtbot.assertNotEmitted(with_own.prompt_removed):
        QTest.keyClick(with_own, Qt.Key.Key_Delete)

    assert menu_at(with_own, 0) == []


def test_delete_on_a_prompt_is_kept_from_the_measurements(with_own: FindingsList) -> None:
    kept = []
    for name in ("stent & graft", "Emphysema"):
        with_own.select(name)
        override = QKeyEvent(
            QEvent.Type.ShortcutOverride, Qt.Key.Key_Delete, Qt.KeyboardModifier.NoModifier
        )
        override.ignore()
        with_own.event(override)
        kept.append(override.isAccepted())

    assert kept == [True, False]


def test_a_menu_removes_the_prompt_under_the_pointer(qtbot: QtBot, with_own: FindingsList) -> None:
    with_own.select("Emphysema")
    offered = menu_at(with_own, 1)

    with qtbot.waitSignal(with_own.prompt_removed) as told:
        with_own.findChildren(QMenu)[0].actions()[0].trigger()
    with_own.findChildren(QMenu)[0].close()

    assert offered == ["Remove “stent && graft” from the list"]
    assert told.args == ["stent & graft"]


def test_the_menu_key_opens_the_menu_of_the_selected_prompt(with_own: FindingsList) -> None:
    with_own.select("stent & graft")
    corner = QPoint(0, 0)

    with_own.contextMenuEvent(
        QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, corner, with_own.mapToGlobal(corner))
    )

    (menu,) = with_own.findChildren(QMenu)
    assert len(menu.actions()) == 1
    menu.close()
