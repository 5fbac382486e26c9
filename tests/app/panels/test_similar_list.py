"""The list of similar cases: what selecting, opening and marking one reports."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from app.panels.similar_card import cards_of
from app.panels.similar_list import SimilarList
from app.panels.similar_model import SimilarModel
from medct_core.retrieval.search import SimilarCase
from tests.similar_samples import found

pytestmark = pytest.mark.gui

ITSELF = found(1, is_self=True, rank=0)
CASES = (ITSELF, found(2), found(3))
IDS = tuple(one.case.case_id for one in CASES)


@pytest.fixture
def view(qtbot: QtBot) -> SimilarList:
    model = SimilarModel()
    shown = SimilarList(model)
    model.setParent(shown)
    qtbot.addWidget(shown)
    shown.resize(340, 700)
    shown.show()
    show(shown, CASES)
    return shown


def show(view: SimilarList, cases: tuple[SimilarCase, ...], marked: str = "") -> None:
    view.show_cards(cards_of(cases, frozenset(), frozenset({marked})))


def menu_of(view: SimilarList, row: int) -> QMenu | None:
    place = view.visualRect(view.model().index(row, 0)).center()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, QPoint(0, 0))
    view.contextMenuEvent(event)
    menus = view.findChildren(QMenu)
    return menus[-1] if menus else None


def test_a_click_and_the_arrow_keys_select(view: SimilarList, qtbot: QtBot) -> None:
    place = view.visualRect(view.model().index(1, 0)).center()

    with qtbot.waitSignal(view.selected) as clicked:
        QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    with qtbot.waitSignal(view.selected) as moved:
        QTest.keyClick(view, Qt.Key.Key_Down)

    assert (clicked.args, moved.args) == ([IDS[1]], [IDS[2]])


def test_what_is_shown_is_not_reported(view: SimilarList, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(view.selected):
        view.select(IDS[1])
        show(view, tuple(reversed(CASES)))

    assert view.current_card is not None
    assert view.current_card.case.case_id == IDS[1]


def test_a_case_that_is_gone_is_not_selected_any_more(view: SimilarList) -> None:
    view.select(IDS[1])

    show(view, CASES[2:])

    assert view.current_card is None


def test_enter_opens_a_case_but_not_the_open_scan_itself(view: SimilarList, qtbot: QtBot) -> None:
    view.select(IDS[2])
    with qtbot.waitSignal(view.open_wanted) as opened:
        QTest.keyClick(view, Qt.Key.Key_Return)
    assert opened.args == [IDS[2]]

    view.select(IDS[0])
    with qtbot.assertNotEmitted(view.open_wanted):
        QTest.keyClick(view, Qt.Key.Key_Return)


def test_the_menu_of_a_case_offers_what_can_be_done(view: SimilarList, qtbot: QtBot) -> None:
    menu = menu_of(view, 1)
    assert menu is not None
    beside, why, mark = menu.actions()

    with qtbot.waitSignals([view.open_wanted, view.why_wanted]):
        beside.trigger()
        why.trigger()
    with qtbot.waitSignal(view.not_similar_toggled) as toggled:
        mark.trigger()

    assert toggled.args == [IDS[1], True]


def test_a_mark_can_be_taken_back_in_the_menu(view: SimilarList, qtbot: QtBot) -> None:
    show(view, CASES, marked=IDS[1])
    menu = menu_of(view, 1)
    assert menu is not None
    mark = menu.actions()[2]

    assert mark.isChecked()
    with qtbot.waitSignal(view.not_similar_toggled) as toggled:
        mark.trigger()

    assert toggled.args == [IDS[1], False]


def test_the_open_scan_itself_has_no_menu(view: SimilarList) -> None:
    assert menu_of(view, 0) is None


def test_a_narrower_list_has_higher_cards(view: SimilarList, qtbot: QtBot) -> None:
    view.resize(700, 700)
    qtbot.waitUntil(lambda: view.visualRect(view.model().index(1, 0)).width() > 600)
    wide = view.visualRect(view.model().index(1, 0)).height()

    view.resize(320, 700)

    qtbot.waitUntil(lambda: view.visualRect(view.model().index(1, 0)).height() > wide)
