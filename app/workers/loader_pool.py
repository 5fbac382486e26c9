"""Two threads for work on files: a function in, a signal out. They never touch the model."""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from PySide6.QtCore import QObject, Signal

from app.workers.edge import as_shown
from app.workers.first_imports import import_circular
from app.workers.stages import Pace
from medct_core.cancel import Cancelled, CancelToken
from medct_core.errors import MedctError

log = logging.getLogger(__name__)

_THREADS = 2

OnProgress = Callable[[float], None]
Work = Callable[[CancelToken, OnProgress], object]
"""Takes what stops it and what is told the fraction done, in [0, 1]; gives its result."""


class LoaderPool(QObject):
    """Runs work on files; every job answers once, with `done`, `failed` or `cancelled`.

    Connect its signals to bound methods of objects that live on the GUI thread.
    """

    progress = Signal(int, float)  # job number, fraction in [0, 1]
    done = Signal(int, object)  # job number, result
    failed = Signal(int, object)  # job number, MedctError
    cancelled = Signal(int)  # job number

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="loader")
        self._lock = threading.Lock()
        self._tokens: dict[int, CancelToken] = {}
        self._count = 0
        self._stopped = False

    def submit(self, work: Work, *, doing: str) -> int:
        """Have work done as soon as a thread is free; a stopped pool drops it.

        Parameters
        ----------
        work
            What to do, without touching Qt or torch.
        doing
            Completes "The program made a mistake while ...".

        Returns
        -------
        Number of the job, from 1.
        """
        with self._lock:
            self._count += 1
            number = self._count
            if not self._stopped:
                self._tokens[number] = CancelToken()
                self._pool.submit(self._run, number, work, doing)
            return number

    def cancel(self, number: int) -> None:
        """Stop a job where it is safe to stop, or before it begins."""
        with self._lock:
            token = self._tokens.get(number)
        if token is not None:
            token.cancel()

    def stop(self) -> None:
        """Cancel all work and wait for the threads to end."""
        with self._lock:
            self._stopped = True
            for token in self._tokens.values():
                token.cancel()
        self._pool.shutdown(wait=True)

    def _run(self, number: int, work: Work, doing: str) -> None:
        token, pace = self._tokens[number], Pace()

        def told(fraction: float) -> None:
            if pace.may_step():
                self.progress.emit(number, fraction)

        try:
            token.raise_if_cancelled()
            import_circular()
            result = work(token, told)
            token.raise_if_cancelled()
        except Cancelled:
            self.cancelled.emit(number)
        except Exception as error:  # the edge of the thread: nothing may escape it
            if not isinstance(error, MedctError):
                log.exception("Job %d failed while %s", number, doing)
            self.failed.emit(number, as_shown(error, doing=doing))
        else:
            self.done.emit(number, result)
        finally:
            with self._lock:
                del self._tokens[number]
