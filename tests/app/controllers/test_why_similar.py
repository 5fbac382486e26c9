"""Two scans are explained together, and neither ever shows the map of another pair."""

from dataclasses import replace

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from app.controllers.ask_model import AskModel, WindowState
from app.controllers.why_similar import (
    GONE,
    NOT_ENCODED,
    OF_A_TEXT,
    WhySimilar,
    WhyStates,
)
from app.state.answers import Problem
from app.state.beside import BesideScan, BesideState
from app.state.prompt_list import PromptList
from app.state.results import ResultsState
from app.state.session import SessionState
from app.state.similar import SimilarState
from app.state.similar_page import SimilarPage
from app.workers.questions import (
    EncodeScan,
    ExplainBeside,
    ExplainLikeness,
    ExplainScore,
    SimilarScan,
)
from medct_core.errors import OutOfMemoryError
from medct_core.retrieval.centring import Centring
from medct_core.retrieval.search import SimilarCase
from tests import library_samples
from tests.app.asking_window import AskingWindow
from tests.app.stand_ins import NODULE, FakeWorker, likeness, relevance
from tests.app.state.test_session import scan

pytestmark = pytest.mark.gui

CASES = tuple(
    SimilarCase(library_samples.case(number), 0.5, None, number, 3) for number in (1, 2, 3)
)
PAGE = SimilarPage("mine", "tiny", 3, cases=CASES)
NO_ROOM = OutOfMemoryError("Not enough memory.", remedy="Close other programs.")
FIRST, SECOND = (one.case.case_id for one in CASES[:2])


class Window:
    """One window with a list of similar cases, and a worker that answers when told."""

    def __init__(self) -> None:
        self.worker = FakeWorker()
        self.session, self.results = SessionState(), ResultsState()
        self.similar, self.beside = SimilarState(), BesideState()
        worker = self.worker.as_worker()
        self.ask = AskModel(WindowState(self.session, PromptList(), self.results), worker, "w")
        self.why = WhySimilar(
            WhyStates(self.results, self.similar, self.beside), self.ask, worker, "w"
        )
        self.told: list[Problem] = []
        self.waiting: list[bool] = []
        self.why.failed.connect(self.told.append)
        self.why.waiting_changed.connect(self.waiting.append)
        self.similar.show(PAGE)
        self.similar.centring = Centring(np.zeros(8, "f4"), None, 60)

    def answer(self, kind: type) -> None:
        """Answer the newest question of a kind."""
        self.worker.answered.emit(self.worker.number_of(kind), likeness(), ())


@pytest.fixture
def window(qapp: object) -> Window:
    made = Window()
    made.session.set_scan(scan())
    return made


def put_beside(window: Window, place: int = 0) -> BesideScan:
    shown = BesideScan(scan("like.nii.gz"), CASES[place])
    window.beside.set_shown(shown)
    return shown


def test_the_open_scan_is_explained_with_the_centring_of_the_search(window: Window) -> None:
    window.why.explain(SECOND)
    window.answer(ExplainLikeness)

    (asked,) = window.worker.of(ExplainLikeness)
    assert isinstance(asked, ExplainLikeness)
    assert asked.similar.case is CASES[1].case
    assert asked.similar.centring is window.similar.centring
    assert window.results.heatmap is not None
    assert window.worker.of(ExplainBeside) == []
    assert window.told == []


def test_a_case_that_stands_beside_is_explained_too(window: Window) -> None:
    shown = put_beside(window)

    window.why.explain(FIRST)
    window.answer(ExplainLikeness)
    window.answer(ExplainBeside)

    (asked,) = window.worker.of(ExplainBeside)
    assert isinstance(asked, ExplainBeside)
    assert asked.volume is shown.scan.volume
    assert window.beside.likeness is not None
    assert window.waiting == [True, False]


def test_a_case_that_is_put_beside_later_is_explained_as_soon_as_it_is_there(
    window: Window,
) -> None:
    window.why.explain(FIRST)
    window.answer(ExplainLikeness)

    put_beside(window)

    assert len(window.worker.of(ExplainBeside)) == 1


def test_another_case_beside_is_not_explained(window: Window) -> None:
    put_beside(window, place=1)

    window.why.explain(FIRST)

    assert window.worker.of(ExplainBeside) == []


