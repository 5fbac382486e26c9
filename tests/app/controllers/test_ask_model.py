"""The results of a window are those of its scan, its prompts and the model, and of no other."""

from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.controllers.ask_model import STOPPED, AskModel, WindowState
from app.state.answers import (
    Explanation,
    FindingsScored,
    ModelChoice,
    ScanEncoded,
    StageProgress,
    TypedAnswer,
)
from app.state.prompt_list import PromptList
from app.state.results import ResultsState
from app.state.session import OpenScan, SessionState
from app.workers.inference_worker import InferenceWorker, open_real_desk
from app.workers.questions import (
    EncodeScan,
    ExplainScore,
    ForgetScan,
    ScoreFindings,
    ScoreTyped,
)
from medct_core.errors import ModelUnavailableError, NotScorableError, PromptRefusedError
from medct_core.findings.finding import Finding
from medct_core.inference.prompt import Prompt
from medct_core.vocabulary import FINDINGS
from medct_core.volume.notice import Notice
from tests import small_chest, tiny_model
from tests.app.asking_window import ENCODE, SCORE
from tests.app.asking_window import AskingWindow as Window
from tests.app.stand_ins import (
    DOUBT,
    EMBEDDED,
    NODULE,
    NOTICE,
    PATIENCE_MS,
    facts,
    relevance,
)
from tests.app.state.test_session import scan

pytestmark = pytest.mark.gui

NO_LUNGS = NotScorableError("No lungs.", remedy="Choose a chest CT.")
NO_MODEL = ModelUnavailableError("The weights are missing.", remedy="Install the model.")
AZYGOS = Prompt("Azygos lobe", ("There is an azygos lobe.",))


@pytest.fixture
def window(qapp: object) -> Window:
    """Build a window with a model and no scan."""
    return Window().with_model()


def typed_answer(prompt: Prompt = NODULE) -> TypedAnswer:
    return TypedAnswer(Finding(prompt, 0.7), None, facts())


def test_a_scan_that_opens_is_encoded_and_scored(window: Window) -> None:
    shown = window.open()
    window.answer_scan()

    assert window.kinds() == [EncodeScan, ScoreFindings]
    assert window.worker.asked[0][0] == "w"
    assert window.worker.newest(EncodeScan).volume is shown.volume
    assert window.worker.newest(ScoreFindings).scan_job == 1
    scored = window.results.scored
    assert scored is not None
    assert scored.findings == (Finding(NODULE, 0.5),)
    assert scored.notices == (NOTICE, DOUBT)
    assert scored.times == (*ENCODE, *SCORE)
    assert scored.scored_at.tzinfo is not None


def test_a_prompt_far_from_the_model_is_explained_in_the_place_of_a_number(
    window: Window,
) -> None:
    window.open()
    window.answer_scan()
    window.ask.submit_prompt("apple pie")
    far = Explanation("No word of this is known.", "Name a finding.")

    window.worker.answered.emit(window.number(ScoreTyped), far, SCORE)

    assert window.results.explanation == far
    assert window.results.typed is None
    assert window.results.stage is None


def test_answers_about_the_scan_before_are_dropped(window: Window) -> None:
    window.open()
    late = window.number(ScoreFindings)
    window.open("b.nii.gz")

    window.worker.answered.emit(1, ScanEncoded((), (), EMBEDDED), ENCODE)
    window.worker.answered.emit(late, FindingsScored((), facts()), SCORE)
    window.worker.progress.emit(1, StageProgress("encode", 0.9, 3.0))
    window.worker.failed.emit(1, NO_LUNGS)
    window.worker.cancelled.emit(late)

    assert window.results.scored is None
    assert window.results.stage is None
    assert window.results.problem is None
    window.answer_scan()
    assert window.results.scored is not None


def test_another_scan_shows_nothing_of_the_one_before(window: Window) -> None:
    window.open()
    window.answer_scan()
    window.results.set_typed(typed_answer())
    window.results.set_heatmap(relevance())

    window.open("b.nii.gz")

    results = window.results
    assert (results.scored, results.typed, results.heatmap) == (None, None, None)


def test_a_closed_scan_is_forgotten_by_the_worker(window: Window) -> None:
    window.open()

    window.session.set_scan(None)
    window.ask.score()

    assert window.kinds()[2:] == [ForgetScan]


def test_stages_are_shown_until_the_last_answer(window: Window) -> None:
    window.open()
    stage = StageProgress("encode", 0.5, 1.0)

    window.worker.progress.emit(1, stage)

    assert window.results.stage == stage
    window.answer_scan()
    assert window.results.stage is None


def test_an_unsuitable_scan_is_refused_until_it_is_forced(window: Window) -> None:
    window.open()
    window.worker.failed.emit(1, NO_LUNGS)
    window.worker.failed.emit(2, NO_LUNGS)

    assert window.session.refusal is not None
    assert window.session.refusal.summary == "No lungs."
    assert window.results.problem == window.session.refusal
    window.ask.score_anyway()
    assert window.worker.newest(EncodeScan).forced
    assert window.session.refusal is None
    window.answer_scan()
    assert window.results.problem is None


