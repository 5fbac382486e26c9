"""A mark in the panel is kept with the open scan, and taken back."""

import pytest
from pytestqt.qtbot import QtBot

from app.connections.not_similar import NotSimilarConnection
from app.panels.similar_panel import SimilarPanel
from app.state.not_similar import NotSimilarCases

pytestmark = pytest.mark.gui


def test_a_case_is_marked_and_the_mark_is_taken_back(qtbot: QtBot) -> None:
    panel, marks = SimilarPanel(), NotSimilarCases()
    qtbot.addWidget(panel)
    NotSimilarConnection(panel, marks, marks)

    panel.not_similar_toggled.emit("one", True)
    panel.not_similar_toggled.emit("two", True)
    before = marks.items
    panel.not_similar_toggled.emit("one", False)

    assert (before, marks.items) == (("one", "two"), ("two",))