def test_closing_the_case_beside_drops_its_map_and_what_is_still_asked(window: Window) -> None:
    put_beside(window)
    window.why.explain(FIRST)
    late = window.worker.number_of(ExplainBeside)

    window.beside.set_shown(None)
    window.worker.answered.emit(late, likeness(), ())

    assert window.beside.likeness is None
    assert window.waiting == [True, False]


def test_the_map_of_a_finding_takes_both_maps_away(window: Window) -> None:
    put_beside(window)
    window.why.explain(FIRST)
    window.answer(ExplainLikeness)
    window.answer(ExplainBeside)

    window.results.set_heatmap(relevance())

    assert window.beside.likeness is None
    put_beside(window)
    assert len(window.worker.of(ExplainBeside)) == 1


def test_another_scan_takes_both_maps_away(window: Window) -> None:
    put_beside(window)
    window.why.explain(FIRST)
    window.answer(ExplainLikeness)
    window.answer(ExplainBeside)

    window.session.set_scan(scan("b.nii.gz"))

    assert (window.results.heatmap, window.beside.likeness) == (None, None)


def test_cases_like_words_say_nothing_of_the_open_scan(window: Window) -> None:
    window.similar.show(replace(PAGE, of_text="effusion"))

    window.why.explain(FIRST)

    assert window.told == [OF_A_TEXT]
    assert window.worker.of(ExplainLikeness) == []


def test_a_case_that_is_no_longer_listed_is_told(window: Window) -> None:
    window.why.explain("gone")

    assert window.told == [GONE]


def test_a_scan_that_nobody_encoded_is_told(qapp: object) -> None:
    window = Window()

    window.why.explain(FIRST)

    assert window.told == [NOT_ENCODED]


@pytest.mark.parametrize("kind", [ExplainLikeness, ExplainBeside])
def test_what_goes_wrong_is_told_and_the_scores_stay(window: Window, kind: type) -> None:
    put_beside(window)
    window.why.explain(FIRST)

    window.worker.failed.emit(window.worker.number_of(kind), NO_ROOM)

    assert window.told == [Problem.of(NO_ROOM)]
    assert window.results.problem is None
    assert window.beside.likeness is None


def test_a_stopped_question_is_no_longer_waited_for(window: Window) -> None:
    put_beside(window)
    window.why.explain(FIRST)

    window.worker.cancelled.emit(window.worker.number_of(ExplainBeside))

    assert window.waiting == [True, False]


SIMILAR = SimilarScan(CASES[0].case, Centring(np.zeros(8, "f4"), None, 60))


@pytest.fixture
def asking(qapp: object) -> AskingWindow:
    """Build a window with a model and no scan."""
    return AskingWindow().with_model()


def test_a_likeness_is_shown_for_a_scan_that_was_asked_about(asking: AskingWindow) -> None:
    asking.ask.show_likeness(SIMILAR)
    assert asking.worker.of(ExplainLikeness) == []
    asking.open()
    asking.ask.show_likeness(SIMILAR)
    found = likeness()

    asking.worker.answered.emit(asking.number(ExplainLikeness), found, ())

    assert asking.ask.scan_job == asking.number(EncodeScan)
    assert asking.results.heatmap is found


def test_of_a_heatmap_and_a_likeness_only_the_newer_is_waited_for(asking: AskingWindow) -> None:
    asking.open()
    asking.answer_scan()
    asking.ask.show_heatmap(NODULE)
    asking.ask.show_likeness(SIMILAR)

    asking.worker.answered.emit(asking.number(ExplainScore), relevance(), ())
    is_waiting = asking.ask.is_asking
    asking.ask.show_heatmap(NODULE)
    asking.worker.answered.emit(asking.number(ExplainLikeness), likeness(), ())

    assert is_waiting
    assert asking.results.heatmap is None


def test_a_likeness_that_fails_leaves_the_scores_alone(asking: AskingWindow, qtbot: QtBot) -> None:
    asking.open()
    asking.answer_scan()
    asking.ask.show_likeness(SIMILAR)

    with qtbot.waitSignal(asking.ask.likeness_failed) as told:
        asking.worker.failed.emit(asking.number(ExplainLikeness), NO_ROOM)

    assert told.args == [Problem.of(NO_ROOM)]
    assert asking.results.problem is None
