"""ChartCanvas: an empty chart in the colours of the theme, or words where there is no data."""

from typing import Any

import pyqtgraph as pg
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from app.panels.message_page import MessagePage
from app.theme import DARK, Theme


class ChartCanvas(QWidget):
    """Holds one plot that cannot be dragged away, and what stands there without data."""

    def __init__(self, theme: Theme = DARK, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.plot: Any = pg.PlotWidget()
        self._message = MessagePage()
        self._pages = QStackedWidget()
        self._pages.addWidget(self._message)
        self._pages.addWidget(self.plot)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._pages)
        item = self.plot.getPlotItem()
        item.setMenuEnabled(False)
        item.hideButtons()
        item.setMouseEnabled(x=False, y=False)
        self.show_theme(theme)

    def show_message(self, title: str, text: str) -> None:
        """Show words instead of the plot."""
        self._message.show_message(title, text)
        self._pages.setCurrentIndex(0)

    def show_plot(self) -> None:
        """Show the plot."""
        self._pages.setCurrentIndex(1)

    def show_theme(self, theme: Theme) -> None:
        """Colour ground and axes."""
        self.plot.setBackground(theme.surface)
        for side in ("left", "bottom"):
            axis = self.plot.getAxis(side)
            axis.setPen(pg.mkPen(theme.border))
            axis.setTextPen(pg.mkPen(theme.muted))
