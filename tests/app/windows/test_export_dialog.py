"""The dialog gives a wish, and says beforehand how the files will be called."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QFileDialog,
    QLabel,
    QLineEdit,
    QListWidget,
    QPushButton,
)
from pytestqt.qtbot import QtBot

from app.controllers.export_wish import FORMATS
from app.viewer.key_image import KeyPicture
from app.windows.export_dialog import ExportDialog, ExportOffer
from tests import report_samples

pytestmark = pytest.mark.gui

MARKED = report_samples.reader_part().images


def pictures() -> tuple[KeyPicture, ...]:
    blank = QImage(40, 30, QImage.Format.Format_RGB32)
    blank.fill(Qt.GlobalColor.black)
    return tuple(KeyPicture(blank, image) for image in MARKED)


@pytest.fixture
def dialog(qtbot: QtBot, tmp_path: Path) -> ExportDialog:
    offer = ExportOffer("/patients/scan.nii.gz", pictures(), has_measurements=True)
    shown = ExportDialog(offer, tmp_path)
    qtbot.addWidget(shown)
    shown.show()
    return shown


def button(dialog: ExportDialog, text: str) -> QPushButton:
    buttons = dialog.findChildren(QPushButton)
    return next(one for one in buttons if one.text().replace("&", "").startswith(text))


def said(dialog: ExportDialog) -> str:
    return " ".join(one.text() for one in dialog.findChildren(QLabel) if one.isVisible())


def folder_field(dialog: ExportDialog) -> QLineEdit:
    return dialog.findChildren(QLineEdit)[0]


def test_accepting_gives_the_wish(dialog: ExportDialog, tmp_path: Path) -> None:
    button(dialog, "Export").click()

    assert dialog.result() == QDialog.DialogCode.Accepted
    wish = dialog.wish
    assert (wish.folder, wish.formats, wish.names_patient) == (tmp_path, FORMATS, False)
    assert wish.images == MARKED


def test_a_picture_that_is_left_out_is_not_in_the_wish(dialog: ExportDialog) -> None:
    dialog.findChildren(QListWidget)[0].item(0).setCheckState(Qt.CheckState.Unchecked)

    assert dialog.wish.images == MARKED[1:]


def test_without_a_pdf_no_picture_is_wished_for(dialog: ExportDialog) -> None:
    dialog.findChildren(QCheckBox)[0].click()

    assert dialog.wish.images == ()
    assert dialog.wish.formats == ("csv", "json")


def test_the_names_follow_the_scan_and_what_is_there(
    qtbot: QtBot, dialog: ExportDialog, tmp_path: Path
) -> None:
    before = said(dialog)
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "scan.csv").write_text("mine")

    folder_field(dialog).setText(str(tmp_path / "new"))

    names = "scan-2.pdf, scan-2.csv, scan-2_measurements.csv, scan-2.json"
    qtbot.waitUntil(lambda: names in said(dialog))
    assert "New files: scan.pdf" in before
    assert "left as they are: scan.csv" in said(dialog)


@pytest.mark.parametrize("typed", ["", "reports"])
def test_a_folder_is_needed(qtbot: QtBot, dialog: ExportDialog, typed: str) -> None:
    folder_field(dialog).setText(typed)

    assert not button(dialog, "Export").isEnabled()
    qtbot.waitUntil(lambda: "Choose a folder" in said(dialog))


def test_a_format_is_needed(qtbot: QtBot, dialog: ExportDialog) -> None:
    for box in dialog.findChildren(QCheckBox)[:3]:
        box.click()

    assert not button(dialog, "Export").isEnabled()
    qtbot.waitUntil(lambda: "at least one of PDF" in said(dialog))


@pytest.mark.parametrize("is_chosen", [True, False])
def test_browsing_takes_the_folder_that_is_chosen(
    dialog: ExportDialog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_chosen: bool
) -> None:
    chosen = str(tmp_path / "other") if is_chosen else ""
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_args: chosen)

    button(dialog, "Browse").click()

    assert dialog.wish.folder == (tmp_path / "other" if is_chosen else tmp_path)
    assert ("The folder will be made" in said(dialog)) is is_chosen


def test_a_scan_that_names_nobody_offers_no_name(qtbot: QtBot, tmp_path: Path) -> None:
    dialog = ExportDialog(ExportOffer("scan.nii", knows_patient=False), tmp_path)
    qtbot.addWidget(dialog)

    assert not dialog.findChildren(QCheckBox)[3].isEnabled()
    assert dialog.wish.images == ()
