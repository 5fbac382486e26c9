"""Words from files, shown as they are."""

import pytest
from pytestqt.qtbot import QtBot

from app.panels.text_label import TextLabel

pytestmark = pytest.mark.gui


def test_markup_in_a_file_is_shown_and_not_obeyed(qtbot: QtBot) -> None:
    plain, marked = TextLabel("b"), TextLabel("<b>b</b>")
    qtbot.addWidget(plain)
    qtbot.addWidget(marked)

    assert marked.heightForWidth(40) > plain.heightForWidth(40)


def test_a_long_word_does_not_make_the_panel_wider(qtbot: QtBot) -> None:
    label = TextLabel("1.2.840.113619.2.55.3" * 10)
    qtbot.addWidget(label)

    assert label.minimumSizeHint().width() >= 0
    assert label.minimumWidth() == 1


def test_an_empty_text_takes_no_room(qtbot: QtBot) -> None:
    label = TextLabel("Something", role="danger")
    qtbot.addWidget(label)

    label.show_text("")

    assert label.isHidden()
    assert label.property("role") == "danger"
