"""Opening: choose a path or a series, read it, and put it in the place of what is shown."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.controllers.read_study import (
    FoundStudy,
    ReadingWish,
    find_study,
    load_readers,
    read_or_ask,
    read_preview,
)
from app.controllers.what_to_open import PathKind, Recognised, recognise
from app.state.answers import Problem
from app.state.open_questions import FrameQuestion, LargeScanQuestion, OpenQuestion
from app.state.session import Loading, OpenScan, Preview, SessionState
from app.workers.loader_pool import LoaderPool
from medct_core.errors import MedctError
from medct_core.io.reduction import Reduction
from medct_core.io.study import Series


class OpenStudy(QObject):
    """Opens scans in one window; the one that is open stays until another one is whole.

    Only the newest wish counts: answers about an older one are dropped by their job number.
    While a scan is read, one slice of it is put into the session as a preview. Where a person
    has to decide, the session holds a question, until it is answered or `cancel` is called.
    """

    other_kind_found = Signal(object, object)  # Path, PathKind: dropped, and no scan

    def __init__(
        self, session: SessionState, loader: LoaderPool, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._loader = loader
        self._job: int | None = None
        self._preview_job: int | None = None
        self._wish: ReadingWish | None = None
        self._frame: int | None = None
        loader.progress.connect(self._on_progress)
        loader.done.connect(self._on_done)
        loader.failed.connect(self._on_failed)
        loader.cancelled.connect(self._on_cancelled)

    def prepare(self) -> None:
        """Load what reads files in the background; for when the window has been painted."""
        self._loader.submit(load_readers, doing="loading what reads files")

    def open_path(self, path: Path, *, series_uid: str = "", frame: int | None = None) -> None:
        """Open a file, a folder or a zip.

        Parameters
        ----------
        path
            What to open.
        series_uid
            The series to read; empty takes the largest chest CT.
        frame
            Which volume of a 4D scan, from 1; None asks where there are several.
        """
        self._begin(Loading(path.name))
        self._frame = frame
        self._job = self._loader.submit(
            lambda cancel, _told: find_study(path, series_uid, cancel=cancel),
            doing="looking at the file",
        )

    def open_paths(self, paths: Sequence[Path]) -> None:
        """Open what was dropped or chosen together, as far as it is one thing.

        A scan is read; for a session file or a mask, `other_kind_found` says so, and the scan
        that is open stays.
        """
        dropped = tuple(paths)
        if not dropped:
            return
        self._begin(Loading(dropped[0].name))
        self._job = self._loader.submit(
            lambda cancel, _told: recognise(dropped, cancel), doing="looking at the files"
        )

    def choose_series(self, series: Series, *, frame: int | None = None) -> None:
        """Read another series of the study that is open, or another volume of a 4D scan.

        Parameters
        ----------
        series
            One of the study's.
        frame
            Counted from 1; None asks where there are several.
        """
        scan = self._session.scan
        if scan is not None and series in scan.study.series:
            self._read(ReadingWish(FoundStudy(scan.path, scan.study, series), frame))

    def next_series(self) -> None:
        """Read the series that follows the one shown, or the one that is being read."""
        self._step(1)

    def previous_series(self) -> None:
        """Read the series before the one shown, or before the one that is being read."""
        self._step(-1)

    def choose_frame(self, frame: int) -> None:
        """Answer a `FrameQuestion`: read this volume, counted from 1."""
        if isinstance(self._session.question, FrameQuestion) and self._wish is not None:
            self._read(replace(self._wish, frame=frame))

    def choose_reduction(self, reduction: Reduction) -> None:
        """Answer a `LargeScanQuestion`: read these voxels."""
        if isinstance(self._session.question, LargeScanQuestion) and self._wish is not None:
            self._read(replace(self._wish, reduction=reduction))

    def answer_by_default(self) -> None:
        """Answer the question that is asked the usual way, where there is nobody to answer."""
        question = self._session.question
        if isinstance(question, FrameQuestion):
            self.choose_frame(question.default)
        elif isinstance(question, LargeScanQuestion):
            self.choose_reduction(question.default.reduction)

    def cancel(self) -> None:
        """Stop reading and asking; the scan that is open stays."""
        self._stop()
        self._wish = None
        self._session.set_question(None)
        self._session.set_loading(None)
        self._session.set_preview(None)

    def close_scan(self) -> None:
        """Show nothing any more."""
        self.cancel()
        self._session.set_problem(None)
        self._session.set_scan(None)

    def _stop(self) -> None:
        for job in (self._job, self._preview_job):
            if job is not None:
                self._loader.cancel(job)
        self._job = self._preview_job = None

    def _begin(self, loading: Loading, preview: Preview | None = None) -> None:
        self._stop()
        self._wish = None
        self._session.set_problem(None)
        self._session.set_question(None)
        self._session.set_preview(preview)
        self._session.set_loading(loading)

    def _step(self, by: int) -> None:
        scan = self._session.scan
        if scan is None:
            return
        shown = tuple(one for one in scan.study.series if one.can_be_shown)
        is_here = self._wish is not None and self._wish.found.study is scan.study
        now = self._wish.found.series if self._wish and is_here else scan.series
        place = shown.index(now) + by if now in shown else 0
        if 0 <= place < len(shown):
            self.choose_series(shown[place])

    def _read(self, wish: ReadingWish) -> None:
        series = wish.found.series
        name = series.description or wish.found.path.name
        preview = self._session.preview
        kept = preview if preview is not None and preview.series is series else None
        self._begin(Loading(name, 0.0), kept)
        self._wish = wish
        if series.frame_count > 1 and wish.frame is None:
            self._ask(FrameQuestion(name, series.frame_count))
            return
        self._job = self._loader.submit(partial(read_or_ask, wish), doing="reading the scan")
        if kept is None:
            self._preview_job = self._loader.submit(
                partial(read_preview, wish.found), doing="reading a slice"
            )

    def _ask(self, question: OpenQuestion) -> None:
        # First the question, so that there is no moment in which nothing is under way.
        self._session.set_question(question)
        self._session.set_loading(None)

    def _on_progress(self, job: int, fraction: float) -> None:
        loading = self._session.loading
        if job == self._job and loading is not None:
            self._session.set_loading(replace(loading, fraction=fraction))

    def _on_done(self, job: int, result: object) -> None:
        if job == self._preview_job:
            self._preview_job = None
            if isinstance(result, Preview):
                self._session.set_preview(result)
        elif job == self._job:
            self._job = None
            self._go_on(result)

    def _go_on(self, result: object) -> None:
        if isinstance(result, Recognised):
            self._go_on_with_path(result)
        elif isinstance(result, FoundStudy):
            has_frame = self._frame is not None and self._frame <= result.series.frame_count
            self._read(ReadingWish(result, self._frame if has_frame else None))
        elif isinstance(result, LargeScanQuestion):
            self._ask(result)
        elif isinstance(result, OpenScan):
            self._stop()
            self._wish = None
            self._session.set_loading(None)
            self._session.set_scan(result)

    def _go_on_with_path(self, found: Recognised) -> None:
        if found.kind is PathKind.SCAN:
            self.open_path(found.path)
        else:
            self.cancel()
            self.other_kind_found.emit(found.path, found.kind)

    def _on_failed(self, job: int, error: MedctError) -> None:
        if job == self._preview_job:
            # Reading the whole scan meets the same, and says so.
            self._preview_job = None
        elif job == self._job:
            self.cancel()
            self._session.set_problem(Problem.of(error))

    def _on_cancelled(self, job: int) -> None:
        if job == self._preview_job:
            self._preview_job = None
        elif job == self._job:
            self.cancel()
