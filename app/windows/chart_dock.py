"""ChartDock: the histogram and the score chart; made when it is first seen."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDockWidget, QSplitter, QWidget

from app.theme import Theme

if TYPE_CHECKING:
    # Loading pyqtgraph takes a second that the window would appear later.
    from app.panels.histogram_chart import HistogramChart
    from app.panels.score_chart import ScoreChart


class ChartDock(QDockWidget):
    """Holds two charts, which exist from the moment the dock is first shown."""

    charts_made = Signal(object, object)  # ScoreChart, HistogramChart

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Charts"))
        self._theme = theme
        self.scores: ScoreChart | None = None
        self.histogram: HistogramChart | None = None
        self._place = QSplitter(Qt.Orientation.Vertical)
        self._place.setChildrenCollapsible(False)
        self.setWidget(self._place)
        self.visibilityChanged.connect(self._on_visibility)

    def show_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        self._theme = theme
        if self.scores is not None and self.histogram is not None:
            self.scores.show_theme(theme)
            self.histogram.show_theme(theme)

    def _on_visibility(self, is_visible: bool) -> None:
        if is_visible and self.scores is None:
            self._make()

    def _make(self) -> None:
        from app.panels.histogram_chart import HistogramChart  # noqa: PLC0415
        from app.panels.score_chart import ScoreChart  # noqa: PLC0415

        self.scores = ScoreChart(self._theme)
        self.histogram = HistogramChart(self._theme)
        self._place.addWidget(self.scores)
        self._place.addWidget(self.histogram)
        self._place.setStretchFactor(0, 3)
        self._place.setStretchFactor(1, 2)
        self.charts_made.emit(self.scores, self.histogram)
