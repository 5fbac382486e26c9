"""A scan that is known to be unsuitable is refused until a person insists."""

from dataclasses import replace

import pytest

from app.workers.questions import EncodeScan, ForgetScan
from medct_core.volume.notice import Notice
from tests.app.controllers.test_ask_model import Window
from tests.app.state.test_session import scan

pytestmark = pytest.mark.gui

UNSUITABLE = (Notice("no-lungs", "It shows no pair of lungs."),)


@pytest.fixture
def window(qapp: object) -> Window:
    return Window().with_model()


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
