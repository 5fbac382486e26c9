"""Why similar: both scans in the colours of what they share, at the place that shares most."""

from PySide6.QtCore import QObject

from app.connections.companion_place import CompanionPlace
from app.controllers.why_similar import WhySimilar
from app.panels.similar_panel import SimilarPanel
from app.state.answers import Problem
from app.state.beside import BesideState
from app.state.results import ResultsState, ShownMap
from app.state.session import SessionState
from app.state.view import Overlay, ViewState
from app.viewer.heatmap_overlay import heatmap_overlay, strongest_place
from app.windows.main_window import MainWindow
from medct_core.inference.likeness import Likeness


class WhyConnection(QObject):
    """Shows where the open scan is like a case, and where the scan beside it is like that one.

    Parameters
    ----------
    window
        Shows what went wrong.
    panel
        Where a case is asked about.
    states
        The open scan, the maps, how it is looked at, and the case beside.
    why
        Asks the model.
    place
        Where the case stands.
    parent
        Owner.
    """

    def __init__(
        self,
        window: MainWindow,
        panel: SimilarPanel,
        states: tuple[SessionState, ResultsState, ViewState, BesideState],
        why: WhySimilar,
        *,
        place: CompanionPlace,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._window, self._place = window, place
        self._session, self._results, self._view, self._beside = states
        panel.why_wanted.connect(why.explain)
        why.failed.connect(self._on_failed)
        why.waiting_changed.connect(self._on_waiting)
        self._results.heatmap_changed.connect(self._on_heatmap)
        self._beside.likeness_changed.connect(self._on_beside)

    def _on_heatmap(self, shown: ShownMap | None) -> None:
        if isinstance(shown, Likeness):
            self._view.show_overlay(Overlay.HEATMAP)
            self._go_to(shown)

    def _go_to(self, likeness: Likeness) -> None:
        volume = self._session.volume
        if volume is not None:
            self._view.set_crosshair(strongest_place(likeness, volume.geometry))

    def _on_beside(self, likeness: Likeness | None) -> None:
        companion, shown = self._place.companion, self._beside.shown
        if likeness is None or shown is None:
            companion.show_overlays(())
            return
        companion.show_overlays((heatmap_overlay(likeness),))
        here = self._results.heatmap
        if isinstance(here, Likeness):
            # Both at their strongest place, so that a reader sees at once what the two share.
            self._go_to(here)
            companion.link.lay_at(strongest_place(likeness, shown.scan.volume.geometry))

    def _on_failed(self, problem: Problem) -> None:
        self._window.banner.show_problem(problem.summary, problem.remedy)

    def _on_waiting(self, is_waiting: bool) -> None:
        text = self.tr("Looking for what the similar case shares …") if is_waiting else ""
        self._window.statusBar().showMessage(text)
