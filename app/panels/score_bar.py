"""Score bar: a score on a line from 0 to 1, with its threshold and its interval."""

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.panels.finding_row import shown_score
from app.theme import DARK, Theme
from medct_core.findings.finding import Finding, Verdict

HEIGHT = 8
"""Height of a bar, pixels."""


@dataclass(frozen=True, slots=True)
class BarValues:
    """What one bar shows, all in [0, 1].

    Attributes
    ----------
    score
        Length of the bar.
    is_calibrated
        A calibrated bar is filled, one of a raw score is hatched.
    threshold
        Where the mark stands, None without one.
    verdict
        Gives the colour, None without one.
    interval
        Lowest and highest score under other wordings, None without.
    """

    score: float
    is_calibrated: bool
    threshold: float | None = None
    verdict: Verdict | None = None
    interval: tuple[float, float] | None = None


def bar_values(finding: Finding, interval: tuple[float, float] | None = None) -> BarValues:
    """Read off a finding what its bar shows."""
    return BarValues(
        score=shown_score(finding),
        is_calibrated=finding.calibrated is not None,
        threshold=finding.threshold,
        verdict=finding.verdict,
        interval=interval,
    )


def paint_score_bar(painter: QPainter, rect: QRectF, values: BarValues, theme: Theme) -> None:
    """Draw a bar that fills `rect`; the threshold's mark stands out of it by two pixels."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
    painter.fillRect(rect, QColor(theme.line))
    filled = QRectF(rect.x(), rect.y(), rect.width() * _inside(values.score), rect.height())
    _fill(painter, filled, values, theme)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if values.interval is not None:
        _paint_interval(painter, rect, values.interval, theme)
    if values.threshold is not None:
        _paint_threshold(painter, rect, values.threshold, theme)
    painter.restore()


def verdict_colour(verdict: Verdict | None, theme: Theme) -> QColor:
    """Colour of a verdict's mark, word and bar; that of a raw score for none."""
    colours = {
        Verdict.PRESENT: theme.present,
        Verdict.ABSENT: theme.absent,
        Verdict.UNDECIDED: theme.undecided,
    }
    return QColor(theme.raw if verdict is None else colours[verdict])


def _fill(painter: QPainter, rect: QRectF, values: BarValues, theme: Theme) -> None:
    colour = verdict_colour(values.verdict, theme)
    if values.is_calibrated:
        painter.fillRect(rect, colour)
        return
    pale = QColor(colour)
    pale.setAlphaF(0.35)
    painter.fillRect(rect, pale)
    painter.fillRect(rect, QBrush(colour, Qt.BrushStyle.BDiagPattern))
    # The end of a hatched bar must be as sharp as that of a filled one.
    painter.fillRect(QRectF(rect.right() - 2, rect.y(), 2, rect.height()) & rect, colour)


def _paint_threshold(painter: QPainter, rect: QRectF, threshold: float, theme: Theme) -> None:
    x = rect.x() + rect.width() * _inside(threshold)
    top, bottom = QPointF(x, rect.top() - 2), QPointF(x, rect.bottom() + 2)
    # A dark edge on either side keeps the mark visible on a bar of its own brightness.
    painter.setPen(QPen(QColor(theme.surface), 4))
    painter.drawLine(top, bottom)
    painter.setPen(QPen(QColor(theme.text), 2))
    painter.drawLine(top, bottom)


def _paint_interval(
    painter: QPainter, rect: QRectF, interval: tuple[float, float], theme: Theme
) -> None:
    low, high = (rect.x() + rect.width() * _inside(end) for end in interval)
    middle, half = rect.center().y(), rect.height() / 2 - 1
    for pen in (QPen(QColor(theme.surface), 4), QPen(QColor(theme.text), 1.5)):
        painter.setPen(pen)
        painter.drawLine(QPointF(low, middle), QPointF(high, middle))
        for x in (low, high):
            painter.drawLine(QPointF(x, middle - half), QPointF(x, middle + half))


def _inside(value: float) -> float:
    return min(max(value, 0.0), 1.0)


class ScoreBar(QWidget):
    """One score bar as a widget of its own."""

    def __init__(self, theme: Theme = DARK, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._values: BarValues | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Score"))

    def show_score(self, values: BarValues) -> None:
        """Draw a score."""
        self._values = values
        self.setAccessibleDescription(_described(values))
        self.update()

    def show_nothing(self) -> None:
        """Draw an empty line."""
        self._values = None
        self.setAccessibleDescription(self.tr("No score"))
        self.update()

    def show_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self._theme = theme
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Wide as it likes; high enough for the threshold's mark."""
        return QSize(120, HEIGHT + 6)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the bar, or an empty line."""
        rect = QRectF(1, (self.height() - HEIGHT) / 2, self.width() - 2, HEIGHT)
        painter = QPainter(self)
        if self._values is None:
            painter.fillRect(rect, QColor(self._theme.line))
        else:
            paint_score_bar(painter, rect, self._values, self._theme)
        painter.end()


def _described(values: BarValues) -> str:
    parts = [f"{values.score:.2f}" + ("" if values.is_calibrated else " uncalibrated")]
    if values.interval is not None:
        parts.append(f"from {values.interval[0]:.2f} to {values.interval[1]:.2f}")
    if values.threshold is not None:
        parts.append(f"threshold {values.threshold:.2f}")
    return ", ".join(parts)
