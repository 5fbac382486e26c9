"""The prior beside the scan: its dialog, its picture, and what speaks against comparing."""

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog

from app.connections.companion_place import CompanionPlace
from app.connections.opening import SCAN_FILTER
from app.connections.questions import QuestionConnection
from app.connections.triggers import connect_all
from app.controllers.open_prior import OpenPrior
from app.state.answers import Problem
from app.state.session import Loading, OpenScan, SessionState
from app.viewer.companion_view import Companion
from app.windows.main_window import MainWindow


class PriorConnection(QObject):
    """Shows a prior beside the scan while there is one, in the layout for comparing.

    Parameters
    ----------
    window
        Has the pictures, and asks for files.
    actions
        By name.
    states
        The scan and the prior.
    open_prior
        Opens and closes priors.
    place
        Where it stands.
    parent
        Owner.
    """

    def __init__(
        self,
        window: MainWindow,
        actions: Mapping[str, QAction],
        states: tuple[SessionState, SessionState],
        open_prior: OpenPrior,
        *,
        place: CompanionPlace,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._window, self._actions, self._open_prior = window, actions, open_prior
        self._session, self._prior = states
        self._place = place
        self._folder = ""
        connect_all(
            actions,
            {
                "open_prior": self._choose_file,
                "open_prior_folder": self._choose_folder,
                "close_prior": open_prior.close_prior,
            },
        )
        self._follow()
        self._show_actions()

    def open_path(self, path: Path) -> None:
        """Open a prior: a file, a folder or a zip."""
        self._open_prior.open_path(path)

    def _follow(self) -> None:
        self._prior.scan_changed.connect(self._on_prior)
        self._prior.loading_changed.connect(self._on_loading)
        self._prior.problem_changed.connect(self._on_problem)
        QuestionConnection(self._window, self._prior, self._open_prior.opening, self)
        self._session.scan_changed.connect(self._on_current)
        self._open_prior.notices_changed.connect(self._show_caption)
        self._place.companion.close_requested.connect(self._open_prior.close_prior)

    def _choose_file(self) -> None:
        filters = self.tr("Scans ({0});;All files (*)").format(SCAN_FILTER)
        path, _chosen = QFileDialog.getOpenFileName(
            self._window, self.tr("Open prior"), self._folder, filters
        )
        if path:
            self._folder = str(Path(path).parent)
            self.open_path(Path(path))

    def _choose_folder(self) -> None:
        path = QFileDialog.getExistingDirectory(
            self._window, self.tr("Open prior: a folder of DICOM files"), self._folder
        )
        if path:
            self._folder = str(Path(path).parent)
            self.open_path(Path(path))

    def _on_prior(self, scan: OpenScan | None) -> None:
        self._show_actions()
        if scan is None:
            self._place.take_away(Companion.PRIOR)
        else:
            self._place.show_prior(scan, _name_of(scan))
            self._show_caption()

    def _on_current(self) -> None:
        self._show_actions()

    def _show_actions(self) -> None:
        self._actions["open_prior"].setEnabled(self._session.scan is not None)
        self._actions["close_prior"].setEnabled(self._prior.scan is not None)

    def _show_caption(self) -> None:
        scan = self._prior.scan
        if scan is not None:
            self._place.show_notices(scan, self._open_prior.notices)

    def _on_loading(self, loading: Loading | None) -> None:
        text = self.tr("Opening the prior {0} …").format(loading.name) if loading else ""
        self._window.statusBar().showMessage(text)

    def _on_problem(self, problem: Problem | None) -> None:
        if problem is not None:
            summary = self.tr("The prior was not opened. {0}").format(problem.summary)
            self._window.banner.show_problem(summary, problem.remedy)


def _name_of(scan: OpenScan) -> str:
    """Return the date of an examination, or its file where there is none."""
    return scan.study.date.isoformat() if scan.study.date else scan.path.name
