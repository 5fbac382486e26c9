"""Questions with explained answers."""

import pytest
from PySide6.QtWidgets import QLabel, QPushButton, QRadioButton, QScrollArea
from pytestqt.qtbot import QtBot

from app.windows.question_dialog import Choice, Question, QuestionDialog

FULL, HALF = "full", "half"
LARGE = Question(
    "A very large scan",
    "It takes 8.0 GiB of memory; 6.0 GiB are free.",
    (
        Choice(HALF, "Half resolution", "Small findings may be lost."),
        Choice(FULL, "Full resolution", "Other programs may become slow."),
    ),
    "&Open",
)


def opened(qtbot: QtBot, question: Question) -> QuestionDialog:
    dialog = QuestionDialog(question)
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def press(dialog: QuestionDialog, text: str) -> None:
    buttons = dialog.findChildren(QPushButton)
    next(one for one in buttons if one.text().replace("&", "") == text).click()


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
    many = tuple(Choice(str(number), f"Volume {number}") for number in range(300))
    dialog = opened(qtbot, Question("Which volume?", "It holds 300.", many, "&Open"))

    assert len(dialog.findChildren(QRadioButton)) == 300
    assert dialog.findChildren(QScrollArea)
    assert dialog.height() < 600
