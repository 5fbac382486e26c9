"""What a person chooses about similar cases comes back as settings."""

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit
from pytestqt.qtbot import QtBot

from app.settings import KnownFindingsShown, Settings
from app.windows.library_page import LibraryPage

pytestmark = pytest.mark.gui

CHOSEN = Settings(
    library="/cases",
    search_on_open=False,
    known_findings=KnownFindingsShown.ALWAYS,
    reader="Dr Brandt",
)


@pytest.mark.parametrize("settings", [Settings(), CHOSEN])
def test_settings_that_nobody_changes_stay(qtbot: QtBot, settings: Settings) -> None:
    page = LibraryPage(settings)
    qtbot.addWidget(page)

    assert page.applied_to(Settings(model="ct-clip")) == replace(settings, model="ct-clip")


def test_changes_are_taken(qtbot: QtBot) -> None:
    page = LibraryPage(Settings())
    qtbot.addWidget(page)
    place, reader = page.findChildren(QLineEdit)
    (known,) = page.findChildren(QComboBox)
    (search,) = page.findChildren(QCheckBox)

    place.setText("/cases")
    reader.setText("Dr Brandt ")
    known.setCurrentIndex(1)
    search.click()

    assert page.applied_to(Settings()) == CHOSEN


def test_a_file_is_no_library_and_a_new_folder_may_become_one(qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    pages = [
        LibraryPage(Settings(library=place))
        for place in (str(tmp_path / "file"), str(tmp_path / "new"), "s3://bucket/cases", "")
    ]
    for page in pages:
        qtbot.addWidget(page)

    assert [bool(page.problems()) for page in pages] == [True, False, False, False]
