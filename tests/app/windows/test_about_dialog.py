"""Version, purpose, and the licence of every library the program needs."""

import re
import tomllib
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel, QTableWidget
from pytestqt.qtbot import QtBot

from app.windows.about_dialog import LIBRARIES, AboutDialog, version_of

ROOT = Path(__file__).resolve().parents[3]


def needed() -> set[str]:
    with (ROOT / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)["project"]
    optional = project["optional-dependencies"]
    listed = [*project["dependencies"], *optional["gui"], *optional["dicom"]]
    return {re.split(r"[<>=!~;\[ ]", one)[0].lower() for one in listed}


def test_every_library_the_program_needs_is_named_with_its_licence() -> None:
    named = {library.package for library in LIBRARIES}

    assert needed() <= named
    assert all(library.licence for library in LIBRARIES)


def test_a_package_that_is_not_there_has_no_version() -> None:
    assert version_of("no-such-package-at-all") == ""
    assert version_of("numpy")[0].isdigit()


@pytest.mark.gui
def test_it_says_that_it_is_no_medical_device(qtbot: QtBot) -> None:
    dialog = AboutDialog()
    qtbot.addWidget(dialog)

    texts = " ".join(label.text() for label in dialog.findChildren(QLabel))

    assert "Not a medical device" in texts
    assert version_of("medct") in texts


@pytest.mark.gui
def test_libraries_stand_with_version_and_licence(qtbot: QtBot) -> None:
    dialog = AboutDialog()
    qtbot.addWidget(dialog)
    table = dialog.findChildren(QTableWidget)[0]

    rows = [
        [item.text() for column in range(3) if (item := table.item(row, column)) is not None]
        for row in range(table.rowCount())
    ]

    assert ["NumPy", version_of("numpy"), "BSD-3-Clause and others"] in rows
    assert len(rows) == len(LIBRARIES)
