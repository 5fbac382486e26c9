"""Pages of the settings give back what they were shown, with what the user changed."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QCheckBox, QComboBox, QFileDialog, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from app.settings import MouseProfile, Settings, Theme
from app.windows.settings_pages import FolderField, LookPage, ModelOption, ModelPage

pytestmark = pytest.mark.gui

UNUSUAL = Settings(
    theme=Theme.LIGHT,
    mouse=MouseProfile.RESEARCH,
    model="/models/own",
    adapter="/adapters/ours",
    device="cuda:1",
    score_on_open=False,
    interpolate=False,
    volume_rendering=False,
    patient_text=True,
    export_folder="/reports",
    shortcuts={"fit": "Q"},
)
MODELS = (ModelOption("ct-clip", "CT-CLIP"), ModelOption("medct-mini", "MedCT mini"))


def page_of(qtbot: QtBot, settings: Settings) -> tuple[LookPage, ModelPage]:
    look, model = LookPage(settings), ModelPage(settings, MODELS, ("auto", "cpu"))
    qtbot.addWidget(look)
    qtbot.addWidget(model)
    return look, model


@pytest.mark.parametrize("settings", [Settings(), UNUSUAL])
def test_what_nobody_touches_stays(qtbot: QtBot, settings: Settings) -> None:
    look, model = page_of(qtbot, settings)

    assert model.applied_to(look.applied_to(settings)) == settings


@pytest.mark.parametrize("settings", [Settings(), UNUSUAL])
def test_all_of_a_page_comes_from_the_page(qtbot: QtBot, settings: Settings) -> None:
    look, model = page_of(qtbot, settings)

    applied = model.applied_to(look.applied_to(Settings(shortcuts=settings.shortcuts)))

    assert applied == settings


def test_switches_are_taken_over(qtbot: QtBot) -> None:
    look, _ = page_of(qtbot, Settings())

    for box in look.findChildren(QCheckBox):
        box.toggle()

    chosen = look.applied_to(Settings())
    assert (chosen.interpolate, chosen.volume_rendering, chosen.patient_text) == (
        False,
        False,
        True,
    )


def test_an_installed_model_can_be_chosen_by_its_title(qtbot: QtBot) -> None:
    _, page = page_of(qtbot, Settings())
    box = page.findChildren(QComboBox)[0]

    box.setCurrentIndex(box.findText("MedCT mini (medct-mini)"))

    assert page.applied_to(Settings()).model == "medct-mini"


def test_a_model_that_is_no_longer_installed_stays_chosen(qtbot: QtBot) -> None:
    _, page = page_of(qtbot, UNUSUAL)

    assert page.findChildren(QComboBox)[0].currentText() == "/models/own"


def test_a_folder_that_is_not_there_is_named(qtbot: QtBot, tmp_path: Path) -> None:
    missing = tmp_path / "gone"
    _, page = page_of(qtbot, Settings(adapter=str(missing), export_folder=str(tmp_path)))

    assert page.problems() == (f"Adapter: there is no folder “{missing}”.",)


def test_no_folder_is_no_problem(qtbot: QtBot) -> None:
    _, page = page_of(qtbot, Settings())

    assert page.problems() == ()


@pytest.mark.parametrize(("picked", "shown"), [("/new", "/new"), ("", "/old")])
def test_a_folder_can_be_picked(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, picked: str, shown: str
) -> None:
    field = FolderField("Reports", "Usual place")
    qtbot.addWidget(field)
    field.show_folder("/old")
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: picked)

    field.findChildren(QPushButton)[0].click()

    assert field.folder() == shown


def test_every_field_has_a_name_for_screen_readers(qtbot: QtBot) -> None:
    field = FolderField("Reports", "Usual place")
    qtbot.addWidget(field)

    assert field.findChildren(QLineEdit)[0].accessibleName() == "Reports"
    assert field.findChildren(QPushButton)[0].accessibleName() == "Browse: Reports"
