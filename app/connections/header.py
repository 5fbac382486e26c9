"""The header of the scan: its window, opened at the slice that is shown."""

from collections.abc import Mapping

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction

from app.connections.triggers import connect_all
from app.controllers.read_header import ReadHeader
from app.state.answers import Problem
from app.state.session import SessionState
from app.state.view import Overlay, ViewState
from app.theme import Theme
from app.windows.header_dialog import HeaderDialog
from app.windows.main_window import MainWindow


class HeaderConnection(QObject):
    """Keeps the window of the header true to the scan, and to the switch of patient text.

    Parameters
    ----------
    window
        Lies below the header's.
    actions
        By name.
    states
        The scan, and how it is looked at.
    read_header
        Reads headers.
    theme
        Colours at the start.
    parent
        Owner.
    """

    def __init__(
        self,
        window: MainWindow,
        actions: Mapping[str, QAction],
        states: tuple[SessionState, ViewState],
        read_header: ReadHeader,
        *,
        theme: Theme,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._view = states
        self._read_header = read_header
        self.dialog = HeaderDialog(theme, window)
        connect_all(actions, {"header": self.show})
        read_header.header_read.connect(self.dialog.show_page)
        read_header.failed.connect(self._on_failed)
        self.dialog.panel.file_picked.connect(read_header.read)
        self._session.scan_changed.connect(self._on_scan)
        self._view.overlays_changed.connect(self._show_patient)
        self._show_patient()

    def show(self) -> None:
        """Open the header of the slice that is shown."""
        self.dialog.open_to_search()
        self._read()

    def _on_scan(self) -> None:
        if self._session.scan is None or not self.dialog.isVisible():
            # The header of the scan before is not the one of this scan.
            self.dialog.show_empty()
        else:
            self._read()

    def _read(self) -> None:
        if self._session.scan is None:
            self.dialog.show_empty()
        else:
            self._read_header.read(self._file_shown())

    def _file_shown(self) -> int:
        """Which file holds the slice at the crosshair; the first where files are no slices."""
        series, volume = self._session.series, self._session.volume
        assert series is not None
        assert volume is not None
        count = volume.geometry.shape[2]
        if len(series.files) != count:
            return 1
        k = float(volume.geometry.to_index(self._view.crosshair_mm)[2])
        return min(max(round(k), 0), count - 1) + 1

    def _on_failed(self, problem: Problem) -> None:
        self.dialog.panel.show_error(problem.summary, problem.remedy)

    def _show_patient(self) -> None:
        if Overlay.PATIENT_TEXT in self._view.overlays:
            self.dialog.panel.show_patient()
        else:
            self.dialog.panel.hide_patient()
