"""A dialog of words is as wide as one reads well, and as high as its words need."""

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.windows.text_dialog import TextDialog

pytestmark = pytest.mark.gui


def dialog(qtbot: QtBot, *words: str) -> TextDialog:
    made = TextDialog("A title", 400)
    qtbot.addWidget(made)
    for text in words:
        made.add_words(text)
    made.show()
    qtbot.waitExposed(made)
    return made


def test_the_title_is_above_and_larger_than_the_rest(qtbot: QtBot) -> None:
    made = dialog(qtbot, "Words.")

    title, words = made.findChildren(QLabel)
    assert title.text() == "A title"
    assert title.font().pointSizeF() > words.font().pointSizeF()
    assert title.geometry().bottom() <= words.geometry().top()


def test_more_words_make_it_higher_and_not_wider(qtbot: QtBot) -> None:
    short, long = dialog(qtbot, "Words."), dialog(qtbot, "Many words. " * 60)

    assert long.width() == short.width() == 400
    assert long.height() > short.height() + 50


def test_no_word_is_cut_off(qtbot: QtBot) -> None:
    made = dialog(qtbot, "Many words. " * 60)

    words = made.findChildren(QLabel)[1]
    assert words.height() >= words.heightForWidth(words.width())


def test_it_fits_again_when_its_words_change(qtbot: QtBot) -> None:
    made = TextDialog("A title", 400)
    qtbot.addWidget(made)
    words = made.add_words("Words.")
    made.show()
    before = made.height()

    words.show_text("Many words. " * 60)
    made.fit()

    assert made.height() > before


def test_words_are_shown_as_they_are(qtbot: QtBot) -> None:
    made = dialog(qtbot, "<b>bold</b>")

    assert made.findChildren(QLabel)[1].text() == "<b>bold</b>"
    assert made.findChildren(QLabel)[1].textFormat().name == "PlainText"
