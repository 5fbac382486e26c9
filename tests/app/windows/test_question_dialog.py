"""Questions with explained answers."""

import pytest
from PySide6.QtWidgets import QLabel, QPushButton, QRadioButton, QScrollArea
from pytestqt.qtbot import QtBot

from app.windows.question_dialog import (
    FULL,
    HALF,
    Choice,
    Question,
    QuestionDialog,
    large_scan_question,
    volume_question,
)

GIB = 2**30
LARGE = large_scan_question(needed_bytes=8 * GIB, free_bytes=6 * GIB)


def opened(qtbot: QtBot, question: Question) -> QuestionDialog:
    dialog = QuestionDialog(question)
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def press(dialog: QuestionDialog, text: str) -> None:
    buttons = dialog.findChildren(QPushButton)
    next(one for one in buttons if one.text().replace("&", "") == text).click()


def test_a_large_scan_is_asked_about_with_numbers() -> None:
    assert LARGE.text == "It takes 8.0 GiB of memory; 6.0 GiB are free."
    assert "about 1.0 GiB" in next(one for one in LARGE.choices if one.name == HALF).explanation


def test_half_is_proposed_where_it_may_not_fit_and_full_where_it_does() -> None:
    fits = large_scan_question(needed_bytes=8 * GIB, free_bytes=64 * GIB)

    assert LARGE.choices[0].name == HALF
    assert fits.choices[0].name == FULL


def test_volumes_are_counted_from_one_for_people_and_from_zero_in_answers() -> None:
    question = volume_question(["0 ms", ""])

    assert question.choices == (Choice("0", "Volume 1: 0 ms"), Choice("1", "Volume 2"))
    assert "2 volumes" in question.text


@pytest.mark.gui
def test_the_proposed_answer_is_taken_at_once(qtbot: QtBot) -> None:
    dialog = opened(qtbot, LARGE)
    heard: list[str] = []
    dialog.chosen.connect(heard.append)

    press(dialog, "Open")

    assert heard == [HALF]
    assert not dialog.isVisible()


@pytest.mark.gui
def test_another_answer_can_be_chosen(qtbot: QtBot) -> None:
    dialog = opened(qtbot, LARGE)
    heard: list[str] = []
    dialog.chosen.connect(heard.append)

    dialog.findChildren(QRadioButton)[1].setChecked(True)
    press(dialog, "Open")

    assert heard == [FULL]


@pytest.mark.gui
def test_cancel_is_no_answer(qtbot: QtBot) -> None:
    dialog = opened(qtbot, LARGE)

    with qtbot.assertNotEmitted(dialog.chosen):
        press(dialog, "Cancel")

    assert not dialog.isVisible()


@pytest.mark.gui
def test_each_answer_is_explained(qtbot: QtBot) -> None:
    dialog = opened(qtbot, LARGE)

    texts = [label.text() for label in dialog.findChildren(QLabel)]

    assert all(choice.explanation in texts for choice in LARGE.choices)


@pytest.mark.gui
def test_hundreds_of_volumes_scroll(qtbot: QtBot) -> None:
    dialog = opened(qtbot, volume_question([""] * 300))

    assert len(dialog.findChildren(QRadioButton)) == 300
    assert dialog.findChildren(QScrollArea)
    assert dialog.height() < 600
