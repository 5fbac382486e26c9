"""One thread answers one question at a time, and outlives everything that goes wrong."""

import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from app.state.answers import (
    FindingsScored,
    ModelChoice,
    ModelFacts,
    ScanEncoded,
    StageProgress,
    StageTime,
    TypedAnswer,
)
from app.workers.inference_worker import Desk, InferenceWorker
from app.workers.questions import (
    AskRegion,
    EmbedScan,
    EmbedText,
    EncodeScan,
    ExplainBeside,
    ExplainLikeness,
    ExplainScore,
    ForgetScan,
    ScoreFindings,
    ScoreTyped,
    SimilarScan,
)
from medct_core.errors import (
    MedctError,
    ModelUnavailableError,
    NotScorableError,
    OutOfMemoryError,
)
from medct_core.inference.embedding import Embedding
from medct_core.inference.likeness import Likeness
from medct_core.inference.scores import Relevance
from medct_core.retrieval.centring import Centring
from medct_core.retrieval.region_search import AskedRegion
from medct_core.retrieval.search import Query
from tests import library_samples, report_samples
from tests.app.stand_ins import NODULE, PATIENCE_MS, StandInDesk, facts

pytestmark = pytest.mark.gui

SCAN = EncodeScan(report_samples.scan("a.nii.gz"))
OTHER = EncodeScan(report_samples.scan("b.nii.gz"))
NO_LUNGS = NotScorableError("No lungs.", remedy="Choose a chest CT.")
NO_MODEL = ModelUnavailableError("The weights are missing.", remedy="Install the model.")
NO_ROOM = OutOfMemoryError("Not enough memory.", remedy="Close other programs.")


class Heard(QObject):
    """What a worker said, on the GUI thread."""

    def __init__(self, worker: InferenceWorker) -> None:
        super().__init__()
        self.answers: dict[int, object] = {}
        self.times: dict[int, tuple[StageTime, ...]] = {}
        self.errors: dict[int, MedctError] = {}
        self.cancelled: list[int] = []
        self.models: list[ModelFacts] = []
        self.unavailable: list[MedctError] = []
        self.stages: list[tuple[int, StageProgress]] = []
        worker.answered.connect(self.on_answer)
        worker.failed.connect(self.on_failed)
        worker.cancelled.connect(self.on_cancelled)
        worker.model_ready.connect(self.on_model)
        worker.model_unavailable.connect(self.on_no_model)
        worker.progress.connect(self.on_progress)

    def on_answer(self, job: int, answer: object, times: tuple[StageTime, ...]) -> None:
        """Note an answer."""
        assert job not in self.ended
        self.answers[job] = answer
        self.times[job] = times

    def on_failed(self, job: int, error: MedctError) -> None:
        """Note an error."""
        assert job not in self.ended
        self.errors[job] = error

    def on_cancelled(self, job: int) -> None:
        """Note a stop."""
        assert job not in self.ended
        self.cancelled.append(job)

    def on_model(self, model: ModelFacts) -> None:
        """Note a model."""
        self.models.append(model)

    def on_no_model(self, error: MedctError) -> None:
        """Note a missing model."""
        self.unavailable.append(error)

    def on_progress(self, job: int, stage: StageProgress) -> None:
        """Note progress."""
        self.stages.append((job, stage))

    @property
    def ended(self) -> set[int]:
        """Jobs that were answered in whatever way."""
        return {*self.answers, *self.errors, *self.cancelled}


class Models:
    """Gives the stand-in of each model by name, or the error that stands for it."""

    def __init__(self, **models: StandInDesk | list[StandInDesk | Exception]) -> None:
        self._models = models
        self.opened: list[ModelChoice] = []

    def __call__(self, choice: ModelChoice, told: Callable[[float], None]) -> Desk:
        """Load the model of that name."""
        self.opened.append(choice)
        told(0.5)
        found = self._models[choice.model or "first"]
        one = found.pop(0) if isinstance(found, list) else found
        if isinstance(one, Exception):
            raise one
        return one


Start = Callable[[Models], tuple[InferenceWorker, Heard]]


