"""Series with their pictures, and why one cannot be opened."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.panels.series_list import (
    SeriesList,
    SeriesModel,
    all_of,
    facts_of,
    remark_of,
    title_of,
)
from app.theme import DARK, LIGHT
from medct_core.io.sniff import FileKind
from medct_core.io.study import Series
from medct_core.volume.notice import Notice

pytestmark = pytest.mark.gui

CHEST = Series("1.2", FileKind.DICOM, (), 248, number=3, description="Thorax", modality="CT")
SCOUT = Series("1.3", FileKind.DICOM, (), 1, number=1, refusal="A localizer is no volume.")
TILTED = Series(
    "1.4",
    FileKind.DICOM,
    (),
    80,
    frame_count=4,
    notices=(Notice("tilt", "Tilted by 12.5 degrees."), Notice("gap", "<b>2</b> are missing.")),
)


@pytest.fixture
def shown(qtbot: QtBot) -> SeriesList:
    model = SeriesModel()
    model.show_series((CHEST, SCOUT, TILTED))
    view = SeriesList(model)
    model.setParent(view)
    qtbot.addWidget(view)
    view.resize(280, 300)
    view.show()
    return view


def click(view: SeriesList, row: int) -> None:
    place = view.visualRect(view.model().index(row, 0)).center()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)


def test_a_series_without_words_goes_by_its_number() -> None:
    titles = [title_of(series) for series in (CHEST, SCOUT, TILTED)]

    assert titles == ["Thorax", "Series 1", "Series"]


def test_the_facts_are_in_one_line() -> None:
    facts = [facts_of(series) for series in (CHEST, SCOUT, TILTED)]

    assert facts == ["No. 3 · CT · 248 slices", "No. 1 · 1 slice", "80 slices · 4 volumes"]


def test_a_refusal_goes_before_notices_and_several_notices_are_counted() -> None:
    remarks = [remark_of(series) for series in (CHEST, SCOUT, TILTED)]

    assert remarks == ["", "A localizer is no volume.", "2 notices: Tilted by 12.5 degrees."]


def test_the_full_text_holds_every_notice() -> None:
    assert all(notice.text in all_of(TILTED) for notice in TILTED.notices)


def test_markup_in_a_header_stays_text_in_the_tooltip() -> None:
    model = SeriesModel()
    model.show_series((TILTED,))

    assert "&lt;b&gt;2&lt;/b&gt;" in str(model.index(0).data(Qt.ItemDataRole.ToolTipRole))


def test_a_click_chooses_a_series(qtbot: QtBot, shown: SeriesList) -> None:
    with qtbot.waitSignal(shown.chosen) as told:
        click(shown, 2)

    assert told.args == ["1.4"]


def test_a_series_that_cannot_be_opened_is_not_chosen(qtbot: QtBot, shown: SeriesList) -> None:
    with qtbot.assertNotEmitted(shown.chosen):
        click(shown, 1)


def test_a_picture_that_is_no_scan_is_chosen_to_be_looked_at(
    qtbot: QtBot, shown: SeriesList
) -> None:
    model = shown.model()
    assert isinstance(model, SeriesModel)
    model.show_series((replace(SCOUT, is_picture=True),))

    with qtbot.waitSignal(shown.chosen) as told:
        click(shown, 0)

    assert told.args == [SCOUT.uid]


def test_the_reason_of_a_refusal_is_red(shown: SeriesList) -> None:
    image = shown.viewport().grab(shown.visualRect(shown.model().index(1, 0))).toImage()

    pixels = {
        image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())
    }
    assert DARK.danger in pixels


def test_a_picture_that_arrives_is_painted(qtbot: QtBot, shown: SeriesList) -> None:
    picture = QImage(64, 48, QImage.Format.Format_RGB32)
    picture.fill(QColor("#fedcba"))
    model = shown.model()
    assert isinstance(model, SeriesModel)

    with qtbot.waitSignal(model.dataChanged):
        model.show_picture("1.2", picture)

    rect = shown.visualRect(model.index(0))
    image = shown.viewport().grab(rect).toImage()
    middle = image.pixelColor(8 + 28, 8 + 28).name()
    assert middle == "#fedcba"


def test_a_picture_of_a_series_that_is_gone_is_dropped(qtbot: QtBot) -> None:
    model = SeriesModel()
    model.show_series((CHEST,))

    with qtbot.assertNotEmitted(model.dataChanged):
        model.show_picture("9.9", QImage())

    assert model.index_of("9.9") == QModelIndex()


def test_other_colours_are_painted_at_once(shown: SeriesList) -> None:
    before = shown.grab().toImage()

    shown.show_theme(LIGHT)

    assert shown.grab().toImage() != before
