"""SimilarHead: of what and in what library similar cases are shown, and how to ask for others."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.panels.text_label import TextLabel
from app.state.similar_page import SimilarPage
from medct_core.retrieval.spread import LEAST_CASES


class SimilarHead(QWidget):
    """Stands above the cases: title, notice, words to ask with, filters, ways to add."""

    text_asked = Signal(str)  # empty: back to the open scan
    filters_toggled = Signal(bool)
    show_all_wanted = Signal()
    add_wanted = Signal()
    add_folder_wanted = Signal()
    library_wanted = Signal()
    phantom_library_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = TextLabel(role="title")
        self._place = TextLabel(role="muted")
        self._notice = TextLabel(role="caution")
        self._order = TextLabel(role="muted")
        self._text = QLineEdit(clearButtonEnabled=True, maxLength=1000)
        self._back = QPushButton(self.tr("Back to the scan"), autoDefault=False)
        self._filters = QPushButton(self.tr("Filters"), autoDefault=False)
        self._add = QPushButton(self.tr("Add this scan"), autoDefault=False)
        self._library = QPushButton(self.tr("Library"), autoDefault=False)
        self._hidden = TextLabel(role="muted")
        self._show_all = QPushButton(self.tr("Show all"), autoDefault=False)
        self._of_text = ""
        self._filters.setCheckable(True)
        self._describe()
        self._lay_out()
        self._connect()
        for label in (self._title, self._place, self._notice, self._order):
            label.show_text("")
        self._back.hide()
        self.show_kept_back(is_some=False)

    @property
    def is_filtering(self) -> bool:
        """Whether the filters are to be seen."""
        return bool(self._filters.isChecked())

    def show_page(self, page: SimilarPage, *, is_kept_back: bool) -> None:
        """Say what is shown; `is_kept_back` where something known is."""
        # What is being typed stays while more becomes known of the same cases.
        if page.of_text != self._of_text:
            self._of_text = page.of_text
            self._text.setText(page.of_text)
            self._text.setCursorPosition(0)
        self._title.show_text(
            self.tr("Cases like these words") if page.of_text else self.tr("Cases like this scan")
        )
        cases = self.tr("1 case") if page.count == 1 else self.tr("{0} cases").format(page.count)
        self._place.show_text(f"{page.library} · {cases} · {page.model}")
        self._notice.show_text(page.notice)
        self._order.show_text(self._order_line(page))
        self._back.setVisible(bool(page.of_text))
        self._add.setText(
            self.tr("Update this case") if page.is_in_library else self.tr("Add this scan")
        )
        self.show_kept_back(is_some=is_kept_back)

    def show_kept_back(self, *, is_some: bool) -> None:
        """Say whether something that is known is kept back, and offer to show it."""
        for widget in (self._hidden, self._show_all):
            widget.setVisible(is_some)

    def show_filter_count(self, count: int) -> None:
        """Say how many filters are on."""
        self._filters.setText(
            self.tr("Filters ({0})").format(count) if count else self.tr("Filters")
        )

    def set_scan_open(self, is_open: bool) -> None:
        """Say whether there is a scan that could be added."""
        self._add.setEnabled(is_open)

    def focus_text(self) -> None:
        """Put the cursor where words are typed."""
        self._text.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._text.selectAll()

    def _order_line(self, page: SimilarPage) -> str:
        """Say what the order of the cases is worth, or that there is none to order."""
        if page.is_in_library and page.count == 1:
            return self.tr("No other case of this model is in this library yet.")
        others = [one for one in page.cases if not one.is_self]
        if not others:
            return ""
        if page.of_text:
            return self.tr("Ordered by how well the words fit; the first ones need not have it.")
        if any(one.percentile is not None for one in others):
            return ""
        if page.count >= LEAST_CASES:
            return self.tr("Ranks say the order, not how alike.")
        return self.tr(
            "Ranks say the order, not how alike: from {0} cases on a percentile is shown."
        ).format(LEAST_CASES)

    def _describe(self) -> None:
        self._text.setPlaceholderText(self.tr("Find cases by words"))
        self._text.setAccessibleName(self.tr("Find cases by words"))
        self._text.setToolTip(self.tr("A finding or a sentence of a report; Enter searches"))
        self._back.setToolTip(self.tr("Show the cases like the open scan again"))
        self._filters.setToolTip(self.tr("Which cases may be found"))
        self._add.setToolTip(self.tr("Put the open scan into the library, with your verdicts"))
        self._library.setToolTip(self.tr("Fill this library, or open another one"))
        self._hidden.setText(
            self.tr("Known findings are shown after your verdict, as they may sway it.")
        )

    def _lay_out(self) -> None:
        menu = QMenu(self._library)
        menu.addAction(self.tr("Add a folder of scans…")).triggered.connect(self.add_folder_wanted)
        menu.addAction(self.tr("Choose another library…")).triggered.connect(self.library_wanted)
        menu.addAction(self.tr("Make a library of phantoms")).triggered.connect(
            self.phantom_library_wanted
        )
        self._library.setMenu(menu)
        ask, tools, kept = QHBoxLayout(), QHBoxLayout(), QHBoxLayout()
        ask.addWidget(self._text, 1)
        ask.addWidget(self._back)
        tools.addWidget(self._filters)
        tools.addStretch(1)
        tools.addWidget(self._add)
        tools.addWidget(self._library)
        kept.addWidget(self._hidden, 1)
        kept.addWidget(self._show_all)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 4)
        layout.setSpacing(4)
        for label in (self._title, self._place, self._notice, self._order):
            layout.addWidget(label)
        for row in (ask, tools, kept):
            layout.addLayout(row)

    def _connect(self) -> None:
        self._text.returnPressed.connect(self._ask)
        self._back.clicked.connect(self._go_back)
        self._filters.toggled.connect(self.filters_toggled)
        self._show_all.clicked.connect(self.show_all_wanted)
        self._add.clicked.connect(self.add_wanted)

    def _ask(self) -> None:
        text = " ".join(self._text.text().split())
        if text or self._of_text:
            self.text_asked.emit(text)

    def _go_back(self) -> None:
        self.text_asked.emit("")
