"""What is typed is asked, and what stands beside it is its answer and no other."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from app.connections.prompts import PromptConnection, shown_answer
from app.state.answers import Explanation, TypedAnswer
from app.workers.questions import EncodeScan, ScoreTyped
from medct_core.errors import ModelUnavailableError, NotScorableError
from medct_core.findings.finding import Finding
from medct_core.inference.paraphrase import Spread
from medct_core.inference.prompt import Prompt
from tests.app.small_window import SmallWindow, seen_words
from tests.app.stand_ins import NODULE, facts

pytestmark = pytest.mark.gui


class Typing(SmallWindow):
    """A window in which prompts are typed."""

    def __post_init__(self) -> None:
        super().__post_init__()
        states = (self.session, self.prompts, self.results)
        self.connection = PromptConnection(self.window.prompt_panel, states, self.ask)
        self.panel = self.window.prompt_panel

    @property
    def box(self) -> QLineEdit:
        """Where a person types."""
        return self.panel.findChildren(QLineEdit)[0]

    @property
    def said(self) -> str:
        """What stands below the box."""
        return " ".join(seen_words(self.panel))

    def type(self, text: str) -> None:
        """Type into the box as a person does."""
        self.box.clear()
        QTest.keyClicks(self.box, text)

    def word(self, present: str) -> None:
        """Edit the sentences that say it is there."""
        self.panel.findChildren(QPlainTextEdit)[0].setPlainText(present)

    def enter(self) -> None:
        """Add what was typed to the list."""
        self.box.returnPressed.emit()

    def ask_now(self) -> None:
        """Let the pause after the last key be over."""
        self.ask.findChildren(QTimer)[0].timeout.emit()

    def answer(self, probability: float = 0.7) -> None:
        """Answer what was asked last, in the words it was asked with."""
        number = self.worker.number_of(ScoreTyped)
        prompt = self.worker.newest(ScoreTyped).prompt
        answer = TypedAnswer(Finding(prompt, probability), None, facts())
        self.worker.answered.emit(number, answer, ())


@pytest.fixture
def typing(qtbot: QtBot) -> Typing:
    made = Typing(qtbot)
    made.open_scored()
    return made


def test_what_is_typed_is_scored_beside_the_box(typing: Typing) -> None:
    typing.type("azygos lobe")
    waiting = typing.said
    typing.ask_now()
    typing.answer(0.7)

    assert "Scoring" in waiting
    assert "0.70 uncalibrated" in typing.said
    assert "Scoring" not in typing.said


def test_an_empty_box_invites_to_type(typing: Typing) -> None:
    invitation = typing.said
    typing.type("azygos lobe")

    typing.box.clear()
    typing.box.textEdited.emit("")

    assert "in your own words" in invitation
    assert typing.said == invitation


def test_other_words_take_the_score_of_the_words_before_away(typing: Typing) -> None:
    typing.type("azygos lobe")
    typing.ask_now()
    typing.answer(0.7)

    typing.type("azygos lobes")

    assert "0.70" not in typing.said
    assert "Scoring" in typing.said


def test_a_finding_of_the_list_is_not_added_again_and_its_wordings_can_be_edited(
    typing: Typing,
) -> None:
    typing.type("lung nodule")
    typing.ask_now()
    typing.answer()

    typing.enter()

    assert typing.prompts.own == ()
    assert "always scored" in typing.said
    assert typing.panel.findChildren(QPlainTextEdit)[0].toPlainText() == NODULE.present[0]


def test_enter_after_the_answer_adds_it_to_the_list(typing: Typing) -> None:
    typing.type("azygos lobe")
    typing.ask_now()
    typing.answer()

    typing.enter()

    assert [one.name for one in typing.prompts.own] == ["azygos lobe"]
    assert typing.prompts.history == ("azygos lobe",)


def test_enter_before_the_answer_asks_at_once_and_adds_it_when_it_comes(typing: Typing) -> None:
    typing.type("azygos lobe")
    typing.enter()
    before = typing.prompts.own

    typing.answer()

    assert before == ()
    assert [one.name for one in typing.prompts.own] == ["azygos lobe"]


def test_a_prompt_that_is_only_typed_is_not_added(typing: Typing) -> None:
    typing.type("azygos lobe")
    typing.ask_now()
    typing.answer()

    assert typing.prompts.own == ()


def test_words_typed_after_enter_are_not_added_in_its_place(typing: Typing) -> None:
    typing.type("azygos lobe")
    typing.enter()

    typing.type("stent")
    typing.ask_now()
    typing.answer()

    assert typing.prompts.own == ()


def test_a_denied_prompt_is_explained_and_not_added(typing: Typing) -> None:
    typing.type("no effusion")
    typing.enter()
    explained = typing.said

    typing.type("effusion")
    typing.ask_now()
    typing.answer()

    assert "absent" in explained
    assert typing.prompts.own == ()


def test_edited_wordings_are_asked_and_the_old_score_goes_at_once(typing: Typing) -> None:
    typing.type("azygos lobe")
    typing.ask_now()
    typing.answer(0.7)

    typing.word("An azygos lobe is seen.")

    assert typing.worker.newest(ScoreTyped).prompt.present == ("An azygos lobe is seen.",)
    assert "0.70" not in typing.said


def test_edited_wordings_are_what_is_added_however_soon_enter_is_hit(typing: Typing) -> None:
    typing.type("azygos lobe")
    typing.ask_now()
    typing.answer()

    typing.word("An azygos lobe is seen.")
    typing.enter()
    typing.answer()

    assert [one.present for one in typing.prompts.own] == [("An azygos lobe is seen.",)]
    assert typing.prompts.own[0].name == "azygos lobe"


def test_without_any_wording_there_is_an_explanation_and_no_question(typing: Typing) -> None:
    typing.type("azygos lobe")
    typing.ask_now()
    typing.answer()
    asked = len(typing.worker.asked)

    typing.word("")
    typing.enter()

    assert "No sentence says that it is there." in typing.said
    assert len(typing.worker.asked) == asked
    assert typing.prompts.own == ()


def test_usual_wordings_come_back(typing: Typing) -> None:
    typing.type("azygos lobe")
    typing.ask_now()
    usual = typing.worker.newest(ScoreTyped).prompt
    typing.answer()
    typing.word("An azygos lobe is seen.")
    typing.answer()

    buttons = typing.panel.findChildren(QPushButton)
    next(one for one in buttons if one.text() == "Usual wordings").click()

    assert typing.worker.newest(ScoreTyped).prompt == usual


def test_another_scan_takes_the_score_of_the_one_before_away(typing: Typing) -> None:
    typing.type("azygos lobe")
    typing.ask_now()
    typing.answer(0.7)

    typing.open("b.nii.gz")
    while_asked = typing.said
    typing.answer(0.2)

    assert "0.70" not in while_asked
    assert "0.20 uncalibrated" in typing.said


def test_a_prompt_entered_for_one_scan_is_no_prompt_of_the_next(typing: Typing) -> None:
    typing.type("azygos lobe")
    typing.enter()

    typing.open("b.nii.gz")
    typing.answer()

    assert typing.prompts.own == ()


def test_a_closed_scan_leaves_no_score(typing: Typing) -> None:
    typing.type("azygos lobe")
    typing.ask_now()
    typing.answer(0.7)

    typing.session.set_scan(None)

    assert "0.70" not in typing.said
    assert "Open a scan" in typing.said


def test_a_scan_that_nobody_asked_to_score_is_asked_with_enter(qtbot: QtBot) -> None:
    typing = Typing(qtbot, score_on_open=False)
    typing.worker.model_ready.emit(facts())
    typing.type("azygos lobe")
    typing.open()
    said = [typing.said]

    typing.enter()
    said.append(typing.said)
    typing.answer()

    assert "Press Enter to ask about this scan." in said[0]
    assert "Scoring" in said[1]
    assert [one.name for one in typing.prompts.own] == ["azygos lobe"]


def test_own_wordings_outlast_a_change_of_scan_and_are_asked_with_enter(qtbot: QtBot) -> None:
    typing = Typing(qtbot, score_on_open=False)
    typing.worker.model_ready.emit(facts())
    typing.open()
    typing.type("azygos lobe")
    typing.ask_now()
    typing.answer()
    typing.word("An azygos lobe is seen.")

    typing.open("b.nii.gz")
    before = typing.said
    typing.enter()
    typing.answer()

    assert "Press Enter" in before
    assert [one.present for one in typing.prompts.own] == [("An azygos lobe is seen.",)]


def test_scoring_by_hand_asks_what_is_typed_too(qtbot: QtBot) -> None:
    typing = Typing(qtbot, score_on_open=False)
    typing.worker.model_ready.emit(facts())
    typing.type("azygos lobe")
    typing.open()

    typing.ask.score()

    assert "Scoring" in typing.said
    assert typing.worker.newest(ScoreTyped).prompt.name == "azygos lobe"


def test_a_prompt_typed_before_all_waits_for_scan_and_model(qtbot: QtBot) -> None:
    typing = Typing(qtbot)
    typing.type("azygos lobe")
    typing.enter()
    said = [typing.said]

    typing.open()
    said.append(typing.said)
    typing.worker.model_ready.emit(facts())
    said.append(typing.said)
    typing.answer(0.7)

    assert "Open a scan" in said[0]
    assert "model is being loaded" in said[1]
    assert "Scoring" in said[2]
    assert "0.70" in typing.said
    assert [one.name for one in typing.prompts.own] == ["azygos lobe"]


def test_a_model_that_cannot_be_loaded_is_the_reason(qtbot: QtBot) -> None:
    typing = Typing(qtbot)
    typing.open()
    typing.type("azygos lobe")

    error = ModelUnavailableError("The weights are missing.", remedy="Install the model.")
    typing.worker.model_unavailable.emit(error)

    assert "The weights are missing." in typing.said
    assert "Install the model." in typing.said


def test_a_scan_that_cannot_be_scored_is_the_reason(typing: Typing) -> None:
    typing.open("b.nii.gz")
    typing.type("azygos lobe")

    error = NotScorableError("No lungs.", remedy="Choose a chest CT.")
    typing.worker.failed.emit(typing.worker.number_of(EncodeScan), error)

    assert "No lungs." in typing.said


def test_a_problem_elsewhere_does_not_replace_a_score(typing: Typing) -> None:
    typing.type("azygos lobe")
    typing.ask_now()
    typing.answer(0.7)

    error = NotScorableError("No map.", remedy="Try again.")
    typing.ask.show_heatmap(NODULE)
    typing.worker.failed.emit(len(typing.worker.asked), error)

    assert "0.70" in typing.said
    assert "No map." not in typing.said


def test_nothing_is_explained_to_nobody(typing: Typing) -> None:
    typing.results.set_explanation(Explanation("Too long.", "Shorten it."))
    typing.results.set_explanation(None)

    assert "in your own words" in typing.said


def test_earlier_prompts_are_offered_and_asked_again(typing: Typing) -> None:
    typing.type("azygos lobe")
    typing.enter()
    typing.answer()
    typing.type("stent")

    menu = next(button.menu() for button in typing.panel.findChildren(QToolButton) if button.menu())
    menu.actions()[0].trigger()
    typing.ask_now()

    assert typing.box.text() == "azygos lobe"
    assert typing.worker.newest(ScoreTyped).prompt.name == "azygos lobe"


@given(
    score=st.floats(0, 1), ends=st.tuples(st.floats(0, 1), st.floats(0, 1)), count=st.integers(2, 9)
)
def test_a_score_lies_within_its_own_interval(
    score: float, ends: tuple[float, float], count: int
) -> None:
    spread = Spread(min(ends), max(ends), count)

    shown = shown_answer(TypedAnswer(Finding(NODULE, score), spread, facts()))

    assert shown.interval is not None
    low, high = shown.interval
    assert low <= score <= high
    assert shown.wording_count == count


def test_an_interval_of_raw_scores_never_stands_beside_a_calibrated_one() -> None:
    finding = replace(Finding(Prompt("a", ("b",)), 0.5), calibrated=0.1)

    shown = shown_answer(TypedAnswer(finding, Spread(0.4, 0.6, 3), facts()))

    assert shown.interval is None
