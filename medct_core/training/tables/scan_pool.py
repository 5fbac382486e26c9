"""Work on many scans, one by one or in several processes; it stops within a second."""

import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import connection, get_context, parent_process
from multiprocessing.synchronize import Event
from typing import TypeVar

from medct_core.cancel import Cancelled, CancelToken
from medct_core.errors import ResourceError
from medct_core.training.tables.scan_table import ScanRow

Result = TypeVar("Result")
Work = Callable[[ScanRow, CancelToken], Result]
"""Can be pickled, and so can what it gives; raises nothing but `Cancelled`."""

_LOOK_EVERY_S = 0.1
_WAITING_A_WORKER = 2


def each_scan(
    work: Work[Result],
    rows: Sequence[ScanRow],
    *,
    workers: int = 1,
    cancel: CancelToken | None = None,
    on_progress: Callable[[float], None] | None = None,
) -> Iterator[Result]:
    """Do the same to many scans.

    Parameters
    ----------
    work
        What is done to each.
    rows
        The scans.
    workers
        Processes; one works in this process.
    cancel
        Checked within every scan.
    on_progress
        Takes the fraction of scans that is done.

    Yields
    ------
    Results as they come; with one worker in the order of `rows`.

    Raises
    ------
    Cancelled
        If `cancel` was raised.
    ResourceError
        If a worker was ended from outside, as happens where memory runs out.
    """
    token = cancel or CancelToken()
    run = _in_turn if workers == 1 else _in_processes
    for done, result in enumerate(run(work, rows, workers, token), start=1):
        if on_progress is not None:
            on_progress(done / len(rows))
        yield result


def _in_turn(
    work: Work[Result], rows: Sequence[ScanRow], _workers: int, cancel: CancelToken
) -> Iterator[Result]:
    for row in rows:
        cancel.raise_if_cancelled()
        yield work(row, cancel)


def _in_processes(
    work: Work[Result], rows: Sequence[ScanRow], workers: int, cancel: CancelToken
) -> Iterator[Result]:
    # A forked process would inherit threads of libraries in the middle of their work.
    context = get_context("spawn")
    stop = context.Event()
    left = iter(rows)
    pending: set[Future[Result]] = set()
    with ProcessPoolExecutor(workers, context, _start_worker, (stop,)) as pool:
        try:
            while True:
                for row in _first(left, workers * _WAITING_A_WORKER - len(pending)):
                    pending.add(pool.submit(_do, work, row))
                if not pending:
                    return
                done, pending = wait(pending, _LOOK_EVERY_S, FIRST_COMPLETED)
                cancel.raise_if_cancelled()
                yield from (one.result() for one in done)
        except BrokenProcessPool as error:
            raise ResourceError(
                "A worker was ended from outside, probably because memory ran out.",
                remedy="Ask for fewer --workers; what is done already is not done again.",
            ) from error
        finally:
            stop.set()
            pool.shutdown(cancel_futures=True)


def _first(left: Iterator[ScanRow], count: int) -> Iterator[ScanRow]:
    for _ in range(count):
        row = next(left, None)
        if row is None:
            return
        yield row


class _SharedToken(CancelToken):
    """Raised in the process that started this one."""

    def __init__(self, stop: Event) -> None:
        super().__init__()
        self._stop = stop

    @property
    def is_cancelled(self) -> bool:
        """Whether somebody asked for a stop."""
        return self._stop.is_set()

    def raise_if_cancelled(self) -> None:
        """Leave the work if somebody asked for a stop."""
        if self.is_cancelled:
            raise Cancelled


_token_of_worker: list[CancelToken] = []


def _start_worker(stop: Event) -> None:
    # Ctrl-C reaches every process of a terminal; only the first one decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _token_of_worker.append(_SharedToken(stop))
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """End this process when its parent was killed, which leaves nobody to ask it for work."""
    parent = parent_process()
    assert parent is not None
    connection.wait([parent.sentinel])
    os._exit(1)


def _do(work: Work[Result], row: ScanRow) -> Result:
    return work(row, _token_of_worker[0])
