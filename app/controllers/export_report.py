"""Exporting: put the results that are shown into a report and write it, off the GUI thread."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.state.answers import Problem
from app.state.results import ResultsState, ScoredList
from app.state.session import OpenScan, SessionState
from app.workers.loader_pool import LoaderPool, OnProgress
from medct_core.cancel import CancelToken
from medct_core.errors import MedctError
from medct_core.export.key_images import KeyImage, key_images
from medct_core.export.report import Provenance, Report, assemble
from medct_core.findings.finding import Finding

FORMATS = ("pdf", "csv", "json")

NOTHING_YET = Problem(
    "There is nothing to export yet: the scan has no scores.",
    "Wait until the findings are there, or score the scan again.",
)


@dataclass(frozen=True, slots=True, eq=False)
class ExportWish:
    """What a person wants to leave the program.

    Attributes
    ----------
    folder
        Made if it is not there.
    formats
        Some of `FORMATS`.
    images
        Pictures that were marked; three usual levels of the chest where there are none.
    names_patient
        Whether the report says who was examined.
    """

    folder: Path
    formats: tuple[str, ...] = FORMATS
    images: tuple[KeyImage, ...] = ()
    names_patient: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Exported:
    """What is written: everything as it stood when the person asked."""

    wish: ExportWish
    scan: OpenScan
    scored: ScoredList
    typed: tuple[Finding, ...]


class ExportReport(QObject):
    """Writes the findings that are shown; what changes meanwhile is not in the files."""

    written = Signal(object)  # tuple[Path, ...]
    failed = Signal(object)  # Problem

    def __init__(
        self,
        session: SessionState,
        results: ResultsState,
        loader: LoaderPool,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._results = results
        self._loader = loader
        self._jobs: set[int] = set()
        loader.done.connect(self._on_done)
        loader.failed.connect(self._on_failed)
        loader.cancelled.connect(self._on_cancelled)

    @property
    def is_writing(self) -> bool:
        """Whether files are on their way."""
        return bool(self._jobs)

    def export(self, wish: ExportWish) -> None:
        """Write the report; `written` or `failed` says how it went."""
        scan, scored, typed = self._session.scan, self._results.scored, self._results.typed
        if scan is None or scored is None:
            self.failed.emit(NOTHING_YET)
            return
        beside = (typed.finding,) if typed and typed.model == scored.model else ()
        snapshot = Exported(wish, scan, scored, beside)
        self._jobs.add(self._loader.submit(partial(write, snapshot), doing="writing the report"))

    def _on_done(self, job: int, files: object) -> None:
        if job in self._jobs:
            self._jobs.discard(job)
            self.written.emit(files)

    def _on_cancelled(self, job: int) -> None:
        self._jobs.discard(job)

    def _on_failed(self, job: int, error: MedctError) -> None:
        if job in self._jobs:
            self._jobs.discard(job)
            self.failed.emit(Problem.of(error))


def report_of(exported: Exported) -> Report:
    """Put the report together, with the typed finding after those of the list."""
    scan, scored, wish = exported.scan, exported.scored, exported.wish
    names = {finding.prompt for finding in scored.findings}
    beside = tuple(one for one in exported.typed if one.prompt not in names)
    model = scored.model
    return assemble(
        scan.volume,
        (*scored.findings, *beside),
        provenance=Provenance(model.stamp, model.headline, model.device, scored.scored_at),
        notices=(*scan.notices, *scored.notices),
        key_images=wish.images or key_images(scan.volume),
        patient=scan.patient if wish.names_patient else None,
    )


def write(exported: Exported, cancel: CancelToken, _told: OnProgress) -> tuple[Path, ...]:
    """Write the files of a report; runs on a loader thread.

    Raises
    ------
    OutOfDiskError
        If the disk is full or the folder cannot be written.
    Cancelled
        If the program closes before the first file is written.
    """
    # reportlab takes a while to import, and most windows never write.
    from medct_core.export.files import write_report  # noqa: PLC0415

    report = report_of(exported)
    cancel.raise_if_cancelled()
    return write_report(report, exported.wish.folder, exported.wish.formats)
