"""The settings dialog: all or nothing, checked before it closes."""

import pytest
from PySide6.QtWidgets import QCheckBox, QComboBox, QDialogButtonBox, QLabel, QLineEdit, QTabWidget
from pytestqt.qtbot import QtBot

from app.settings import Settings, Theme
from app.windows.settings_dialog import SettingsDialog
from app.windows.settings_pages import ModelOption

pytestmark = pytest.mark.gui

MODELS = (ModelOption("medct-mini", "MedCT mini"),)
BEFORE = Settings(model="medct-mini", shortcuts={"fit": "Q", "make_coffee": "C"})


@pytest.fixture
def dialog(qtbot: QtBot) -> SettingsDialog:
    shown = SettingsDialog(BEFORE, models=MODELS)
    qtbot.addWidget(shown)
    shown.show()
    return shown


def press(dialog: SettingsDialog, kind: QDialogButtonBox.StandardButton) -> None:
    dialog.findChildren(QDialogButtonBox)[0].button(kind).click()


def choose_light(dialog: SettingsDialog) -> None:
    box = next(one for one in dialog.findChildren(QComboBox) if one.findText("Light") >= 0)
    box.setCurrentIndex(box.findText("Light"))


def test_ok_reports_what_was_changed_and_keeps_the_rest(
    dialog: SettingsDialog,
) -> None:
    heard: list[Settings] = []
    dialog.settings_chosen.connect(heard.append)
    choose_light(dialog)

    press(dialog, QDialogButtonBox.StandardButton.Ok)

    (chosen,) = heard
    assert chosen.theme is Theme.LIGHT
    assert chosen.model == "medct-mini"
    assert chosen.shortcuts == BEFORE.shortcuts
    assert not dialog.isVisible()


def test_cancel_reports_nothing_and_changes_nothing(dialog: SettingsDialog, qtbot: QtBot) -> None:
    choose_light(dialog)

    with qtbot.assertNotEmitted(dialog.settings_chosen):
        press(dialog, QDialogButtonBox.StandardButton.Cancel)

    assert BEFORE.theme is Theme.DARK
    assert not dialog.isVisible()


def test_ok_without_a_change_gives_the_same_settings(dialog: SettingsDialog) -> None:
    assert dialog.chosen() == BEFORE


def test_a_wrong_folder_keeps_the_dialog_open_and_says_why(
    dialog: SettingsDialog, qtbot: QtBot
) -> None:
    field = next(one for one in dialog.findChildren(QLineEdit) if one.accessibleName() == "Adapter")
    field.setText("/nowhere/at/all")

    with qtbot.assertNotEmitted(dialog.settings_chosen):
        press(dialog, QDialogButtonBox.StandardButton.Ok)

    refusals = [one for one in dialog.findChildren(QLabel) if one.property("role") == "refusal"]
    assert dialog.isVisible()
    assert "/nowhere/at/all" in refusals[0].text()
    assert dialog.findChildren(QTabWidget)[0].currentIndex() == 1


def test_every_switch_says_what_it_is(dialog: SettingsDialog) -> None:
    assert all(box.text() for box in dialog.findChildren(QCheckBox))
