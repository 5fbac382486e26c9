"""States in words."""

import pytest
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from app.panels.message_page import MessagePage

pytestmark = pytest.mark.gui


def visible_texts(page: MessagePage) -> list[str]:
    return [label.text() for label in page.findChildren(QLabel) if not label.isHidden()]


def test_an_error_says_what_happened_in_red_and_what_to_do(qtbot: QtBot) -> None:
    page = MessagePage()
    qtbot.addWidget(page)

    page.show_reason("No findings", "The model is missing.", "Install it.", action="Try again")

    assert visible_texts(page) == ["No findings", "The model is missing.", "Install it."]
    red = [
        label.text() for label in page.findChildren(QLabel) if label.property("role") == "refusal"
    ]
    assert red == ["The model is missing."]
    assert page.accessibleDescription() == "The model is missing. Install it."


def test_a_plain_state_has_nothing_red_and_no_button(qtbot: QtBot) -> None:
    page = MessagePage()
    qtbot.addWidget(page)
    page.show_reason("No findings", "The model is missing.", "Install it.", action="Try again")

    page.show_message("Working", "The scan is being read.")

    assert visible_texts(page) == ["Working", "The scan is being read."]
    assert page.findChildren(QPushButton)[0].isHidden()


def test_the_button_asks_for_the_way_on(qtbot: QtBot) -> None:
    page = MessagePage()
    qtbot.addWidget(page)
    page.show_message("No scan", "Drop one here.", action="Open")

    with qtbot.waitSignal(page.action_requested):
        page.findChildren(QPushButton)[0].click()
