"""A report beside the scan."""

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QPushButton
from pytestqt.qtbot import QtBot

from app.panels.report_text_panel import ReportTextPanel

pytestmark = pytest.mark.gui


@pytest.fixture
def panel(qtbot: QtBot) -> ReportTextPanel:
    shown = ReportTextPanel()
    qtbot.addWidget(shown)
    return shown


def button(panel: ReportTextPanel, text: str) -> QPushButton:
    return next(one for one in panel.findChildren(QPushButton) if one.text() == text)


def text(panel: ReportTextPanel) -> QPlainTextEdit:
    return panel.findChildren(QPlainTextEdit)[0]


def shown_labels(panel: ReportTextPanel) -> list[str]:
    return [label.text() for label in panel.findChildren(QLabel) if not label.isHidden()]


def test_a_loaded_report_is_shown_with_its_source_and_not_reported_back(
    qtbot: QtBot, panel: ReportTextPanel
) -> None:
    with qtbot.assertNotEmitted(panel.text_edited):
        panel.show_text("No effusion.", source="report.txt")

    assert text(panel).toPlainText() == "No effusion."
    assert shown_labels(panel) == ["report.txt"]


def test_the_clipboard_replaces_the_text_and_can_be_undone(
    qtbot: QtBot, panel: ReportTextPanel
) -> None:
    QGuiApplication.clipboard().setText("Small nodule.")
    panel.show_text("No effusion.", source="report.txt")

    button(panel, "Paste").click()
    pasted = text(panel).toPlainText()
    text(panel).undo()

    assert pasted == "Small nodule."
    assert text(panel).toPlainText() == "No effusion."
    assert shown_labels(panel) == []


def test_an_empty_clipboard_changes_nothing(qtbot: QtBot, panel: ReportTextPanel) -> None:
    QGuiApplication.clipboard().clear()
    panel.show_text("No effusion.", source="")

    with qtbot.assertNotEmitted(panel.text_edited):
        button(panel, "Paste").click()

    assert text(panel).toPlainText() == "No effusion."


def test_clearing_is_reported_and_can_be_undone(qtbot: QtBot, panel: ReportTextPanel) -> None:
    panel.show_text("No effusion.", source="")

    with qtbot.waitSignal(panel.text_edited) as told:
        button(panel, "Clear").click()
    is_on = button(panel, "Clear").isEnabled()
    text(panel).undo()

    assert told.args == [""]
    assert not is_on
    assert text(panel).toPlainText() == "No effusion."


def test_a_report_that_cannot_be_loaded_leaves_the_one_that_is_shown(
    panel: ReportTextPanel,
) -> None:
    panel.show_text("No effusion.", source="")

    panel.show_error("The file is not text.", "Choose a text file.")

    assert shown_labels(panel) == ["The file is not text. Choose a text file."]
    assert text(panel).toPlainText() == "No effusion."


def test_loading_is_left_to_the_window(qtbot: QtBot, panel: ReportTextPanel) -> None:
    with qtbot.waitSignal(panel.load_requested):
        button(panel, "Load…").click()


def test_markup_in_a_report_stays_text(panel: ReportTextPanel) -> None:
    panel.show_text("<b>Nodule</b>", source="<i>x</i>")

    assert text(panel).toPlainText() == "<b>Nodule</b>"
