"""SimilarModel: the similar cases and their pictures, as Qt asks for them."""

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QImage, QPixmap

from app.panels.similar_card import SimilarCard, place_text, spoken
from medct_core.retrieval.library_case import Thumbnails

CARD_ROLE = Qt.ItemDataRole.UserRole
"""Gives the `SimilarCard`."""

PICTURES_ROLE = Qt.ItemDataRole.UserRole + 1
"""Gives three pixmaps: axial, coronal, sagittal."""

Index = QModelIndex | QPersistentModelIndex
Pictures = tuple[QPixmap, QPixmap, QPixmap]

_TOP = QModelIndex()


class SimilarModel(QAbstractListModel):
    """One row a case, in the order given; a picture is made when it is first asked for."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._cards: tuple[SimilarCard, ...] = ()
        self._pictures: dict[str, Pictures] = {}

    @property
    def cards(self) -> tuple[SimilarCard, ...]:
        """What is listed."""
        return self._cards

    def show_cards(self, cards: tuple[SimilarCard, ...]) -> None:
        """Replace the rows; the same cases in the same order stay where they are."""
        before, after = _ids(self._cards), _ids(cards)
        kept = {name: self._pictures[name] for name in after if name in self._pictures}
        if before == after:
            self._cards = cards
            if cards:
                self.dataChanged.emit(self.index(0), self.index(len(cards) - 1))
            return
        self.beginResetModel()
        self._cards, self._pictures = cards, kept
        self.endResetModel()

    def index_of(self, case_id: str) -> QModelIndex:
        """Index of a case; invalid if it is not listed."""
        for row, card in enumerate(self._cards):
            if card.case.case_id == case_id:
                return self.index(row)
        return QModelIndex()

    def rowCount(self, parent: Index = _TOP) -> int:  # noqa: N802 - Qt's name
        """Count the cases."""
        return 0 if parent.isValid() else len(self._cards)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Give the place of a case, the words for it, its card or its pictures."""
        card = self._cards[index.row()]
        if role == CARD_ROLE:
            return card
        if role == PICTURES_ROLE:
            return self._pictures_of(card)
        if role == Qt.ItemDataRole.DisplayRole:
            return place_text(card.found)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return spoken(card).replace("\n", ", ")
        return None

    def _pictures_of(self, card: SimilarCard) -> Pictures:
        case = card.case
        if case.case_id not in self._pictures:
            self._pictures[case.case_id] = pictures_of(case.thumbnails)
        return self._pictures[case.case_id]


def pictures_of(thumbnails: Thumbnails) -> Pictures:
    """Make pixmaps of the three planes."""
    return (
        _pixmap(thumbnails, "axial"),
        _pixmap(thumbnails, "coronal"),
        _pixmap(thumbnails, "sagittal"),
    )


def _pixmap(thumbnails: Thumbnails, plane: str) -> QPixmap:
    grey = getattr(thumbnails, plane)
    rows, columns = grey.shape
    # Qt reads it where it lies, so it must outlive the image.
    content = grey.tobytes()
    image = QImage(content, columns, rows, columns, QImage.Format.Format_Grayscale8)
    return QPixmap.fromImage(image)


def _ids(cards: tuple[SimilarCard, ...]) -> tuple[str, ...]:
    return tuple(card.case.case_id for card in cards)
