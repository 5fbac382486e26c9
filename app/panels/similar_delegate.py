"""SimilarDelegate: paints a similar case as a card, from 300 pixels on."""

from dataclasses import dataclass
from enum import Enum
from html import escape

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QHelpEvent,
    QPainter,
    QPixmap,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolTip,
)

from app.panels.row_paint import fitted, paint_ground
from app.panels.similar_card import (
    LONGEST_PLACE,
    SimilarCard,
    known_text,
    mark_text,
    place_text,
    spoken,
)
from app.panels.similar_model import CARD_ROLE, PICTURES_ROLE
from app.state.case_words import facts_text
from app.theme import DARK, Theme

Index = QModelIndex | QPersistentModelIndex

THUMBNAIL = 96
"""Longest side of a picture, logical pixels; as large as the library keeps them."""

_PAD, _GAP = 8, 4
_MOST_LINES = 3
_SMALLEST = 60
_FADED = 0.45
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class _Tone(Enum):
    """What a line of writing is."""

    TITLE = "title"
    TEXT = "text"
    MUTED = "muted"
    MARK = "mark"


@dataclass(frozen=True, slots=True)
class CardPlaces:
    """Where the parts of a card lie, logical pixels from its corner.

    Attributes
    ----------
    side
        Of each of the three square pictures, in a row from the corner of the card.
    text
        Where writing begins: left, top, width.
    """

    side: int
    text: tuple[int, int, int]

    def height(self, lines: int, spacing: int) -> int:
        """Height of a card with so many lines of writing."""
        pictures = 2 * _PAD + self.side
        return max(pictures, self.text[1] + lines * spacing + _PAD)


