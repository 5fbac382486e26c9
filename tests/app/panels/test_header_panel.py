"""The header of a file on the screen."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton, QSpinBox, QTableView
from pytestqt.qtbot import QtBot

from app.panels.header_panel import HeaderPanel
from app.state.header_page import HeaderPage
from app.theme import LIGHT
from medct_core.io.tag_row import TagRow

pytestmark = pytest.mark.gui

ROWS = (
    TagRow("(0010,0010)", "PatientName", "Patient's Name", "PN", "Erika", 0, True),
    TagRow("(0018,0060)", "KVP", "KVP", "DS", "120"),
    TagRow("(0029,0010)", "", "Private block", "LO", "ACME", is_private=True),
)


@pytest.fixture
def panel(qtbot: QtBot) -> HeaderPanel:
    shown = HeaderPanel()
    qtbot.addWidget(shown)
    shown.resize(700, 400)
    shown.show()
    shown.show_page(HeaderPage("Thorax", 2, 3, ROWS))
    return shown


def table(panel: HeaderPanel) -> QTableView:
    return panel.findChildren(QTableView)[0]


def texts(panel: HeaderPanel) -> list[str]:
    return [one.text() for one in panel.findChildren(QLabel) if one.isVisible()]


def search(panel: HeaderPanel, text: str) -> None:
    next(one for one in panel.findChildren(QLineEdit) if one.placeholderText()).setText(text)


def copied(panel: HeaderPanel, row: int) -> str:
    QGuiApplication.clipboard().setText("before")
    table(panel).selectRow(row)
    QTest.keyClick(table(panel), Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    return QGuiApplication.clipboard().text()


def test_lines_are_counted_and_searched(panel: HeaderPanel) -> None:
    assert "3 lines" in texts(panel)

    search(panel, "kvp")
    assert "1 of 3 lines" in texts(panel)

    search(panel, "no such words")
    assert "Nothing found" in texts(panel)


def test_another_file_is_asked_for_and_showing_it_reports_nothing(
    qtbot: QtBot, panel: HeaderPanel
) -> None:
    told = list[int]()
    panel.file_picked.connect(told.append)
    file = panel.findChildren(QSpinBox)[0]
    assert (file.value(), file.maximum()) == (2, 3)
    assert "of 3" in texts(panel)

    file.setValue(3)
    panel.show_page(HeaderPage("Thorax", 1, 3, ROWS))

    assert told == [3]
    assert file.value() == 1


def test_a_value_is_copied(panel: HeaderPanel) -> None:
    assert copied(panel, 1) == "120"

    button = next(one for one in panel.findChildren(QPushButton) if one.text() == "Copy value")
    QGuiApplication.clipboard().setText("before")
    button.click()
    assert QGuiApplication.clipboard().text() == "120"


def test_a_hidden_value_cannot_be_copied_until_it_is_shown(panel: HeaderPanel) -> None:
    assert copied(panel, 0) == "before"

    panel.show_patient()
    assert copied(panel, 0) == "Erika"

    panel.hide_patient()
    assert copied(panel, 0) == "before"


def test_escape_ends_the_search_first(panel: HeaderPanel) -> None:
    search(panel, "kvp")

    QTest.keyClick(table(panel), Qt.Key.Key_Escape)

    assert "3 lines" in texts(panel)


def test_the_search_has_the_keyboard_when_asked(qtbot: QtBot, panel: HeaderPanel) -> None:
    search(panel, "kvp")
    panel.focus_search()

    focused = panel.focusWidget()
    assert isinstance(focused, QLineEdit)
    assert focused.selectedText() == "kvp"


def test_without_a_scan_and_after_a_failure_words_stand_there(panel: HeaderPanel) -> None:
    panel.show_empty()
    assert "No scan open" in texts(panel)

    panel.show_error("The file is gone.", "Copy it again.")
    assert {"The file is gone.", "Copy it again."} <= set(texts(panel))


def test_it_is_drawn_in_both_themes(panel: HeaderPanel) -> None:
    dark = panel.grab().toImage()

    panel.show_theme(LIGHT)

    assert panel.grab().toImage() != dark
