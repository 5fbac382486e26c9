"""The panel of similar cases: one state at a time, and every wish reported."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QPushButton, QTabWidget
from pytestqt.qtbot import QtBot

from app.panels.library_map import LibraryMap
from app.panels.similar_list import SimilarList
from app.panels.similar_model import CARD_ROLE
from app.panels.similar_panel import SimilarPanel
from app.state.similar_page import CaseMap
from app.theme import LIGHT
from medct_core.retrieval.case_filter import CaseFilter
from medct_core.retrieval.search import Evidence
from tests.similar_samples import page

pytestmark = pytest.mark.gui

PAGE = page(3, evidence=(Evidence("Emphysema", 10, 7, 1.25),))
IDS = tuple(one.case.case_id for one in PAGE.cases)
NONE: frozenset[str] = frozenset()
MAP = CaseMap(IDS, np.array([[0, 0], [1, 0], [0, 1]], "f4"), ("A", "B", "C"))


@pytest.fixture
def panel(qtbot: QtBot) -> SimilarPanel:
    shown = SimilarPanel()
    qtbot.addWidget(shown)
    shown.resize(340, 800)
    shown.show()
    shown.set_scan_open(is_open=True)
    return shown


def words(panel: SimilarPanel) -> str:
    return "\n".join(one.text() for one in panel.findChildren(QLabel) if one.isVisible())


def buttons(panel: SimilarPanel) -> dict[str, QPushButton]:
    return {one.text(): one for one in panel.findChildren(QPushButton) if one.isVisible()}


def listed(panel: SimilarPanel) -> SimilarList:
    return panel.findChildren(SimilarList)[0]


def show_tab(panel: SimilarPanel, title: str) -> None:
    tabs = panel.findChildren(QTabWidget)[0]
    tabs.setCurrentIndex([tabs.tabText(n) for n in range(tabs.count())].index(title))


def the_map(panel: SimilarPanel) -> LibraryMap:
    return panel.findChildren(LibraryMap)[0]


def test_at_first_it_says_how_cases_come(panel: SimilarPanel) -> None:
    assert "Open a chest CT" in words(panel)
    assert "Make a library of phantoms" in buttons(panel)


def test_an_empty_library_offers_ways_on(panel: SimilarPanel, qtbot: QtBot) -> None:
    panel.show_page(PAGE, NONE)

    panel.show_empty("The library is empty.", "Fill it.")

    assert "The library is empty." in words(panel)
    assert "Filters" not in buttons(panel)
    with qtbot.waitSignal(panel.phantom_library_wanted):
        buttons(panel)["Make a library of phantoms"].click()


def test_cases_are_listed_in_the_order_given(panel: SimilarPanel) -> None:
    panel.show_page(PAGE, NONE)

    model = listed(panel).model()
    cards = [model.index(row, 0).data(CARD_ROLE) for row in range(model.rowCount())]
    assert tuple(card.case.case_id for card in cards) == IDS


def test_waiting_leaves_nothing_of_the_last_scan(panel: SimilarPanel) -> None:
    panel.show_page(PAGE, frozenset({"Emphysema"}))
    panel.select_case(IDS[0])

    panel.show_waiting("Searching", None)

    assert "Searching" in words(panel)
    assert listed(panel).model().rowCount() == 0
    assert panel.selected_case == ""
    assert "Open beside" not in buttons(panel)
    assert "Show all" not in buttons(panel)


def test_the_next_question_is_answered_from_its_first_case_on(
    panel: SimilarPanel, qtbot: QtBot
) -> None:
    bar = listed(panel).verticalScrollBar()
    panel.show_page(page(12), NONE)
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    bar.setValue(bar.maximum())

    panel.show_waiting("The model reads the words.", None)
    panel.show_page(page(12), NONE)

    assert bar.value() == 0


def test_a_failure_can_be_mended_by_other_words(panel: SimilarPanel) -> None:
    panel.show_page(PAGE, NONE)

    panel.show_failure("The text is too long.", "Shorten it.")

    assert "The text is too long." in words(panel)
    assert panel.findChildren(QLineEdit)[0].isVisible()


def test_what_is_known_shows_once_it_may(panel: SimilarPanel) -> None:
    panel.show_page(PAGE, NONE)
    is_offered = "Show all" in buttons(panel)
    panel.show_page(PAGE, PAGE.finding_names)
    show_tab(panel, "What they had")

    assert is_offered
    assert "Show all" not in buttons(panel)
    assert "7 of the 10 nearest verified cases had it; 1.2 expected" in words(panel)


def test_nothing_known_shows_before_it_may(panel: SimilarPanel) -> None:
    panel.show_page(PAGE, NONE)
    show_tab(panel, "What they had")

    assert "Emphysema" not in words(panel)


def test_the_buttons_act_on_the_selected_case(panel: SimilarPanel, qtbot: QtBot) -> None:
    panel.show_page(PAGE, NONE)
    with qtbot.waitSignal(panel.case_selected) as selected:
        QTest.keyClick(listed(panel), Qt.Key.Key_Down)
        QTest.keyClick(listed(panel), Qt.Key.Key_Down)

    with (
        qtbot.waitSignal(panel.open_beside_wanted) as opened,
        qtbot.waitSignal(panel.why_wanted) as asked,
        qtbot.waitSignal(panel.not_similar_toggled) as marked,
    ):
        for name in ("Open beside", "Why similar?", "Not similar"):
            buttons(panel)[name].click()

    case_id = panel.selected_case
    assert selected.args[0] in IDS
    assert [opened.args, asked.args, marked.args] == [[case_id], [case_id], [case_id, True]]


def test_the_selected_case_stays_selected_when_the_order_changes(panel: SimilarPanel) -> None:
    panel.show_page(PAGE, NONE)
    panel.select_case(IDS[1])

    marked = frozenset({IDS[1]})
    panel.show_page(replace(PAGE, cases=PAGE.cases[::-1], not_similar=marked), NONE)

    assert panel.selected_case == IDS[1]
    assert buttons(panel)["Not similar"].isChecked()


def test_what_is_shown_is_not_reported(panel: SimilarPanel, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(panel.case_selected):
        panel.show_page(PAGE, NONE)
        panel.show_map(MAP)
        panel.select_case(IDS[2])


def test_a_filter_that_nothing_passes_is_cleared_with_one_click(
    panel: SimilarPanel, qtbot: QtBot
) -> None:
    panel.show_page(PAGE, NONE)
    buttons(panel)["Filters"].click()
    sex = next(one for one in panel.findChildren(QComboBox) if one.accessibleName() == "Sex")
    with qtbot.waitSignal(panel.filter_changed) as chosen:
        sex.setCurrentText("Male")
    panel.show_page(replace(PAGE, cases=()), NONE)

    assert chosen.args == [CaseFilter(sexes=frozenset("M"))]
    assert "Filters (1)" in buttons(panel)
    assert "No case of the library passes these filters." in words(panel)
    with qtbot.waitSignal(panel.filter_changed) as cleared:
        buttons(panel)["Clear the filters"].click()
    assert cleared.args == [CaseFilter()]


def test_words_are_asked_for(panel: SimilarPanel, qtbot: QtBot) -> None:
    panel.show_page(PAGE, NONE)
    panel.activateWindow()
    panel.focus_text()
    qtbot.waitUntil(panel.findChildren(QLineEdit)[0].hasFocus)

    with qtbot.waitSignal(panel.text_asked) as asked:
        QTest.keyClicks(panel.findChildren(QLineEdit)[0], "effusion\r")

    assert asked.args == ["effusion"]


def test_words_can_be_asked_for_without_a_scan(panel: SimilarPanel, qtbot: QtBot) -> None:
    panel.show_empty("Open a chest CT to see cases like it.", "")
    panel.activateWindow()

    panel.focus_text()

    qtbot.waitUntil(panel.findChildren(QLineEdit)[0].hasFocus)
    assert "Show all" not in buttons(panel)
    assert "Back to the scan" not in buttons(panel)


def test_the_map_is_wanted_when_it_is_first_looked_for(panel: SimilarPanel, qtbot: QtBot) -> None:
    panel.show_page(PAGE, NONE)
    with qtbot.waitSignal(panel.map_wanted):
        show_tab(panel, "Map")
    qtbot.waitUntil(lambda: "is being made" in words(panel))

    with qtbot.assertNotEmitted(panel.map_wanted):
        show_tab(panel, "Cases")
        show_tab(panel, "Map")


def test_a_map_that_is_made_anew_is_not_shown_meanwhile(panel: SimilarPanel, qtbot: QtBot) -> None:
    panel.show_map(None)
    panel.show_page(PAGE, NONE)
    panel.show_map(MAP)
    show_tab(panel, "Map")

    panel.show_map(None)

    qtbot.waitUntil(lambda: "is being made" in words(panel))


def test_a_map_that_cannot_be_drawn_says_why(panel: SimilarPanel, qtbot: QtBot) -> None:
    panel.show_page(PAGE, NONE)
    show_tab(panel, "Map")

    panel.show_map_failure("The drive is gone.", "Connect it.")

    qtbot.waitUntil(lambda: "The drive is gone. Connect it." in words(panel))


def test_a_case_chosen_on_the_map_is_chosen_in_the_list(panel: SimilarPanel, qtbot: QtBot) -> None:
    panel.show_page(PAGE, NONE)
    panel.show_map(MAP)

    with qtbot.waitSignal(panel.case_selected) as selected:
        the_map(panel).case_selected.emit(IDS[1])

    assert selected.args == [IDS[1]]
    assert panel.selected_case == IDS[1]


def test_a_light_theme_reaches_every_part(panel: SimilarPanel) -> None:
    panel.show_page(PAGE, PAGE.finding_names)
    panel.show_map(MAP)
    show_tab(panel, "Map")
    dark = panel.grab().toImage()

    panel.show_theme(LIGHT)

    assert panel.grab().toImage() != dark


def test_charts_are_loaded_with_the_map_only() -> None:
    program = "import sys, app.panels.similar_panel; print('pyqtgraph' in sys.modules)"

    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert run.stdout.strip() == "False"
