"""SessionState: the study that is open, the series that is shown, and what is being read."""

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.state.answers import Problem
from medct_core.io.study import PatientText, Series, Study
from medct_core.volume.notice import Notice
from medct_core.volume.volume import Volume


@dataclass(frozen=True, slots=True, eq=False)
class OpenScan:
    """One scan as it was read; whole or not at all, so that nothing of two scans is mixed.

    Attributes
    ----------
    path
        What the person opened.
    study, series
        What lies there, and which part of it was read.
    volume
        Its voxels.
    patient
        Who was examined; for the corner text and exports that ask for it, never for a log.
    notices
        What the reader must know: the volume's own and what the study adds.
    """

    path: Path
    study: Study
    series: Series
    volume: Volume
    patient: PatientText
    notices: tuple[Notice, ...]


@dataclass(frozen=True, slots=True)
class Loading:
    """What is being read.

    Attributes
    ----------
    name
        Of the file, folder or series, without folders above it.
    fraction
        In [0, 1]; None while only headers are read.
    """

    name: str
    fraction: float | None = None


class SessionState(QObject):
    """The scan of one window. Only controllers write it, only on the GUI thread."""

    scan_changed = Signal(object)  # OpenScan | None
    loading_changed = Signal(object)  # Loading | None
    problem_changed = Signal(object)  # Problem | None: why the last file did not open
    refusal_changed = Signal(object)  # Problem | None: why the scan is shown but not scored

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._scan: OpenScan | None = None
        self._loading: Loading | None = None
        self._problem: Problem | None = None
        self._refusal: Problem | None = None

    @property
    def scan(self) -> OpenScan | None:
        """The scan that is shown."""
        return self._scan

    @property
    def study(self) -> Study | None:
        """Its study."""
        return self._scan.study if self._scan else None

    @property
    def series(self) -> Series | None:
        """The series that is shown."""
        return self._scan.series if self._scan else None

    @property
    def volume(self) -> Volume | None:
        """Its voxels."""
        return self._scan.volume if self._scan else None

    @property
    def patient_text(self) -> PatientText | None:
        """Who was examined."""
        return self._scan.patient if self._scan else None

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What the reader of the scan must know."""
        return self._scan.notices if self._scan else ()

    @property
    def loading(self) -> Loading | None:
        """What is being read; None while nothing is."""
        return self._loading

    @property
    def problem(self) -> Problem | None:
        """Why the last file did not open."""
        return self._problem

    @property
    def refusal(self) -> Problem | None:
        """Why the scan is shown but not scored."""
        return self._refusal

    def set_scan(self, scan: OpenScan | None) -> None:
        """Show another scan, or none; what was said about the one before is gone."""
        self.set_refusal(None)
        if scan is not self._scan:
            self._scan = scan
            self.scan_changed.emit(scan)

    def set_loading(self, loading: Loading | None) -> None:
        """Say what is being read."""
        if loading != self._loading:
            self._loading = loading
            self.loading_changed.emit(loading)

    def set_problem(self, problem: Problem | None) -> None:
        """Say why a file did not open."""
        if problem != self._problem:
            self._problem = problem
            self.problem_changed.emit(problem)

    def set_refusal(self, refusal: Problem | None) -> None:
        """Say why the scan is not scored."""
        if refusal != self._refusal:
            self._refusal = refusal
            self.refusal_changed.emit(refusal)
