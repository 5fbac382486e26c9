"""HeatmapDisplay: the map of the finding that was asked for, over the slices and in 3D."""

from functools import partial

from PySide6.QtCore import QObject, Signal

from app.state.results import ResultsState, ShownMap
from app.viewer.heatmap_overlay import heatmap_grid, heatmap_overlay
from app.viewer.overlay_image import OverlayImage
from app.viewer.render_grid import RenderGrid
from app.workers.loader_pool import LoaderPool, OnProgress
from app.workers.newest_job import NewestJob
from medct_core.cancel import CancelToken


class HeatmapDisplay(QObject):
    """Makes every map of the results ready to be drawn; 3D is made ready on a loader thread.

    Whoever draws shows what the signals carry, and takes it from the properties where a view
    comes later than its map.

    Parameters
    ----------
    results
        Of one window.
    loader
        Does the work for 3D.
    parent
        Owner.
    """

    overlays_changed = Signal(object)  # tuple[OverlayImage, ...], empty for none
    grid_changed = Signal(object)  # RenderGrid | None

    def __init__(
        self, results: ResultsState, loader: LoaderPool, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._job = NewestJob(loader, self)
        self._overlays: tuple[OverlayImage, ...] = ()
        self._grid: RenderGrid | None = None
        results.heatmap_changed.connect(self._on_heatmap)
        self._job.done.connect(self._show_grid)

    @property
    def overlays(self) -> tuple[OverlayImage, ...]:
        """What lies over the slices; empty without a map."""
        return self._overlays

    @property
    def grid(self) -> RenderGrid | None:
        """What is drawn in 3D; None without a map, and until it is ready."""
        return self._grid

    def _on_heatmap(self, shown: ShownMap | None) -> None:
        self._job.cancel()
        self._overlays = () if shown is None else (heatmap_overlay(shown),)
        self.overlays_changed.emit(self._overlays)
        self._show_grid(None)
        if shown is not None:
            self._job.start(partial(_grid_of, shown), doing="preparing the heatmap for 3D")

    def _show_grid(self, grid: RenderGrid | None) -> None:
        self._grid = grid
        self.grid_changed.emit(grid)


def _grid_of(shown: ShownMap, _cancel: CancelToken, _told: OnProgress) -> RenderGrid:
    return heatmap_grid(shown)
