"""Small pictures of the series of a study, drawn one after another while nothing else is read."""

from functools import partial

import numpy as np
from PySide6.QtCore import QObject

from app.state.session import OpenScan, SessionState
from app.workers.loader_pool import LoaderPool, OnProgress
from app.workers.newest_job import NewestJob
from medct_core.cancel import CancelToken
from medct_core.errors import MedctError
from medct_core.io.study import Series


class DrawThumbnails(QObject):
    """Fills `SessionState.thumbnails` of the open study, the series that is shown first.

    One thread at most is busy with it, and none while a scan is read.
    """

    def __init__(
        self, session: SessionState, loader: LoaderPool, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._job = NewestJob(loader, self)
        self._drawn: Series | None = None
        self._skipped: set[str] = set()
        self._job.done.connect(self._on_done)
        self._job.failed.connect(self._on_failed)
        session.scan_changed.connect(self._on_scan)
        session.loading_changed.connect(self._on_loading)

    def _on_scan(self, scan: OpenScan | None) -> None:
        self._job.cancel()
        self._skipped.clear()
        if scan is not None:
            self._draw_next()

    def _on_loading(self, loading: object) -> None:
        if loading is not None:
            self._job.cancel()
        elif not self._job.is_running:
            self._draw_next()

    def _draw_next(self) -> None:
        scan = self._session.scan
        if scan is None or self._session.loading is not None:
            return
        done = self._session.thumbnails.keys() | self._skipped
        waiting = [one for one in scan.study.series if one.can_be_shown and one.uid not in done]
        # Its voxels are in memory already.
        waiting.sort(key=lambda one: one is not scan.series)
        if waiting:
            self._drawn = waiting[0]
            work = partial(_draw, waiting[0], scan)
            self._job.start(work, doing="drawing a small picture")

    def _on_done(self, picture: object) -> None:
        if self._drawn is not None and isinstance(picture, np.ndarray):
            self._session.put_thumbnail(self._drawn.uid, picture)
        self._skip_and_go_on()

    def _on_failed(self, _error: MedctError) -> None:
        # The series is listed without a picture; opening it says what is wrong with it.
        self._skip_and_go_on()

    def _skip_and_go_on(self) -> None:
        if self._drawn is not None:
            self._skipped.add(self._drawn.uid)
        self._draw_next()


def _draw(series: Series, scan: OpenScan, cancel: CancelToken, _told: OnProgress) -> object:
    # Readers take long to import; this runs on a loader thread, after the window is painted.
    from medct_core.io.preview import draw_thumbnail, thumbnail  # noqa: PLC0415

    if series is not scan.series:
        return thumbnail(series, cancel=cancel)
    window = series.windows[0].window if series.windows else None
    return draw_thumbnail(scan.volume, window)
