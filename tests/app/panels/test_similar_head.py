"""Above the similar cases: what they are like, and asking for others."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from app.panels.similar_head import SimilarHead
from medct_core.retrieval.spread import LEAST_CASES
from tests.similar_samples import found, page

pytestmark = pytest.mark.gui


@pytest.fixture
def head(qtbot: QtBot) -> SimilarHead:
    shown = SimilarHead()
    qtbot.addWidget(shown)
    shown.show_page(page(), is_kept_back=False)
    shown.show()
    return shown


def button(head: SimilarHead, text: str) -> QPushButton:
    return next(one for one in head.findChildren(QPushButton) if one.text().startswith(text))


def line(head: SimilarHead) -> QLineEdit:
    return head.findChildren(QLineEdit)[0]


def words(head: SimilarHead) -> str:
    return " ".join(one.text() for one in head.findChildren(QLabel) if one.isVisible())


def test_it_says_in_which_library_and_with_which_model(head: SimilarHead) -> None:
    assert words(head).startswith("Cases like this scan lungs · 9 cases · tiny")


def test_where_only_ranks_stand_it_says_what_they_are_worth(head: SimilarHead) -> None:
    few = words(head)
    head.show_page(page(count=LEAST_CASES), is_kept_back=False)
    of_one_patient = words(head)
    head.show_page(page(cases=(found(percentile=97.0),)), is_kept_back=False)

    assert "not how alike: from 50 cases on a percentile is shown." in few
    assert of_one_patient.endswith("Ranks say the order, not how alike.")
    assert "Ranks" not in words(head)


def test_what_words_find_need_not_have_it(head: SimilarHead) -> None:
    head.show_page(page(of_text="pneumothorax"), is_kept_back=False)
    of_words = words(head)
    head.show_page(page(0, of_text="pneumothorax"), is_kept_back=False)

    assert of_words.endswith("Ordered by how well the words fit; the first ones need not have it.")
    assert "Ordered" not in words(head)


def test_a_library_of_the_open_scan_alone_says_so(head: SimilarHead) -> None:
    alone = found(percentile=None, rank=0, is_self=True)

    head.show_page(page(cases=(alone,), count=1, is_in_library=True), is_kept_back=False)
    said = words(head)
    head.show_page(page(cases=(alone,), count=2, is_in_library=True), is_kept_back=False)

    assert said.endswith("No other case of this model is in this library yet.")
    assert "No other case" not in words(head)


def test_without_cases_nothing_is_said_of_their_order(head: SimilarHead) -> None:
    head.show_page(page(0), is_kept_back=False)

    assert words(head) == "Cases like this scan lungs · 9 cases · tiny"


def test_a_single_case_is_one_case(head: SimilarHead) -> None:
    head.show_page(page(1, count=1, notice="Raw cosines."), is_kept_back=False)

    assert "lungs · 1 case · tiny" in words(head)
    assert "Raw cosines." in words(head)


def test_words_are_asked_with_enter(head: SimilarHead, qtbot: QtBot) -> None:
    with qtbot.waitSignal(head.text_asked) as asked:
        QTest.keyClicks(line(head), "  large   effusion ")
        QTest.keyClick(line(head), Qt.Key.Key_Return)

    assert asked.args == ["large effusion"]


def test_nothing_is_asked_without_words(head: SimilarHead, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(head.text_asked):
        QTest.keyClick(line(head), Qt.Key.Key_Return)


def test_what_is_being_typed_stays_while_the_same_cases_are_shown_again(head: SimilarHead) -> None:
    QTest.keyClicks(line(head), "effu")

    head.show_page(page(), is_kept_back=True)

    assert line(head).text() == "effu"
    head.show_page(page(of_text="nodule"), is_kept_back=True)
    assert line(head).text() == "nodule"
    head.show_page(page(), is_kept_back=True)
    assert line(head).text() == ""


def test_from_words_there_are_two_ways_back_to_the_scan(head: SimilarHead, qtbot: QtBot) -> None:
    head.show_page(page(of_text="effusion"), is_kept_back=False)
    assert line(head).text() == "effusion"
    asked: list[str] = []
    head.text_asked.connect(asked.append)

    button(head, "Back").click()
    line(head).clear()
    QTest.keyClick(line(head), Qt.Key.Key_Return)

    assert asked == ["", ""]
    with qtbot.assertNotEmitted(head.text_asked):
        head.show_page(page(), is_kept_back=False)
    assert not button(head, "Back").isVisible()


def test_what_is_kept_back_can_be_asked_for_with_a_warning(head: SimilarHead, qtbot: QtBot) -> None:
    assert not button(head, "Show all").isVisible()

    head.show_page(page(), is_kept_back=True)

    assert "as they may sway it" in words(head)
    with qtbot.waitSignal(head.show_all_wanted):
        button(head, "Show all").click()


def test_a_scan_that_is_in_the_library_is_updated(head: SimilarHead, qtbot: QtBot) -> None:
    head.show_page(page(is_in_library=True), is_kept_back=False)

    with qtbot.waitSignal(head.add_wanted):
        button(head, "Update this case").click()


def test_without_a_scan_none_can_be_added(head: SimilarHead) -> None:
    head.set_scan_open(is_open=False)

    assert not button(head, "Add this scan").isEnabled()


def test_the_menu_fills_or_changes_the_library(head: SimilarHead, qtbot: QtBot) -> None:
    actions = button(head, "Library").menu().actions()
    wanted = (head.add_folder_wanted, head.library_wanted, head.phantom_library_wanted)

    for action, signal in zip(actions, wanted, strict=True):
        with qtbot.waitSignal(signal):
            action.trigger()


def test_the_number_of_filters_stands_on_their_button(head: SimilarHead, qtbot: QtBot) -> None:
    head.show_filter_count(2)
    with qtbot.waitSignal(head.filters_toggled) as toggled:
        button(head, "Filters (2)").click()
    head.show_filter_count(0)

    assert toggled.args == [True]
    assert head.is_filtering
    assert button(head, "Filters").text() == "Filters"


def test_the_keyboard_writes_where_words_are_asked(head: SimilarHead, qtbot: QtBot) -> None:
    head.activateWindow()

    head.focus_text()

    qtbot.waitUntil(line(head).hasFocus)
