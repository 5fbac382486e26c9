"""The findings panel: headline, states, list and editor together."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.panels.finding_editor import FindingEditor
from app.panels.finding_row import FindingRow, Order, Review
from app.panels.findings_list import FindingsList
from app.panels.findings_panel import FindingsPanel
from app.theme import LIGHT
from medct_core.findings.finding import Finding
from medct_core.inference.prompt import Prompt
from medct_core.vocabulary import FINDINGS

pytestmark = pytest.mark.gui

HEADLINE = "This model was trained on synthetic scans only."
ROWS = tuple(
    FindingRow(Finding(Prompt(name, (name,)), (at + 1) / 20)) for at, name in enumerate(FINDINGS)
)


@pytest.fixture
def panel(qtbot: QtBot) -> FindingsPanel:
    shown = FindingsPanel()
    qtbot.addWidget(shown)
    shown.resize(280, 700)
    shown.show()
    return shown


def texts(panel: QWidget) -> list[str]:
    return [label.text() for label in panel.findChildren(QLabel) if label.isVisible()]


def named(panel: QWidget, name: str) -> QLineEdit:
    return next(one for one in panel.findChildren(QLineEdit) if one.accessibleName() == name)


def test_no_score_is_shown_without_the_headline(panel: FindingsPanel) -> None:
    panel.show_findings(ROWS, HEADLINE)

    assert texts(panel)[0] == HEADLINE


def test_the_headline_stays_in_every_state(panel: FindingsPanel) -> None:
    panel.show_findings(ROWS, HEADLINE)

    for show in (
        panel.show_empty,
        lambda: panel.show_waiting("The scan is being read."),
        lambda: panel.show_unscorable("No lungs.", "Open a chest CT."),
        lambda: panel.show_error("Out of memory.", "Close other programs."),
    ):
        show()
        assert HEADLINE in texts(panel)


def test_all_findings_are_listed_highest_score_first(panel: FindingsPanel) -> None:
    panel.show_findings(ROWS, HEADLINE)

    shown = panel.findChildren(FindingsList)[0]
    assert shown.model().rowCount() == 18
    assert shown.model().index(0, 0).data() == FINDINGS[-1]
    assert "18 findings" in texts(panel)


def test_a_scan_that_may_not_be_scored_shows_the_reason_and_no_score(
    panel: FindingsPanel,
) -> None:
    panel.show_findings(ROWS, HEADLINE)

    panel.show_unscorable("The scan shows no lungs.", "Open a chest CT.")

    assert "The scan shows no lungs." in texts(panel)
    assert "Open a chest CT." in texts(panel)
    assert not panel.findChildren(FindingsList)[0].isVisible()
    assert panel.findChildren(FindingsList)[0].model().rowCount() == 0


def test_a_scan_that_is_refused_can_be_scored_anyway(qtbot: QtBot, panel: FindingsPanel) -> None:
    panel.show_unscorable("The scan shows no lungs.", "Open a chest CT.")
    anyway = next(one for one in panel.findChildren(QPushButton) if one.text() == "Score anyway")

    with (
        qtbot.assertNotEmitted(panel.retry_requested),
        qtbot.waitSignal(panel.score_anyway_requested),
    ):
        anyway.click()


def test_an_error_offers_to_try_again(qtbot: QtBot, panel: FindingsPanel) -> None:
    panel.show_error("Out of memory.", "Close other programs.")
    retry = next(one for one in panel.findChildren(QPushButton) if one.text() == "Try again")

    with qtbot.waitSignal(panel.retry_requested):
        QTest.mouseClick(retry, Qt.MouseButton.LeftButton)


def test_the_find_key_reaches_the_search(qtbot: QtBot, panel: FindingsPanel) -> None:
    panel.show_findings(ROWS, HEADLINE)
    panel.activateWindow()
    shown = panel.findChildren(FindingsList)[0]
    shown.setFocus()

    QTest.keyClick(shown, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)

    assert named(panel, "Search findings").hasFocus()


def test_a_search_that_finds_nothing_says_so(qtbot: QtBot, panel: FindingsPanel) -> None:
    panel.show_findings(ROWS, HEADLINE)

    QTest.keyClicks(named(panel, "Search findings"), "zebra")

    assert "No finding has this name or synonym." in texts(panel)
    assert not panel.findChildren(FindingEditor)[0].isEnabled()


def test_a_search_says_how_much_it_leaves_out(qtbot: QtBot, panel: FindingsPanel) -> None:
    panel.show_findings(ROWS, HEADLINE)

    QTest.keyClicks(named(panel, "Search findings"), "effusion")

    assert "2 of 18 findings" in texts(panel)


def test_sorting_keeps_the_selected_finding(panel: FindingsPanel) -> None:
    panel.show_findings(ROWS, HEADLINE)
    panel.select_finding("Emphysema")
    order = panel.findChildren(QComboBox)[0]

    order.setCurrentIndex(order.findData(Order.NAME))

    shown = panel.findChildren(FindingsList)[0]
    assert shown.current_name == "Emphysema"
    assert shown.model().index(0, 0).data() == min(FINDINGS)


def test_new_scores_keep_the_selected_finding(panel: FindingsPanel) -> None:
    panel.show_findings(ROWS, HEADLINE)
    panel.select_finding("Emphysema")

    panel.show_findings(ROWS[::-1][:12], HEADLINE)

    assert panel.findChildren(FindingsList)[0].current_name == "Emphysema"


def test_clicks_and_edits_leave_the_panel_with_the_name_of_their_finding(
    qtbot: QtBot, panel: FindingsPanel
) -> None:
    panel.show_findings(ROWS, HEADLINE)
    shown = panel.findChildren(FindingsList)[0]
    place = shown.visualRect(shown.model().index(1, 0)).center()

    with qtbot.waitSignal(panel.finding_chosen) as chosen:
        QTest.mouseClick(shown.viewport(), Qt.MouseButton.LeftButton, pos=place)
    accept = next(one for one in panel.findChildren(QPushButton) if "Accept" in one.text())
    with qtbot.waitSignal(panel.review_changed) as reviewed:
        accept.click()

    assert chosen.args == [FINDINGS[-2]]
    assert reviewed.args == [FINDINGS[-2], Review.ACCEPTED]


def test_everything_fits_into_a_narrow_dock(panel: FindingsPanel) -> None:
    panel.show_findings(ROWS, HEADLINE)

    assert panel.minimumSizeHint().width() <= 280


def test_every_control_has_a_name_for_screen_readers(panel: FindingsPanel) -> None:
    panel.show_findings(ROWS, HEADLINE)
    controls = [
        *panel.findChildren(QLineEdit),
        *panel.findChildren(QComboBox),
        *panel.findChildren(QPushButton),
    ]

    # The line inside a spin box is named by the spin box.
    mute = [
        one
        for one in controls
        if one.objectName() != "qt_spinbox_lineedit"
        and not (one.accessibleName() or (isinstance(one, QPushButton) and one.toolTip()))
        and one.isVisible()
    ]

    assert mute == []


def test_a_light_window_gets_a_light_list(panel: FindingsPanel) -> None:
    panel.show_findings(ROWS, HEADLINE)
    before = panel.grab().toImage()

    panel.show_theme(LIGHT)

    assert panel.grab().toImage() != before


def test_a_scan_that_waits_for_a_wish_offers_to_be_scored(
    qtbot: QtBot, panel: FindingsPanel
) -> None:
    panel.show_unscored("Scans are scored when you ask for it.")

    with qtbot.waitSignal(panel.retry_requested):
        shown = (one for one in panel.findChildren(QPushButton) if one.isVisible())
        next(shown).click()

    assert texts(panel) == ["Not scored yet", "Scans are scored when you ask for it."]


def test_a_comment_that_is_being_typed_is_reported_when_asked_for(
    qtbot: QtBot, panel: FindingsPanel
) -> None:
    panel.show_findings(ROWS, HEADLINE)
    panel.select_finding("Emphysema")
    QTest.keyClicks(named(panel, "Comment"), "in the apex")

    with qtbot.waitSignal(panel.comment_edited) as told:
        panel.report_edits()
    with qtbot.assertNotEmitted(panel.comment_edited):
        panel.report_edits()

    assert told.args == ["Emphysema", "in the apex"]
