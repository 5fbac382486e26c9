"""MeasurementsPanel: everything that was measured on the scan, in a table."""

from PySide6.QtCore import QModelIndex, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from app.panels.measurements_model import IDENTITY_ROLE, NAME_COLUMN, MeasurementsModel, as_text
from app.panels.message_page import MessagePage
from medct_core.measurement.table import MeasurementRow

_ROW_MARGIN = 10


class _Table(QTableView):
    """A table that tells of Enter and Delete."""

    enter_pressed = Signal()
    delete_pressed = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Tell of a key that acts on the row; the arrow keys move."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.enter_pressed.emit()
        elif event.key() == Qt.Key.Key_Delete:
            self.delete_pressed.emit()
        else:
            super().keyPressEvent(event)


class MeasurementsPanel(QWidget):
    """Lists measurements, and reports which one to go to, to rename and to delete."""

    measurement_chosen = Signal(str)  # id
    renamed = Signal(str, str)  # id, label
    delete_requested = Signal(str)  # id

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = MeasurementsModel(self)
        self._table = _Table()
        self._empty = MessagePage()
        self._pages = QStackedWidget()
        self._rename = self._button(self.tr("Rename"), self.tr("Change the label (F2)"))
        self._delete = self._button(self.tr("Delete"), self.tr("Delete the chosen measurement"))
        self._copy = self._button(
            self.tr("Copy all"), self.tr("Copy all measurements as text, one a line")
        )
        self._prepare_table()
        self._lay_out()
        self._connect()
        self.show_measurements(())

    def show_measurements(self, rows: tuple[MeasurementRow, ...]) -> None:
        """List measurements, the oldest first; the chosen one stays chosen."""
        chosen = self._current_id()
        self._model.show_rows(rows)
        self._pages.setCurrentIndex(1 if rows else 0)
        self.show_selected(chosen)

    def show_selected(self, identity: str) -> None:
        """Mark the measurement that is selected on the pictures, without reporting it."""
        index = self._model.index_of(identity)
        with QSignalBlocker(self._table):
            if index.isValid():
                self._table.setCurrentIndex(index)
            else:
                self._table.clearSelection()
                self._table.setCurrentIndex(QModelIndex())
        self._enable_buttons()

    def rename_measurement(self, identity: str) -> None:
        """Let the label of a measurement be typed, if it is listed."""
        index = self._model.index_of(identity)
        if index.isValid():
            self._table.setFocus()
            self._table.edit(index.siblingAtColumn(NAME_COLUMN))

    def _button(self, text: str, tip: str) -> QPushButton:
        button = QPushButton(text)
        button.setToolTip(tip)
        button.setAccessibleDescription(tip)
        return button

    def _prepare_table(self) -> None:
        table = self._table
        table.setModel(self._model)
        table.setAccessibleName(self.tr("Measurements"))
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setEditTriggers(
            QAbstractItemView.EditTrigger.DoubleClicked
            | QAbstractItemView.EditTrigger.EditKeyPressed
        )
        table.setTabKeyNavigation(False)
        table.setShowGrid(False)
        table.setAlternatingRowColors(True)
        table.setWordWrap(False)
        table.setFrameShape(QTableView.Shape.NoFrame)
        table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        table.verticalHeader().hide()
        table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        line_height = table.fontMetrics().lineSpacing()
        table.verticalHeader().setDefaultSectionSize(2 * line_height + _ROW_MARGIN)
        header = table.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        # Numbers are shown whole; names take what is left.
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(NAME_COLUMN, QHeaderView.ResizeMode.Stretch)

    def _lay_out(self) -> None:
        self._empty.show_message(
            self.tr("No measurements"),
            self.tr(
                "Choose length, axes, angle, rectangle, ellipse or arrow, then drag over a slice."
            ),
        )
        page = QWidget()
        inner = QVBoxLayout(page)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.addWidget(self._table, 1)
        buttons = QHBoxLayout()
        buttons.setContentsMargins(8, 4, 8, 8)
        buttons.addWidget(self._rename)
        buttons.addWidget(self._delete)
        buttons.addStretch(1)
        buttons.addWidget(self._copy)
        inner.addLayout(buttons)
        self._pages.addWidget(self._empty)
        self._pages.addWidget(page)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._pages)

    def _connect(self) -> None:
        self._model.renamed.connect(self.renamed)
        self._table.clicked.connect(self._report_chosen)
        self._table.enter_pressed.connect(self._report_chosen)
        self._table.delete_pressed.connect(self._report_delete)
        self._table.selectionModel().currentChanged.connect(self._enable_buttons)
        self._rename.clicked.connect(self._edit_label)
        self._delete.clicked.connect(self._report_delete)
        self._copy.clicked.connect(self._copy_all)

    def _current_id(self) -> str:
        index = self._table.currentIndex()
        return str(index.data(IDENTITY_ROLE)) if index.isValid() else ""

    def _report_chosen(self) -> None:
        if identity := self._current_id():
            self.measurement_chosen.emit(identity)

    def _report_delete(self) -> None:
        if identity := self._current_id():
            self.delete_requested.emit(identity)

    def _edit_label(self) -> None:
        self.rename_measurement(self._current_id())

    def _copy_all(self) -> None:
        QGuiApplication.clipboard().setText(as_text(self._model.rows))

    def _enable_buttons(self) -> None:
        has_current = bool(self._current_id())
        self._rename.setEnabled(has_current)
        self._delete.setEnabled(has_current)
