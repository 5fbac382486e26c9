"""Buttons for the similar case that is selected."""

import pytest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from app.panels.similar_actions import SimilarActions
from app.panels.similar_card import SimilarCard
from tests.similar_samples import found

pytestmark = pytest.mark.gui

CARD = SimilarCard(found(1))


@pytest.fixture
def actions(qtbot: QtBot) -> SimilarActions:
    shown = SimilarActions()
    qtbot.addWidget(shown)
    shown.show()
    return shown


def buttons(actions: SimilarActions) -> list[QPushButton]:
    return actions.findChildren(QPushButton)


@pytest.mark.parametrize("card", [None, SimilarCard(found(1, is_self=True))])
def test_without_another_case_there_is_nothing_to_do(
    actions: SimilarActions, card: SimilarCard | None
) -> None:
    actions.show_card(CARD)
    actions.show_card(card)

    assert not any(button.isEnabled() for button in buttons(actions))


def test_each_button_reports_the_case(actions: SimilarActions, qtbot: QtBot) -> None:
    actions.show_card(CARD)
    beside, why, mark = buttons(actions)

    with (
        qtbot.waitSignal(actions.open_wanted) as opened,
        qtbot.waitSignal(actions.why_wanted) as asked,
        qtbot.waitSignal(actions.not_similar_toggled) as marked,
    ):
        beside.click()
        why.click()
        mark.click()

    case_id = CARD.case.case_id
    assert [opened.args, asked.args, marked.args] == [[case_id], [case_id], [case_id, True]]


def test_a_mark_is_shown_without_being_reported(actions: SimilarActions, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(actions.not_similar_toggled):
        actions.show_card(SimilarCard(found(1), is_not_similar=True))

    assert buttons(actions)[2].isChecked()
