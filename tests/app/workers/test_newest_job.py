"""Only the newest answer counts, in whatever order answers come."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from app.workers.loader_pool import LoaderPool, OnProgress
from app.workers.newest_job import NewestJob
from medct_core.cancel import CancelToken
from medct_core.errors import ResourceError
from tests.app.stand_ins import PATIENCE_MS, FakeLoader

pytestmark = pytest.mark.gui

FULL = ResourceError("The disk is full.", remedy="Free some room.")


class Owner:
    """A job and what it told."""

    def __init__(self, loader: FakeLoader | None = None) -> None:
        self.loader = loader or FakeLoader()
        self.job = NewestJob(self.loader.as_loader())
        self.results: list[object] = []
        self.errors: list[object] = []
        self.job.done.connect(self.results.append)
        self.job.failed.connect(self.errors.append)

    def start(self, name: str) -> None:
        """Begin work that gives its name."""
        self.job.start(lambda _cancel, _told: name, doing="testing")


@pytest.fixture
def owner(qapp: object) -> Owner:
    return Owner()


def test_the_answer_comes_once_and_then_nothing_runs(owner: Owner) -> None:
    owner.start("a")
    was_running = owner.job.is_running
    owner.loader.finish(1)
    owner.loader.finish(1)

    assert was_running
    assert owner.results == ["a"]
    assert not owner.job.is_running


@given(order=st.permutations([1, 2, 3, 4]))
def test_of_several_only_the_newest_answers_in_any_order(order: list[int]) -> None:
    owner = Owner()
    for name in "abcd":
        owner.start(name)

    for number in order:
        owner.loader.finish(number)

    assert owner.results == ["d"]
    assert owner.loader.stopped == [1, 2, 3]


def test_a_failure_is_told_and_ends_the_job(owner: Owner) -> None:
    owner.start("a")

    owner.loader.failed.emit(1, FULL)

    assert owner.errors == [FULL]
    assert not owner.job.is_running


def test_a_failure_of_older_work_or_of_others_is_none_of_its_business(owner: Owner) -> None:
    owner.start("a")
    owner.start("b")

    owner.loader.failed.emit(1, FULL)
    owner.loader.failed.emit(9, FULL)
    owner.loader.done.emit(9, "a study")

    assert owner.errors == owner.results == []
    assert owner.job.is_running


def test_what_is_cancelled_is_stopped_and_its_late_answer_dropped(owner: Owner) -> None:
    owner.start("a")

    owner.job.cancel()
    owner.loader.finish(1)

    assert owner.loader.stopped == [1]
    assert owner.results == []
    assert not owner.job.is_running


def test_cancelling_nothing_stops_nobody_elses_work(owner: Owner) -> None:
    owner.job.cancel()

    assert owner.loader.stopped == []


def test_a_listener_may_begin_the_next_job_at_once(owner: Owner) -> None:
    owner.job.done.connect(lambda name: owner.start("b") if name == "a" else None)
    owner.start("a")

    owner.loader.finish(1)
    is_running = owner.job.is_running
    owner.loader.finish(2)

    assert is_running
    assert owner.results == ["a", "b"]


def test_two_owners_share_a_pool_and_get_their_own_answers(qtbot: QtBot) -> None:
    pool = LoaderPool()
    one, other = NewestJob(pool), NewestJob(pool)
    got: dict[str, list[object]] = {"one": [], "other": []}
    one.done.connect(got["one"].append)
    other.done.connect(got["other"].append)

    def work(_cancel: CancelToken, _told: OnProgress) -> str:
        return "mine"

    one.start(work, doing="testing")
    other.start(lambda _cancel, _told: "yours", doing="testing")
    qtbot.waitUntil(lambda: bool(got["one"] and got["other"]), timeout=PATIENCE_MS)
    pool.stop()

    assert got == {"one": ["mine"], "other": ["yours"]}
