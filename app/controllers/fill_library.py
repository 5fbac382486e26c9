"""Filling a library: scan after scan is read, encoded and written, each on the thread it needs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.controllers.library_writing import Written, compact, is_there, write_scan
from app.state.answers import ModelFacts, Problem, StageProgress, StageTime
from app.state.results import ResultsState
from app.state.similar import Filling, RefusedScan, SimilarState
from app.workers.inference_worker import InferenceWorker
from app.workers.library_worker import LibraryWorker
from app.workers.loader_pool import LoaderPool, OnProgress
from app.workers.questions import EmbedScan
from medct_core.cancel import CancelToken
from medct_core.errors import MedctError, ModelUnavailableError
from medct_core.inference.embedding import Embedding

if TYPE_CHECKING:
    from medct_core.archive.scan_case import ScanWithFacts

NO_MODEL = Problem(
    "No model is loaded, which must encode the scans.", "Choose one in the menu Model."
)
OTHER_MODEL = Problem(
    "Adding stopped, as another model was chosen.",
    "Add the same again: what is there already is kept and not read twice.",
)
NOTHING_THERE = Problem(
    "No scan was found there.", "Choose a folder of NIfTI, NRRD, MHA, zip or DICOM files."
)
_READING, _LOOKING = "reading a scan for the library", "looking for scans"
_ASKING, _WRITING = "looking into the library", "adding a scan to the library"
_READ_SHARE = 0.3


class _Step(Enum):
    """What one scan goes through."""

    FIND = "find"
    READ = "read"
    LOOK = "look"
    ENCODE = "encode"
    WRITE = "write"


@dataclass(frozen=True, slots=True)
class FillWorkers:
    """Whose threads a scan goes through; shared by all windows."""

    loader: LoaderPool
    model: InferenceWorker
    library: LibraryWorker


@dataclass(frozen=True, slots=True)
class Source:
    """One scan that shall be in the library.

    Attributes
    ----------
    path
        Of the scan, or the folder a phantom is drawn to.
    seed
        Of a phantom that is drawn where it is not there; None for a scan.
    """

    path: Path
    seed: int | None = None

    @property
    def name(self) -> str:
        """For people; of a scan without the folders above."""
        return self.path.name if self.seed is None else f"phantom {self.seed}"


class FillLibrary(QObject):
    """Brings many scans into the library, one at a time, while others look at theirs.

    A scan is read and drawn where files are read, encoded by the one model, and written where the
    library is. The model gives way to whatever a window asks: then the scan is encoded again
    from its beginning. What was written stays, whatever stops the work, and is not encoded again
    the next time.

    Parameters
    ----------
    similar
        Holds how far it is.
    results
        Say which model is loaded.
    workers
        Shared by all windows.
    window
        Name of the window among them.
    address
        Of the library.
    parent
        Owner.
    """

    filled = Signal()  # something new is in the library: the first case, and all there will be
    scan_read = Signal(str, object)  # Volume.content_sha256, and the path it was read from

    def __init__(
        self,
        similar: SimilarState,
        results: ResultsState,
        workers: FillWorkers,
        window: str,
        address: str,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._similar, self._results, self._workers = similar, results, workers
        self._window, self._address = f"{window} library", address
        self._filling_address = address
        self._sources: Sequence[Source] = ()
        self._step: _Step | None = None
        self._job: int | None = None
        self._scan: ScanWithFacts | None = None
        self._model: ModelFacts | None = None
        self._listen()

    def _listen(self) -> None:
        workers = self._workers
        workers.loader.done.connect(self._on_loaded)
        workers.loader.failed.connect(self._on_not_loaded)
        workers.loader.progress.connect(self._on_read_progress)
        workers.library.done.connect(self._on_library)
        workers.library.failed.connect(self._on_library_failed)
        workers.model.answered.connect(self._on_encoded)
        workers.model.failed.connect(self._on_not_encoded)
        workers.model.cancelled.connect(self._on_pushed_aside)
        workers.model.progress.connect(self._on_encode_progress)
        self._results.model_changed.connect(self._on_model)

    @property
    def is_filling(self) -> bool:
        """Whether scans are being added."""
        return self._step is not None

    def set_address(self, address: str) -> None:
        """Fill another library from the next time on."""
        self._address = address

    def add_folder(self, folder: Path) -> None:
        """Add every chest CT below a folder."""
        if self._may_begin():
            self._step = _Step.FIND
            self._job = self._workers.loader.submit(partial(_found, folder), doing=_LOOKING)

    def add_phantoms(self, folder: Path, seeds: Sequence[int]) -> None:
        """Draw phantoms into a folder, those that are not there yet, and add them."""
        if self._may_begin():
            self._begin([Source(folder, seed) for seed in seeds])

    def cancel(self) -> None:
        """Stop; what was added stays."""
        if self._step is None:
            return
        self._stop_job()
        self._finish(None)

    def close(self) -> None:
        """Stop without a word, as the window goes; what is being written is written."""
        self._stop_job()
        self._step = self._job = self._scan = None

    def dismiss(self) -> None:
        """Say nothing more of what was added."""
        if not self.is_filling:
            self._similar.set_filling(None)

    def _may_begin(self) -> bool:
        if self.is_filling:
            return False
        self._model = self._results.model
        self._filling_address = self._address
        self._similar.set_filling(Filling())
        if self._model is None:
            self._finish(NO_MODEL)
            return False
        return True

    def _begin(self, sources: Sequence[Source]) -> None:
        self._sources = sources
        self._similar.set_filling(Filling(total=len(sources)))
        self._next()

    def _next(self) -> None:
        self._scan = None
        filling = self._filling
        if filling.done >= len(self._sources):
            self._finish(None if self._sources else NOTHING_THERE)
            return
        source = self._sources[filling.done]
        self._show(name=source.name, fraction=0.0)
        self._step = _Step.READ
        self._job = self._workers.loader.submit(partial(_read, source), doing=_READING)

    def _encode(self) -> None:
        if self._scan is not None:
            self._step = _Step.ENCODE
            self._job = self._workers.model.ask(self._window, EmbedScan(self._scan.volume))

    def _on_loaded(self, job: int, result: object) -> None:
        if not self._is_of(job, _Step.FIND, _Step.READ):
            return
        if isinstance(result, list):
            self._begin(result)
            return
        from medct_core.archive.scan_case import ScanWithFacts  # noqa: PLC0415

        if isinstance(result, ScanWithFacts) and self._model is not None:
            self._scan, self._step = result, _Step.LOOK
            sha256, stamp = result.volume.content_sha256, self._model.stamp
            source = self._sources[self._filling.done]
            if source.seed is None:
                self.scan_read.emit(sha256, source.path)
            work = partial(is_there, self._filling_address, sha256, stamp)
            self._job = self._workers.library.add(work, doing=_ASKING)

    def _on_not_loaded(self, job: int, error: MedctError) -> None:
        if self._is_of(job, _Step.READ):
            self._refuse(error)
        elif self._is_of(job, _Step.FIND):
            self._finish(Problem.of(error))

    def _on_library(self, job: int, result: object) -> None:
        if self._is_of(job, _Step.LOOK):
            if result:
                self._count(Written.THERE)
            else:
                self._encode()
        elif self._is_of(job, _Step.WRITE) and isinstance(result, Written):
            self._count(result)

    def _on_library_failed(self, job: int, error: MedctError) -> None:
        # It would fail for every scan.
        if self._is_of(job, _Step.LOOK, _Step.WRITE):
            self._finish(Problem.of(error))

    def _on_encoded(self, job: int, answer: object, _times: tuple[StageTime, ...]) -> None:
        if not self._is_of(job, _Step.ENCODE) or self._scan is None:
            return
        if isinstance(answer, Embedding):
            self._step = _Step.WRITE
            work = partial(write_scan, self._filling_address, self._scan, answer)
            self._job = self._workers.library.keep(work, doing=_WRITING)

    def _on_not_encoded(self, job: int, error: MedctError) -> None:
        if not self._is_of(job, _Step.ENCODE):
            return
        if isinstance(error, ModelUnavailableError):
            self._finish(Problem.of(error))
        else:
            self._refuse(error)

    def _on_pushed_aside(self, job: int) -> None:
        if self._is_of(job, _Step.ENCODE):
            self._encode()

    def _on_model(self, model: ModelFacts | None) -> None:
        if self.is_filling and model is not None and model != self._model:
            self._stop_job()
            self._finish(OTHER_MODEL)

    def _on_read_progress(self, job: int, fraction: float) -> None:
        if self._is_of(job, _Step.READ):
            self._show(fraction=fraction * _READ_SHARE)

    def _on_encode_progress(self, job: int, stage: StageProgress) -> None:
        if self._is_of(job, _Step.ENCODE) and stage.stage == "encode":
            self._show(fraction=_READ_SHARE + stage.fraction * (1 - _READ_SHARE))

    def _refuse(self, error: MedctError) -> None:
        filling = self._filling
        name = self._sources[filling.done].name
        refused = RefusedScan(name, Problem.of(error))
        self._similar.set_filling(
            replace(filling, done=filling.done + 1, refused=(*filling.refused, refused))
        )
        self._next()

    def _count(self, written: Written) -> None:
        filling = self._filling
        is_new = written is Written.ADDED
        self._similar.set_filling(
            replace(
                filling,
                done=filling.done + 1,
                added=filling.added + is_new,
                there=filling.there + (not is_new),
            )
        )
        if is_new and not filling.added:
            self.filled.emit()
        self._next()

    def _finish(self, problem: Problem | None) -> None:
        may_be_more = self._step is _Step.WRITE or self._filling.added > 0
        self._step = self._job = self._scan = None
        self._sources = ()
        self._show(name="", fraction=0.0, is_over=True, end=problem)
        if may_be_more:
            work = partial(compact, self._filling_address)
            self._workers.library.add(work, doing="joining files of the library")
            self.filled.emit()

    def _stop_job(self) -> None:
        # Forgotten first: one that waits answers at once, and would be asked again.
        job, self._job = self._job, None
        if job is None:
            return
        if self._step in {_Step.FIND, _Step.READ}:
            self._workers.loader.cancel(job)
        elif self._step is _Step.ENCODE:
            self._workers.model.cancel(job)
        elif self._step is _Step.LOOK:
            self._workers.library.cancel(job)

    def _is_of(self, job: int, *steps: _Step) -> bool:
        # Three threads number their jobs, each its own way.
        return job == self._job and self._step in steps

    @property
    def _filling(self) -> Filling:
        return self._similar.filling or Filling()

    def _show(self, **changes: object) -> None:
        self._similar.set_filling(replace(self._filling, **changes))  # type: ignore[arg-type]


def _found(folder: Path, _cancel: CancelToken, _told: OnProgress) -> list[Source]:
    """List the scans below a folder; errors as in `io.open.scans_in`."""
    from medct_core.io.open import scans_in  # noqa: PLC0415

    return [Source(path) for path in scans_in(folder)]


def _read(source: Source, cancel: CancelToken, told: OnProgress) -> "ScanWithFacts":
    """Read a scan, drawing it first where it is a phantom that is not there.

    Raises
    ------
    ScanRefusedError
        If it cannot be read.
    OutOfDiskError
        If a phantom cannot be written.
    Cancelled
        If `cancel` was raised.
    """
    from medct_core.archive.known_facts import KnownFacts  # noqa: PLC0415
    from medct_core.archive.scan_case import read_with_facts  # noqa: PLC0415

    path = source.path
    if source.seed is not None:
        # Drawing loads scipy.
        from medct_core.archive.phantom_files import write_library_phantom  # noqa: PLC0415

        path = write_library_phantom(source.seed, source.path, cancel=cancel)
    return read_with_facts(path, KnownFacts(), cancel=cancel, on_progress=told)
