"""SimilarActions: what can be done with the similar case that is selected."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from app.panels.similar_card import SimilarCard


class SimilarActions(QWidget):
    """Three buttons; without a case, or with the open scan itself, they are off."""

    open_wanted = Signal(str)  # case id
    why_wanted = Signal(str)  # case id
    not_similar_toggled = Signal(str, bool)  # case id; whether it is marked now

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._case_id = ""
        self._open = QPushButton(self.tr("Open beside"), autoDefault=False)
        self._why = QPushButton(self.tr("Why similar?"), autoDefault=False)
        self._mark = QPushButton(self.tr("Not similar"), autoDefault=False)
        self._mark.setCheckable(True)
        self._open.setToolTip(self.tr("Show it beside the open scan, scrolling together (Enter)"))
        self._why.setToolTip(self.tr("Show which regions of both scans agree"))
        self._mark.setToolTip(self.tr("Tell the search that this case is not alike"))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 4, 8, 8)
        for button in (self._open, self._why, self._mark):
            layout.addWidget(button, 1)
        self._open.clicked.connect(self._want_open)
        self._why.clicked.connect(self._want_why)
        self._mark.clicked.connect(self._toggle)
        self.show_card(None)

    def show_card(self, card: SimilarCard | None) -> None:
        """Show what can be done with a case."""
        is_other = card is not None and not card.found.is_self
        self._case_id = card.case.case_id if card is not None and is_other else ""
        for button in (self._open, self._why, self._mark):
            button.setEnabled(is_other)
        self._mark.setChecked(card is not None and card.is_not_similar)

    def _want_open(self) -> None:
        self.open_wanted.emit(self._case_id)

    def _want_why(self) -> None:
        self.why_wanted.emit(self._case_id)

    def _toggle(self, is_marked: bool) -> None:
        self.not_similar_toggled.emit(self._case_id, is_marked)
