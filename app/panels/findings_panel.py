"""FindingsPanel: the model's headline, then its findings, then what the reader makes of them."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.panels.finding_editor import FindingEditor
from app.panels.finding_row import FindingRow, Order
from app.panels.findings_list import FindingsList
from app.panels.findings_model import FindingsModel
from app.panels.message_page import MessagePage
from app.panels.text_label import TextLabel
from app.theme import DARK, Theme


class FindingsPanel(QWidget):
    """Shows findings in words, bars and numbers, and reports what the reader does with them.

    The headline stands above every score and cannot be closed. Signals about a finding start with
    its name.
    """

    finding_chosen = Signal(str)
    finding_clicked = Signal(str)  # after it was chosen, by mouse
    prompt_removed = Signal(str)  # one of the person's own
    heatmap_toggled = Signal(str, bool)
    review_changed = Signal(str, object)  # Review
    statement_edited = Signal(str, str)
    comment_edited = Signal(str, str)
    threshold_edited = Signal(str, float)  # in (0, 1)
    threshold_reset = Signal(str)
    retry_requested = Signal()
    score_anyway_requested = Signal()

    def __init__(self, theme: Theme = DARK, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = FindingsModel(self)
        self._headline = TextLabel(role="caution")
        self._search = QLineEdit(clearButtonEnabled=True)
        self._order = QComboBox()
        self._count = TextLabel(role="muted")
        self._list = FindingsList(self._model, theme)
        self._editor = FindingEditor()
        self._message = MessagePage()
        self._pages = QStackedWidget()
        self._is_refused = False
        self._describe()
        self._lay_out()
        self._connect()
        self._headline.hide()
        self.show_empty()

    def show_findings(self, rows: tuple[FindingRow, ...], headline: str) -> None:
        """Show findings below the headline of the model that made them.

        The selection stays on the finding it was on; at first it is on the first of the list.
        """
        self._headline.show_text(headline)
        before = self._list.current_name
        self._model.show_rows(rows)
        self._pages.setCurrentIndex(1)
        self._tidy_up(before)

    def show_empty(self) -> None:
        """Say that no scan is open."""
        self._show_page()
        self._message.show_message(
            self.tr("No findings yet"),
            self.tr("Open a chest CT; its findings appear here as soon as the model has seen it."),
        )

    def show_waiting(self, text: str) -> None:
        """Say what the findings wait for, in one sentence."""
        self._show_page()
        self._message.show_message(self.tr("Working"), text)

    def show_unscorable(self, reason: str, remedy: str) -> None:
        """Say in red why this scan can be looked at but not scored; offer to score it anyway."""
        self._show_page()
        self._message.show_reason(
            self.tr("Shown, but not scored"), reason, remedy, action=self.tr("Score anyway")
        )
        self._is_refused = True

    def show_error(self, summary: str, remedy: str) -> None:
        """Say what failed and what to do, and offer to try again."""
        self._show_page()
        self._message.show_reason(
            self.tr("No findings"), summary, remedy, action=self.tr("Try again")
        )

    def show_unscored(self, text: str) -> None:
        """Say why nobody asked for findings, in one sentence, and offer to."""
        self._show_page()
        self._message.show_message(
            self.tr("Not scored yet"), text, action=self.tr("Score this scan")
        )

    @property
    def selected_finding(self) -> str:
        """Name of the finding that is selected; empty for none."""
        return self._list.current_name

    def select_finding(self, name: str) -> None:
        """Select a finding without reporting it as chosen."""
        self._list.select(name)

    def report_edits(self) -> None:
        """Report what is typed about the selected finding and was not reported yet."""
        self._editor.report_texts()

    def focus_search(self) -> None:
        """Put the cursor into the search."""
        self._search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._search.selectAll()

    def show_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        self._list.show_theme(theme)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Focus the search with Ctrl+F where no shortcut of the window has taken it."""
        if event.matches(QKeySequence.StandardKey.Find):
            self.focus_search()
        else:
            super().keyPressEvent(event)

    def _show_page(self) -> None:
        self._model.show_rows(())
        self._pages.setCurrentIndex(0)
        self._is_refused = False

    def _act(self) -> None:
        if self._is_refused:
            self.score_anyway_requested.emit()
        else:
            self.retry_requested.emit()

    def _describe(self) -> None:
        self._headline.setAccessibleName(self.tr("About this model"))
        self._search.setPlaceholderText(self.tr("Search findings"))
        self._search.setAccessibleName(self.tr("Search findings"))
        self._search.setToolTip(self.tr("Part of a name or of a synonym (Ctrl+F)"))
        self._count.setWordWrap(False)
        self._count.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self._order.setAccessibleName(self.tr("Sort findings"))
        self._order.setToolTip(self.tr("Sort findings"))
        self._order.addItem(self.tr("By score"), Order.SCORE)
        self._order.addItem(self.tr("By name"), Order.NAME)
        self._order.addItem(self.tr("By group"), Order.GROUP)

    def _lay_out(self) -> None:
        tools = QHBoxLayout()
        tools.setContentsMargins(8, 8, 8, 0)
        tools.addWidget(self._search, 1)
        tools.addWidget(self._count)
        tools.addWidget(self._order)
        page = QWidget()
        inner = QVBoxLayout(page)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.addLayout(tools)
        inner.addWidget(self._list, 1)
        inner.addWidget(self._editor)
        self._pages.addWidget(self._message)
        self._pages.addWidget(page)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._headline)
        layout.addWidget(self._pages, 1)

    def _connect(self) -> None:
        self._search.textChanged.connect(self._search_for)
        self._order.currentIndexChanged.connect(self._sort)
        self._message.action_requested.connect(self._act)
        self._list.chosen.connect(self.finding_chosen)
        self._list.clicked_on.connect(self.finding_clicked)
        self._list.prompt_removed.connect(self.prompt_removed)
        self._list.heatmap_toggled.connect(self.heatmap_toggled)
        self._list.selected.connect(self._editor.show_row)
        for name in (
            "heatmap_toggled",
            "review_changed",
            "statement_edited",
            "comment_edited",
            "threshold_edited",
            "threshold_reset",
        ):
            getattr(self._editor, name).connect(getattr(self, name))

    def _search_for(self, text: str) -> None:
        before = self._list.current_name
        self._model.show_matching(text)
        self._tidy_up(before)

    def _sort(self) -> None:
        before = self._list.current_name
        self._model.show_order(self._order.currentData())
        self._tidy_up(before)

    def _tidy_up(self, selected: str) -> None:
        self._list.select(selected)
        if not self._list.current_name and self._model.rowCount():
            self._list.setCurrentIndex(self._model.index(0, 0))
        shown, every = self._model.rowCount(), self._model.count_of_all
        if shown == every:
            one, many = self.tr("1 finding"), self.tr("{0} findings").format(every)
            self._count.setText(one if every == 1 else many)
        elif shown:
            self._count.setText(self.tr("{0} of {1} findings").format(shown, every))
        else:
            self._count.setText(self.tr("No finding has this name or synonym."))