def places(width: int, narrowest: int) -> CardPlaces:
    """Lay out a card: writing beside the pictures where there is room, else below them.

    Parameters
    ----------
    width
        Of the card, logical pixels.
    narrowest
        Width that writing beside the pictures needs, logical pixels.
    """
    beside = (width - 3 * _PAD - 2 * _GAP - narrowest) // 3
    if beside >= _SMALLEST:
        side = min(beside, THUMBNAIL)
        left = 3 * side + 2 * _GAP + 2 * _PAD
        return CardPlaces(side, (left, _PAD, width - left - _PAD))
    side = min(THUMBNAIL, max(1, (width - 2 * _PAD - 2 * _GAP) // 3))
    return CardPlaces(side, (_PAD, 2 * _PAD + side - 2, width - 2 * _PAD))


def narrowest_text(font: QFont) -> int:
    """Give the width in which no title of a card is cut, logical pixels."""
    return QFontMetrics(_bold(font)).horizontalAdvance(LONGEST_PLACE)


def wrapped(text: str, font: QFont, width: int, most: int) -> tuple[str, ...]:
    """Break a text into lines; the last of them ends in dots where more does not fit.

    Parameters
    ----------
    width
        Of a line, logical pixels.
    most
        Lines.
    """
    if not text:
        return ()
    layout = QTextLayout(text, font)
    layout.setTextOption(_wrapping())
    layout.beginLayout()
    lines: list[str] = []
    while (line := layout.createLine()).isValid():
        line.setLineWidth(width)
        start = line.textStart()
        if len(lines) == most - 1:
            dots = Qt.TextElideMode.ElideRight
            lines.append(QFontMetrics(font).elidedText(text[start:], dots, width))
            break
        lines.append(text[start : start + line.textLength()].rstrip())
    layout.endLayout()
    return tuple(lines)


class SimilarDelegate(QStyledItemDelegate):
    """Paints rows of a `SimilarModel` in the width of their list.

    Parameters
    ----------
    view
        The list, which is its parent.
    """

    def __init__(self, view: QAbstractItemView, theme: Theme = DARK) -> None:
        super().__init__(view)
        self._view = view
        self._theme = theme

    def show_theme(self, theme: Theme) -> None:
        """Paint in other colours from the next time on."""
        self._theme = theme

    def sizeHint(  # noqa: N802 - Qt's name
        self, option: QStyleOptionViewItem, index: Index
    ) -> QSize:
        """As wide as the list; as high as pictures and writing need."""
        width = self._view.viewport().width()
        lie = places(width, narrowest_text(option.font))
        count = len(_lines(index.data(CARD_ROLE), option.font, lie.text[2]))
        return QSize(width, lie.height(count, QFontMetrics(option.font).lineSpacing()))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw ground, pictures and writing."""
        card: SimilarCard = index.data(CARD_ROLE)
        lie = places(option.rect.width(), narrowest_text(option.font))
        painter.save()
        painter.setFont(option.font)
        paint_ground(painter, option.rect, option.state, self._theme)
        opacity = _FADED if card.is_not_similar else 1.0
        for square, picture in zip(
            _squares(option.rect, lie), index.data(PICTURES_ROLE), strict=True
        ):
            _paint_picture(painter, square, picture, opacity)
        self._paint_lines(painter, option, lie, card)
        painter.restore()

    def helpEvent(  # noqa: N802 - Qt's name
        self,
        event: QHelpEvent,
        view: QAbstractItemView,
        _option: QStyleOptionViewItem,
        index: Index,
    ) -> bool:
        """Say the card in full."""
        if not index.isValid():
            return False
        said = escape(spoken(index.data(CARD_ROLE))).replace("\n", "<br>")
        QToolTip.showText(event.globalPos(), said, view)
        return True

    def _paint_lines(
        self, painter: QPainter, option: QStyleOptionViewItem, lie: CardPlaces, card: SimilarCard
    ) -> None:
        theme = self._theme
        colours = {
            _Tone.TITLE: theme.muted if card.is_not_similar else theme.text,
            _Tone.TEXT: theme.muted if card.is_not_similar else theme.text,
            _Tone.MUTED: theme.muted,
            _Tone.MARK: theme.caution,
        }
        left, top, width = lie.text
        spacing = painter.fontMetrics().lineSpacing()
        for number, (text, tone) in enumerate(_lines(card, option.font, width)):
            place = QRect(
                option.rect.left() + left,
                option.rect.top() + top + number * spacing,
                width,
                spacing,
            )
            painter.setFont(_bold(option.font) if tone is _Tone.TITLE else option.font)
            painter.setPen(QColor(colours[tone]))
            painter.drawText(place, _LEFT, text)


def _squares(rect: QRect, lie: CardPlaces) -> tuple[QRect, ...]:
    """Give the places of the three pictures of a card."""
    side, top = lie.side, rect.top() + _PAD
    lefts = (rect.left() + _PAD + number * (side + _GAP) for number in range(3))
    return tuple(QRect(left, top, side, side) for left in lefts)


def _paint_picture(painter: QPainter, square: QRect, picture: QPixmap, opacity: float) -> None:
    painter.fillRect(square, QColor("#000000"))
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.setOpacity(opacity)
    painter.drawPixmap(fitted(picture.size(), square), picture)
    painter.setOpacity(1.0)


def _lines(card: SimilarCard, font: QFont, width: int) -> tuple[tuple[str, _Tone], ...]:
    """Give the lines of a card as they fit into a width."""
    metrics, dots = QFontMetrics(font), Qt.TextElideMode
    title = QFontMetrics(_bold(font)).elidedText(place_text(card.found), dots.ElideRight, width)
    lines = [(title, _Tone.TITLE)]
    lines += [(line, _Tone.MARK) for line in wrapped(mark_text(card), font, width, _MOST_LINES)]
    # Beginning and end of a file name both tell it from its neighbours.
    lines.append((metrics.elidedText(card.case.source, dots.ElideMiddle, width), _Tone.TEXT))
    facts = facts_text(card.case)
    lines += [(line, _Tone.MUTED) for line in wrapped(facts, font, width, _MOST_LINES)]
    lines += [(line, _Tone.MUTED) for line in wrapped(known_text(card), font, width, _MOST_LINES)]
    return tuple(lines)


def _bold(font: QFont) -> QFont:
    bold = QFont(font)
    bold.setBold(True)
    return bold


def _wrapping() -> QTextOption:
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    return option
