"""HistogramChart: how often each Hounsfield value occurs, with the window drawn over it."""

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtCore import Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.panels.chart_canvas import ChartCanvas
from app.panels.text_label import TextLabel
from app.theme import DARK, Theme
from medct_core.volume.window import Window

_NARROWEST_HU = 2.0
_PALE = 60

_AIR_HU, _LOWEST_HU = -900.0, -1100.0
_OUTER_SHARE = 0.0005


class HistogramChart(QWidget):
    """Shows a histogram and the window as a band; dragging the band reports another window."""

    window_picked = Signal(object)  # Window

    def __init__(self, theme: Theme = DARK, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = TextLabel(role="title")
        self._canvas = ChartCanvas(theme)
        # A line at every edge would hide a narrow window; the counts' square root keeps small
        # structures visible beside the air.
        self._curve = pg.PlotCurveItem([0.0, 1.0], [0.0], stepMode="center", fillLevel=0)
        self._band = pg.LinearRegionItem(swapMode="block")
        self._is_showing = False
        plot = self._canvas.plot
        plot.addItem(self._curve)
        plot.addItem(self._band)
        plot.setLabel("bottom", self.tr("Hounsfield units"))
        plot.hideAxis("left")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.addWidget(self._title)
        layout.addWidget(self._canvas, 1)
        self._band.sigRegionChanged.connect(self._report)
        self.setAccessibleName(self.tr("Histogram"))
        self.show_theme(theme)
        self.show_window(Window(centre_hu=40, width_hu=400))
        self.show_empty()

    def show_histogram(
        self, counts: npt.NDArray[np.int64], edges_hu: npt.NDArray[np.float64], *, title: str
    ) -> None:
        """Show counts.

        Parameters
        ----------
        counts
            ``(n,)``, not negative.
        edges_hu
            ``(n + 1,)``, rising, Hounsfield units.
        title
            What was counted, such as "Whole scan" or a region's name.

        Raises
        ------
        ValueError
            If there is not one more edge than counts.
        """
        if edges_hu.shape != (counts.size + 1,):
            raise ValueError(f"{counts.size} counts have {counts.size + 1} edges")
        self._title.show_text(title)
        self._curve.setData(edges_hu, np.sqrt(counts))
        top = float(np.sqrt(tallest_shown(counts, edges_hu)))
        self._canvas.plot.setRange(
            xRange=range_shown(counts, edges_hu), yRange=(0.0, top), padding=0.02
        )
        self._canvas.show_plot()
        self.setAccessibleDescription(
            self.tr("{0}: {1} voxels from {2} to {3} HU").format(
                title, int(counts.sum()), round(edges_hu[0]), round(edges_hu[-1])
            )
        )

    def show_window(self, window: Window) -> None:
        """Draw the window's band without reporting it."""
        half = window.width_hu / 2
        self._is_showing = True
        self._band.setRegion((window.centre_hu - half, window.centre_hu + half))
        self._is_showing = False

    def show_empty(self) -> None:
        """Say that there is nothing to count."""
        self._title.show_text("")
        self._canvas.show_message(
            self.tr("No histogram"), self.tr("Open a scan, or draw a region on it.")
        )
        self.setAccessibleDescription("")

    def show_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        self._canvas.show_theme(theme)
        self._curve.setPen(pg.mkPen(theme.muted))
        self._curve.setBrush(pg.mkBrush(theme.raw))
        band = QColor(theme.accent)
        band.setAlpha(_PALE)
        self._band.setBrush(pg.mkBrush(band))
        for line in self._band.lines:
            line.setPen(pg.mkPen(theme.accent, width=2))
            line.setHoverPen(pg.mkPen(theme.text, width=3))

    def _report(self) -> None:
        if self._is_showing:
            return
        low, high = self._band.getRegion()
        width = max(round(high - low), _NARROWEST_HU)
        self.window_picked.emit(Window(centre_hu=round((low + high) / 2), width_hu=width))


def tallest_shown(counts: npt.NDArray[np.int64], edges_hu: npt.NDArray[np.float64]) -> int:
    """Give the tallest bin above air, at least 1.

    Air and padding around the patient would press everything else flat; they run out at the top.
    """
    above_air = counts[edges_hu[:-1] >= _AIR_HU]
    shown = above_air if above_air.any() else counts
    return max(int(shown.max(initial=0)), 1)


def range_shown(
    counts: npt.NDArray[np.int64], edges_hu: npt.NDArray[np.float64]
) -> tuple[float, float]:
    """Give the values between which nearly all voxels lie, HU; padding below air is left out."""
    sums = np.cumsum(counts)
    outer = _OUTER_SHARE * float(sums[-1])
    first = int(np.searchsorted(sums, outer, side="right"))
    last = int(np.searchsorted(sums, sums[-1] - outer, side="left"))
    low = max(float(edges_hu[first]), min(_LOWEST_HU, float(edges_hu[last])))
    return low, max(float(edges_hu[last + 1]), low + _NARROWEST_HU)
