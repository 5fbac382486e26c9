"""The findings panel says what the answers say, and what the reader makes of them is kept."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from app.connections.findings import FindingsConnection, FindingStates
from app.panels.finding_row import FindingRow, Review
from app.panels.findings_list import FindingsList
from app.panels.findings_model import ROW_ROLE
from app.state.answers import Problem
from app.state.case_record import Decision, FindingReview
from app.state.view import Overlay
from app.workers.questions import EncodeScan, ScoreFindings
from medct_core.errors import ModelUnavailableError, NotScorableError, ResourceError
from medct_core.findings.finding import Verdict
from medct_core.inference.prompt import Prompt
from tests.app.small_window import EFFUSION, SmallWindow, seen_words
from tests.app.stand_ins import NODULE, facts, relevance

pytestmark = pytest.mark.gui

NO_MODEL = ModelUnavailableError("The weights are missing.", remedy="Install the model.")
NO_LUNGS = NotScorableError("No lungs.", remedy="Choose a chest CT.")
FULL = ResourceError("The memory is full.", remedy="Close other programs.")
STENT = Prompt("stent", ("A stent is present.",))


class Finding(SmallWindow):
    """A window that shows findings."""

    def __post_init__(self) -> None:
        super().__post_init__()
        states = FindingStates(
            self.session,
            self.results,
            self.lists.reviews,
            self.view,
            self.prompts,
            self.states.similar,
        )
        self.connection = FindingsConnection(self.window, states, self.ask, parent=self.owner)
        self.panel = self.window.findings_panel
        self.reviews = self.lists.reviews

    @property
    def rows(self) -> dict[str, FindingRow]:
        """What the list shows, by name."""
        model = self.panel.findChildren(FindingsList)[0].model()
        shown = [model.index(at, 0).data(ROW_ROLE) for at in range(model.rowCount())]
        return {row.name: row for row in shown}

    @property
    def said(self) -> str:
        """What the panel says in words."""
        return " ".join(seen_words(self.panel))

    def press(self, text: str) -> None:
        """Press a button that can be seen."""
        buttons = self.panel.findChildren(QPushButton)
        next(one for one in buttons if one.text() == text and not one.isHidden()).click()

    def field(self, name: str) -> QLineEdit:
        """Find a text field."""
        fields = self.panel.findChildren(QLineEdit)
        return next(one for one in fields if one.accessibleName() == name)

    def fail(self, error: Exception) -> None:
        """Let the scan not be encoded."""
        for kind in (EncodeScan, ScoreFindings):
            self.worker.failed.emit(self.worker.number_of(kind), error)


@pytest.fixture
def finding(qtbot: QtBot) -> Finding:
    return Finding(qtbot)


def test_without_a_scan_the_panel_invites_to_open_one(finding: Finding) -> None:
    assert "Open a chest CT" in finding.said
    assert finding.connection.findings == ()


def test_a_scan_waits_for_the_model_and_then_for_its_scores(finding: Finding) -> None:
    finding.open()
    said = [finding.said]

    finding.worker.model_ready.emit(facts())
    said.append(finding.said)
    finding.score()

    assert "The model is being loaded." in said[0]
    assert "The model is looking at the scan." in said[1]
    assert set(finding.rows) == {"Lung nodule", "Pleural effusion"}
    assert finding.said.startswith("Means nothing.")


def test_scores_stand_below_the_model_that_made_them(finding: Finding) -> None:
    scan = finding.open_scored()

    strip = " ".join(seen_words(finding.window.provenance))
    assert "tiny" in strip
    assert scan.volume.content_sha256[:8] in strip


def test_a_scan_that_is_closed_takes_its_findings_with_it(finding: Finding) -> None:
    finding.open_scored()

    finding.session.set_scan(None)

    assert finding.rows == {}
    assert "Open a chest CT" in finding.said
    assert "tiny" not in " ".join(seen_words(finding.window.provenance))


def test_a_scan_that_may_not_be_scored_says_why_and_not_that_it_failed(finding: Finding) -> None:
    finding.worker.model_ready.emit(facts())
    finding.open()

    finding.fail(NO_LUNGS)

    assert "Shown, but not scored" in finding.said
    assert "No lungs." in finding.said


def test_a_failure_is_tried_again_by_a_button(finding: Finding) -> None:
    finding.worker.model_ready.emit(facts())
    finding.open()
    finding.fail(FULL)
    said = finding.said

    finding.press("Try again")

    assert "The memory is full." in said
    assert len(finding.worker.of(EncodeScan)) == 2
    assert "The model is looking at the scan." in finding.said


def test_a_model_that_cannot_be_loaded_is_told_even_without_a_scan(
    qtbot: QtBot, finding: Finding
) -> None:
    finding.worker.model_unavailable.emit(NO_MODEL)
    said = finding.said

    with qtbot.waitSignal(finding.connection.model_wanted):
        finding.press("Try again")

    assert "The weights are missing." in said
    assert finding.worker.of(EncodeScan) == []


def test_a_scan_that_nobody_asked_to_score_offers_it(qtbot: QtBot) -> None:
    finding = Finding(qtbot, score_on_open=False)
    finding.worker.model_ready.emit(facts())
    finding.open()
    said = finding.said

    finding.press("Score this scan")
    waiting = finding.said
    finding.score()

    assert "Not scored yet" in said
    assert "The model is looking at the scan." in waiting
    assert len(finding.rows) == 2


def test_stopped_scoring_offers_to_go_on(finding: Finding) -> None:
    finding.worker.model_ready.emit(facts())
    finding.open()

    finding.ask.cancel()

    assert "Scoring was stopped." in finding.said


def test_what_fails_beside_the_scores_is_told_once_and_leaves_them(finding: Finding) -> None:
    finding.open_scored()

    finding.results.set_problem(Problem("No map.", "Try again."))
    told = finding.banner
    finding.window.banner.findChildren(QToolButton)[0].click()
    finding.reviews.decide("Lung nodule", Decision.ACCEPTED)

    assert told == "No map.\nTry again."
    assert finding.banner == ""
    assert len(finding.rows) == 2


def test_a_problem_that_is_over_is_not_told_any_longer(finding: Finding) -> None:
    finding.open_scored()
    finding.worker.model_unavailable.emit(NO_MODEL)
    told = finding.banner

    finding.worker.model_ready.emit(facts("other"))

    assert "The weights are missing." in told
    assert finding.banner == ""


def test_a_banner_of_others_stays_when_a_problem_is_over(finding: Finding) -> None:
    finding.open_scored()
    finding.results.set_problem(Problem("No map.", "Try again."))

    finding.window.banner.show_problem("The disk is full.", "Free some room.")
    finding.results.set_problem(None)

    assert "The disk is full." in finding.banner


def test_decisions_and_words_of_the_reader_are_kept_and_shown(finding: Finding) -> None:
    finding.open_scored()
    panel = finding.panel

    panel.review_changed.emit("Lung nodule", Review.ACCEPTED)
    panel.statement_edited.emit("Lung nodule", "Small nodule.")
    panel.comment_edited.emit("Lung nodule", "new")
    panel.threshold_edited.emit("Lung nodule", 0.4)

    kept = FindingReview("Lung nodule", Decision.ACCEPTED, "Small nodule.", "new", 0.4)
    assert finding.reviews.items == (kept,)
    row = finding.rows["Lung nodule"]
    assert (row.review, row.statement, row.comment) == (Review.ACCEPTED, "Small nodule.", "new")
    assert (row.finding.threshold, row.finding.verdict) == (0.4, Verdict.PRESENT)
    assert finding.connection.findings[0].verdict is Verdict.PRESENT
    assert finding.rows["Pleural effusion"].review is Review.OPEN


def test_a_decision_and_a_threshold_are_taken_back(finding: Finding) -> None:
    finding.open_scored()
    finding.panel.review_changed.emit("Lung nodule", Review.REJECTED)
    finding.panel.threshold_edited.emit("Lung nodule", 0.9)

    finding.panel.review_changed.emit("Lung nodule", Review.OPEN)
    finding.panel.threshold_reset.emit("Lung nodule")

    assert finding.reviews.items == ()
    assert finding.rows["Lung nodule"].finding.threshold is None


def test_the_same_key_again_takes_a_decision_back(finding: Finding) -> None:
    finding.open_scored()
    finding.panel.select_finding("Pleural effusion")
    seen = []

    for decision in (Decision.ACCEPTED, Decision.REJECTED, Decision.REJECTED):
        finding.connection.decide(decision)
        seen.append(finding.rows["Pleural effusion"].review)

    assert seen == [Review.ACCEPTED, Review.REJECTED, Review.OPEN]


def test_without_findings_there_is_nothing_to_decide(finding: Finding) -> None:
    finding.connection.decide(Decision.ACCEPTED)

    assert finding.reviews.items == ()


def test_a_comment_that_is_being_typed_never_goes_to_the_next_case(finding: Finding) -> None:
    first = finding.open_scored()
    kept: list[tuple[object, str]] = []
    finding.reviews.changed.connect(
        lambda items: kept.append((finding.session.scan, items[0].comment if items else ""))
    )
    finding.panel.select_finding("Lung nodule")
    QTest.keyClicks(finding.field("Comment"), "in the apex")
    finding.session.scan_changed.connect(lambda: finding.reviews.load(()))

    finding.open("b.nii.gz")
    finding.score()

    assert kept[0] == (first, "in the apex")
    assert finding.reviews.items == ()
    assert finding.field("Comment").text() == ""


def test_a_comment_that_is_being_typed_is_kept_when_the_window_closes(finding: Finding) -> None:
    finding.open_scored()
    finding.panel.select_finding("Lung nodule")
    QTest.keyClicks(finding.field("Comment"), "in the apex")

    finding.window.close()

    assert finding.reviews.of("Lung nodule").comment == "in the apex"


def test_a_heatmap_is_marked_at_its_finding_while_it_is_shown(finding: Finding) -> None:
    finding.open_scored()
    finding.results.set_heatmap(relevance())
    marked = [finding.rows["Lung nodule"].is_heatmap_shown]

    finding.view.show_overlay(Overlay.HEATMAP)
    marked.append(finding.rows["Lung nodule"].is_heatmap_shown)
    other = finding.rows["Pleural effusion"].is_heatmap_shown
    finding.view.hide_overlay(Overlay.HEATMAP)
    marked.append(finding.rows["Lung nodule"].is_heatmap_shown)

    assert marked == [False, True, False]
    assert not other


def test_a_prompt_of_ones_own_is_removed_and_the_rest_is_asked_again(finding: Finding) -> None:
    finding.open_scored()
    finding.prompts.put(STENT)
    finding.score(NODULE, EFFUSION, STENT)
    finding.panel.select_finding("stent")
    before = set(finding.rows)

    QTest.keyClick(finding.panel.findChildren(FindingsList)[0], Qt.Key.Key_Delete)
    asked = finding.worker.newest(ScoreFindings)
    finding.worker.number_of(ScoreFindings)

    assert "stent" in before
    assert finding.prompts.own == ()
    assert asked.own == ()


def test_a_click_on_a_finding_gives_the_keys_back_to_the_pictures(
    qtbot: QtBot, finding: Finding
) -> None:
    finding.window.show()
    finding.window.activateWindow()
    finding.open_scored()
    shown = finding.panel.findChildren(FindingsList)[0]
    first = shown.visualRect(shown.model().index(1, 0)).center()

    QTest.mouseClick(shown.viewport(), Qt.MouseButton.LeftButton, pos=first)

    qtbot.waitUntil(finding.window.views.active_view.hasFocus)


def test_a_finding_chosen_by_a_key_leaves_the_keys_in_the_list(finding: Finding) -> None:
    finding.window.show()
    finding.window.activateWindow()
    finding.open_scored()
    shown = finding.panel.findChildren(FindingsList)[0]
    shown.setFocus()

    QTest.keyClick(shown, Qt.Key.Key_Down)
    QTest.keyClick(shown, Qt.Key.Key_Return)

    assert finding.window.focusWidget() is shown


def test_the_chart_shows_the_findings_and_chooses_them_too(qtbot: QtBot, finding: Finding) -> None:
    finding.open_scored()
    finding.window.show()
    finding.window.show_dock("charts")
    qtbot.waitUntil(lambda: finding.window.chart_dock.scores is not None)
    chart = finding.window.chart_dock.scores
    assert chart is not None

    with qtbot.waitSignal(finding.panel.finding_chosen) as told:
        chart.finding_chosen.emit("Pleural effusion")

    assert told.args == ["Pleural effusion"]
    assert finding.panel.selected_finding == "Pleural effusion"
