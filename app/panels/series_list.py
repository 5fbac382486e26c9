"""SeriesList: the series of a study with a picture of each, and why one cannot be opened."""

from collections.abc import Callable
from html import escape

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFontMetrics, QImage, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from app.panels.row_paint import fitted, paint_ground
from app.theme import DARK, Theme
from medct_core.io.study import Series

THUMBNAIL = 56
"""Side of a picture, pixels."""

SERIES_ROLE = Qt.ItemDataRole.UserRole
_PAD = 8
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_TOP = QModelIndex()

Index = QModelIndex | QPersistentModelIndex


def title_of(series: Series) -> str:
    """Describe a series in its header's words, or by its number."""
    if series.description:
        return series.description
    return "Series" if series.number is None else f"Series {series.number}"


def facts_of(series: Series) -> str:
    """Say number, modality, slices and volumes in one line."""
    parts = [] if series.number is None else [f"No. {series.number}"]
    parts += [series.modality] if series.modality else []
    parts.append("1 slice" if series.slice_count == 1 else f"{series.slice_count} slices")
    parts += [f"{series.frame_count} volumes"] if series.frame_count > 1 else []
    return " · ".join(parts)


def remark_of(series: Series) -> str:
    """Say why it cannot be opened, else what was noticed, in one line; empty for nothing."""
    if series.refusal:
        return series.refusal
    texts = [notice.text for notice in series.notices]
    return f"{len(texts)} notices: {texts[0]}" if len(texts) > 1 else "".join(texts)


def all_of(series: Series) -> str:
    """Say everything about a series, one thing a line."""
    notices = [notice.text for notice in series.notices]
    lines = [title_of(series), facts_of(series), series.refusal, *notices]
    return "\n".join(line for line in lines if line)


class SeriesModel(QAbstractListModel):
    """The series in the order of the study, and the pictures that have arrived."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._series: tuple[Series, ...] = ()
        self._pictures: dict[str, QImage] = {}

    def show_series(self, series: tuple[Series, ...]) -> None:
        """Replace the list, and forget its pictures."""
        self.beginResetModel()
        self._series, self._pictures = series, {}
        self.endResetModel()

    def show_picture(self, uid: str, picture: QImage) -> None:
        """Show the picture of a series; one of a series that is gone is dropped."""
        for number, series in enumerate(self._series):
            if series.uid == uid:
                self._pictures[uid] = picture
                self.dataChanged.emit(self.index(number), self.index(number))

    def index_of(self, uid: str) -> QModelIndex:
        """Index of a series; invalid if there is none."""
        for number, series in enumerate(self._series):
            if series.uid == uid:
                return self.index(number)
        return QModelIndex()

    def rowCount(self, parent: Index = _TOP) -> int:  # noqa: N802 - Qt's name
        """Count the series."""
        return 0 if parent.isValid() else len(self._series)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Give a title, a picture, or the `Series` itself under `SERIES_ROLE`."""
        series = self._series[index.row()]
        shown: dict[int, Callable[[], object]] = {
            Qt.ItemDataRole.DisplayRole: lambda: title_of(series),
            Qt.ItemDataRole.DecorationRole: lambda: self._pictures.get(series.uid),
            Qt.ItemDataRole.ToolTipRole: lambda: escape(all_of(series)).replace("\n", "<br>"),
            Qt.ItemDataRole.AccessibleTextRole: lambda: all_of(series).replace("\n", ", "),
            SERIES_ROLE: lambda: series,
        }
        return shown[role]() if role in shown else None


class SeriesDelegate(QStyledItemDelegate):
    """Paints a picture and three lines."""

    def __init__(self, theme: Theme = DARK, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme

    def show_theme(self, theme: Theme) -> None:
        """Paint in other colours from the next time on."""
        self._theme = theme

    def sizeHint(  # noqa: N802 - Qt's name
        self, option: QStyleOptionViewItem, _index: Index
    ) -> QSize:
        """As high as its picture or its three lines; any width."""
        lines = 3 * QFontMetrics(option.font).lineSpacing()
        return QSize(0, max(THUMBNAIL, lines) + 2 * _PAD)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw the picture, the title, the facts and the remark."""
        painter.save()
        painter.setFont(option.font)
        rect = option.rect
        paint_ground(painter, rect, option.state, self._theme)
        square = QRect(rect.left() + _PAD, rect.top() + _PAD, THUMBNAIL, THUMBNAIL)
        self._paint_picture(painter, square, index.data(Qt.ItemDataRole.DecorationRole))
        text = rect.adjusted(2 * _PAD + THUMBNAIL, _PAD, -_PAD, -_PAD)
        self._paint_lines(painter, text, index.data(SERIES_ROLE))
        painter.restore()

    def _paint_picture(self, painter: QPainter, square: QRect, picture: QImage | None) -> None:
        painter.fillRect(square, QColor("#000000"))
        if picture is None:
            painter.setPen(QColor(DARK.muted))
            painter.drawText(square, Qt.AlignmentFlag.AlignCenter, "…")
            return
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(fitted(picture.size(), square), picture)

    def _paint_lines(self, painter: QPainter, rect: QRect, series: Series) -> None:
        theme, metrics = self._theme, painter.fontMetrics()
        remark_colour = theme.danger if series.refusal else theme.muted
        lines = (
            (title_of(series), theme.text),
            (facts_of(series), theme.muted),
            (remark_of(series), remark_colour),
        )
        height = metrics.lineSpacing()
        for number, (text, colour) in enumerate(lines):
            line = QRect(rect.left(), rect.top() + number * height, rect.width(), height)
            painter.setPen(QColor(colour))
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
            painter.drawText(line, _LEFT, shown)


class SeriesList(QListView):
    """Shows a `SeriesModel`; a click or Enter chooses a series that can be opened."""

    chosen = Signal(str)  # uid

    def __init__(
        self, model: SeriesModel, theme: Theme = DARK, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._delegate = SeriesDelegate(theme, self)
        self.setModel(model)
        self.setItemDelegate(self._delegate)
        self.setMouseTracking(True)
        self.setUniformItemSizes(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(self.tr("Series"))
        self.clicked.connect(self._choose)
        self.activated.connect(self._choose)

    def show_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        self._delegate.show_theme(theme)
        self.viewport().update()

    def _choose(self, index: QModelIndex) -> None:
        series: Series = index.data(SERIES_ROLE)
        if series.can_be_shown:
            self.chosen.emit(series.uid)