@pytest.fixture
def start(qapp: object) -> Iterator[Start]:
    """Start workers that are stopped after the test."""
    started: list[InferenceWorker] = []

    def run(models: Models) -> tuple[InferenceWorker, Heard]:
        worker = InferenceWorker(models)
        started.append(worker)
        heard = Heard(worker)
        worker.start()
        return worker, heard

    yield run
    for worker in started:
        worker.stop()
        assert worker.isFinished()


def test_questions_asked_before_the_model_is_there_are_answered_in_order(
    start: Start, qtbot: QtBot
) -> None:
    worker, heard = start(Models(first=StandInDesk()))

    scan = worker.ask("w", SCAN)
    listed = worker.ask("w", ScoreFindings(scan, (NODULE,)))
    typed = worker.ask("w", ScoreTyped(scan, NODULE))
    explained = worker.ask("w", ExplainScore(scan, NODULE))

    qtbot.waitUntil(lambda: explained in heard.answers, timeout=PATIENCE_MS)
    assert heard.models == [facts()]
    encoded, scored = heard.answers[scan], heard.answers[listed]
    assert isinstance(encoded, ScanEncoded)
    assert isinstance(scored, FindingsScored)
    assert [one.prompt.name for one in scored.findings] == ["a.nii.gz", "Lung nodule"]
    assert isinstance(heard.answers[typed], TypedAnswer)
    assert isinstance(heard.answers[explained], Relevance)
    assert list(heard.answers)[-4:] == [scan, listed, typed, explained]


def test_stages_come_with_their_job_and_their_seconds(start: Start, qtbot: QtBot) -> None:
    worker, heard = start(Models(first=StandInDesk()))

    scan = worker.ask("w", SCAN)

    qtbot.waitUntil(lambda: scan in heard.answers, timeout=PATIENCE_MS)
    assert [stage.stage for job, stage in heard.stages if job == scan] == ["prepare", "encode"]
    assert [one.stage for one in heard.times[scan]] == ["prepare", "encode"]
    assert all(one.seconds >= 0 for one in heard.times[scan])


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (NO_ROOM, "Not enough memory."),
        (RuntimeError("secret /home/x"), "The program made a mistake while scoring the findings."),
    ],
)
def test_what_goes_wrong_is_an_answer_and_the_thread_lives(
    start: Start, qtbot: QtBot, error: Exception, said: str
) -> None:
    desk = StandInDesk(wrong={"findings": error})
    worker, heard = start(Models(first=desk))
    scan = worker.ask("w", SCAN)
    listed = worker.ask("w", ScoreFindings(scan))
    qtbot.waitUntil(lambda: listed in heard.errors, timeout=PATIENCE_MS)

    typed = worker.ask("w", ScoreTyped(scan, NODULE))

    qtbot.waitUntil(lambda: typed in heard.answers, timeout=PATIENCE_MS)
    assert heard.errors[listed].summary == said
    assert heard.errors[listed].__traceback__ is None


@pytest.mark.parametrize("error", [NO_LUNGS, NO_ROOM])
def test_why_a_scan_was_not_encoded_is_said_of_every_question_about_it(
    start: Start, qtbot: QtBot, error: MedctError
) -> None:
    worker, heard = start(Models(first=StandInDesk(wrong={"encode": error})))

    scan = worker.ask("w", SCAN)
    questions = [worker.ask("w", ScoreFindings(scan)), worker.ask("w", ScoreTyped(scan, NODULE))]

    qtbot.waitUntil(lambda: heard.ended >= {scan, *questions}, timeout=PATIENCE_MS)
    for job in (scan, *questions):
        assert type(heard.errors[job]) is type(error)
        assert heard.errors[job].summary == error.summary


def test_without_weights_the_window_lives_and_another_model_helps(
    start: Start, qtbot: QtBot
) -> None:
    worker, heard = start(Models(first=[NO_MODEL], good=StandInDesk(facts("good"))))
    scan = worker.ask("w", SCAN)
    qtbot.waitUntil(lambda: scan in heard.errors, timeout=PATIENCE_MS)

    worker.load_model(ModelChoice("good"))
    again = worker.ask("w", SCAN)

    qtbot.waitUntil(lambda: again in heard.answers, timeout=PATIENCE_MS)
    assert [error.summary for error in heard.unavailable] == [NO_MODEL.summary]
    assert heard.errors[scan].summary == NO_MODEL.summary
    assert heard.models == [facts("good")]


