"""NewestJob: work on files of which only the newest answer counts."""

from PySide6.QtCore import QObject, Signal

from app.workers.loader_pool import LoaderPool, Work


class NewestJob(QObject):
    """Runs one piece of work at a time for its owner; a newer one stops and drops the older.

    Parameters
    ----------
    loader
        Does the work.
    parent
        Owner.
    """

    done = Signal(object)  # what the work returned
    failed = Signal(object)  # MedctError

    def __init__(self, loader: LoaderPool, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._loader = loader
        self._number: int | None = None
        loader.done.connect(self._on_done)
        loader.failed.connect(self._on_failed)

    @property
    def is_running(self) -> bool:
        """Whether an answer is waited for."""
        return self._number is not None

    def start(self, work: Work, *, doing: str) -> None:
        """Begin work in the place of what runs; as for `LoaderPool.submit`."""
        self.cancel()
        self._number = self._loader.submit(work, doing=doing)

    def cancel(self) -> None:
        """Stop the work and wait for no answer."""
        if self._number is not None:
            self._loader.cancel(self._number)
        self._number = None

    def _on_done(self, number: int, result: object) -> None:
        if number == self._number:
            self._number = None
            self.done.emit(result)

    def _on_failed(self, number: int, error: object) -> None:
        if number == self._number:
            self._number = None
            self.failed.emit(error)