def test_stopping_is_shown_at_once_and_late_answers_are_dropped(window: Window) -> None:
    window.open()
    window.worker.progress.emit(1, StageProgress("encode", 0.5, 1.0))

    window.ask.cancel()
    window.answer_scan()

    assert window.worker.stopped == [1, 2]
    assert window.results.problem == STOPPED
    assert (window.results.stage, window.results.scored) == (None, None)


def test_own_prompts_are_scored_with_the_findings_as_soon_as_they_change(window: Window) -> None:
    window.prompts.put(NODULE)
    window.open()
    window.prompts.put(Prompt("Heart", ("a heart",)))

    assert window.kinds() == [EncodeScan, ScoreFindings, ScoreFindings]
    assert [one.name for one in window.worker.newest(ScoreFindings).own] == [
        "Lung nodule",
        "Heart",
    ]


def test_typing_asks_once_after_the_last_key(window: Window, qtbot: QtBot) -> None:
    window.open()
    for text in ("n", "no", "nod", "nodule"):
        window.ask.type_prompt(text)
    assert window.worker.of(ScoreTyped) == []

    qtbot.waitUntil(lambda: window.worker.of(ScoreTyped) != [], timeout=PATIENCE_MS)
    window.worker.answered.emit(window.number(ScoreTyped), typed_answer(), ())

    assert len(window.worker.of(ScoreTyped)) == 1
    assert window.worker.newest(ScoreTyped).prompt.name == "nodule"
    assert window.results.typed == typed_answer()


def test_an_answer_to_what_was_typed_before_is_never_shown(window: Window, qtbot: QtBot) -> None:
    window.open()
    window.ask.submit_prompt("nodule")
    late = window.number(ScoreTyped)

    window.ask.type_prompt("nodules")
    window.worker.answered.emit(late, typed_answer(), ())

    assert window.results.typed is None
    window.ask.type_prompt(" ")
    qtbot.wait(350)
    assert len(window.worker.of(ScoreTyped)) == 1


def test_a_prompt_without_a_number_is_explained(window: Window) -> None:
    window.open()

    window.ask.submit_prompt("no pleural effusion")

    assert window.worker.of(ScoreTyped) == []
    assert window.results.explanation is not None
    assert '"pleural effusion"' in window.results.explanation.remedy
    assert window.prompts.history == ("no pleural effusion",)
    window.ask.type_prompt("pleural effusion")
    assert window.results.explanation is None


def test_a_prompt_that_the_model_cannot_read_is_explained(window: Window) -> None:
    window.open()
    window.answer_scan()
    window.ask.submit_prompt("very long")

    error = PromptRefusedError("It is too long.", remedy="Shorten it.")
    window.worker.failed.emit(window.number(ScoreTyped), error)

    assert window.results.explanation is not None
    assert window.results.explanation.summary == "It is too long."
    assert window.results.problem is None


def test_edited_wordings_are_asked_at_once(window: Window) -> None:
    window.open()

    window.ask.ask_wordings(NODULE)

    assert window.worker.newest(ScoreTyped).prompt == NODULE


def test_a_prompt_typed_before_the_model_is_there_is_asked_then(qapp: object) -> None:
    window = Window()
    window.open()
    window.ask.submit_prompt("nodule")
    assert window.worker.of(ScoreTyped) == []

    window.with_model()

    assert window.kinds() == [EncodeScan, ScoreFindings, ScoreTyped]


def test_a_prompt_typed_before_the_scan_is_asked_then(window: Window) -> None:
    window.ask.submit_prompt("nodule")

    window.open()

    assert window.kinds() == [EncodeScan, ScoreFindings, ScoreTyped]


def test_a_scan_that_is_not_scored_on_opening_is_scored_for_a_prompt(qapp: object) -> None:
    window = Window(score_on_open=False).with_model()
    window.open()
    assert window.kinds() == [ForgetScan]

    window.ask.submit_prompt("nodule")

    assert window.kinds()[1:] == [EncodeScan, ScoreFindings, ScoreTyped]
    assert window.worker.newest(ScoreTyped).scan_job == window.number(EncodeScan)


def test_the_typed_prompt_is_kept_in_the_list(window: Window) -> None:
    window.ask.add_typed_to_list()
    assert not window.prompts.own
    window.results.set_typed(typed_answer(AZYGOS))

    window.ask.add_typed_to_list()

    assert window.prompts.own == (AZYGOS,)


def test_a_finding_of_the_list_is_asked_as_the_list_asks(window: Window) -> None:
    window.open()

    window.ask.submit_prompt("lung  NODULE.")

    assert window.worker.newest(ScoreTyped).prompt == NODULE


def test_a_finding_of_the_list_is_explained_and_not_added_again(window: Window) -> None:
    window.results.set_typed(typed_answer(NODULE))

    window.ask.add_typed_to_list()

    assert not window.prompts.own
    assert window.results.explanation is not None
    assert "Lung nodule is among the findings" in window.results.explanation.summary


def test_the_usual_words_take_the_place_of_a_persons_own(window: Window) -> None:
    window.prompts.put(replace(NODULE, present=("A round opacity is seen.",)))
    window.results.set_typed(typed_answer(NODULE))

    window.ask.add_typed_to_list()

    assert not window.prompts.own


