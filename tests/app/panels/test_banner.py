"""A problem above the pictures, until it is closed or no longer true."""

import pytest
from PySide6.QtWidgets import QLabel, QPushButton, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from app.panels.banner import Banner

pytestmark = pytest.mark.gui


@pytest.fixture
def banner(qtbot: QtBot) -> Banner:
    shown = Banner()
    qtbot.addWidget(shown)
    return shown


def words(banner: Banner) -> list[str]:
    labels = [label for label in banner.findChildren(QLabel) if not label.isHidden()]
    return [label.text() for label in labels]


def buttons(banner: Banner) -> list[str]:
    shown = [one for one in banner.findChildren(QPushButton) if not one.isHidden()]
    return [one.text() for one in shown]


def test_it_takes_no_room_before_there_is_a_problem(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    banner = Banner(window)

    window.show()

    assert not banner.isVisible()


def test_a_problem_is_said_with_what_to_do_to_eyes_and_ears(banner: Banner) -> None:
    banner.show_problem("The disk is full.", "Free some room.")

    assert banner.isVisible()
    assert words(banner) == ["The disk is full.\nFree some room."]
    assert buttons(banner) == []
    assert banner.accessibleName() == "The disk is full."
    assert banner.accessibleDescription() == "Free some room."


def test_a_problem_without_a_remedy_is_one_line(banner: Banner) -> None:
    banner.show_problem("Nothing was read.", "")

    assert words(banner) == ["Nothing was read."]


def test_markup_in_a_problem_is_words(banner: Banner) -> None:
    banner.show_problem("<b>scan</b>.nii is empty.", "Export it again.")

    assert "<b>scan</b>.nii" in words(banner)[0]
    assert banner.findChildren(QLabel)[0].textFormat().name == "PlainText"


def test_a_way_on_is_offered_and_reported(qtbot: QtBot, banner: Banner) -> None:
    banner.show_problem("The model is missing.", "Install it.", action="Try again")

    with qtbot.waitSignal(banner.action_requested):
        banner.findChildren(QPushButton)[0].click()

    assert buttons(banner) == ["Try again"]


def test_the_next_problem_leaves_no_button_of_the_one_before(banner: Banner) -> None:
    banner.show_problem("The model is missing.", "Install it.", action="Try again")

    banner.show_problem("The disk is full.", "Free some room.")

    assert buttons(banner) == []


def test_it_is_closed_by_the_person_who_read_it(qtbot: QtBot, banner: Banner) -> None:
    banner.show_problem("The disk is full.", "Free some room.")

    with qtbot.waitSignal(banner.closed):
        banner.findChildren(QToolButton)[0].click()

    assert not banner.isVisible()


def test_only_the_problem_that_is_over_is_taken_back(banner: Banner) -> None:
    banner.show_problem("The disk is full.", "Free some room.")

    banner.take_back("The model is missing.")
    kept = banner.isVisible()
    banner.take_back("The disk is full.")

    assert kept
    assert not banner.isVisible()
