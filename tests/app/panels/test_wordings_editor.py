"""Sentences behind a score, one a line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtWidgets import QPlainTextEdit, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from app.panels.wordings_editor import WordingsEditor, wordings_of
from medct_core.inference.prompt import Prompt

pytestmark = pytest.mark.gui

PROMPT = Prompt("Emphysema", ("Emphysema is present.", "Emphysema."), ("No emphysema.",))


@given(
    st.lists(st.text(st.characters(categories=["L", "N"]), min_size=1)),
    st.sampled_from(["\n", "\n\n", " \n\t\n"]),
)
def test_blank_lines_and_edges_do_not_matter(wordings: list[str], between: str) -> None:
    assert wordings_of(between.join(wordings)) == tuple(wordings)


def test_showing_a_prompt_reports_nothing(qtbot: QtBot) -> None:
    editor = WordingsEditor()
    qtbot.addWidget(editor)

    with qtbot.assertNotEmitted(editor.edited):
        editor.show_prompt(PROMPT)

    shown = [field.toPlainText() for field in editor.findChildren(QPlainTextEdit)]
    assert shown == ["Emphysema is present.\nEmphysema.", "No emphysema."]


def test_an_edit_reports_both_sides_in_full(qtbot: QtBot) -> None:
    editor = WordingsEditor()
    qtbot.addWidget(editor)
    editor.show_prompt(PROMPT)

    with qtbot.waitSignal(editor.edited) as told:
        editor.findChildren(QPlainTextEdit)[1].setPlainText("Lungs without emphysema.\n\n")

    assert told.args == ["Emphysema", PROMPT.present, ("Lungs without emphysema.",)]


def test_the_answer_to_an_edit_does_not_move_the_cursor(qtbot: QtBot) -> None:
    editor = WordingsEditor()
    qtbot.addWidget(editor)
    editor.show_prompt(PROMPT)
    field = editor.findChildren(QPlainTextEdit)[1]
    field.setPlainText("No bullae.\n")

    editor.show_prompt(Prompt("Emphysema", PROMPT.present, ("No bullae.",)))

    assert field.toPlainText() == "No bullae.\n"


def test_without_a_prompt_there_is_nothing_to_edit(qtbot: QtBot) -> None:
    editor = WordingsEditor()
    qtbot.addWidget(editor)
    editor.show_prompt(PROMPT)

    editor.show_prompt(None)

    assert editor.isHidden()


def test_the_usual_wordings_can_be_asked_for(qtbot: QtBot) -> None:
    editor = WordingsEditor()
    qtbot.addWidget(editor)
    editor.show_prompt(PROMPT)

    with qtbot.waitSignal(editor.reset_requested) as told:
        editor.findChildren(QPushButton)[0].click()

    assert told.args == ["Emphysema"]


def test_the_sentences_are_folded_away_until_they_are_asked_for(qtbot: QtBot) -> None:
    editor = WordingsEditor()
    qtbot.addWidget(editor)
    editor.show_prompt(PROMPT)
    fields = editor.findChildren(QPlainTextEdit)
    before = [field.isVisibleTo(editor) for field in fields]

    title = editor.findChild(QToolButton)
    assert title is not None
    title.click()

    assert before == [False, False]
    assert title.text() == "Wordings (2 for, 1 against)"
    assert all(field.isVisibleTo(editor) for field in fields)
