"""Exporting: results and the reader's part become a report, written off the GUI thread."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.controllers.export_wish import Exported, ExportWish
from app.state.answers import Problem
from app.state.case_record import CaseRecord
from app.state.results import ResultsState
from app.state.session import SessionState
from app.workers.loader_pool import LoaderPool, OnProgress
from medct_core.cancel import CancelToken
from medct_core.errors import MedctError
from medct_core.volume.notice import Notice

NOTHING_YET = Problem(
    "There is nothing to export yet: the scan has no scores.",
    "Wait until the findings are there, or score the scan again.",
)
NOTHING_AT_ALL = Problem(
    "There is nothing to export: the scan has no scores, and you have added nothing to it.",
    "Measure something, mark a picture or comment on a finding first.",
)


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

    def export(self, wish: ExportWish, record: CaseRecord) -> None:
        """Write the report; `written` or `failed` says how it went.

        A scan that cannot be scored is exported with what the reader added to it.

        Parameters
        ----------
        wish
            What, and where.
        record
            What the reader added to the scan that is shown.
        """
        problem = self.against_export(record)
        exported = self._exported(wish, record)
        if problem is not None or exported is None:
            self.failed.emit(problem or NOTHING_YET)
            return
        self._jobs.add(self._loader.submit(partial(_write, exported), doing="writing the report"))

    def against_export(self, record: CaseRecord) -> Problem | None:
        """Say why there is nothing to export for what a reader added; None where there is."""
        if self._session.scan is None:
            return NOTHING_YET
        if self._results.scored is not None:
            return None
        # Scores may still come, and a report without them would look complete.
        if self._why_unscored() is None:
            return NOTHING_YET
        is_empty = not (record.measurements or record.reviews or record.marked_images)
        return NOTHING_AT_ALL if is_empty else None

    def copy_text(self, record: CaseRecord) -> str:
        """Give the findings as plain text for a reporting system; empty without a scan.

        A scan without scores gives what the reader added to it.

        Parameters
        ----------
        record
            What the reader added to the scan that is shown.
        """
        # No file is written, so it matters little where.
        exported = self._exported(ExportWish(Path()), record)
        return "" if exported is None else _text_of(exported)

    def _why_unscored(self) -> Problem | None:
        results = self._results
        if results.stage is not None:
            return None
        return self._session.refusal or results.problem or results.model_problem

    def _exported(self, wish: ExportWish, record: CaseRecord) -> Exported | None:
        scan, scored, typed = self._session.scan, self._results.scored, self._results.typed
        if scan is None:
            return None
        if scored is None:
            why = self._why_unscored()
            doubts = (Notice("not-scored", why.summary),) if why else ()
            return Exported(wish, scan, None, (), record, doubts)
        beside = (typed.finding,) if typed and typed.model == scored.model else ()
        return Exported(wish, scan, scored, beside, record)

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


def _text_of(exported: Exported) -> str:
    from app.controllers.report_work import report_of  # noqa: PLC0415
    from medct_core.export.text import findings_text  # noqa: PLC0415

    return findings_text(report_of(exported))


def _write(exported: Exported, cancel: CancelToken, told: OnProgress) -> tuple[Path, ...]:
    from app.controllers.report_work import write  # noqa: PLC0415

    return write(exported, cancel, told)
