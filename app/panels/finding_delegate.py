"""FindingDelegate: paints one finding of the list in two lines, in as little as 280 pixels."""

from dataclasses import dataclass
from html import escape

from PySide6.QtCore import (
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor, QFont, QFontMetrics, QHelpEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolTip,
)

from app.panels.finding_row import FindingRow, Review, score_text, verdict_text
from app.panels.findings_model import CAPTION_ROLE, ROW_ROLE
from app.panels.row_paint import paint_ground
from app.panels.score_bar import HEIGHT, bar_values, paint_score_bar, verdict_colour
from app.theme import DARK, Theme

HEATMAP_TIP = "Heatmap over the slices: model attention, not lesion outline"

_PAD, _GUTTER, _BUTTON = 8, 16, 22
_SHORTEST_BAR = 48
_GAP = 10
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_REVIEW_MARKS = {Review.ACCEPTED: "✓", Review.REJECTED: "✗", Review.OPEN: ""}

Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class RowPlaces:
    """Where the parts of a row lie, pixels in the list."""

    caption: QRect
    body: QRect
    name: QRect
    heatmap: QRect
    figures: QRect


def places(rect: QRect, metrics: QFontMetrics, caption: str) -> RowPlaces:
    """Lay out a row.

    Parameters
    ----------
    rect
        The row's, with its caption.
    caption
        Heading above it; an empty one takes no room.
    """
    heading = metrics.height() + 10 if caption else 0
    body = rect.adjusted(0, heading, 0, 0)
    left, width = body.left() + _PAD + _GUTTER, body.width() - 2 * _PAD - _GUTTER
    first = body.top() + 4
    second = first + max(metrics.height(), _BUTTON)
    return RowPlaces(
        caption=QRect(rect.left() + _PAD, rect.top(), rect.width() - 2 * _PAD, heading),
        body=body,
        name=QRect(left, first, width - _BUTTON - 6, _BUTTON),
        heatmap=QRect(left + width - _BUTTON, first, _BUTTON, _BUTTON),
        figures=QRect(left, second, width, metrics.height()),
    )


def row_height(metrics: QFontMetrics, caption: str) -> int:
    """Height of a row, pixels, with its caption."""
    heading = metrics.height() + 10 if caption else 0
    return heading + 4 + max(metrics.height(), _BUTTON) + metrics.height() + 6