def test_another_model_scores_the_scan_again(window: Window) -> None:
    window.open()
    window.answer_scan()

    window.with_model(facts("large"))

    assert window.kinds()[2:] == [EncodeScan, ScoreFindings]
    assert window.results.scored is None
    assert window.results.model == facts("large")


def test_the_same_model_once_more_changes_nothing(window: Window) -> None:
    window.open()
    window.answer_scan()

    window.with_model()

    assert window.kinds() == [EncodeScan, ScoreFindings]
    assert window.results.scored is not None


def test_what_a_change_of_model_stopped_is_asked_again_whether_it_worked_or_not(
    window: Window,
) -> None:
    window.open()
    window.worker.cancelled.emit(window.number(EncodeScan))

    window.worker.model_unavailable.emit(NO_MODEL)
    assert window.results.model_problem is not None
    window.with_model()

    assert window.kinds()[2:] == [EncodeScan, ScoreFindings]
    assert window.results.model_problem is None


def test_an_encoding_that_still_waits_is_not_asked_twice(qapp: object) -> None:
    window = Window()
    window.open()

    window.with_model()

    assert window.kinds() == [EncodeScan, ScoreFindings]


def test_without_a_model_the_window_says_so(qapp: object) -> None:
    window = Window()
    window.open()

    window.worker.model_unavailable.emit(NO_MODEL)
    window.worker.failed.emit(1, NO_MODEL)

    assert window.results.model_problem is not None
    assert window.results.problem is not None
    assert window.results.problem.remedy == "Install the model."
    assert window.session.refusal is None


def test_a_closed_window_asks_and_shows_nothing_more(window: Window) -> None:
    window.open()

    window.ask.close()
    window.answer_scan()

    assert window.kinds()[-1] is ForgetScan
    assert window.results.scored is None


def test_a_real_model_scores_a_real_scan(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEDCT_CACHE", str(tmp_path / "cache"))
    folder = tiny_model.write_model(tmp_path / "tiny")
    worker = InferenceWorker(open_real_desk, ModelChoice(str(folder), device="cpu"))
    session, results = SessionState(), ResultsState()
    ask = AskModel(WindowState(session, PromptList(), results), worker, "w")
    shown = scan("chest.nii.gz")
    chest = OpenScan(shown.path, shown.study, shown.series, small_chest.volume(), shown.patient, ())
    worker.start()

    session.set_scan(chest)
    ask.submit_prompt("pleural effusion")
    qtbot.waitUntil(lambda: None not in (results.scored, results.typed), timeout=PATIENCE_MS)
    ask.close()
    worker.stop()

    assert results.scored is not None
    assert tuple(one.prompt.name for one in results.scored.findings) == FINDINGS
    assert results.scored.model == results.model
    assert results.typed is not None
    assert results.typed.spread is not None


def test_stopping_a_heatmap_leaves_the_scores(window: Window) -> None:
    window.open()
    window.answer_scan()
    window.ask.show_heatmap(NODULE)

    window.ask.cancel()

    assert window.results.problem is None
    assert window.results.scored is not None
    assert window.worker.stopped == [3]


def test_a_heatmap_is_shown_for_a_scan_that_was_asked_about(window: Window) -> None:
    window.ask.show_heatmap(NODULE)
    assert window.worker.of(ExplainScore) == []
    window.open()
    window.ask.show_heatmap(NODULE)
    found = relevance()

    window.worker.answered.emit(window.number(ExplainScore), found, ())

    assert window.results.heatmap is found


UNSUITABLE = (Notice("no-lungs", "It shows no pair of lungs."),)


def test_a_scan_known_to_be_unsuitable_is_refused_at_once_without_a_model(qapp: object) -> None:
    window = Window()
    unsuitable = replace(scan(), unsuitable=UNSUITABLE)

    window.session.set_scan(unsuitable)

    assert window.session.refusal == unsuitable.refusal
    assert window.results.problem == unsuitable.refusal
    assert window.kinds() == [ForgetScan]


def test_a_refused_scan_is_scored_all_the_same_when_a_person_insists(window: Window) -> None:
    window.session.set_scan(replace(scan(), unsuitable=UNSUITABLE))

    window.ask.score_anyway()

    assert window.worker.newest(EncodeScan).forced
    assert window.session.refusal is None
    window.answer_scan()
    assert window.results.scored is not None
    assert window.results.problem is None


def test_asking_again_about_a_refused_scan_refuses_again(window: Window) -> None:
    unsuitable = replace(scan(), unsuitable=UNSUITABLE)
    window.session.set_scan(unsuitable)

    window.ask.submit_prompt("Lung nodule")
    window.ask.score()

    assert window.session.refusal == unsuitable.refusal
    assert EncodeScan not in window.kinds()


def test_a_scan_that_is_not_scored_on_opening_still_says_why_it_never_will(qapp: object) -> None:
    window = Window(score_on_open=False)

    window.session.set_scan(replace(scan(), unsuitable=UNSUITABLE))

    assert window.session.refusal is not None
