"""What leaves the program: the report, pictures, and findings as text."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction, QGuiApplication, QImage
from PySide6.QtWidgets import (
    QApplication,
    QFileDialog,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
)

from app.connections.overlays import OverlayConnection
from app.connections.scan import caption_of
from app.connections.triggers import connect_all
from app.controllers.export_report import ExportReport
from app.controllers.export_wish import ExportWish
from app.state.answers import Problem
from app.state.case_lists import CaseLists
from app.state.results import ResultsState
from app.state.session import OpenScan, SessionState
from app.state.view import ViewState
from app.viewer.key_image import KeyImageDrawer, KeyImageSource, marked_image_of
from app.viewer.key_pictures import KeyPictures
from app.viewer.measure_board import MeasureBoard
from app.viewer.measure_layer import MeasureLayer
from app.viewer.screenshot import copy_picture, picture_of_window, save_picture
from app.viewer.slice_view import SliceLayer
from app.windows.main_window import MainWindow
from medct_core.errors import OutOfDiskError
from medct_core.io.study import PatientText

if TYPE_CHECKING:
    from app.windows.export_dialog import ExportOffer

_ANOTHER_SCAN = Problem(
    "The scan gave way to another one while you chose; nothing was exported.",
    "Export again for the scan that is open now.",
)


class ExportConnection(QObject):
    """Carries out everything in the menus that writes or copies something.

    Parameters
    ----------
    window
        Has the views and owns the dialogs.
    states
        What is open, what was answered, and how the scan is looked at.
    lists
        What the reader added.
    export
        Writes reports.
    overlays
        What lies over the slices now.
    parent
        Owner.
    """

    folder_chosen = Signal(Path)

    def __init__(
        self,
        window: MainWindow,
        states: tuple[SessionState, ResultsState, ViewState],
        lists: CaseLists,
        export: ExportReport,
        *,
        overlays: OverlayConnection,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._window, self._lists = window, lists
        self._session, self._results, self._view = states
        self._export, self._overlays = export, overlays
        self._folder = Path.home()
        self._pictures = KeyPictures()
        self._session.scan_changed.connect(self._forget_pictures)
        export.written.connect(self._on_written)
        export.failed.connect(self._show_problem)

    def connect_actions(self, actions: Mapping[str, QAction]) -> None:
        """Carry these out."""
        connect_all(
            actions,
            {
                "export": self._ask_and_export,
                "mark_image": self._mark,
                "copy_findings": self._copy_findings,
                "copy_view": self._copy_view,
                "copy": self._copy,
                "screenshot_view": self._save_view,
                "screenshot_window": self._save_window,
            },
        )

    def show_folder(self, folder: Path) -> None:
        """Propose a folder, such as the one of the last time."""
        self._folder = folder

    def _ask_and_export(self) -> None:
        scan = self._session.scan
        if scan is None:
            return
        against = self._export.against_export(self._lists.record(scan.volume.content_sha256))
        if against is not None:
            # Said before a person chooses in vain.
            self._show_problem(against)
            return
        # Loaded when it is first asked for: all dialogs at once would delay the window.
        from app.windows.export_dialog import ExportDialog  # noqa: PLC0415

        dialog = ExportDialog(self._offer(scan), self._folder, self._window)
        if dialog.exec():
            self._export_wish(scan, dialog.wish)
        dialog.deleteLater()

    def _offer(self, scan: OpenScan) -> "ExportOffer":
        from app.windows.export_dialog import ExportOffer  # noqa: PLC0415

        return ExportOffer(
            scan.volume.source,
            self._pictures.drawn(self._lists.images.items, self._drawer(scan)),
            has_measurements=bool(self._lists.measurements.items),
            knows_patient=scan.patient != PatientText(),
        )

    def _export_wish(self, scan: OpenScan, wish: ExportWish) -> None:
        self.show_folder(wish.folder)
        self.folder_chosen.emit(wish.folder)
        if self._session.scan is not scan:
            self._show_problem(_ANOTHER_SCAN)
            return
        self._export.export(wish, self._lists.record(scan.volume.content_sha256))

    def _forget_pictures(self) -> None:
        self._pictures.clear()

    def _drawer(self, scan: OpenScan) -> KeyImageDrawer:
        source = KeyImageSource(
            scan.volume,
            caption_of(scan),
            overlays=self._overlays.overlays,
            heatmap_finding=self._heatmap_finding(),
            layers_of=self._layers,
        )
        return KeyImageDrawer(source)

    def _heatmap_finding(self) -> str:
        heatmap = self._results.heatmap
        return "" if heatmap is None else heatmap.name

    def _layers(self, state: ViewState) -> tuple[SliceLayer, ...]:
        board = MeasureBoard(self._lists.measurements, state)
        board.show_volume(self._session.volume)
        return (MeasureLayer(board),)

    def _mark(self) -> None:
        scan = self._session.scan
        if scan is None:
            return
        marked = marked_image_of(
            self._window.views.active_view,
            self._view,
            scan.volume.geometry,
            heatmap_finding=self._heatmap_finding(),
        )
        # Drawn now: its heatmap is gone once another one is shown.
        self._pictures.keep(marked, self._drawer(scan))
        self._lists.images.add(marked)
        count = len(self._lists.images.items)
        self._window.say(self.tr("Picture {0} is kept for the report.").format(count))

    def _copy_findings(self) -> None:
        volume = self._session.volume
        if volume is not None:
            text = self._export.copy_text(self._lists.record(volume.content_sha256))
            QGuiApplication.clipboard().setText(text)
            self._window.say(self.tr("Findings are on the clipboard."))

    def _copy(self) -> None:
        text = selected_text()
        if text:
            QGuiApplication.clipboard().setText(text)
        else:
            self._copy_view()

    def _copy_view(self) -> None:
        if self._session.volume is not None:
            copy_picture(self._view_picture())
            self._window.say(self.tr("The picture is on the clipboard."))

    def _view_picture(self) -> QImage:
        view = self._window.views.active_view
        return view.snapshot(view.devicePixelRatioF())

    def _save_view(self) -> None:
        if self._session.volume is not None:
            self._save(self._view_picture(), self.tr("Save picture of view"))

    def _save_window(self) -> None:
        # File names and reports may name a patient too.
        covered = (self._window.study_panel, self._window.report_panel)
        picture = picture_of_window(self._window, self._view, covered=covered)
        self._save(picture, self.tr("Save picture of window"))

    def _save(self, picture: QImage, title: str) -> None:
        name, _chosen = QFileDialog.getSaveFileName(
            self._window, title, str(self._folder / "picture.png"), self.tr("Pictures (*.png)")
        )
        if not name:
            return
        self.show_folder(Path(name).parent)
        try:
            written = save_picture(picture, Path(name))
        except OutOfDiskError as error:
            self._show_problem(Problem.of(error))
        else:
            self._window.say(self.tr("Saved {0}.").format(written.name))

    def _on_written(self, paths: tuple[Path, ...]) -> None:
        names = ", ".join(path.name for path in paths)
        self._window.say(self.tr("Written to {0}: {1}").format(paths[0].parent, names))

    def _show_problem(self, problem: Problem) -> None:
        self._window.banner.show_problem(problem.summary, problem.remedy)


def selected_text() -> str:
    """Give the text that is selected where the keyboard is; empty for none."""
    widget = QApplication.focusWidget()
    if isinstance(widget, QLineEdit | QLabel):
        return widget.selectedText()
    if isinstance(widget, QPlainTextEdit | QTextEdit):
        return widget.textCursor().selection().toPlainText()
    return ""
