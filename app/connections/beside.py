"""The similar case beside the scan: asked for in the panel, found, and named in its picture."""

from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog

from app.connections.companion_place import CompanionPlace
from app.connections.opening import SCAN_FILTER
from app.connections.questions import QuestionConnection
from app.controllers.open_beside import OpenBeside
from app.controllers.open_prior import OpenPrior
from app.panels.similar_card import place_text
from app.panels.similar_panel import SimilarPanel
from app.state.answers import Problem
from app.state.beside import BesideScan, BesideState
from app.state.session import Loading, OpenScan, SessionState
from app.state.similar import SimilarState
from app.viewer.companion_view import Companion
from app.windows.main_window import MainWindow
from medct_core.retrieval.search import SimilarCase


class BesideConnection(QObject):
    """Opens similar cases beside the scan; a prior and a case never stand there together.

    Parameters
    ----------
    window
        Shows what is being opened and what went wrong.
    panel
        Where cases are chosen.
    states
        The similar cases, the one beside, and the prior.
    controllers
        Open and close both.
    place
        Where they stand.
    parent
        Owner.
    """

    def __init__(
        self,
        window: MainWindow,
        panel: SimilarPanel,
        states: tuple[SimilarState, BesideState, SessionState],
        controllers: tuple[OpenBeside, OpenPrior],
        *,
        place: CompanionPlace,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._window, self._place = window, place
        self._similar, self._beside, prior = states
        self._open_beside, self._open_prior = controllers
        self._folder = ""
        reading = self._open_beside.reading
        panel.open_beside_wanted.connect(self.open_case)
        self._open_beside.file_wanted.connect(self._ask_for_file)
        reading.loading_changed.connect(self._on_loading)
        reading.problem_changed.connect(self._on_problem)
        QuestionConnection(window, reading, self._open_beside.opening, self)
        self._beside.changed.connect(self._on_beside)
        prior.scan_changed.connect(self._on_prior)
        place.companion.close_requested.connect(self._open_beside.close)

    def open_case(self, case_id: str) -> None:
        """Open a case of the list beside the scan."""
        page = self._similar.page
        shown = () if page is None else page.cases
        found = next((one for one in shown if one.case.case_id == case_id), None)
        if found is not None:
            self._open_beside.open_case(found)

    def _ask_for_file(self, similar: SimilarCase) -> None:
        source = similar.case.source
        title = self.tr("Where is {0}?").format(source)
        if Path(source).suffix:
            filters = self.tr("Scans ({0});;All files (*)").format(SCAN_FILTER)
            path, _chosen = QFileDialog.getOpenFileName(self._window, title, self._folder, filters)
        else:
            path = QFileDialog.getExistingDirectory(self._window, title, self._folder)
        if path:
            self._folder = str(Path(path).parent)
            self._open_beside.open_path(Path(path))
        else:
            self._open_beside.cancel()

    def _on_beside(self, shown: BesideScan | None) -> None:
        if shown is None:
            self._place.take_away(Companion.SIMILAR)
            return
        found = shown.similar
        self._place.show_similar(shown.scan, found.case.source, alike=place_text(found))
        self._open_prior.close_prior()

    def _on_prior(self, prior: OpenScan | None) -> None:
        if prior is not None:
            self._open_beside.close()

    def _on_loading(self, loading: Loading | None) -> None:
        text = self.tr("Opening the similar case {0} …").format(loading.name) if loading else ""
        self._window.statusBar().showMessage(text)

    def _on_problem(self, problem: Problem | None) -> None:
        if problem is not None:
            summary = self.tr("The similar case was not opened. {0}").format(problem.summary)
            self._window.banner.show_problem(summary, problem.remedy)
