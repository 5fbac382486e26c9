"""Read-ahead: scans are read and augmented while the step before them is taken."""

from collections import deque
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from types import TracebackType
from typing import Self

import numpy as np

from medct_core.cancel import CancelToken
from medct_core.training.cohort import ScanViewer, ScanViews

_LOOK_EVERY_S = 0.1

Asked = tuple[Sequence[int], int]
"""Rows of a batch, and the epoch it is of."""


class ReadAhead:
    """Batches of views in an order that is known, the next one made beforehand.

    A view depends on its row and epoch alone, so that the number of threads changes nothing. To
    be used in a ``with`` block, whose end waits for the scans at work only.

    Parameters
    ----------
    viewer
        Safe to be asked from threads.
    asked
        Every batch that will be taken, in order.
    readers
        Threads; each makes one scan at a time.
    """

    def __init__(self, viewer: ScanViewer, asked: Iterable[Asked], readers: int) -> None:
        self._viewer = viewer
        self._asked = iter(asked)
        self._pool = ThreadPoolExecutor(readers, thread_name_prefix="read-ahead")
        self._made: deque[list[Future[ScanViews]]] = deque()

    def __enter__(self) -> Self:
        self._ask()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._pool.shutdown(cancel_futures=True)

    def take(self, cancel: CancelToken) -> ScanViews:
        """Give the next batch, and have the one after it made.

        Raises
        ------
        Cancelled
            If `cancel` was raised.
        MedctError
            If a scan of the batch cannot be read.
        """
        made = self._made.popleft()
        self._ask()
        views = [_result(one, cancel) for one in made]
        return ScanViews(
            np.concatenate([view.values for view in views]),
            tuple(report for view in views for report in view.reports),
        )

    def _ask(self) -> None:
        batch = next(self._asked, None)
        if batch is not None:
            rows, epoch = batch
            self._made.append([self._pool.submit(self._viewer.views, [r], epoch) for r in rows])


def _result(made: Future[ScanViews], cancel: CancelToken) -> ScanViews:
    while True:
        cancel.raise_if_cancelled()
        if wait([made], timeout=_LOOK_EVERY_S).done:
            return made.result()