def test_a_broken_adapter_leaves_the_model_in_use(start: Start, qtbot: QtBot) -> None:
    worker, heard = start(Models(first=StandInDesk(wrong={"swapped": NO_MODEL})))
    qtbot.waitUntil(lambda: len(heard.models) == 1, timeout=PATIENCE_MS)

    load = worker.load_model(ModelChoice(adapter=Path("broken")))
    scan = worker.ask("w", SCAN)

    qtbot.waitUntil(lambda: scan in heard.answers, timeout=PATIENCE_MS)
    assert heard.errors[load].summary == NO_MODEL.summary
    assert heard.models == [facts(), facts()]


def test_another_adapter_does_not_load_the_model_again(start: Start, qtbot: QtBot) -> None:
    desk = StandInDesk()
    models = Models(first=desk)
    worker, heard = start(models)
    qtbot.waitUntil(partial(_has_models, heard, 1), timeout=PATIENCE_MS)
    chosen = [*(ModelChoice(adapter=Path(name)) for name in ("site-a", "site-b")), ModelChoice()]

    for number, choice in enumerate(chosen, 2):
        worker.load_model(choice)
        qtbot.waitUntil(partial(_has_models, heard, number), timeout=PATIENCE_MS)

    assert models.opened == [ModelChoice()]
    assert desk.swaps == chosen
    assert [one.stamp.adapter for one in heard.models] == [None, "site-a", "site-b", None]


def _has_models(heard: Heard, count: int) -> bool:
    return len(heard.models) == count


def test_a_scan_is_encoded_anew_with_another_adapter(start: Start, qtbot: QtBot) -> None:
    worker, heard = start(Models(first=StandInDesk()))
    scan = worker.ask("w", SCAN)
    qtbot.waitUntil(lambda: scan in heard.answers, timeout=PATIENCE_MS)

    worker.load_model(ModelChoice(adapter=Path("site-a")))
    late = worker.ask("w", ScoreFindings(scan))
    qtbot.waitUntil(lambda: late in heard.ended, timeout=PATIENCE_MS)
    again = worker.ask("w", SCAN)
    qtbot.waitUntil(lambda: again in heard.answers, timeout=PATIENCE_MS)
    scored = worker.ask("w", ScoreFindings(again))
    qtbot.waitUntil(lambda: scored in heard.answers, timeout=PATIENCE_MS)

    assert late in heard.cancelled
    findings = heard.answers[scored]
    assert isinstance(findings, FindingsScored)
    assert findings.model.stamp.adapter == "site-a"


def test_the_same_choice_again_loads_the_model_again(start: Start, qtbot: QtBot) -> None:
    worker, heard = start(models := Models(first=StandInDesk()))
    qtbot.waitUntil(partial(_has_models, heard, 1), timeout=PATIENCE_MS)

    worker.load_model(ModelChoice())

    qtbot.waitUntil(partial(_has_models, heard, 2), timeout=PATIENCE_MS)
    assert len(models.opened) == 2


def test_the_old_model_makes_room_where_two_do_not_fit(start: Start, qtbot: QtBot) -> None:
    models = Models(first=StandInDesk(), large=[NO_ROOM, StandInDesk(facts("large"))])
    worker, heard = start(models)
    qtbot.waitUntil(lambda: len(heard.models) == 1, timeout=PATIENCE_MS)

    worker.load_model(ModelChoice("large"))

    qtbot.waitUntil(lambda: len(heard.models) == 2, timeout=PATIENCE_MS)
    assert heard.models[-1] == facts("large")
    assert heard.unavailable == []


