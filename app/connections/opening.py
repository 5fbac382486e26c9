"""Opening: dialogs, dropped files, recent files, and the questions that reading may ask."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QMenu

from app.connections.questions import QuestionConnection
from app.connections.triggers import connect_all
from app.controllers.open_study import OpenStudy
from app.controllers.what_to_open import PathKind
from app.state.recent_files import RecentFile, RecentFiles
from app.state.session import OpenScan, SessionState
from app.windows.main_window import MainWindow

SCAN_FILTER = "*.nii *.nii.gz *.hdr *.img *.nrrd *.nhdr *.mha *.mhd *.dcm *.zip DICOMDIR"


class OpeningConnection(QObject):
    """Takes the wish to open something, wherever it comes from.

    Parameters
    ----------
    window
        Has menus, dialogs, and takes what is dropped.
    tables
        Actions and menus by name.
    session
        Asks, and says what was opened.
    open_study
        Opens scans.
    recent
        What was opened before, shared by all windows.
    parent
        Owner.
    """

    session_found = Signal(Path)
    mask_found = Signal(Path)

    def __init__(
        self,
        window: MainWindow,
        tables: tuple[Mapping[str, QAction], Mapping[str, QMenu]],
        session: SessionState,
        open_study: OpenStudy,
        *,
        recent: RecentFiles,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._window, self._session = window, session
        self._open_study, self._recent = open_study, recent
        self._folder = ""
        actions, menus = tables
        self._menu = menus["recent"]
        # Two scans of one name differ in their folders.
        self._menu.setToolTipsVisible(True)
        connect_all(
            actions,
            {
                "open_file": self._choose_file,
                "open_folder": self._choose_folder,
                "open_mask": self._choose_mask,
                "close_scan": open_study.close_scan,
                "next_series": open_study.next_series,
                "previous_series": open_study.previous_series,
            },
        )
        window.study_panel.open_requested.connect(self._choose_file)
        window.masks_panel.open_requested.connect(self._choose_mask)
        window.paths_dropped.connect(open_study.open_paths)
        open_study.other_kind_found.connect(self._on_other_kind)
        QuestionConnection(window, session, open_study, self)
        session.scan_changed.connect(self._on_scan)
        recent.changed.connect(self._fill_recent)
        self._fill_recent(recent.files)

    def _choose_file(self) -> None:
        filters = self.tr("Scans ({0});;All files (*)").format(SCAN_FILTER)
        path, _chosen = QFileDialog.getOpenFileName(
            self._window, self.tr("Open scan"), self._folder, filters
        )
        self._open(path)

    def _choose_folder(self) -> None:
        self._open(
            QFileDialog.getExistingDirectory(
                self._window, self.tr("Open a folder of DICOM files"), self._folder
            )
        )

    def _choose_mask(self) -> None:
        path, _chosen = QFileDialog.getOpenFileName(self._window, self.tr("Open mask"))
        if path:
            self.mask_found.emit(Path(path))

    def _open(self, path: str) -> None:
        if path:
            self._folder = str(Path(path).parent)
            self._open_study.open_paths((Path(path),))

    def _on_other_kind(self, path: Path, kind: PathKind) -> None:
        if kind is PathKind.SESSION:
            self.session_found.emit(path)
        else:
            self.mask_found.emit(path)

    def _on_scan(self, scan: OpenScan | None) -> None:
        if scan is not None:
            self._recent.add(scan.path)

    def _fill_recent(self, files: tuple[RecentFile, ...]) -> None:
        self._menu.clear()
        for file in files:
            # An ampersand would become an underline.
            action = self._menu.addAction(file.name.replace("&", "&&"))
            action.setToolTip(str(file.path))
            action.setEnabled(not file.is_missing)
            action.triggered.connect(partial(self._open_recent, file.path))
        self._menu.addSeparator()
        forget = self._menu.addAction(self.tr("Forget these"))
        forget.setEnabled(bool(files))
        forget.triggered.connect(self._recent.clear)

    def _open_recent(self, path: Path, _checked: bool = False) -> None:
        self._open_study.open_paths((path,))
