"""What the program is doing is said while it does it, and how it ended afterwards."""

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QLabel, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from app.connections.work import WorkConnection
from app.state.answers import Problem, StageProgress
from app.state.session import Loading
from app.workers.questions import EncodeScan, ScoreFindings
from medct_core.errors import NotScorableError
from tests.app.small_window import SCORED, SmallWindow, seen_words
from tests.app.stand_ins import facts

pytestmark = pytest.mark.gui

WAITING, RUNNING, DONE = "○", "▶", "✓"


class Working(SmallWindow):
    """A window that says what it does."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.work = WorkConnection(
            self.window, (self.session, self.results), (self.open_study, self.ask)
        )
        self.worker.model_ready.emit(facts())

    @property
    def line(self) -> str:
        """What stands in the status bar."""
        line = self.window.work_line
        return "" if line.isHidden() else line.findChildren(QLabel)[0].text()

    @property
    def title(self) -> str:
        """What the panel says of the whole."""
        return seen_words(self.window.progress_panel)[0]

    @property
    def marks(self) -> str:
        """One sign a stage: load, prepare, encode, text, score."""
        words = [label.text() for label in self.window.progress_panel.findChildren(QLabel)]
        return "".join(word for word in words if word in {WAITING, RUNNING, DONE})

    @property
    def times(self) -> list[str]:
        """What the panel says of how long stages took."""
        return [word for word in seen_words(self.window.progress_panel) if word.endswith(" s")]

    @property
    def can_stop(self) -> bool:
        """Whether the panel offers to stop."""
        return self.window.progress_panel.findChildren(QPushButton)[0].isEnabled()

    def step(self, stage: str, fraction: float = 0.5, kind: type = EncodeScan) -> None:
        """Let the worker tell of a stage."""
        progress = StageProgress(stage, fraction, 1.0)
        self.worker.progress.emit(self.worker.number_of(kind), progress)


@pytest.fixture
def working(qtbot: QtBot) -> Working:
    return Working(qtbot)


def test_nothing_is_said_while_there_is_nothing_to_do(working: Working) -> None:
    assert (working.line, working.title) == ("", "Nothing to do")
    assert not working.can_stop


def test_reading_is_said_with_its_name_and_can_be_stopped(working: Working) -> None:
    working.session.set_loading(Loading("chest", 0.5))

    assert working.line == "Reading chest"
    assert (working.title, working.marks[0]) == ("Read the scan", RUNNING)
    assert working.can_stop


def test_a_scan_that_waits_for_the_model_is_read_and_can_be_stopped(working: Working) -> None:
    working.session.set_loading(Loading("chest", 1.0))
    working.session.set_loading(None)
    working.open()

    assert working.marks == DONE + 4 * WAITING
    assert working.title == "Waiting"
    assert working.can_stop


def test_stages_come_one_after_the_other(working: Working) -> None:
    working.open()
    seen = []

    for stage in ("prepare", "encode", "text", "score"):
        working.step(stage)
        seen.append((working.line, working.marks))

    assert seen == [
        ("Preparing for the model", "✓▶○○○"),
        ("Encoding the scan", "✓✓▶○○"),
        ("Encoding the prompts", "✓✓✓▶○"),
        ("Scoring", "✓✓✓✓▶"),
    ]


def test_finished_work_is_told_with_its_times(working: Working) -> None:
    working.open()
    working.step("encode")

    working.score()

    assert (working.line, working.title, working.marks) == ("", "Done", 5 * DONE)
    assert "2.0 s" in working.times
    assert not working.can_stop


def test_scores_while_another_scan_is_read_leave_the_reading_in_sight(working: Working) -> None:
    working.open()
    working.session.set_loading(Loading("other", 0.5))

    working.step("encode")
    working.score()
    while_reading = working.line, working.title
    working.session.set_loading(None)

    assert while_reading == ("Reading other", "Read the scan")
    assert (working.line, working.title) == ("", "Done")


def test_stopping_the_scores_keeps_the_times_and_says_so(working: Working) -> None:
    working.open()
    working.step("encode")

    working.window.progress_panel.findChildren(QPushButton)[0].click()

    assert working.worker.stopped == [1, 2]
    assert (working.line, working.title) == ("", "Cancelled")
    assert working.times == ["1.0 s"]
    assert not working.can_stop


def test_stopping_works_while_the_model_is_still_loading(qtbot: QtBot) -> None:
    working = Working(qtbot)
    working.open()

    working.work.stop()

    assert working.worker.stopped == [1, 2]
    assert working.title == "Cancelled"


def test_reading_is_stopped_before_scoring(working: Working) -> None:
    working.open()
    working.step("encode")
    working.session.set_loading(Loading("other", 0.5))

    working.window.work_line.findChildren(QToolButton)[0].click()

    assert working.worker.stopped == []
    assert working.session.loading is None
    assert (working.line, working.title) == ("Encoding the scan", "Encode the scan")


def test_stopping_nothing_changes_nothing(working: Working) -> None:
    working.open()
    working.score()

    working.work.stop()

    assert working.worker.stopped == []
    assert working.title == "Done"
    assert working.results.problem is None


def test_a_failed_reading_does_not_go_on_for_ever(working: Working) -> None:
    working.session.set_loading(Loading("chest", 0.5))

    working.session.set_loading(None)
    working.session.set_problem(Problem("It is damaged.", "Copy it again."))

    assert (working.line, working.title) == ("", "Nothing to do")
    assert not working.can_stop


def test_a_scan_that_cannot_be_scored_is_not_worked_on_any_more(working: Working) -> None:
    working.open()
    working.step("prepare")

    refused = NotScorableError("No lungs.", remedy="Choose a chest CT.")
    for kind in (EncodeScan, ScoreFindings):
        working.worker.failed.emit(working.worker.number_of(kind), refused)

    assert (working.line, working.title) == ("", "Not scored")
    assert not working.can_stop


def test_a_typed_prompt_leaves_nothing_running(working: Working) -> None:
    working.open()
    working.score()
    working.results.set_stage(StageProgress("text", 0.5, 0.1))
    while_asked = working.line, working.marks

    working.results.set_stage(None)

    assert while_asked == ("Encoding the prompts", "✓✓✓▶○")
    assert (working.line, working.title, working.marks) == ("", "Done", 5 * DONE)


def test_explaining_a_score_is_said_in_the_line_only(working: Working) -> None:
    working.open()
    working.score()

    working.results.set_stage(StageProgress("explain", 0.5, 0.1))

    assert (working.line, working.title) == ("Explaining the score", "Done")


def test_a_stage_that_was_kept_took_no_time(working: Working) -> None:
    working.open()

    working.results.set_scored(replace(SCORED, times=()))

    assert working.times == ["0.0 s"] * 4


def test_a_closed_scan_leaves_nothing_to_do(working: Working) -> None:
    working.open()
    working.score()

    working.session.set_scan(None)

    assert (working.title, working.marks) == ("Nothing to do", 5 * WAITING)


def test_a_scan_closed_before_the_model_came_leaves_nothing_to_do(working: Working) -> None:
    working.open()

    working.session.set_scan(None)

    assert working.title == "Nothing to do"
    assert not working.can_stop


def test_scoring_asked_for_by_hand_waits_and_can_be_stopped(qtbot: QtBot) -> None:
    working = Working(qtbot, score_on_open=False)
    working.open()
    before = working.title

    working.ask.score()

    assert before == "Nothing to do"
    assert working.title == "Waiting"
    assert working.can_stop
