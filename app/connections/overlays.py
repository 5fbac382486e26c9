"""Colours over the slices: masks below, the heatmap above, in all views and beside a prior."""

from PySide6.QtCore import QObject

from app.controllers.show_masks import ShowMasks
from app.panels.masks_panel import MasksPanel
from app.state.answers import Problem
from app.state.masks import MasksState
from app.viewer.heatmap_display import HeatmapDisplay
from app.viewer.mask_overlay import overlays_of
from app.viewer.overlay_image import OverlayImage
from app.windows.main_window import MainWindow


class OverlayConnection(QObject):
    """Lays masks and heatmap over the slices, and joins the masks panel to them.

    Parameters
    ----------
    window
        Has the views and the panel.
    masks
        What is open over the scan.
    show_masks
        Opens and changes masks.
    heatmap
        The map that was asked for.
    parent
        Owner.
    """

    def __init__(
        self,
        window: MainWindow,
        masks: MasksState,
        show_masks: ShowMasks,
        heatmap: HeatmapDisplay,
        *,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._window, self._heatmap = window, heatmap
        self._masks, self._count = masks, len(masks.masks)
        self._masks.masks_changed.connect(self._on_masks)
        self._masks.loading_changed.connect(window.masks_panel.show_loading)
        self._masks.problem_changed.connect(self._on_problem)
        heatmap.overlays_changed.connect(self._lay)
        self._join(window.masks_panel, show_masks)

    @property
    def overlays(self) -> tuple[OverlayImage, ...]:
        """All of them, undermost first."""
        return (*overlays_of(self._masks.masks), *self._heatmap.overlays)

    def _join(self, panel: MasksPanel, show_masks: ShowMasks) -> None:
        panel.labels_picked.connect(show_masks.show_labels)
        panel.opacity_picked.connect(show_masks.set_opacity)
        panel.close_requested.connect(show_masks.close_mask)
        panel.go_to_requested.connect(show_masks.go_to)

    def _on_masks(self) -> None:
        masks = self._masks.masks
        self._window.masks_panel.show_masks(masks)
        if len(masks) > self._count:
            # What its reader must know stands there.
            self._window.show_dock("masks")
        self._count = len(masks)
        self._lay()

    def _on_problem(self, problem: Problem | None) -> None:
        panel = self._window.masks_panel
        if problem is None:
            panel.show_nothing_wrong()
        else:
            panel.show_problem(problem.summary, problem.remedy)
            self._window.show_dock("masks")

    def _lay(self) -> None:
        self._window.views.show_overlays(self.overlays)
