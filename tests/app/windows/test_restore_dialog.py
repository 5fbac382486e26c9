"""After a crash: go on, start empty, or decide later."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from app.windows.restore_dialog import RestoreDialog, shortened


@pytest.fixture
def dialog(qtbot: QtBot) -> RestoreDialog:
    shown = RestoreDialog("thorax.nii.gz", datetime(2026, 11, 22, 9, 14))
    qtbot.addWidget(shown)
    shown.show()
    return shown


def press(dialog: RestoreDialog, text: str) -> None:
    buttons = dialog.findChildren(QPushButton)
    next(one for one in buttons if one.text().replace("&", "") == text).click()


@pytest.mark.gui
def test_it_says_which_scan_and_from_when(dialog: RestoreDialog) -> None:
    texts = " ".join(label.text() for label in dialog.findChildren(QLabel))

    assert "“thorax.nii.gz” was open, last kept on 2026-11-22, 09:14." in texts


@pytest.mark.gui
def test_restoring_is_reported(dialog: RestoreDialog, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(dialog.discard_chosen), qtbot.waitSignal(dialog.restore_chosen):
        press(dialog, "Restore")

    assert not dialog.isVisible()


@pytest.mark.gui
def test_starting_empty_is_reported(dialog: RestoreDialog, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(dialog.restore_chosen), qtbot.waitSignal(dialog.discard_chosen):
        press(dialog, "Start empty")

    assert not dialog.isVisible()


@pytest.mark.gui
def test_closing_decides_nothing(dialog: RestoreDialog, qtbot: QtBot) -> None:
    with (
        qtbot.assertNotEmitted(dialog.restore_chosen),
        qtbot.assertNotEmitted(dialog.discard_chosen),
    ):
        dialog.reject()


@given(st.text(max_size=200))
def test_a_long_name_keeps_its_ends(name: str) -> None:
    short = shortened(name)

    assert len(short) <= 45
    assert short == name or (short[:9] == name[:9] and short[-9:] == name[-9:])
