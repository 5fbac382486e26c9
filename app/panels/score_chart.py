"""ScoreChart: all scores beside their thresholds, and beside those of known cases."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QPen, QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.panels.chart_canvas import ChartCanvas
from app.panels.finding_row import shown_score
from app.panels.score_bar import verdict_colour
from app.panels.text_label import TextLabel
from app.theme import DARK, Theme
from medct_core.findings.finding import Finding

_BAR = 0.55
_ROW_PIXELS, _AXIS_PIXELS, _MARGIN = 18, 56, 8
_APART = 0.2
_HALF_BOX = 0.13
_SHARE_OF_NAMES = 0.5


@dataclass(frozen=True, slots=True)
class ReferenceSpread:
    """Scores of known cases on the scale of the score shown, as five quantiles in [0, 1].

    Raises
    ------
    ValueError
        If the quantiles do not rise.
    """

    low: float
    quarter: float
    median: float
    three_quarters: float
    high: float

    def __post_init__(self) -> None:
        values = (self.low, self.quarter, self.median, self.three_quarters, self.high)
        if list(values) != sorted(values) or not 0 <= self.low <= self.high <= 1:
            raise ValueError(f"quantiles rise within 0 and 1, unlike {values}")


@dataclass(frozen=True, slots=True)
class References:
    """Scores of known cases, by finding.

    Attributes
    ----------
    present, absent
        Of cases with the finding, and of cases without it.
    cases
        What they are called in the legend: "synthetic scans (phantoms)".
    """

    present: Mapping[str, ReferenceSpread] = field(default_factory=dict)
    absent: Mapping[str, ReferenceSpread] = field(default_factory=dict)
    cases: str = ""


NO_REFERENCES = References()


class ScoreChart(QWidget):
    """Draws a bar a finding, a line for its threshold, and a box for known cases."""

    finding_chosen = Signal(str)

    def __init__(self, theme: Theme = DARK, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._findings: tuple[Finding, ...] = ()
        self._references = NO_REFERENCES
        self._canvas = ChartCanvas(theme)
        self._legend = TextLabel(role="muted")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(_MARGIN, _MARGIN, _MARGIN, _MARGIN)
        layout.addWidget(self._canvas, 1)
        layout.addWidget(self._legend)
        self.setAccessibleName(self.tr("Score chart"))
        plot = self._canvas.plot
        plot.setLabel("bottom", self.tr("Score"))
        plot.getPlotItem().invertY()
        plot.scene().sigMouseClicked.connect(self._choose)
        self.show_scores(())

    def show_scores(
        self,
        findings: tuple[Finding, ...],
        references: References = NO_REFERENCES,
    ) -> None:
        """Draw findings from top to bottom, with the known cases of those that have some."""
        self._findings, self._references = findings, references
        if not findings:
            self._canvas.show_message(
                self.tr("No scores"), self.tr("They are drawn here once a scan is scored.")
            )
        else:
            self._canvas.show_plot()
        self._legend.show_text(self._legend_text())
        self._keep_room()
        self._draw()

    def show_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        self._theme = theme
        self._canvas.show_theme(theme)
        self._draw()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Give the names their share of the new width."""
        super().resizeEvent(event)
        self._keep_room()
        self._name_rows()

    def _keep_room(self) -> None:
        """Ask for the height of all rows; a splitter counts one line only of wrapped words."""
        legend = self._legend.heightForWidth(self.width() - 2 * _MARGIN)
        words = legend if self._legend.text() else 0
        rows = _ROW_PIXELS * len(self._findings) + _AXIS_PIXELS
        self.setMinimumHeight(rows + words + 3 * _MARGIN if self._findings else 0)

    def _legend_text(self) -> str:
        parts = []
        if any(finding.threshold is not None for finding in self._findings):
            parts.append(self.tr("Line: threshold."))
        if any(finding.prompt.name in self._references.present for finding in self._findings):
            text = self.tr(
                "Boxes: middle half of {} with the finding (upper) and without it (lower); "
                "whiskers: 5 to 95%."
            )
            parts.append(text.format(self._references.cases or self.tr("known cases")))
        if any(finding.calibrated is None for finding in self._findings):
            parts.append(self.tr("Hatched: raw score, uncalibrated."))
        return " ".join(parts)

    def _draw(self) -> None:
        plot = self._canvas.plot
        plot.clear()
        for row, finding in enumerate(self._findings):
            self._draw_bar(row, finding)
            name = finding.prompt.name
            for spreads, place in (
                (self._references.present, row - _APART),
                (self._references.absent, row + _APART),
            ):
                if name in spreads:
                    self._draw_spread(place, spreads[name])
            if finding.threshold is not None:
                self._draw_threshold(row, finding.threshold)
        plot.setRange(xRange=(0.0, 1.0), yRange=(-0.6, len(self._findings) - 0.4), padding=0)
        self._name_rows()

    def _draw_bar(self, row: int, finding: Finding) -> None:
        colour = verdict_colour(finding.verdict, self._theme)
        is_raw = finding.calibrated is None
        style = Qt.BrushStyle.BDiagPattern if is_raw else Qt.BrushStyle.SolidPattern
        brush = pg.mkBrush(colour)
        brush.setStyle(style)
        bar = pg.BarGraphItem(
            x0=[0.0],
            y=[row],
            height=[_BAR],
            width=[shown_score(finding)],
            brush=brush,
            pen=pg.mkPen(colour),
        )
        self._canvas.plot.addItem(bar)

    def _draw_threshold(self, row: int, threshold: float) -> None:
        line = ([threshold, threshold], [row - 0.42, row + 0.42])
        # The dark edge keeps the line visible on a bar of its own brightness.
        self._canvas.plot.plot(*line, pen=pg.mkPen(self._theme.surface, width=4))
        self._canvas.plot.plot(*line, pen=pg.mkPen(self._theme.text, width=2))

    def _draw_spread(self, place: float, spread: ReferenceSpread) -> None:
        # The dark edge keeps the box visible on a bar of its own brightness.
        self._draw_box(place, spread, pg.mkPen(self._theme.surface, width=3))
        self._draw_box(place, spread, pg.mkPen(self._theme.muted, width=1.2))

    def _draw_box(self, place: float, spread: ReferenceSpread, pen: QPen) -> None:
        for start, end in ((spread.low, spread.quarter), (spread.three_quarters, spread.high)):
            self._canvas.plot.plot([start, end], [place, place], pen=pen)
        top, bottom = place - _HALF_BOX, place + _HALF_BOX
        box_x = [spread.quarter, spread.three_quarters, spread.three_quarters, spread.quarter]
        box = ([*box_x, spread.quarter], [top, top, bottom, bottom, top])
        self._canvas.plot.plot(*box, pen=pen)
        self._canvas.plot.plot([spread.median, spread.median], [top, bottom], pen=pen)

    def _name_rows(self) -> None:
        metrics, room = self.fontMetrics(), int(_SHARE_OF_NAMES * self.width())
        names = [
            (row, metrics.elidedText(one.prompt.name, Qt.TextElideMode.ElideRight, room))
            for row, one in enumerate(self._findings)
        ]
        self._canvas.plot.getAxis("left").setTicks([names])

    def _choose(self, event: object) -> None:
        place: QPointF = event.scenePos()  # type: ignore[attr-defined]
        view = self._canvas.plot.getPlotItem().getViewBox()
        row = round(view.mapSceneToView(place).y())
        if 0 <= row < len(self._findings):
            self.finding_chosen.emit(self._findings[row].prompt.name)
