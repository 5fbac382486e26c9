"""The panel without cases: why, how far, and ways on."""

import pytest
from PySide6.QtWidgets import QLabel, QProgressBar, QPushButton
from pytestqt.qtbot import QtBot

from app.panels.similar_start import SimilarStart

pytestmark = pytest.mark.gui


@pytest.fixture
def start(qtbot: QtBot) -> SimilarStart:
    shown = SimilarStart()
    qtbot.addWidget(shown)
    shown.show()
    return shown


def ways(start: SimilarStart) -> list[QPushButton]:
    buttons = start.findChildren(QPushButton)
    return [one for one in buttons if one.isVisible() and one.text()]


def words(start: SimilarStart) -> str:
    return " ".join(one.text() for one in start.findChildren(QLabel) if one.isVisible())


def bar(start: SimilarStart) -> QProgressBar:
    return start.findChildren(QProgressBar)[0]


def test_an_empty_library_says_why_and_offers_four_ways_on(
    start: SimilarStart, qtbot: QtBot
) -> None:
    start.show_empty("No library yet.", "Fill one.")

    assert "No library yet.\nFill one." in words(start)
    wanted = (
        start.add_wanted,
        start.add_folder_wanted,
        start.library_wanted,
        start.phantom_library_wanted,
    )
    for way, signal in zip(ways(start), wanted, strict=True):
        with qtbot.waitSignal(signal):
            way.click()


def test_work_shows_how_far_it_is(start: SimilarStart) -> None:
    start.show_waiting("Drawing phantom 3 of 60", 0.05)

    assert "Drawing phantom 3 of 60" in words(start)
    assert (bar(start).isVisible(), bar(start).maximum(), bar(start).value()) == (True, 100, 5)
    assert ways(start) == []


def test_work_of_unknown_length_has_a_bar_without_end(start: SimilarStart) -> None:
    start.show_waiting("Opening the library", None)

    assert bar(start).maximum() == 0


def test_a_failure_says_what_to_do_and_offers_ways_on(start: SimilarStart) -> None:
    start.show_waiting("Searching", None)

    start.show_failure("The library is gone.", "Choose another one.")

    assert "The library is gone." in words(start)
    assert "Choose another one." in words(start)
    assert not bar(start).isVisible()
    assert len(ways(start)) == 4


def test_without_a_scan_none_can_be_added(start: SimilarStart) -> None:
    start.show_empty("No library yet.", "")

    start.set_scan_open(is_open=False)

    assert [way.isEnabled() for way in ways(start)] == [False, True, True, True]
