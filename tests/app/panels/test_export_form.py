"""The form shows what is exported, and names nobody unless it is told to."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QCheckBox, QLabel, QLineEdit, QListWidget, QPushButton
from pytestqt.qtbot import QtBot

from app.panels.export_form import ExportChoice, ExportForm, ImageChoice

pytestmark = pytest.mark.gui

ALL = ("pdf", "csv", "json")


def picture(wide: int = 320, high: int = 200) -> QImage:
    image = QImage(wide, high, QImage.Format.Format_RGB32)
    image.fill(QColor(255, 0, 0))
    image.setDevicePixelRatio(2.0)
    return image


IMAGES = (
    ImageChoice(picture(), "Axial, slice 3/40", "The nodule"),
    ImageChoice(picture(100, 300), "Coronal, slice 5/60"),
)


@pytest.fixture
def form(qtbot: QtBot) -> ExportForm:
    shown = ExportForm()
    qtbot.addWidget(shown)
    shown.show_folder("/reports")
    shown.show_images(IMAGES)
    shown.show()
    return shown


def box(form: ExportForm, start: str) -> QCheckBox:
    boxes = form.findChildren(QCheckBox)
    return next(one for one in boxes if one.text().replace("&", "").startswith(start))


def images(form: ExportForm) -> QListWidget:
    return form.findChildren(QListWidget)[0]


def shown_labels(form: ExportForm) -> str:
    return " ".join(one.text() for one in form.findChildren(QLabel) if one.isVisible())


def test_everything_but_the_patient_is_chosen_at_first(form: ExportForm) -> None:
    assert form.choice == ExportChoice("/reports", ALL, (0, 1), names_patient=False)


@pytest.mark.parametrize("form_name", ["PDF", "CSV", "JSON"])
def test_a_format_that_is_switched_off_is_left_out(
    qtbot: QtBot, form: ExportForm, form_name: str
) -> None:
    with qtbot.waitSignal(form.changed):
        box(form, form_name).click()

    assert form_name.lower() not in form.choice.formats
    assert len(form.choice.formats) == 2


def test_pictures_can_be_left_out_one_by_one(qtbot: QtBot, form: ExportForm) -> None:
    with qtbot.waitSignal(form.changed):
        images(form).item(0).setCheckState(Qt.CheckState.Unchecked)

    assert form.choice.images == (1,)


def test_pictures_are_shown_with_their_words(form: ExportForm) -> None:
    assert [images(form).item(row).text() for row in range(2)] == [
        "The nodule\nAxial, slice 3/40",
        "Coronal, slice 5/60",
    ]


def test_thumbnails_are_equally_large(form: ExportForm) -> None:
    sizes = {images(form).item(row).icon().availableSizes()[0].toTuple() for row in range(2)}

    assert len(sizes) == 1


def test_pictures_only_go_into_the_pdf(form: ExportForm) -> None:
    box(form, "PDF").click()

    assert not images(form).isEnabled()


def test_without_marked_pictures_the_form_says_what_is_shown_instead(form: ExportForm) -> None:
    form.show_images(())

    assert not images(form).isVisible()
    assert "three usual levels" in shown_labels(form)
    assert form.choice.images == ()


def test_naming_the_patient_is_asked_for_and_warned_about(qtbot: QtBot, form: ExportForm) -> None:
    before = shown_labels(form)

    with qtbot.waitSignal(form.changed):
        box(form, "Name the patient").click()

    assert form.choice.names_patient
    assert "who was examined" not in before
    assert "who was examined" in shown_labels(form)


def test_a_patient_nobody_knows_cannot_be_named(form: ExportForm) -> None:
    box(form, "Name the patient").click()

    form.show_patient_known(is_known=False)

    assert not box(form, "Name the patient").isEnabled()
    assert not form.choice.names_patient
    assert "who was examined" not in shown_labels(form)


def test_typing_a_folder_is_reported_and_showing_one_is_not(qtbot: QtBot, form: ExportForm) -> None:
    with qtbot.assertNotEmitted(form.changed):
        form.show_folder("/other")
    with qtbot.waitSignal(form.changed):
        form.findChildren(QLineEdit)[0].setText("  /third ")

    assert form.choice.folder == "/third"


def test_browsing_is_left_to_the_dialog(qtbot: QtBot, form: ExportForm) -> None:
    with qtbot.waitSignal(form.browse_requested):
        form.findChildren(QPushButton)[0].click()


def test_the_names_of_the_files_are_said_before(form: ExportForm) -> None:
    form.show_files(("a-2.pdf", "a-2.csv"), ("a.pdf",), folder_is_new=True)

    said = shown_labels(form)
    assert "New files: a-2.pdf, a-2.csv. The folder will be made." in said
    assert "There already, and left as they are: a.pdf." in said


def test_what_is_missing_takes_the_place_of_the_names(form: ExportForm) -> None:
    form.show_files(("a.pdf",), ("a.csv",), folder_is_new=False)

    form.show_missing("Choose a folder for the files.")

    said = shown_labels(form)
    assert "Choose a folder for the files." in said
    assert "a.pdf" not in said
    assert "a.csv" not in said
