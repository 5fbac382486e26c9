"""Headers: read the tags of one file of the series that is shown."""

from functools import partial

from PySide6.QtCore import QObject, Signal

from app.state.answers import Problem
from app.state.header_page import HeaderPage
from app.state.session import SessionState
from app.workers.loader_pool import LoaderPool, OnProgress
from medct_core.cancel import CancelToken
from medct_core.errors import MedctError
from medct_core.io.study import Series

NO_SCAN = Problem("There is no scan whose header could be shown.", "Open a scan first.")


class ReadHeader(QObject):
    """Reads headers for one window; the newest wish counts."""

    header_read = Signal(object)  # HeaderPage
    failed = Signal(object)  # Problem

    def __init__(
        self, session: SessionState, loader: LoaderPool, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._loader = loader
        self._job: int | None = None
        loader.done.connect(self._on_done)
        loader.failed.connect(self._on_failed)

    def read(self, number: int = 1) -> None:
        """Read the header of one file; `header_read` or `failed` says how it went.

        Parameters
        ----------
        number
            Which file of the series, counted from 1 in the order of slices.
        """
        if self._job is not None:
            self._loader.cancel(self._job)
            self._job = None
        series = self._session.series
        if series is None:
            self.failed.emit(NO_SCAN)
            return
        work = partial(read_page, series, number)
        self._job = self._loader.submit(work, doing="reading a header")

    def _on_done(self, job: int, page: object) -> None:
        if job == self._job and isinstance(page, HeaderPage):
            self._job = None
            self.header_read.emit(page)

    def _on_failed(self, job: int, error: MedctError) -> None:
        if job == self._job:
            self._job = None
            self.failed.emit(Problem.of(error))


def read_page(series: Series, number: int, _cancel: CancelToken, _told: OnProgress) -> HeaderPage:
    """Read the header of one file; runs on a loader thread.

    Raises
    ------
    UsageError
        If the series has no such file.
    NotAnImageError
        If the file can no longer be read.
    """
    # Readers take long to import; this runs on a loader thread, after the window is painted.
    from medct_core.io.dicom_tags import read_tags  # noqa: PLC0415

    title = series.description or series.files[0].name
    return HeaderPage(title, number, len(series.files), read_tags(series, number))
