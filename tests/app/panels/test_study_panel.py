"""The open study, without its patient."""

from datetime import date

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from app.panels.series_list import SeriesList
from app.panels.study_panel import StudyPanel
from app.theme import LIGHT
from medct_core.io.sniff import FileKind
from medct_core.io.study import Series, Study
from medct_core.volume.notice import Notice

pytestmark = pytest.mark.gui

SERIES = tuple(
    Series(uid, FileKind.DICOM, (), 10, description=f"Series of {uid}") for uid in ("a", "b")
)
STUDY = Study(
    "u", "P-12ab", date(2026, 1, 2), SERIES, notices=(Notice("x", "3 files were left out."),)
)


@pytest.fixture
def panel(qtbot: QtBot) -> StudyPanel:
    shown = StudyPanel()
    qtbot.addWidget(shown)
    shown.resize(280, 400)
    shown.show()
    return shown


def texts(panel: StudyPanel) -> list[str]:
    return [label.text() for label in panel.findChildren(QLabel) if label.isVisible()]


def test_a_study_shows_its_date_its_series_and_its_notices(panel: StudyPanel) -> None:
    panel.show_study(STUDY)

    assert texts(panel) == ["Study P-12ab", "2026-01-02 · 2 series", "3 files were left out."]
    assert panel.findChildren(SeriesList)[0].model().rowCount() == 2


def test_a_click_on_a_series_is_reported(qtbot: QtBot, panel: StudyPanel) -> None:
    panel.show_study(STUDY)
    shown = panel.findChildren(SeriesList)[0]
    place = shown.visualRect(shown.model().index(1, 0)).center()

    with qtbot.waitSignal(panel.series_chosen) as told:
        QTest.mouseClick(shown.viewport(), Qt.MouseButton.LeftButton, pos=place)

    assert told.args == ["b"]


def test_marking_the_open_series_is_not_choosing_it(qtbot: QtBot, panel: StudyPanel) -> None:
    panel.show_study(STUDY)

    with qtbot.assertNotEmitted(panel.series_chosen):
        panel.show_chosen("b")

    assert panel.findChildren(SeriesList)[0].currentIndex().row() == 1


def test_a_thumbnail_reaches_its_series(panel: StudyPanel) -> None:
    panel.show_study(STUDY)
    picture = QImage(4, 4, QImage.Format.Format_Grayscale8)

    panel.show_thumbnail("b", picture)

    model = panel.findChildren(SeriesList)[0].model()
    pictures = [model.index(at, 0).data(Qt.ItemDataRole.DecorationRole) for at in range(2)]
    assert pictures == [None, picture]


def test_with_no_scan_it_says_what_can_be_dropped_and_offers_to_open(
    qtbot: QtBot, panel: StudyPanel
) -> None:
    button = panel.findChildren(QPushButton)[0]

    with qtbot.waitSignal(panel.open_requested):
        button.click()

    assert "No scan open" in texts(panel)


def test_an_error_says_what_happened_and_what_to_do(panel: StudyPanel) -> None:
    panel.show_study(STUDY)

    panel.show_error("The folder holds no image.", "Choose another folder.")

    assert {"The folder holds no image.", "Choose another folder."} <= set(texts(panel))


def test_waiting_says_for_what(panel: StudyPanel) -> None:
    panel.show_waiting("300 headers are being read.")

    assert texts(panel) == ["Opening", "300 headers are being read."]


def test_a_light_window_gets_a_light_list(panel: StudyPanel) -> None:
    panel.show_study(STUDY)
    before = panel.grab().toImage()

    panel.show_theme(LIGHT)

    assert panel.grab().toImage() != before