class FindingDelegate(QStyledItemDelegate):
    """Paints rows of a `FindingsModel`."""

    def __init__(self, theme: Theme = DARK, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme

    def show_theme(self, theme: Theme) -> None:
        """Paint in other colours from the next time on."""
        self._theme = theme

    def sizeHint(  # noqa: N802 - Qt's name
        self, option: QStyleOptionViewItem, index: Index
    ) -> QSize:
        """As high as its two lines and its caption; any width."""
        return QSize(0, row_height(QFontMetrics(option.font), index.data(CAPTION_ROLE)))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw caption, name, heatmap button, bar, score and verdict."""
        row: FindingRow = index.data(ROW_ROLE)
        caption: str = index.data(CAPTION_ROLE)
        lie = places(option.rect, QFontMetrics(option.font), caption)
        painter.save()
        painter.setFont(option.font)
        self._paint_ground(painter, option, lie, caption)
        self._paint_name(painter, option.font, lie.name, row)
        self._paint_button(painter, QRectF(lie.heatmap), row)
        self._paint_figures(painter, lie.figures, row)
        painter.restore()

    def helpEvent(  # noqa: N802 - Qt's name
        self,
        event: QHelpEvent,
        view: QAbstractItemView,
        option: QStyleOptionViewItem,
        index: Index,
    ) -> bool:
        """Explain the heatmap button, or say the row in full."""
        if not index.isValid():
            return False
        caption: str = index.data(CAPTION_ROLE)
        lie = places(option.rect, QFontMetrics(option.font), caption)
        said = index.data(Qt.ItemDataRole.AccessibleTextRole)
        tip = HEATMAP_TIP if lie.heatmap.contains(event.pos()) else said
        QToolTip.showText(event.globalPos(), escape(tip), view)
        return True

    def _paint_ground(
        self, painter: QPainter, option: QStyleOptionViewItem, lie: RowPlaces, caption: str
    ) -> None:
        theme = self._theme
        if caption:
            painter.fillRect(QRect(option.rect.topLeft(), lie.body.topRight()), theme.window)
            painter.setPen(QColor(theme.muted))
            painter.drawText(lie.caption, _LEFT, caption)
        paint_ground(painter, lie.body, option.state, theme)

    def _paint_name(self, painter: QPainter, font: QFont, rect: QRect, row: FindingRow) -> None:
        theme = self._theme
        gutter = QRect(rect.left() - _GUTTER, rect.top(), _GUTTER, rect.height())
        painter.setPen(QColor(theme.accent if row.review is Review.ACCEPTED else theme.muted))
        painter.drawText(gutter, _LEFT, _REVIEW_MARKS[row.review])
        shown = QFont(font)
        shown.setStrikeOut(row.review is Review.REJECTED)
        painter.setFont(shown)
        painter.setPen(QColor(theme.muted if row.review is Review.REJECTED else theme.text))
        metrics = QFontMetrics(shown)
        name = metrics.elidedText(row.name, Qt.TextElideMode.ElideRight, rect.width())
        painter.drawText(rect, _LEFT, name)
        painter.setFont(font)

    def _paint_button(self, painter: QPainter, rect: QRectF, row: FindingRow) -> None:
        theme = self._theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        on = row.is_heatmap_shown
        painter.setPen(QPen(QColor(theme.accent if on else theme.border), 1))
        painter.setBrush(QColor(theme.accent) if on else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(theme.on_accent if on else theme.muted), 1.4))
        # Contour lines around a summit, as on a map.
        centre = rect.center()
        painter.drawEllipse(centre, rect.width() * 0.32, rect.height() * 0.26)
        painter.drawEllipse(centre + QPointF(1, -0.5), rect.width() * 0.14, rect.height() * 0.11)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)

    def _paint_figures(self, painter: QPainter, rect: QRect, row: FindingRow) -> None:
        theme, finding = self._theme, row.finding
        if row.statement or row.comment:
            painter.setPen(QColor(theme.muted))
            painter.drawText(rect.adjusted(-_GUTTER, 0, 0, 0), _LEFT, "✎")
        score, verdict = score_text(finding), verdict_text(finding.verdict)
        verdict_room, block = _rooms(painter.fontMetrics(), score, verdict)
        length = max(rect.width() - block - _GAP, _SHORTEST_BAR)
        bar = QRectF(rect.left(), rect.center().y() - HEIGHT / 2 + 1, length, HEIGHT)
        paint_score_bar(painter, bar, bar_values(finding), theme)
        painter.setPen(QColor(theme.text))
        painter.drawText(rect.adjusted(int(length) + _GAP, 0, 0, 0), _LEFT, score)
        painter.setPen(verdict_colour(finding.verdict, theme))
        painter.drawText(rect.adjusted(rect.width() - verdict_room, 0, 0, 0), _LEFT, verdict)


def _rooms(metrics: QFontMetrics, score: str, verdict: str) -> tuple[int, int]:
    """Width kept for the verdict, and for score and verdict together, pixels.

    The widest texts set both, so that the bars of a list are equally long.
    """
    verdict_room = metrics.horizontalAdvance("◐ undecided")
    widest = metrics.horizontalAdvance("0.00 uncalibrated")
    beside = metrics.horizontalAdvance(score if verdict else ">99%") + _GAP + verdict_room
    return verdict_room, max(
        widest, beside, metrics.horizontalAdvance(">99%") + _GAP + verdict_room
    )
