"""Grey levels and slabs: the view's state, the panel's controls and the histogram say the same."""

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject

from app.state.session import OpenScan, SessionState
from app.state.view import ViewState
from app.windows.main_window import MainWindow
from app.workers.loader_pool import LoaderPool, OnProgress
from app.workers.newest_job import NewestJob
from medct_core.cancel import CancelToken
from medct_core.measurement.histogram import Histogram, roi_histogram, volume_histogram
from medct_core.measurement.shapes import Roi
from medct_core.volume.volume import Volume

if TYPE_CHECKING:
    # Loading pyqtgraph takes half a second that the window would appear later.
    from app.panels.histogram_chart import HistogramChart


class GreyConnection(QObject):
    """Keeps the window panel and the histogram true to how the scan is looked at.

    Parameters
    ----------
    window
        Has the controls.
    session, view
        What is open, and how it is looked at.
    loader
        Counts values.
    parent
        Owner.
    """

    def __init__(
        self,
        window: MainWindow,
        session: SessionState,
        view: ViewState,
        loader: LoaderPool,
        *,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._view = session, view
        self._panel = window.window_panel
        self._chart: HistogramChart | None = None
        self._region: Roi | None = None
        self._job = NewestJob(loader, self)
        self._job.done.connect(self._on_counted)
        self._job.failed.connect(self._on_failed)
        window.chart_dock.charts_made.connect(self._on_charts)
        session.scan_changed.connect(self._on_scan)
        self._follow_state()
        self._panel.window_picked.connect(view.set_window)
        self._panel.inverted_picked.connect(view.set_inverted)
        self._panel.slab_picked.connect(view.set_slab)

    def show_region(self, region: Roi | None) -> None:
        """Count the values of a region instead of the whole scan; None counts the scan."""
        if region != self._region:
            self._region = region
            self._count()

    def _follow_state(self) -> None:
        self._view.window_changed.connect(self._panel.show_window)
        self._view.inverted_changed.connect(self._on_inverted)
        self._view.slab_changed.connect(self._panel.show_slab)
        self._panel.show_window(self._view.window)

    def _on_inverted(self, is_inverted: bool) -> None:
        self._panel.show_inverted(is_inverted=is_inverted)

    def _on_charts(self, _scores: object, chart: "HistogramChart") -> None:
        self._chart = chart
        chart.window_picked.connect(self._view.set_window)
        self._view.window_changed.connect(chart.show_window)
        chart.show_window(self._view.window)
        self._count()

    def _on_scan(self, _scan: OpenScan | None) -> None:
        self._region = None
        self._count()

    def _count(self) -> None:
        if self._chart is None:
            # Nobody looks; counted when somebody does.
            return
        volume = self._session.volume
        if volume is None:
            self._job.cancel()
            self._chart.show_empty()
            return
        self._job.start(partial(_counted, volume, self._region), doing="counting values")

    def _on_counted(self, histogram: Histogram) -> None:
        if self._chart is not None:
            title = self.tr("Whole scan") if self._region is None else self.tr("Selected region")
            self._chart.show_histogram(
                histogram.counts, histogram.edges.astype(np.float64), title=title
            )

    def _on_failed(self) -> None:
        # A region beside the scan has no values; those of another one are not its.
        if self._chart is not None:
            self._chart.show_empty()


def _counted(
    volume: Volume, region: Roi | None, _cancel: CancelToken, _told: OnProgress
) -> Histogram:
    return volume_histogram(volume) if region is None else roi_histogram(volume, region)
