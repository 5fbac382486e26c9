"""Work on files answers once, whatever happens to it."""

import threading
from collections.abc import Iterator
from functools import partial

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from app.workers.loader_pool import LoaderPool, OnProgress
from medct_core.cancel import CancelToken
from medct_core.errors import MedctError, NotAnImageError
from tests.app.stand_ins import PATIENCE_MS

pytestmark = pytest.mark.gui


class Heard(QObject):
    """What the pool said, on the GUI thread."""

    def __init__(self, pool: LoaderPool) -> None:
        super().__init__()
        self.done: dict[int, object] = {}
        self.failed: dict[int, MedctError] = {}
        self.cancelled: list[int] = []
        self.fractions: list[float] = []
        pool.done.connect(self.on_done)
        pool.failed.connect(self.on_failed)
        pool.cancelled.connect(self.on_cancelled)
        pool.progress.connect(self.on_progress)

    def on_done(self, job: int, result: object) -> None:
        """Note a result."""
        self.done[job] = result

    def on_failed(self, job: int, error: MedctError) -> None:
        """Note an error."""
        self.failed[job] = error

    def on_cancelled(self, job: int) -> None:
        """Note a stop."""
        self.cancelled.append(job)

    def on_progress(self, _job: int, fraction: float) -> None:
        """Note a fraction."""
        self.fractions.append(fraction)


@pytest.fixture
def pool(qapp: object) -> Iterator[LoaderPool]:
    """Two threads that are gone after the test."""
    made = LoaderPool()
    yield made
    made.stop()


def until_stopped(cancel: CancelToken, _told: OnProgress) -> None:
    while True:
        cancel.raise_if_cancelled()


def square(number: int, _cancel: CancelToken, _told: OnProgress) -> int:
    return number * number


def test_a_result_comes_back_with_its_number(pool: LoaderPool, qtbot: QtBot) -> None:
    heard = Heard(pool)

    numbers = [pool.submit(partial(square, n), doing="counting") for n in range(5)]

    qtbot.waitUntil(lambda: len(heard.done) == 5, timeout=PATIENCE_MS)
    assert [heard.done[number] for number in numbers] == [0, 1, 4, 9, 16]


def test_an_error_of_ours_and_any_other_become_words(
    pool: LoaderPool, qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    heard = Heard(pool)

    def refuse(_cancel: CancelToken, _told: OnProgress) -> None:
        raise NotAnImageError("No image.", remedy="Open another one.")

    ours = pool.submit(refuse, doing="reading")
    other = pool.submit(lambda _c, _t: 1 / 0, doing="reading the scan")

    qtbot.waitUntil(lambda: len(heard.failed) == 2, timeout=PATIENCE_MS)
    assert heard.failed[ours].summary == "No image."
    assert "reading the scan" in heard.failed[other].summary
    assert [record.levelname for record in caplog.records] == ["ERROR"]


def test_running_and_waiting_work_is_stopped(pool: LoaderPool, qtbot: QtBot) -> None:
    heard, began = Heard(pool), threading.Event()

    def begin(cancel: CancelToken, told: OnProgress) -> None:
        began.set()
        until_stopped(cancel, told)

    jobs = [pool.submit(begin, doing="waiting") for _ in range(4)]
    assert began.wait(30)
    for job in jobs:
        pool.cancel(job)

    qtbot.waitUntil(lambda: sorted(heard.cancelled) == jobs, timeout=PATIENCE_MS)
    pool.cancel(jobs[0])
    assert heard.done == {}


def test_a_result_that_came_too_late_is_none(pool: LoaderPool, qtbot: QtBot) -> None:
    heard = Heard(pool)

    def finish_anyway(cancel: CancelToken, _told: OnProgress) -> str:
        cancel.cancel()
        return "ready"

    job = pool.submit(finish_anyway, doing="reading")

    qtbot.waitUntil(lambda: heard.cancelled == [job], timeout=PATIENCE_MS)
    assert heard.done == {}


def test_progress_is_told_seldom(pool: LoaderPool, qtbot: QtBot) -> None:
    heard = Heard(pool)

    def hurry(_cancel: CancelToken, told: OnProgress) -> None:
        for step in range(500):
            told(step / 500)

    job = pool.submit(hurry, doing="hurrying")

    qtbot.waitUntil(lambda: job in heard.done, timeout=PATIENCE_MS)
    assert 1 <= len(heard.fractions) < 500


def test_a_stopped_pool_has_stopped_its_work_and_takes_none(qtbot: QtBot) -> None:
    pool = LoaderPool()
    heard = Heard(pool)
    jobs = [pool.submit(until_stopped, doing="waiting") for _ in range(3)]

    pool.stop()
    late = pool.submit(lambda _c, _t: 1, doing="counting")

    qtbot.waitUntil(lambda: sorted(heard.cancelled) == jobs, timeout=PATIENCE_MS)
    assert late not in heard.done
    assert not [one for one in threading.enumerate() if one.name.startswith("loader")]
