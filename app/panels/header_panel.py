"""HeaderPanel: the header of a file, line by line, with a search."""

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QColor, QGuiApplication, QKeyEvent, QKeySequence, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QStackedWidget,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from app.panels.header_model import IS_HIDDEN_ROLE, ROW_ROLE, HeaderModel, Index
from app.panels.message_page import MessagePage
from app.panels.text_label import TextLabel
from app.state.header_page import HeaderPage
from app.theme import DARK, Theme
from medct_core.io.tag_row import TagRow

_NAME, _VALUE = 1, 3
_NAME_WIDTH, _TAG_WIDTH, _VR_WIDTH = 260, 96, 56
_ROW_PADDING = 6


class _Delegate(QStyledItemDelegate):
    """Writes hidden values, private lines and items of a sequence in a quieter colour."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.theme = theme

    def initStyleOption(  # noqa: N802 - Qt's name
        self, option: QStyleOptionViewItem, index: Index
    ) -> None:
        """Choose the colour of the text."""
        super().initStyleOption(option, index)
        row: TagRow = index.data(ROW_ROLE)
        is_hidden = index.column() == _VALUE and index.data(IS_HIDDEN_ROLE)
        if is_hidden or row.is_private or not (row.tag or row.keyword):
            option.palette.setColor(QPalette.ColorRole.Text, QColor(self.theme.muted))
        if is_hidden:
            option.font.setItalic(True)


class _Table(QTableView):
    """Leaves copying to the panel; by itself a table copies the cell under the cursor."""

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Move through lines; pass copying on."""
        if event.matches(QKeySequence.StandardKey.Copy):
            event.ignore()
        else:
            super().keyPressEvent(event)


class HeaderPanel(QWidget):
    """Shows the header of one file, and reports which other one is wanted.

    What may name somebody is hidden, cannot be searched for and cannot be copied until
    `show_patient` is called.
    """

    file_picked = Signal(int)  # counted from 1

    def __init__(self, theme: Theme = DARK, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = HeaderModel(self)
        self._table = _Table()
        self._delegate = _Delegate(theme, self._table)
        self._search = QLineEdit()
        self._file = QSpinBox()
        self._of = QLabel()
        self._found = TextLabel(role="muted")
        self._copy = QPushButton(self.tr("Copy value"), autoDefault=False)
        self._message = MessagePage()
        self._pages = QStackedWidget()
        self._prepare_table()
        self._describe()
        self._lay_out()
        self._connect()
        self.show_empty()

    def show_page(self, page: HeaderPage) -> None:
        """Show the header of one file without reporting it back; the search stays."""
        with QSignalBlocker(self._file):
            self._file.setRange(1, page.count)
            self._file.setValue(page.number)
        self._file.setEnabled(page.count > 1)
        self._of.setText(self.tr("of {0}").format(page.count))
        at = self._table.verticalScrollBar().value()
        self._model.show_rows(page.rows)
        # The same line of the next slice stays where the eye is.
        self._table.verticalScrollBar().setValue(at)
        self._show_count()
        self._pages.setCurrentIndex(1)

    def show_empty(self) -> None:
        """Say that no scan is open."""
        self._model.show_rows(())
        self._message.show_message(
            self.tr("No scan open"), self.tr("Open a scan to read its header.")
        )
        self._pages.setCurrentIndex(0)

    def show_error(self, summary: str, remedy: str) -> None:
        """Say why a header could not be read."""
        self._model.show_rows(())
        self._message.show_reason(self.tr("No header"), summary, remedy)
        self._pages.setCurrentIndex(0)

    def show_patient(self) -> None:
        """Show what names somebody."""
        self._model.show_patient()
        self._show_count()

    def hide_patient(self) -> None:
        """Hide what names somebody."""
        self._model.hide_patient()
        self._show_count()

    def show_theme(self, theme: Theme) -> None:
        """Write in other colours."""
        self._delegate.theme = theme
        self._table.viewport().update()

    def focus_search(self) -> None:
        """Let the keyboard write into the search."""
        self._search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._search.selectAll()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Copy with the usual keys; Escape ends a search before it closes a window."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self._copy_value()
        elif event.key() == Qt.Key.Key_Escape and self._search.text():
            self._search.clear()
        else:
            super().keyPressEvent(event)

    def _prepare_table(self) -> None:
        table = self._table
        table.setModel(self._model)
        table.setItemDelegate(self._delegate)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setWordWrap(False)
        table.setShowGrid(False)
        table.setTabKeyNavigation(False)
        table.setAlternatingRowColors(True)
        table.verticalHeader().hide()
        height = table.fontMetrics().lineSpacing() + _ROW_PADDING
        table.verticalHeader().setDefaultSectionSize(height)
        table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header = table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setHighlightSections(False)
        for column, width in enumerate((_TAG_WIDTH, _NAME_WIDTH, _VR_WIDTH)):
            header.resizeSection(column, width)
        header.setStretchLastSection(True)

    def _describe(self) -> None:
        self._table.setAccessibleName(self.tr("Header"))
        self._search.setPlaceholderText(self.tr("Search number, keyword, name or value"))
        self._search.setAccessibleName(self.tr("Search the header"))
        self._search.setClearButtonEnabled(True)
        self._file.setAccessibleName(self.tr("File of the series"))
        self._file.setToolTip(self.tr("Which file of the series, in the order of slices"))
        self._file.setKeyboardTracking(False)
        self._copy.setToolTip(self.tr("Copy the value of the line (Ctrl+C)"))

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        title = QLabel(self.tr("File"))
        title.setBuddy(self._file)
        top.addWidget(self._search, 1)
        for widget in (title, self._file, self._of):
            top.addWidget(widget)
        bottom = QHBoxLayout()
        bottom.addWidget(self._found, 1)
        bottom.addWidget(self._copy)
        page = QWidget()
        inner = QVBoxLayout(page)
        inner.setContentsMargins(8, 8, 8, 8)
        inner.addLayout(top)
        inner.addWidget(self._table, 1)
        inner.addLayout(bottom)
        self._pages.addWidget(self._message)
        self._pages.addWidget(page)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._pages)

    def _connect(self) -> None:
        self._search.textChanged.connect(self._search_changed)
        self._file.valueChanged.connect(self.file_picked)
        self._copy.clicked.connect(self._copy_value)
        self._table.selectionModel().currentChanged.connect(self._current_changed)
        self._model.modelReset.connect(self._current_changed)

    def _search_changed(self, text: str) -> None:
        self._model.show_matching(text)
        self._show_count()

    def _show_count(self) -> None:
        shown, count = self._model.rowCount(), self._model.count_of_all
        if not self._model.needle.strip():
            self._found.show_text(self.tr("{0} lines").format(count))
        elif shown:
            self._found.show_text(self.tr("{0} of {1} lines").format(shown, count))
        else:
            self._found.show_text(self.tr("Nothing found"))

    def _current_changed(self) -> None:
        index = self._table.currentIndex()
        self._copy.setEnabled(index.isValid() and not index.data(IS_HIDDEN_ROLE))

    def _copy_value(self) -> None:
        index = self._table.currentIndex()
        if index.isValid() and not index.data(IS_HIDDEN_ROLE):
            row: TagRow = index.data(ROW_ROLE)
            QGuiApplication.clipboard().setText(row.value)
