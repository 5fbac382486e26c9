"""Headers: read the tags of one file of the series that is shown."""

from functools import partial

from PySide6.QtCore import QObject, Signal

from app.state.answers import Problem
from app.state.header_page import HeaderPage
from app.state.session import SessionState
from app.workers.loader_pool import LoaderPool, OnProgress
from app.workers.newest_job import NewestJob
from medct_core.cancel import CancelToken
from medct_core.errors import MedctError
from medct_core.io.study import Series

NO_SCAN = Problem("There is no scan whose header could be shown.", "Open a scan first.")


class ReadHeader(QObject):
    """Reads headers for one window; the newest wish counts, and none outlives its scan."""

    header_read = Signal(object)  # HeaderPage
    failed = Signal(object)  # Problem

    def __init__(
        self, session: SessionState, loader: LoaderPool, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._job = NewestJob(loader, self)
        self._job.done.connect(self.header_read)
        self._job.failed.connect(self._on_failed)
        # A header that is on its way names the patient of the scan before.
        session.scan_changed.connect(self._job.cancel)

    def read(self, number: int = 1) -> None:
        """Read the header of one file; `header_read` or `failed` says how it went.

        Parameters
        ----------
        number
            Which file of the series, counted from 1 in the order of slices.
        """
        series = self._session.series
        if series is None:
            self.failed.emit(NO_SCAN)
        else:
            self._job.start(partial(read_page, series, number), doing="reading a header")

    def _on_failed(self, error: MedctError) -> None:
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
