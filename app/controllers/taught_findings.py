"""Taught findings: asked of the open scan, and new ones learned on the thread of the library."""

from functools import partial

from PySide6.QtCore import QObject, Signal

from app.controllers.taught_work import (
    LearnWish,
    ask_taught,
    forget_taught,
    keep_taught,
    learn,
    read_names,
)
from app.state.answers import Problem
from app.state.results import ResultsState
from app.state.taught_page import TaughtPage, TaughtState
from app.workers.library_worker import LibraryWork, LibraryWorker
from medct_core.errors import MedctError
from medct_core.retrieval.taught_finding import TaughtFinding

NO_MODEL = Problem("No model is loaded.", "Wait until it is, or choose another one.")

_ASKING = "asking for taught findings"
_COUNTING = "counting what cases have"
_LEARNING = "learning a finding"
_KEEPING = "keeping a taught finding"
_FORGETTING = "removing a taught finding"


class TaughtFindings(QObject):
    """Keeps the taught findings of one window true to its scan, and teaches new ones.

    Parameters
    ----------
    results
        Say as what the model sees the scan, and which model is loaded.
    state
        What is written.
    library
        Shared by all windows.
    window
        Name of the window among them.
    address
        Of the library.
    parent
        Owner.
    """

    names_read = Signal(object)  # tuple[TeachableName, ...]
    progressed = Signal(float)  # fraction of the learning, in [0, 1]
    learned = Signal(object)  # TaughtFinding, not kept yet
    failed = Signal(object)  # Problem, of names or of learning
    written = Signal(str)  # name that was kept or removed
    not_written = Signal(object)  # Problem

    def __init__(
        self,
        results: ResultsState,
        state: TaughtState,
        library: LibraryWorker,
        window: str,
        address: str,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._results, self._state, self._library = results, state, library
        self._window, self._address = window, address
        self._asked: int | None = None
        self._task: int | None = None
        self._writing: set[int] = set()
        results.embedding_changed.connect(self.ask_again)
        library.done.connect(self._on_done)
        library.failed.connect(self._on_failed)
        library.progress.connect(self._on_progress)

    def set_address(self, address: str) -> None:
        """Ask another library from now on."""
        if address != self._address:
            self._address = address
            self.stop()
            self.ask_again()

    def ask_again(self) -> None:
        """Ask what the library was taught about the open scan: either may have changed."""
        embedding = self._results.embedding
        if embedding is None:
            self._asked = None
            self._state.show(None)
            return
        work = partial(ask_taught, self._address, embedding)
        self._asked = self._ask("taught", work, _ASKING)

    def read_names(self) -> None:
        """Count what can be taught; `names_read` or `failed` tells."""
        model = self._results.model
        if model is None:
            self.failed.emit(NO_MODEL)
            return
        work = partial(read_names, self._address, model.stamp)
        self._task = self._ask("teach", work, _COUNTING)

    def learn(self, name: str, *, by: str) -> None:
        """Learn a finding; `learned` or `failed` tells."""
        model = self._results.model
        if model is None:
            self.failed.emit(NO_MODEL)
            return
        work = partial(learn, LearnWish(self._address, model.stamp, name, by))
        self._task = self._ask("teach", work, _LEARNING)

    def stop(self) -> None:
        """Stop learning; nothing is told of it any more."""
        if self._task is not None:
            self._library.cancel(self._task)
            self._task = None

    def keep(self, finding: TaughtFinding) -> None:
        """Keep what was learned; `written` or `not_written` tells."""
        work = partial(keep_taught, self._address, finding)
        self._writing.add(self._library.keep(work, doing=_KEEPING))

    def forget(self, name: str) -> None:
        """Remove a taught finding; `written` or `not_written` tells."""
        work = partial(forget_taught, self._address, name)
        self._writing.add(self._library.keep(work, doing=_FORGETTING))

    def close(self) -> None:
        """Wait for nothing more."""
        self.stop()
        if self._asked is not None:
            self._library.cancel(self._asked)
            self._asked = None

    def _ask(self, kind: str, work: LibraryWork, doing: str) -> int:
        return self._library.ask(self._window, kind, work, doing=doing)

    def _on_progress(self, job: int, fraction: float) -> None:
        if job == self._task:
            self.progressed.emit(fraction)

    def _on_done(self, job: int, result: object) -> None:
        if job == self._asked:
            self._asked = None
            self._state.show(result if isinstance(result, TaughtPage) else None)
        elif job == self._task:
            self._task = None
            if isinstance(result, TaughtFinding):
                self.learned.emit(result)
            else:
                self.names_read.emit(result)
        elif job in self._writing:
            self._writing.discard(job)
            self.ask_again()
            self.written.emit(str(result))

    def _on_failed(self, job: int, error: MedctError) -> None:
        if job == self._asked:
            # The panel of similar cases tells what is wrong with the library.
            self._asked = None
            self._state.show(None)
        elif job == self._task:
            self._task = None
            self.failed.emit(Problem.of(error))
        elif job in self._writing:
            self._writing.discard(job)
            self.not_written.emit(Problem.of(error))
