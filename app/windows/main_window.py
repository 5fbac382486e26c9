"""MainWindow: where the pictures and panels of one scan stand; it decides nothing."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QDockWidget, QMainWindow, QVBoxLayout, QWidget

from app.panels.banner import Banner
from app.panels.filling_bar import FillingBar
from app.panels.findings_panel import FindingsPanel
from app.panels.masks_panel import MasksPanel
from app.panels.measurements_panel import MeasurementsPanel
from app.panels.progress_panel import ProgressPanel
from app.panels.prompt_panel import PromptPanel
from app.panels.provenance_strip import ProvenanceStrip
from app.panels.report_text_panel import ReportTextPanel
from app.panels.similar_panel import SimilarPanel
from app.panels.study_panel import StudyPanel
from app.panels.taught_panel import TaughtPanel
from app.panels.volume_panel import VolumePanel
from app.panels.window_panel import WindowPanel
from app.panels.work_line import WorkLine
from app.state.view import ViewState
from app.theme import Theme
from app.viewer.linked_views import LinkedViews
from app.viewer.volume_view import VolumeView
from app.windows.chart_dock import ChartDock

_SAID_MS = 6000
_SIZE = QSize(1280, 800)
_LEFT_WIDTH, _RIGHT_WIDTH = 250, 330
_LEFT, _RIGHT = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea


class MainWindow(QMainWindow):
    """One window: slices and 3D in the middle, what can be asked and said about them around.

    Every part is an attribute; whoever builds the window connects them, and may replace
    `may_close`, which is asked before the window closes.

    Parameters
    ----------
    view
        What the pictures draw themselves from.
    theme
        Colours at the start.
    """

    paths_dropped = Signal(object)  # tuple[Path, ...]
    closed = Signal()

    def __init__(self, view: ViewState, theme: Theme) -> None:
        super().__init__()
        self.volume_view = VolumeView()
        self.views = LinkedViews(view, self.volume_view)
        self.study_panel = StudyPanel(theme)
        self.window_panel = WindowPanel()
        self.volume_panel = VolumePanel()
        self.masks_panel = MasksPanel(theme)
        self.measurements_panel = MeasurementsPanel()
        self.findings_panel = FindingsPanel(theme)
        self.taught_panel = TaughtPanel()
        self.prompt_panel = PromptPanel(theme)
        self.similar_panel = SimilarPanel(theme)
        self.filling_bar = FillingBar()
        self.report_panel = ReportTextPanel()
        self.progress_panel = ProgressPanel()
        self.chart_dock = ChartDock(theme, self)
        self.provenance = ProvenanceStrip()
        self.work_line = WorkLine()
        self.banner = Banner()
        self.may_close: Callable[[], bool] = lambda: True
        self.docks: dict[str, QDockWidget] = {}
        self.setAcceptDrops(True)
        self.setDockNestingEnabled(True)
        self._place_middle()
        self._place_docks()
        self._place_status()
        self.show_title("")
        self.resize(_SIZE)

    def show_title(self, scan_name: str) -> None:
        """Name the open scan in the title bar; empty where none is open."""
        self.setWindowTitle(f"{scan_name} - MedCT" if scan_name else "MedCT")

    def show_theme(self, theme: Theme) -> None:
        """Paint what Qt does not paint in other colours."""
        for panel in (
            self.study_panel,
            self.masks_panel,
            self.findings_panel,
            self.prompt_panel,
            self.similar_panel,
            self.chart_dock,
        ):
            panel.show_theme(theme)

    def say(self, text: str) -> None:
        """Tell in the status line, for a few seconds, that something was done."""
        self.statusBar().showMessage(text, _SAID_MS)

    def show_dock(self, name: str) -> None:
        """Bring a dock to the front, whether it was closed or lies behind another one."""
        self.docks[name].show()
        self.docks[name].raise_()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802 - Qt's name
        """Take files and folders."""
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802 - Qt's name
        """Report what was dropped."""
        urls = event.mimeData().urls()
        paths = tuple(Path(url.toLocalFile()) for url in urls if url.isLocalFile())
        if paths:
            event.acceptProposedAction()
            self.paths_dropped.emit(paths)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """Close where `may_close` has nothing against it, and report it."""
        if self.may_close():
            event.accept()
            self.closed.emit()
        else:
            event.ignore()

    def _place_middle(self) -> None:
        self.setCentralWidget(_column(self.banner, self.views))

    def _place_docks(self) -> None:
        # No splitter: it gives wrapped sentences the height of one line.
        asked = _column(self.prompt_panel, self.findings_panel, self.taught_panel)
        similar = _column(self.filling_bar, self.similar_panel)
        self._add("study", self.tr("Study"), self.study_panel, _LEFT)
        self._add("masks", self.tr("Masks"), self.masks_panel, _LEFT)
        self._add("window", self.tr("Grey levels"), self.window_panel, _LEFT)
        self._add("measurements", self.tr("Measurements"), self.measurements_panel, _LEFT)
        self._add("volume", self.tr("3D"), self.volume_panel, _LEFT)
        self._add("progress", self.tr("Progress"), self.progress_panel, _LEFT)
        self._add("findings", self.tr("Findings"), asked, _RIGHT)
        self._add("similar", self.tr("Similar cases"), similar, _RIGHT)
        self._add("report", self.tr("Report"), self.report_panel, _RIGHT)
        self._add_dock("charts", self.chart_dock, _RIGHT)
        self._stack("study", "masks", "progress")
        self._stack("window", "measurements", "volume")
        self._stack("findings", "similar", "charts", "report")
        wide = [self.docks["study"], self.docks["findings"]]
        self.resizeDocks(wide, [_LEFT_WIDTH, _RIGHT_WIDTH], Qt.Orientation.Horizontal)

    def _place_status(self) -> None:
        bar = self.statusBar()
        bar.setSizeGripEnabled(False)
        bar.addWidget(self.provenance, 1)
        bar.addPermanentWidget(self.work_line)

    def _add(self, name: str, title: str, widget: QWidget, area: Qt.DockWidgetArea) -> None:
        dock = QDockWidget(title, self)
        dock.setWidget(widget)
        self._add_dock(name, dock, area)

    def _add_dock(self, name: str, dock: QDockWidget, area: Qt.DockWidgetArea) -> None:
        dock.setObjectName(name)
        self.docks[name] = dock
        self.addDockWidget(area, dock)

    def _stack(self, *names: str) -> None:
        first = self.docks[names[0]]
        for name in names[1:]:
            self.tabifyDockWidget(first, self.docks[name])
        first.raise_()


def _column(above: QWidget, below: QWidget, *feet: QWidget) -> QWidget:
    """Put one widget above another that takes the room, and others at its foot."""
    column = QWidget()
    layout = QVBoxLayout(column)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(0)
    layout.addWidget(above)
    layout.addWidget(below, 1)
    for foot in feet:
        layout.addWidget(foot)
    return column
