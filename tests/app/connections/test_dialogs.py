"""Dialogs about the program open from the menu and hand on what was chosen."""

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication

from app.settings import Settings, Theme
from app.windows.about_dialog import AboutDialog
from app.windows.cheat_sheet import CheatSheet
from app.windows.model_card_dialog import ModelCardDialog
from app.windows.settings_dialog import SettingsDialog
from tests.app.case_windows import FLAT, Case, Workplace, words_of
from tests.app.stand_ins import facts

pytestmark = pytest.mark.gui


@pytest.fixture
def chosen(case: Case) -> list[Settings]:
    """Note what is chosen."""
    noted = list[Settings]()
    case.shown.settings_chosen.connect(noted.append)
    return noted


def test_settings_begin_as_they_are_and_are_handed_on(case: Case, chosen: list[Settings]) -> None:
    light = replace(FLAT, theme=Theme.LIGHT, device="cpu")
    case.shown.apply(light)

    case.trigger("settings")
    dialog = case.dialog(SettingsDialog)
    assert dialog.chosen() == light
    dialog.accept()

    assert chosen == [light]
    case.wait(lambda: not case.has_dialog())


def test_settings_that_are_closed_change_nothing(case: Case, chosen: list[Settings]) -> None:
    case.trigger("settings")

    case.dialog(SettingsDialog).reject()

    assert chosen == []


def test_keys_are_shown_as_the_person_set_them(case: Case) -> None:
    case.shown.apply(replace(FLAT, shortcuts={"open_file": "Ctrl+Alt+7"}))

    case.trigger("shortcuts")

    sheet = case.dialog(CheatSheet)
    assert "Ctrl+Alt+7" in words_of(sheet)
    sheet.reject()


def test_about_says_what_the_program_is_not(case: Case) -> None:
    case.trigger("about")

    about = case.dialog(AboutDialog)
    assert "not a medical device" in words_of(about).lower()
    about.reject()


def test_the_card_of_the_loaded_model_is_shown(case: Case) -> None:
    case.results.set_model(facts("medct-mini"))

    case.trigger("model_card")

    card = case.dialog(ModelCardDialog)
    assert "synthetic" in words_of(card)
    card.reject()


def test_a_model_that_is_not_loaded_has_no_card_yet(workplace: Workplace) -> None:
    case = workplace.open_window()
    case.results.set_model(None)

    case.trigger("model_card")

    assert case.status == "The model is not loaded yet."


def test_the_folder_of_logs_opens(
    workplace: Workplace, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = list[Path]()

    def note(url: QUrl) -> bool:
        opened.append(Path(url.toLocalFile()))
        return True

    monkeypatch.setattr(QDesktopServices, "openUrl", note)

    case.trigger("log_folder")

    assert opened == [workplace.services.log_folder]


def test_the_keyboard_walks_from_panel_to_panel_and_back(case: Case) -> None:
    case.trigger("next_panel")
    first = QApplication.focusWidget()
    case.trigger("next_panel")
    assert QApplication.focusWidget() is not first

    case.trigger("previous_panel")

    assert QApplication.focusWidget() is first
