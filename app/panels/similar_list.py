"""SimilarList: the similar cases, one card below the other."""

from functools import partial

from PySide6.QtCore import QModelIndex, QPoint, QSignalBlocker, Qt, Signal, SignalInstance
from PySide6.QtGui import QContextMenuEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QMenu, QWidget

from app.panels.similar_card import SimilarCard
from app.panels.similar_delegate import SimilarDelegate
from app.panels.similar_model import CARD_ROLE, SimilarModel
from app.theme import DARK, Theme


class SimilarList(QListView):
    """Shows a `SimilarModel`; arrow keys and clicks select, Enter and double clicks open."""

    selected = Signal(str)  # case id, by the reader
    open_wanted = Signal(str)  # case id
    why_wanted = Signal(str)  # case id
    not_similar_toggled = Signal(str, bool)  # case id; whether it is marked now

    def __init__(
        self, model: SimilarModel, theme: Theme = DARK, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._cards = model
        self._delegate = SimilarDelegate(self, theme)
        self.setModel(model)
        self.setItemDelegate(self._delegate)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # Always there: a bar that comes and goes would break the lines of every card anew.
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setAccessibleName(self.tr("Similar cases"))
        self.selectionModel().currentChanged.connect(self._report)
        self.activated.connect(self._open)

    @property
    def current_card(self) -> SimilarCard | None:
        """The card that is selected."""
        index = self.currentIndex()
        return index.data(CARD_ROLE) if index.isValid() else None

    def show_cards(self, cards: tuple[SimilarCard, ...]) -> None:
        """Replace the cards; the selected case stays selected, without being reported."""
        before = self.current_card
        with QSignalBlocker(self):
            self._cards.show_cards(cards)
            # A list that is shown again stays where the reader has scrolled it.
            name = "" if before is None else before.case.case_id
            self.setCurrentIndex(self._cards.index_of(name))
        self.scheduleDelayedItemsLayout()

    def select(self, case_id: str) -> None:
        """Select a case without reporting it; none where it is not listed."""
        with QSignalBlocker(self):
            index = self._cards.index_of(case_id)
            self.setCurrentIndex(index)
            if index.isValid():
                self.scrollTo(index)

    def show_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        self._delegate.show_theme(theme)
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Break the lines anew."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.scheduleDelayedItemsLayout()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802 - Qt's name
        """Offer what can be done with a case."""
        is_mouse = event.reason() is QContextMenuEvent.Reason.Mouse
        index = self.indexAt(event.pos()) if is_mouse else self.currentIndex()
        if index.isValid() and not index.data(CARD_ROLE).found.is_self:
            self._offer(index.data(CARD_ROLE), event.globalPos())

    def _offer(self, card: SimilarCard, place: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        case_id = card.case.case_id
        for text, signal in (
            (self.tr("Open beside"), self.open_wanted),
            (self.tr("Why similar?"), self.why_wanted),
        ):
            menu.addAction(text).triggered.connect(partial(_emit, signal, case_id))
        mark = menu.addAction(self.tr("Not similar"))
        mark.setCheckable(True)
        mark.setChecked(card.is_not_similar)
        mark.triggered.connect(partial(self._toggle, case_id, not card.is_not_similar))
        menu.popup(place)

    def _toggle(self, case_id: str, is_marked: bool, _checked: bool = False) -> None:
        self.not_similar_toggled.emit(case_id, is_marked)

    def _report(self, index: QModelIndex, _before: QModelIndex) -> None:
        if index.isValid():
            self.selected.emit(index.data(CARD_ROLE).case.case_id)

    def _open(self, index: QModelIndex) -> None:
        card: SimilarCard = index.data(CARD_ROLE)
        if not card.found.is_self:
            self.open_wanted.emit(card.case.case_id)


def _emit(signal: SignalInstance, case_id: str, _checked: bool = False) -> None:
    signal.emit(case_id)
