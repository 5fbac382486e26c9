"""Opening: choose a path or a series, read it, and put it in the place of what is shown."""

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject

from app.state.answers import Problem
from app.state.session import Loading, OpenScan, SessionState
from app.workers.loader_pool import LoaderPool, OnProgress
from medct_core.cancel import CancelToken
from medct_core.errors import MedctError
from medct_core.io.choose import chest_ct_or_none, largest_chest_ct, other_series
from medct_core.io.deidentify import read_patient_text
from medct_core.io.open import open_study, read_volume
from medct_core.io.study import Series, Study
from medct_core.volume.notice import Notice


@dataclass(frozen=True, slots=True)
class FoundStudy:
    """What a path holds, and the series of it that is read first."""

    path: Path
    study: Study
    series: Series


class OpenStudy(QObject):
    """Opens scans in one window; the one that is open stays until another one is whole.

    Only the newest wish counts: answers about an older one are dropped by their job number.
    """

    def __init__(
        self, session: SessionState, loader: LoaderPool, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._loader = loader
        self._job: int | None = None
        loader.progress.connect(self._on_progress)
        loader.done.connect(self._on_done)
        loader.failed.connect(self._on_failed)
        loader.cancelled.connect(self._on_cancelled)

    def open_path(self, path: Path) -> None:
        """Open a file, a folder or a zip, and read the largest chest CT in it."""
        self._begin(Loading(path.name))
        self._job = self._loader.submit(
            lambda _cancel, _told: find_study(path), doing="looking at the file"
        )

    def choose_series(self, series: Series, *, frame: int | None = None) -> None:
        """Read another series of the study that is open, or another volume of a 4D scan.

        Parameters
        ----------
        series
            One of the study's.
        frame
            Counted from 1; None takes the first.
        """
        scan = self._session.scan
        if scan is not None and series in scan.study.series:
            self._read(FoundStudy(scan.path, scan.study, series), frame)

    def cancel(self) -> None:
        """Stop reading; the scan that is open stays."""
        self._stop()
        self._session.set_loading(None)

    def close_scan(self) -> None:
        """Show nothing any more."""
        self.cancel()
        self._session.set_problem(None)
        self._session.set_scan(None)

    def _stop(self) -> None:
        if self._job is not None:
            self._loader.cancel(self._job)
        self._job = None

    def _begin(self, loading: Loading) -> None:
        self._stop()
        self._session.set_problem(None)
        self._session.set_loading(loading)

    def _end(self) -> None:
        self._job = None
        self._session.set_loading(None)

    def _read(self, found: FoundStudy, frame: int | None) -> None:
        self._begin(Loading(found.series.description or found.path.name, 0.0))
        self._job = self._loader.submit(partial(read_scan, found, frame), doing="reading the scan")

    def _on_progress(self, job: int, fraction: float) -> None:
        loading = self._session.loading
        if job == self._job and loading is not None:
            self._session.set_loading(replace(loading, fraction=fraction))

    def _on_done(self, job: int, result: object) -> None:
        if job != self._job:
            return
        if isinstance(result, FoundStudy):
            self._job = None
            self._read(result, None)
        elif isinstance(result, OpenScan):
            self._end()
            self._session.set_scan(result)

    def _on_failed(self, job: int, error: MedctError) -> None:
        if job == self._job:
            self._end()
            self._session.set_problem(Problem.of(error))

    def _on_cancelled(self, job: int) -> None:
        if job == self._job:
            self._end()


def find_study(path: Path) -> FoundStudy:
    """Find out what a path holds and which series is read first; by headers only.

    Raises
    ------
    UsageError
        If there is nothing at this path, or several volume files.
    ScanRefusedError
        If it holds no scan that can be shown.
    """
    study = open_study(path)
    shown = chest_ct_or_none(study) or next((one for one in study.series if one.is_scan), None)
    # Where there is none, this says why.
    return FoundStudy(path, study, shown or largest_chest_ct(study))


def read_scan(
    found: FoundStudy, frame: int | None, cancel: CancelToken, on_progress: OnProgress
) -> OpenScan:
    """Read the voxels of a series, and everything a window shows beside them.

    Parameters
    ----------
    found
        What to read.
    frame
        Which volume of a 4D scan, from 1; None takes the first.
    cancel, on_progress
        As for `io.open.read_volume`, whose errors are those here.
    """
    series = found.series
    count = series.frame_count
    shown = (frame or 1) if count > 1 else frame
    volume = read_volume(series, frame=shown, cancel=cancel, on_progress=on_progress)
    # Worked out once, here, where nobody waits; reports and caches go by it.
    _ = volume.content_sha256
    in_time = (Notice("frame", f"Volume {shown} of {count} is shown."),) if count > 1 else ()
    study_says = (*found.study.notices, *other_series(found.study, series))
    return OpenScan(
        path=found.path,
        study=found.study,
        series=series,
        volume=volume,
        patient=read_patient_text(series),
        notices=tuple(dict.fromkeys((*volume.notices, *in_time, *study_says))),
    )
