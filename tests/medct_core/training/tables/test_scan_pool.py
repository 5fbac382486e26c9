"""Work on many scans: every scan once, in one process or several, stopped when asked."""

import os
import signal
from pathlib import Path

import pytest

from medct_core.cancel import Cancelled, CancelToken
from medct_core.errors import ResourceError
from medct_core.training.tables.scan_pool import each_scan
from medct_core.training.tables.scan_table import ScanRow
from tests.scan_rows import row

ROWS = [row(f"scan{number}") for number in range(7)]


def name_of(one: ScanRow, cancel: CancelToken) -> str:
    cancel.raise_if_cancelled()
    return one.scan


def until_stopped(one: ScanRow, cancel: CancelToken) -> str:
    if one.scan == "scan0":
        return one.scan
    while True:
        cancel.raise_if_cancelled()


def ended_from_outside(_one: ScanRow, _cancel: CancelToken) -> str:
    os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
    return ""


def worker_number(_one: ScanRow, _cancel: CancelToken) -> int:
    return os.getpid()


@pytest.mark.parametrize("workers", [1, 2])
def test_every_scan_is_worked_on_once(workers: int) -> None:
    seen: list[float] = []

    names = list(each_scan(name_of, ROWS, workers=workers, on_progress=seen.append))

    assert sorted(names) == [one.scan for one in ROWS]
    assert seen == sorted(seen)
    assert (len(seen), seen[-1]) == (7, 1.0)
    assert list(each_scan(name_of, [], workers=workers)) == []


def test_several_workers_are_other_processes() -> None:
    assert os.getpid() not in set(each_scan(worker_number, ROWS, workers=2))
    assert {os.getpid()} == set(each_scan(worker_number, ROWS))


@pytest.mark.parametrize("workers", [1, 2])
def test_work_in_the_middle_of_a_scan_stops_when_asked(workers: int) -> None:
    cancel = CancelToken()
    results = each_scan(until_stopped, ROWS, workers=workers, cancel=cancel)
    assert next(results) == "scan0"

    cancel.cancel()

    with pytest.raises(Cancelled):
        next(results)


def test_a_worker_that_was_killed_is_said(tmp_path: Path) -> None:
    with pytest.raises(ResourceError, match="memory ran out"):
        list(each_scan(ended_from_outside, ROWS, workers=2))