def test_a_first_model_that_does_not_fit_is_told(start: Start, qtbot: QtBot) -> None:
    _, heard = start(Models(first=[NO_ROOM]))

    qtbot.waitUntil(lambda: len(heard.unavailable) == 1, timeout=PATIENCE_MS)

    assert isinstance(heard.unavailable[0], OutOfMemoryError)
    assert heard.models == []


def test_a_running_and_a_waiting_job_are_stopped_by_number(start: Start, qtbot: QtBot) -> None:
    desk = StandInDesk()
    desk.open_gate.clear()
    worker, heard = start(Models(first=desk))
    scan = worker.ask("w", SCAN)
    waiting = worker.ask("w", ScoreFindings(scan))
    assert desk.began.wait(30)

    worker.cancel(waiting)
    assert heard.cancelled == [waiting]
    worker.cancel(scan)

    qtbot.waitUntil(lambda: heard.cancelled == [waiting, scan], timeout=PATIENCE_MS)
    typed = worker.ask("w", ScoreTyped(scan, NODULE))
    qtbot.waitUntil(lambda: typed in heard.cancelled, timeout=PATIENCE_MS)


def test_another_scan_stops_the_first_and_nothing_mixes(start: Start, qtbot: QtBot) -> None:
    desk = StandInDesk()
    desk.open_gate.clear()
    worker, heard = start(Models(first=desk))
    first = worker.ask("w", SCAN)
    worker.ask("w", ScoreFindings(first))
    assert desk.began.wait(30)

    second = worker.ask("w", OTHER)
    about_second = worker.ask("w", ScoreFindings(second))
    about_first = worker.ask("w", ScoreTyped(first, NODULE))
    qtbot.waitUntil(lambda: first in heard.cancelled, timeout=PATIENCE_MS)
    desk.open_gate.set()

    qtbot.waitUntil(lambda: about_first in heard.ended, timeout=PATIENCE_MS)
    assert heard.cancelled == [first, about_first]
    scored = heard.answers[about_second]
    assert isinstance(scored, FindingsScored)
    assert scored.findings[0].prompt.name == "b.nii.gz"


def test_two_windows_have_a_scan_each(start: Start, qtbot: QtBot) -> None:
    worker, heard = start(Models(first=StandInDesk()))

    scans = worker.ask("left", SCAN), worker.ask("right", OTHER)
    jobs = [
        worker.ask(window, ScoreFindings(scan))
        for window, scan in zip(("left", "right"), scans, strict=True)
    ]

    qtbot.waitUntil(lambda: heard.ended >= set(jobs), timeout=PATIENCE_MS)
    answers = [heard.answers[job] for job in jobs]
    names = [one.findings[0].prompt.name for one in answers if isinstance(one, FindingsScored)]
    assert names == ["a.nii.gz", "b.nii.gz"]


def test_another_model_stops_what_runs_and_answers_what_waits(start: Start, qtbot: QtBot) -> None:
    slow, quick = StandInDesk(facts("slow")), StandInDesk(facts("quick"))
    slow.open_gate.clear()
    worker, heard = start(Models(first=slow, quick=quick))
    running = worker.ask("left", SCAN)
    waiting = worker.ask("right", OTHER)
    assert slow.began.wait(30)

    worker.load_model(ModelChoice("quick"))

    qtbot.waitUntil(lambda: waiting in heard.answers, timeout=PATIENCE_MS)
    assert running in heard.cancelled
    assert slow.encoded == []
    assert quick.encoded == [OTHER.volume]


def test_a_model_is_not_loaded_any_further_once_another_is_wanted(
    start: Start, qtbot: QtBot
) -> None:
    gate, began = threading.Event(), threading.Event()

    class Slow(Models):
        def __call__(self, choice: ModelChoice, told: Callable[[float], None]) -> Desk:
            if choice.model is None:
                began.set()
                gate.wait(30)
            return super().__call__(choice, told)

    worker, heard = start(Slow(first=StandInDesk(), quick=StandInDesk(facts("quick"))))
    assert began.wait(30)

    load = worker.load_model(ModelChoice("quick"))
    gate.set()

    qtbot.waitUntil(lambda: load in heard.answers, timeout=PATIENCE_MS)
    assert heard.models == [facts("quick")]
    assert heard.cancelled == [1]


