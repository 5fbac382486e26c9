"""An error in words, with details for whoever helps."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QPushButton
from pytestqt.qtbot import QtBot

from app.state.answers import Problem
from app.windows.error_dialog import ErrorDialog, copied_text

pytestmark = pytest.mark.gui

PROBLEM = Problem("The disk is full.", "Make room and save again.")


def opened(qtbot: QtBot, details: str = "line 3") -> ErrorDialog:
    dialog = ErrorDialog(PROBLEM, details)
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def button(dialog: ErrorDialog, text: str) -> QPushButton:
    buttons = dialog.findChildren(QPushButton)
    return next(one for one in buttons if one.text().replace("&", "") == text)


def shown(dialog: ErrorDialog) -> list[str]:
    return [label.text() for label in dialog.findChildren(QLabel) if label.isVisible()]


def test_what_happened_stands_above_what_to_do(qtbot: QtBot) -> None:
    dialog = opened(qtbot)

    assert shown(dialog) == [PROBLEM.summary, PROBLEM.remedy]
    assert not dialog.findChildren(QPlainTextEdit)[0].isVisible()


def test_details_open_on_request(qtbot: QtBot) -> None:
    dialog = opened(qtbot)
    before = dialog.height()

    button(dialog, "Details").click()

    assert dialog.findChildren(QPlainTextEdit)[0].isVisible()
    assert dialog.findChildren(QPlainTextEdit)[0].toPlainText() == "line 3"
    assert dialog.height() > before


def test_without_details_there_is_nothing_to_open(qtbot: QtBot) -> None:
    assert not button(opened(qtbot, details=""), "Details").isVisible()


def test_details_are_copied_with_version_and_message(qtbot: QtBot) -> None:
    dialog = opened(qtbot)

    button(dialog, "Copy details").click()

    copied = QGuiApplication.clipboard().text()
    assert copied == copied_text(PROBLEM, "line 3")
    assert "Copied." in shown(dialog)


def test_what_is_copied_names_message_system_and_details() -> None:
    lines = copied_text(PROBLEM, "line 3").splitlines()

    assert lines[:2] == [PROBLEM.summary, PROBLEM.remedy]
    assert lines[2].startswith("MedCT ")
    assert lines[3:] == ["line 3"]


def test_enter_closes_it(qtbot: QtBot) -> None:
    dialog = opened(qtbot)

    QTest.keyClick(dialog.focusWidget(), Qt.Key.Key_Return)

    assert not dialog.isVisible()
