"""The newest question of each kind counts; what is written is never dropped."""

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.workers.library_queue import LibraryQueue, LibraryTopic
from medct_core.cancel import Cancelled

SEARCH, MAP = LibraryTopic("left", "search"), LibraryTopic("left", "map")
OTHER = LibraryTopic("right", "search")
DOING = "searching the library"


def test_work_comes_in_order_of_arrival() -> None:
    queue = LibraryQueue[str]()
    numbers = [queue.ask(one, "?", doing=DOING) for one in (SEARCH, MAP, OTHER)]

    taken = [queue.take() for _ in numbers]

    assert [job.number for job in taken if job is not None] == numbers == [1, 2, 3]


def test_a_newer_question_takes_the_place_of_the_waiting_one() -> None:
    queue = LibraryQueue[str]()
    queue.ask(SEARCH, "older", doing=DOING)
    queue.ask(OTHER, "another window", doing=DOING)

    queue.ask(SEARCH, "newer", doing=DOING)

    works = [job.work for job in (queue.take(), queue.take()) if job is not None]
    assert works == ["another window", "newer"]


def test_a_newer_question_stops_the_running_one_and_no_other() -> None:
    queue = LibraryQueue[str]()
    queue.ask(SEARCH, "older", doing=DOING)
    running = queue.take()
    assert running is not None

    queue.ask(MAP, "another kind", doing=DOING)
    queue.ask(OTHER, "another window", doing=DOING)
    assert not running.cancel.is_cancelled
    queue.ask(SEARCH, "newer", doing=DOING)

    with pytest.raises(Cancelled):
        running.cancel.raise_if_cancelled()


@given(st.lists(st.sampled_from(["add", "keep"]), max_size=12))
def test_queued_work_is_never_replaced(kinds: list[str]) -> None:
    queue = LibraryQueue[int]()
    for place, kind in enumerate(kinds):
        getattr(queue, kind)(place, doing=DOING)

    works = [job.work for job in (queue.take() for _ in kinds) if job is not None]

    assert works == list(range(len(kinds)))


def test_a_closed_queue_hands_out_only_what_is_kept() -> None:
    queue = LibraryQueue[str]()
    queue.ask(SEARCH, "search", doing=DOING)
    queue.add("adding", doing=DOING)
    queue.keep("writing", doing=DOING)

    queue.close()
    queue.keep("too late", doing=DOING)

    job = queue.take()
    assert job is not None
    assert (job.work, job.cancel.is_cancelled) == ("writing", False)
    assert queue.take() is None


def test_closing_stops_what_runs_but_not_what_is_kept() -> None:
    searching, writing = LibraryQueue[str](), LibraryQueue[str]()
    searching.ask(SEARCH, "search", doing=DOING)
    writing.keep("writing", doing=DOING)
    stopped, kept = searching.take(), writing.take()

    searching.close()
    writing.close()

    assert stopped is not None
    assert stopped.cancel.is_cancelled
    assert kept is not None
    assert not kept.cancel.is_cancelled


def test_cancelling_says_whether_the_job_still_waited() -> None:
    queue = LibraryQueue[str]()
    first = queue.add("first", doing=DOING)
    second = queue.add("second", doing=DOING)
    running = queue.take()

    assert running is not None
    assert not queue.cancel(first)
    assert running.cancel.is_cancelled
    assert queue.cancel(second)
    assert not queue.cancel(second)


def test_a_thread_that_waits_is_woken_by_work_and_by_the_end() -> None:
    queue, taken = LibraryQueue[str](), list[str]()

    def take_all() -> None:
        while (job := queue.take()) is not None:
            taken.append(job.work)

    thread = threading.Thread(target=take_all)
    thread.start()
    queue.keep("one", doing=DOING)
    queue.close()
    thread.join()

    assert taken == ["one"]
