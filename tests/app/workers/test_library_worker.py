"""One thread works on the library, one job at a time, and outlives everything that goes wrong."""

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from app.workers.kept_libraries import KeptLibraries
from app.workers.library_worker import LibraryWorker, OnProgress
from medct_core.cancel import CancelToken
from medct_core.errors import MedctError, UsageError
from medct_core.retrieval.library import CaseLibrary
from medct_core.retrieval.search import Query
from tests.app.stand_ins import PATIENCE_MS
from tests.library_samples import STAMP, case, unit_vector

pytestmark = pytest.mark.gui

DOING = "searching the library"


class Heard(QObject):
    """What the worker said, on the GUI thread."""

    def __init__(self, worker: LibraryWorker) -> None:
        super().__init__()
        self.results: dict[int, object] = {}
        self.errors: dict[int, MedctError] = {}
        self.cancelled: list[int] = []
        self.fractions: list[float] = []
        worker.done.connect(self.on_done)
        worker.failed.connect(self.on_failed)
        worker.cancelled.connect(self.on_cancelled)
        worker.progress.connect(self.on_progress)

    def on_done(self, job: int, result: object) -> None:
        """Note a result."""
        assert job not in self.ended
        self.results[job] = result

    def on_failed(self, job: int, error: MedctError) -> None:
        """Note an error."""
        assert job not in self.ended
        self.errors[job] = error

    def on_cancelled(self, job: int) -> None:
        """Note a stop."""
        assert job not in self.ended
        self.cancelled.append(job)

    def on_progress(self, _job: int, fraction: float) -> None:
        """Note a fraction."""
        self.fractions.append(fraction)

    @property
    def ended(self) -> set[int]:
        """Jobs that were answered in whatever way."""
        return {*self.results, *self.errors, *self.cancelled}


class Gate:
    """Work that waits until it is let through or stopped."""

    def __init__(self) -> None:
        self.open, self.began = threading.Event(), threading.Event()
        self.thread: threading.Thread | None = None

    def __call__(self, _kept: KeptLibraries, cancel: CancelToken, told: OnProgress) -> str:
        """Wait, checking for a stop."""
        self.thread = threading.current_thread()
        told(0.5)
        self.began.set()
        while not self.open.wait(0.005):
            cancel.raise_if_cancelled()
        return "through"


@pytest.fixture
def worker(qapp: object) -> Iterator[LibraryWorker]:
    """Start a worker that has ended after the test."""
    made = LibraryWorker()
    made.start()
    yield made
    made.stop()
    assert made.isFinished()


@pytest.fixture
def heard(worker: LibraryWorker) -> Heard:
    """Listen to the worker."""
    return Heard(worker)


@pytest.fixture
def until(qtbot: QtBot) -> Callable[[Callable[[], bool]], None]:
    """Wait until something is so."""
    return lambda is_so: qtbot.waitUntil(is_so, timeout=PATIENCE_MS)


Until = Callable[[Callable[[], bool]], None]


def test_work_is_done_away_from_the_window(
    worker: LibraryWorker, heard: Heard, until: Until
) -> None:
    gate = Gate()
    gate.open.set()

    job = worker.ask("w", "search", gate, doing=DOING)

    until(lambda: job in heard.results)
    assert heard.results == {job: "through"}
    assert heard.fractions == [0.5]
    assert gate.thread is not threading.main_thread()


def test_a_newer_question_stops_the_older_of_the_same_window_and_kind(
    worker: LibraryWorker, heard: Heard, until: Until
) -> None:
    older, newer = Gate(), Gate()
    newer.open.set()
    first = worker.ask("w", "search", older, doing=DOING)
    until(older.began.is_set)

    second = worker.ask("w", "search", newer, doing=DOING)

    until(lambda: second in heard.ended)
    assert heard.cancelled == [first]
    assert heard.results == {second: "through"}


def test_mistakes_and_refusals_end_no_thread(
    worker: LibraryWorker, heard: Heard, until: Until
) -> None:
    def refused(_kept: KeptLibraries, _cancel: CancelToken, _told: OnProgress) -> None:
        raise UsageError("There is none.", remedy="Make one with: medct library init x")

    def mistaken(_kept: KeptLibraries, _cancel: CancelToken, _told: OnProgress) -> None:
        raise ZeroDivisionError

    gate = Gate()
    gate.open.set()
    jobs = [worker.add(work, doing=DOING) for work in (refused, mistaken, gate)]

    until(lambda: jobs[-1] in heard.ended)
    assert heard.errors[jobs[0]].summary == "There is none."
    assert "medct library" not in heard.errors[jobs[0]].remedy
    assert DOING in heard.errors[jobs[1]].summary
    assert heard.results == {jobs[2]: "through"}


def test_a_job_is_stopped_whether_it_waits_or_runs(
    worker: LibraryWorker, heard: Heard, until: Until
) -> None:
    gate = Gate()
    running = worker.add(gate, doing=DOING)
    waiting = worker.add(gate, doing=DOING)
    until(gate.began.is_set)

    worker.cancel(waiting)
    worker.cancel(running)

    until(lambda: len(heard.ended) == 2)
    assert heard.cancelled == [waiting, running]


def test_stopping_writes_what_is_kept_and_drops_the_rest(
    worker: LibraryWorker, until: Until, tmp_path: Path
) -> None:
    gate, place = Gate(), str(tmp_path / "library")

    def write(kept: KeptLibraries, _cancel: CancelToken, _told: OnProgress) -> None:
        kept.open_or_create(place).add([case(1)])

    worker.ask("w", "search", gate, doing=DOING)
    worker.add(gate, doing=DOING)
    worker.keep(write, doing=DOING)
    until(gate.began.is_set)

    worker.stop()

    assert worker.isFinished()
    assert CaseLibrary.open(place).count() == 1


def test_cases_are_found_between_those_another_program_adds(
    worker: LibraryWorker, heard: Heard, until: Until, tmp_path: Path
) -> None:
    place = str(tmp_path / "library")
    outside = CaseLibrary.create(place)

    def nearest(kept: KeptLibraries, cancel: CancelToken, _told: OnProgress) -> list[str]:
        search = kept.search(place, STAMP, of_model=None, cancel=cancel)
        found = search.similar(Query(unit_vector(5), STAMP), count=1)
        return [one.case.source for one in found]

    for numbers in (range(3), range(3, 6)):
        outside.add(case(number) for number in numbers)
        job = worker.ask("w", "search", nearest, doing=DOING)
        until(lambda job=job: job in heard.ended)  # type: ignore[misc]

    assert list(heard.results.values())[-1] == ["scan-5.nii.gz"]


def test_nothing_that_this_thread_does_for_a_window_loads_torch() -> None:
    names = (
        "app.controllers.similar_work",
        "app.controllers.similar_map",
        "app.controllers.library_writing",
        "medct_core.archive.scan_case",
        "medct_core.retrieval.library_index",
    )
    code = f"import sys, {', '.join(names)}; sys.exit('torch' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
