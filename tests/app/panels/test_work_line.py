"""One line about the work that runs."""

import pytest
from PySide6.QtWidgets import QLabel, QProgressBar, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from app.panels.work_line import WorkLine

pytestmark = pytest.mark.gui


@pytest.fixture
def line(qtbot: QtBot) -> WorkLine:
    shown = WorkLine()
    qtbot.addWidget(shown)
    return shown


def bar(line: WorkLine) -> QProgressBar:
    return line.findChildren(QProgressBar)[0]


def test_it_takes_no_room_while_there_is_nothing_to_do(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    line = WorkLine(window)

    window.show()

    assert not line.isVisible()


def test_it_says_what_is_done_and_how_far_it_is(line: WorkLine) -> None:
    line.show_work("Reading chest.nii.gz", 0.254)

    assert line.isVisible()
    assert line.findChildren(QLabel)[0].text() == "Reading chest.nii.gz"
    assert (bar(line).value(), bar(line).maximum()) == (25, 100)


def test_work_of_unknown_length_keeps_moving_and_comes_back_to_numbers(line: WorkLine) -> None:
    line.show_work("Reading", None)
    unknown = bar(line).minimum(), bar(line).maximum()
    line.show_work("Reading", 0.5)

    assert unknown == (0, 0)
    assert (bar(line).value(), bar(line).maximum()) == (50, 100)


def test_a_wish_to_stop_is_reported_and_decides_nothing(qtbot: QtBot, line: WorkLine) -> None:
    line.show_work("Scoring", 0.5)

    with qtbot.waitSignal(line.cancel_requested):
        line.findChildren(QToolButton)[0].click()

    assert line.isVisible()


def test_it_is_gone_when_the_work_is(line: WorkLine) -> None:
    line.show_work("Scoring", 0.5)

    line.show_idle()

    assert not line.isVisible()


def test_a_long_name_does_not_push_the_way_to_stop_out_of_the_window(line: WorkLine) -> None:
    line.show_work("Reading " + "a very long name " * 40, 0.5)

    assert line.minimumSizeHint().width() < 500
    assert line.findChildren(QLabel)[0].toolTip().startswith("Reading a very long name")


def test_an_ampersand_in_a_name_stays_one(line: WorkLine) -> None:
    line.show_work("Reading <b>A&B</b>.nii", 0.5)

    assert line.findChildren(QLabel)[0].textFormat().name == "PlainText"
