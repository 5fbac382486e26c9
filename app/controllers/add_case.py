"""Adding the open scan to the library, with what its reader said of it."""

from functools import partial

from PySide6.QtCore import QObject, Signal

from app.controllers.library_writing import OpenScanWish, Written, write_open_scan
from app.state.answers import Problem
from app.state.case_lists import CaseLists
from app.state.results import ResultsState
from app.state.session import SessionState
from app.workers.library_worker import LibraryWorker
from medct_core.errors import MedctError


class AddCase(QObject):
    """Puts the open scan into the library; what was begun is written though the window closes.

    Parameters
    ----------
    states
        The scan, how the model sees it, and what the reader said.
    library
        Writes it.
    address
        Of the library.
    parent
        Owner.
    """

    written = Signal(object)  # Written: what became of it
    failed = Signal(object)  # Problem

    def __init__(
        self,
        states: tuple[SessionState, ResultsState, CaseLists],
        library: LibraryWorker,
        address: str,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._results, self._lists = states
        self._library, self._address = library, address
        self._jobs: set[int] = set()
        library.done.connect(self._on_done)
        library.failed.connect(self._on_failed)

    @property
    def address(self) -> str:
        """Where the scan would go."""
        return self._address

    @property
    def can_add(self) -> bool:
        """Whether there is a scan that a model has seen."""
        return self._session.scan is not None and self._results.embedding is not None

    def set_address(self, address: str) -> None:
        """Add to another library from now on."""
        self._address = address

    def add(self, *, reader: str, is_verified: bool) -> None:
        """Add the open scan, or bring its case up to what the reader says now.

        Parameters
        ----------
        reader
            Who says so; empty for nobody.
        is_verified
            Whether something better stands behind it.
        """
        scan, embedding = self._session.scan, self._results.embedding
        if scan is None or embedding is None:
            return
        reviews = self._lists.reviews.items
        wish = OpenScanWish(self._address, scan, embedding, reviews, reader, is_verified)
        doing = "adding the scan to the library"
        self._jobs.add(self._library.keep(partial(write_open_scan, wish), doing=doing))

    def _on_done(self, job: int, result: object) -> None:
        if job in self._jobs and isinstance(result, Written):
            self._jobs.remove(job)
            self.written.emit(result)

    def _on_failed(self, job: int, error: MedctError) -> None:
        if job in self._jobs:
            self._jobs.remove(job)
            self.failed.emit(Problem.of(error))
