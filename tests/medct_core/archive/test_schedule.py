"""Schedule: whatever workers do, every scan is answered or given up exactly once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medct_core.archive.schedule import MOST_LOSSES, Schedule


def filled(count: int) -> Schedule:
    schedule = Schedule()
    for number in range(count):
        schedule.put(number)
    return schedule


@given(
    count=st.integers(0, 12),
    workers=st.integers(1, 4),
    fates=st.lists(st.sampled_from(["answered", "lost", "put back"]), max_size=60),
)
def test_every_scan_ends_once_whatever_workers_do(
    count: int, workers: int, fates: list[str]
) -> None:
    schedule, running, ended = filled(count), list[int](), list[int]()
    fate = iter(fates)

    while not schedule.is_empty:
        while len(running) < workers and (number := schedule.next()) is not None:
            running.append(number)
        number = running.pop(0)
        match next(fate, "answered"):
            case "lost":
                ended += [number] if schedule.lost(number) else []
            case "put back":
                schedule.put_back(number)
            case _:
                schedule.answered(number)
                ended.append(number)

    assert sorted(ended) == list(range(count))
    assert not running


@given(answered_between=st.integers(0, 3))
def test_a_scan_is_given_up_with_the_last_worker_it_may_end(answered_between: int) -> None:
    schedule = filled(1 + answered_between)
    told = []

    for _ in range(MOST_LOSSES):
        number = schedule.next()
        assert number == 0
        told.append(schedule.lost(number))

    assert told == [False] * (MOST_LOSSES - 1) + [True]
    assert schedule.waiting == answered_between


def test_a_scan_put_back_is_not_held_against_it() -> None:
    schedule = filled(1)

    for _ in range(3 * MOST_LOSSES):
        number = schedule.next()
        assert number is not None
        schedule.put_back(number)

    assert schedule.next() == 0
    assert not schedule.lost(0)


def test_a_scan_is_put_in_once() -> None:
    schedule = filled(1)

    with pytest.raises(ValueError, match="already"):
        schedule.put(0)
