"""Maps of places: of a finding or of a likeness, the newest that was asked for."""

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from app.state.answers import Problem
from app.workers.questions import EncodeScan, ExplainLikeness, ExplainScore, SimilarScan
from medct_core.errors import ModelUnavailableError
from medct_core.retrieval.centring import Centring
from tests import library_samples
from tests.app.controllers.test_ask_model import Window
from tests.app.stand_ins import NODULE, likeness, relevance

pytestmark = pytest.mark.gui

NO_MODEL = ModelUnavailableError("The weights are missing.", remedy="Install the model.")


@pytest.fixture
def window(qapp: object) -> Window:
    return Window().with_model()


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


def similar() -> SimilarScan:
    return SimilarScan(library_samples.case(), Centring(np.zeros(8, "f4"), None, 1))


def test_a_likeness_is_shown_for_a_scan_that_was_asked_about(window: Window) -> None:
    window.ask.show_likeness(similar())
    assert window.worker.of(ExplainLikeness) == []
    window.open()
    window.ask.show_likeness(similar())
    found = likeness()

    window.worker.answered.emit(window.number(ExplainLikeness), found, ())

    assert window.ask.scan_job == window.number(EncodeScan)
    assert window.results.heatmap is found


def test_of_a_heatmap_and_a_likeness_only_the_newer_is_waited_for(window: Window) -> None:
    window.open()
    window.answer_scan()
    window.ask.show_heatmap(NODULE)
    window.ask.show_likeness(similar())

    window.worker.answered.emit(window.number(ExplainScore), relevance(), ())
    is_waiting = window.ask.is_asking
    window.ask.show_heatmap(NODULE)
    window.worker.answered.emit(window.number(ExplainLikeness), likeness(), ())

    assert is_waiting
    assert window.results.heatmap is None


def test_a_likeness_that_fails_leaves_the_scores_alone(window: Window, qtbot: QtBot) -> None:
    window.open()
    window.answer_scan()
    window.ask.show_likeness(similar())

    with qtbot.waitSignal(window.ask.likeness_failed) as told:
        window.worker.failed.emit(window.number(ExplainLikeness), NO_MODEL)

    assert told.args == [Problem.of(NO_MODEL)]
    assert window.results.problem is None
