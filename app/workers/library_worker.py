"""The one thread that works on the library of cases: opening, searching, adding, mapping."""

import logging
from collections.abc import Callable

from PySide6.QtCore import QObject, QThread, Signal

from app.workers.edge import as_shown
from app.workers.first_imports import import_circular
from app.workers.kept_libraries import KeptLibraries
from app.workers.library_queue import LibraryJob, LibraryQueue, LibraryTopic
from app.workers.stages import Pace
from medct_core.cancel import Cancelled, CancelToken
from medct_core.errors import MedctError

log = logging.getLogger(__name__)

OnProgress = Callable[[float], None]
LibraryWork = Callable[[KeptLibraries, CancelToken, OnProgress], object]
"""Takes the libraries that are open, what stops it, and what is told the fraction done, in
[0, 1]; gives its result. It touches neither Qt nor torch."""


class LibraryWorker(QThread):
    """Does work on the library one job at a time, away from window and model.

    Every job that is not replaced while it waits answers once: `done`, `failed` or `cancelled`,
    with its number, so that a receiver can drop an answer it no longer waits for. No error ends
    the thread. Connect its signals to bound methods of objects that live on the GUI thread.
    """

    progress = Signal(int, float)  # job number, fraction in [0, 1]
    done = Signal(int, object)  # job number, result
    failed = Signal(int, object)  # job number, MedctError
    cancelled = Signal(int)  # job number

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._queue = LibraryQueue[LibraryWork]()
        self._pace = Pace()

    def ask(self, window: str, kind: str, work: LibraryWork, *, doing: str) -> int:
        """Have work done in the place of what this window asked of the same kind before.

        Parameters
        ----------
        window
            Name of the window.
        kind
            What is asked: ``search``, ``evidence``, ``map``.
        work
            What to do.
        doing
            Completes "The program made a mistake while ...".

        Returns
        -------
        Number of the job, from 1.
        """
        return self._queue.ask(LibraryTopic(window, kind), work, doing=doing)

    def add(self, work: LibraryWork, *, doing: str) -> int:
        """Have work done that nothing replaces; a stopped worker drops it. See `ask`."""
        return self._queue.add(work, doing=doing)

    def keep(self, work: LibraryWork, *, doing: str) -> int:
        """Have something written that is written even if the program ends. See `ask`."""
        return self._queue.keep(work, doing=doing)

    def cancel(self, job: int) -> None:
        """Stop one job, whether it waits or runs; it answers with `cancelled`."""
        if self._queue.cancel(job):
            self.cancelled.emit(job)

    def stop(self) -> None:
        """Cancel all work but writing, and wait for the thread to end."""
        self._queue.close()
        self.wait()

    def run(self) -> None:
        """Do jobs until the queue closes. Qt calls this in the new thread."""
        libraries = KeptLibraries()
        while self._do_next(libraries):
            pass
        libraries.close()

    def _do_next(self, libraries: KeptLibraries) -> bool:
        # No job outlives this call, so that no scan is held while the thread waits.
        job = self._queue.take()
        if job is None:
            return False
        self._do(job, libraries)
        return True

    def _do(self, job: LibraryJob[LibraryWork], libraries: KeptLibraries) -> None:
        def told(fraction: float) -> None:
            if self._pace.may_step() and not job.cancel.is_cancelled:
                self.progress.emit(job.number, fraction)

        try:
            job.cancel.raise_if_cancelled()
            import_circular()
            result = job.work(libraries, job.cancel, told)
        except Cancelled:
            self.cancelled.emit(job.number)
        except Exception as error:  # the edge of the thread: nothing may escape it
            # What went wrong may be what is kept open: a drive that is gone.
            libraries.close()
            if not isinstance(error, MedctError):
                log.exception("Job %d failed while %s", job.number, job.doing)
            self.failed.emit(job.number, as_shown(error, doing=job.doing))
        else:
            self.done.emit(job.number, result)
