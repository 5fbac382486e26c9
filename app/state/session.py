"""SessionState: the study that is open, the series that is shown, and what is being read."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QCoreApplication, QObject, Signal

from app.state.answers import Problem
from app.state.open_questions import OpenQuestion
from medct_core.io.slice_preview import SlicePreview
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
    frame
        Which volume of a 4D scan, from 1; None where there is only one.
    unsuitable
        Why it should not be scored; empty for a chest CT.
    """

    path: Path
    study: Study
    series: Series
    volume: Volume
    patient: PatientText
    notices: tuple[Notice, ...]
    frame: int | None = None
    unsuitable: tuple[Notice, ...] = ()

    @property
    def refusal(self) -> Problem | None:
        """Why it is shown but not scored, for a person; None for a chest CT."""
        if not self.unsuitable:
            return None
        reasons = " ".join(reason.text for reason in self.unsuitable)
        summary = QCoreApplication.translate("OpenScan", "This scan is not scored. {0}")
        remedy = QCoreApplication.translate(
            "OpenScan",
            "Open a chest CT in Hounsfield units, or choose 'Score anyway' in the menu.",
        )
        return Problem(summary.format(reasons), remedy)


@dataclass(frozen=True, slots=True, eq=False)
class Preview:
    """One slice of the scan that is being read; it never belongs to the scan that is open.

    Attributes
    ----------
    path
        What the person opened.
    series
        What is being read.
    found
        The slice, and which one it is.
    """

    path: Path
    series: Series
    found: SlicePreview


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

    scan_leaving = Signal()  # the scan that is shown is about to give way, and is still there
    scan_changed = Signal(object)  # OpenScan | None
    loading_changed = Signal(object)  # Loading | None
    problem_changed = Signal(object)  # Problem | None: why the last file did not open
    refusal_changed = Signal(object)  # Problem | None: why the scan is shown but not scored
    preview_changed = Signal(object)  # Preview | None
    question_changed = Signal(object)  # OpenQuestion | None: what must be answered to read on
    thumbnail_ready = Signal(str, object)  # series uid, (rows, columns) uint8

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._scan: OpenScan | None = None
        self._loading: Loading | None = None
        self._problem: Problem | None = None
        self._refusal: Problem | None = None
        self._preview: Preview | None = None
        self._question: OpenQuestion | None = None
        self._thumbnails: dict[str, npt.NDArray[np.uint8]] = {}

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

    @property
    def preview(self) -> Preview | None:
        """A slice of the scan that is being read."""
        return self._preview

    @property
    def question(self) -> OpenQuestion | None:
        """What must be answered before a scan is read on."""
        return self._question

    @property
    def thumbnails(self) -> Mapping[str, npt.NDArray[np.uint8]]:
        """Pictures of the study's series that have been drawn, by uid: ``(rows, columns)``."""
        return MappingProxyType(self._thumbnails)

    def set_scan(self, scan: OpenScan | None) -> None:
        """Show another scan, or none; what was said about the one before is gone.

        A preview is gone too, but is told to be only after the scan was, so that no view is
        emptied in between.
        """
        if self._scan is not None and scan is not self._scan:
            self.scan_leaving.emit()
        had_preview, self._preview = self._preview is not None, None
        if scan is None or self._scan is None or scan.study is not self._scan.study:
            self._thumbnails = {}
        is_other, self._scan = scan is not self._scan, scan
        self.set_refusal(None if scan is None else scan.refusal)
        if is_other:
            self.scan_changed.emit(scan)
        if had_preview and self._preview is None:
            self.preview_changed.emit(None)

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

    def set_preview(self, preview: Preview | None) -> None:
        """Show a slice of what is being read, or none."""
        if preview is not self._preview:
            self._preview = preview
            self.preview_changed.emit(preview)

    def set_question(self, question: OpenQuestion | None) -> None:
        """Ask a person how to go on, or stop asking."""
        if question != self._question:
            self._question = question
            self.question_changed.emit(question)

    def put_thumbnail(self, uid: str, picture: npt.NDArray[np.uint8]) -> None:
        """Keep the picture of a series of the open study: ``(rows, columns)``, 0 is black."""
        self._thumbnails[uid] = picture
        self.thumbnail_ready.emit(uid, picture)
