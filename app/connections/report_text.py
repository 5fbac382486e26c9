"""The report beside the scan: loaded from a text file, and never left beside another study."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog

from app.state.session import OpenScan, SessionState
from app.windows.main_window import MainWindow
from app.workers.loader_pool import LoaderPool, OnProgress
from app.workers.newest_job import NewestJob
from medct_core.cancel import CancelToken
from medct_core.errors import MedctError, UsageError

_LARGEST_BYTES = 1_000_000
"""Longer than any report; a larger file is none, and would hold up the window."""


class ReportTextConnection(QObject):
    """Loads reports into their panel. Nothing of them is kept, scored or written anywhere.

    Parameters
    ----------
    window
        Has the panel, and owns the dialog.
    session
        Whose study the report belongs to.
    loader
        Reads files.
    parent
        Owner.
    """

    def __init__(
        self,
        window: MainWindow,
        session: SessionState,
        loader: LoaderPool,
        *,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._window, self._panel = window, window.report_panel
        self._folder, self._name = Path.home(), ""
        self._study = _study_of(session.scan)
        self._job = NewestJob(loader, self)
        self._job.done.connect(self._on_read)
        self._job.failed.connect(self._on_failed)
        self._panel.load_requested.connect(self._ask)
        session.scan_changed.connect(self._on_scan)

    def _ask(self) -> None:
        name, _kind = QFileDialog.getOpenFileName(
            self._window,
            self.tr("Load a report"),
            str(self._folder),
            self.tr("Text (*.txt *.text *.md);;All files (*)"),
        )
        if name:
            path = Path(name)
            self._folder, self._name = path.parent, path.name
            self._job.start(partial(read_report, path), doing="reading a report")

    def _on_read(self, text: str) -> None:
        self._panel.show_text(text, source=self._name)

    def _on_failed(self, error: MedctError) -> None:
        self._panel.show_error(error.summary, error.remedy)

    def _on_scan(self, scan: OpenScan | None) -> None:
        before, self._study = self._study, _study_of(scan)
        # A report may be there before its scan; beside another study it would be read as its own.
        if before is not None and before != self._study:
            self._job.cancel()
            self._panel.show_text("", source="")


def read_report(path: Path, _cancel: CancelToken, _told: OnProgress) -> str:
    """Read a report.

    Raises
    ------
    UsageError
        If the file cannot be read, is larger than 1 MB, or is no text in UTF-8.
    """
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST_BYTES + 1)
    except OSError as error:
        raise UsageError(
            f"{path.name!r} cannot be read: {error.strerror or 'it is not there any more'}.",
            remedy="Choose another file, or paste the report.",
        ) from error
    if len(content) > _LARGEST_BYTES:
        raise UsageError(
            f"{path.name!r} is larger than {_LARGEST_BYTES // 1000} kB, so it is no report.",
            remedy="Choose another file, or paste the report.",
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _no_text(path) from error
    if "\0" in text:
        raise _no_text(path)
    return text


def _no_text(path: Path) -> UsageError:
    return UsageError(
        f"{path.name!r} is no text in UTF-8.",
        remedy="Save the report as text in UTF-8, or paste it.",
    )


def _study_of(scan: OpenScan | None) -> tuple[Path, str] | None:
    return None if scan is None else (scan.path, scan.study.uid)