def test_a_forgotten_scan_is_let_go(start: Start, qtbot: QtBot) -> None:
    worker, heard = start(Models(first=StandInDesk()))
    scan = worker.ask("w", SCAN)

    forgotten = worker.ask("w", ForgetScan())
    late = worker.ask("w", ScoreFindings(scan))

    qtbot.waitUntil(lambda: late in heard.ended, timeout=PATIENCE_MS)
    assert heard.answers[forgotten] is None
    assert late in heard.cancelled


def test_stopping_ends_a_running_job_and_a_thread_that_never_began(qtbot: QtBot) -> None:
    desk = StandInDesk()
    desk.open_gate.clear()
    running, never = InferenceWorker(Models(first=desk)), InferenceWorker(Models())
    heard = Heard(running)
    running.start()
    scan = running.ask("w", SCAN)
    assert desk.began.wait(30)

    running.stop()
    never.stop()

    assert running.isFinished()
    qtbot.waitUntil(lambda: heard.cancelled == [scan], timeout=PATIENCE_MS)


def test_a_likeness_is_asked_of_the_scan_and_of_the_one_beside_it(
    start: Start, qtbot: QtBot
) -> None:
    worker, heard = start(Models(first=StandInDesk()))
    similar = SimilarScan(library_samples.case(), Centring(np.zeros(8, "f4"), None, 1))

    scan = worker.ask("w", SCAN)
    here = worker.ask("w", ExplainLikeness(scan, similar))
    there = worker.ask("w", ExplainBeside(scan, similar, OTHER.volume))
    qtbot.waitUntil(lambda: {here, there} <= heard.ended, timeout=PATIENCE_MS)

    names = [one.other for job in (here, there) if isinstance(one := heard.answers[job], Likeness)]
    assert names == [similar.case.source, "b.nii.gz"]


def test_a_region_is_asked_of_the_scan(start: Start, qtbot: QtBot) -> None:
    worker, heard = start(Models(first=StandInDesk()))

    scan = worker.ask("w", SCAN)
    region = worker.ask("w", AskRegion(scan, ((0.0, 0.0, 0.0),)))
    qtbot.waitUntil(lambda: region in heard.ended, timeout=PATIENCE_MS)

    assert isinstance(heard.answers[region], AskedRegion)


def test_words_and_scans_for_the_library_are_encoded_without_an_open_scan(
    start: Start, qtbot: QtBot
) -> None:
    worker, heard = start(Models(first=StandInDesk()))

    text = worker.ask("w similar", EmbedText("effusion"))
    scan = worker.ask("w library", EmbedScan(SCAN.volume))

    qtbot.waitUntil(lambda: {text, scan} <= heard.ended, timeout=PATIENCE_MS)
    query, embedded = heard.answers[text], heard.answers[scan]
    assert isinstance(query, Query)
    assert isinstance(embedded, Embedding)
    assert embedded.volume_sha256 == SCAN.volume.content_sha256


def test_a_scan_for_the_library_gives_way_to_one_that_is_opened(start: Start, qtbot: QtBot) -> None:
    desk = StandInDesk()
    desk.open_gate.clear()
    worker, heard = start(Models(first=desk))
    background = worker.ask("w library", EmbedScan(SCAN.volume))
    qtbot.waitUntil(desk.began.is_set, timeout=PATIENCE_MS)

    opened = worker.ask("w", OTHER)
    qtbot.waitUntil(lambda: background in heard.cancelled, timeout=PATIENCE_MS)
    desk.open_gate.set()

    qtbot.waitUntil(lambda: opened in heard.answers, timeout=PATIENCE_MS)


def test_a_scan_for_the_library_that_is_unsuitable_is_refused(start: Start, qtbot: QtBot) -> None:
    worker, heard = start(Models(first=StandInDesk(wrong={"embedding": NO_LUNGS})))

    job = worker.ask("w library", EmbedScan(SCAN.volume))

    qtbot.waitUntil(lambda: job in heard.errors, timeout=PATIENCE_MS)
    assert heard.errors[job].summary == NO_LUNGS.summary
