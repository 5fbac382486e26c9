"""Heatmaps: a chosen finding is gone to; its map is laid over the pictures only when asked for."""

from PySide6.QtCore import QObject

from app.controllers.ask_model import AskModel
from app.state.results import ResultsState, ShownMap
from app.state.session import SessionState
from app.state.view import Overlay, ViewState
from app.viewer.heatmap_display import HeatmapDisplay
from app.viewer.heatmap_overlay import heatmap_caption, strongest_place
from app.windows.main_window import MainWindow
from app.workers.loader_pool import LoaderPool
from medct_core.inference.prompt import Prompt

_OPACITY_STEP = 0.1


class HeatmapConnection(QObject):
    """Shows where a score comes from, over the slices and in 3D.

    Parameters
    ----------
    window
        Has the pictures and the findings.
    states
        What is open, the answers, and how the scan is looked at.
    ask_model
        Asks where a score comes from.
    loader
        Makes maps ready for 3D.
    parent
        Owner.
    """

    def __init__(
        self,
        window: MainWindow,
        states: tuple[SessionState, ResultsState, ViewState],
        ask_model: AskModel,
        loader: LoaderPool,
        *,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._window, self._ask_model = window, ask_model
        self._session, self._results, self._view = states
        self._display = HeatmapDisplay(self._results, loader, self)
        self._destination = ""
        window.findings_panel.finding_chosen.connect(self.go_to)
        window.findings_panel.heatmap_toggled.connect(self._on_toggled)
        window.prompt_panel.place_requested.connect(self.show_typed)
        self._session.scan_changed.connect(self._on_scan)
        self._results.heatmap_changed.connect(self._on_heatmap)
        self._display.grid_changed.connect(self._show_in_3d)
        self._in_3d = window.volume_view.scan
        window.volume_view.shown_changed.connect(self._on_3d)
        self._view.overlays_changed.connect(self._show_in_3d)
        self._view.heatmap_opacity_changed.connect(self._show_in_3d)

    @property
    def display(self) -> HeatmapDisplay:
        """The map as it is drawn."""
        return self._display

    def go_to(self, name: str) -> None:
        """Move the crosshair to where a finding is strongest; its map stays as it was."""
        self._destination = name
        self._ask(name)

    def show_typed(self) -> None:
        """Go to where the typed prompt is strongest, and lay its map over the pictures."""
        typed = self._results.typed
        if typed is not None:
            prompt = typed.finding.prompt
            self._destination = prompt.name
            self._view.show_overlay(Overlay.HEATMAP)
            self._ask_model.show_heatmap(prompt)

    def toggle(self) -> None:
        """Show the map of the selected finding, or hide the one that is shown."""
        name = self._window.findings_panel.selected_finding
        is_seen = Overlay.HEATMAP in self._view.overlays and self._results.heatmap is not None
        if is_seen or not name:
            self._view.hide_overlay(Overlay.HEATMAP)
        else:
            self._on_toggled(name, True)

    def change_opacity(self, steps: int) -> None:
        """Show the map more or less clearly."""
        self._view.set_heatmap_opacity(self._view.heatmap_opacity + steps * _OPACITY_STEP)

    def _on_toggled(self, name: str, is_wanted: bool) -> None:
        if is_wanted:
            self._view.show_overlay(Overlay.HEATMAP)
            self._ask(name)
        else:
            self._view.hide_overlay(Overlay.HEATMAP)

    def _ask(self, name: str) -> None:
        shown = self._results.heatmap
        if shown is not None and shown.name == name:
            self._go(shown)
            return
        prompt = self._prompt(name)
        if prompt is not None:
            self._ask_model.show_heatmap(prompt)

    def _prompt(self, name: str) -> Prompt | None:
        scored = self._results.scored
        if scored is None:
            return None
        prompts = (finding.prompt for finding in scored.findings)
        return next((prompt for prompt in prompts if prompt.name == name), None)

    def _on_heatmap(self, shown: ShownMap | None) -> None:
        if shown is not None:
            self._go(shown)

    def _go(self, shown: ShownMap) -> None:
        volume = self._session.volume
        if shown.name == self._destination and volume is not None:
            self._destination = ""
            self._view.set_crosshair(strongest_place(shown, volume.geometry))

    def _on_scan(self) -> None:
        # Of another scan nothing was asked: no place, and no colours over it.
        self._destination = ""
        self._view.hide_overlay(Overlay.HEATMAP)

    def _on_3d(self) -> None:
        """Draw a map that was there before 3D was; one that is drawn stays as it is."""
        before, self._in_3d = self._in_3d, self._window.volume_view.scan
        if self._in_3d is not before:
            self._show_in_3d()

    def _show_in_3d(self) -> None:
        is_shown = Overlay.HEATMAP in self._view.overlays
        grid = self._display.grid if is_shown else None
        drawn, shown = self._window.volume_view, self._results.heatmap
        drawn.show_heatmap(grid, self._view.heatmap_opacity)
        drawn.show_caption("" if grid is None or shown is None else heatmap_caption(shown))
