"""Consent is given by a button, and by nothing else."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from app.windows.disclaimer_dialog import DisclaimerDialog

pytestmark = pytest.mark.gui

CONSENT = DisclaimerDialog.DialogCode.Accepted.value


@pytest.fixture
def dialog(qtbot: QtBot) -> DisclaimerDialog:
    shown = DisclaimerDialog()
    qtbot.addWidget(shown)
    shown.show()
    return shown


def press(dialog: DisclaimerDialog, text: str) -> None:
    buttons = dialog.findChildren(QPushButton)
    next(one for one in buttons if one.text().replace("&", "") == text).click()


def test_it_says_what_the_program_is_not(dialog: DisclaimerDialog) -> None:
    texts = " ".join(label.text() for label in dialog.findChildren(QLabel))

    assert "MedCT is not a medical device" in texts
    assert "not the outline of a lesion" in texts


def test_understanding_accepts(dialog: DisclaimerDialog, qtbot: QtBot) -> None:
    with qtbot.waitSignal(dialog.accepted):
        press(dialog, "I understand")

    assert dialog.result() == CONSENT


def test_quitting_does_not(dialog: DisclaimerDialog, qtbot: QtBot) -> None:
    with qtbot.waitSignal(dialog.rejected):
        press(dialog, "Quit")

    assert dialog.result() != CONSENT


def test_escape_does_not(dialog: DisclaimerDialog) -> None:
    QTest.keyClick(dialog, Qt.Key.Key_Escape)

    assert dialog.result() != CONSENT
    assert not dialog.isVisible()
