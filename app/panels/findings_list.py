"""FindingsList: the list itself, with a heatmap button in every row."""

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QWidget

from app.panels.finding_delegate import FindingDelegate, places
from app.panels.finding_row import FindingRow
from app.panels.findings_model import CAPTION_ROLE, ROW_ROLE, FindingsModel
from app.theme import DARK, Theme


class FindingsList(QListView):
    """Shows the rows of a `FindingsModel`; the arrow keys select, Enter or a click chooses."""

    chosen = Signal(str)  # name of a finding
    selected = Signal(object)  # FindingRow, or None
    heatmap_toggled = Signal(str, bool)  # name of a finding; whether it is asked for

    def __init__(
        self, model: FindingsModel, theme: Theme = DARK, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._rows = model
        self._delegate = FindingDelegate(theme, self)
        self.setModel(model)
        self.setItemDelegate(self._delegate)
        self.setMouseTracking(True)
        self.setAccessibleName(self.tr("Findings"))
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # Always there: a bar that comes and goes would shift every number.
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.selectionModel().currentChanged.connect(self._report_selection)
        model.modelReset.connect(self._report_selection)
        model.dataChanged.connect(self._report_selection)

    @property
    def current_name(self) -> str:
        """Name of the selected finding, empty for none."""
        row = self._current_row()
        return "" if row is None else row.name

    def select(self, name: str) -> None:
        """Select a finding, and scroll to it, without reporting it as chosen."""
        index = self._rows.row_named(name)
        if index.isValid():
            self.setCurrentIndex(index)

    def show_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        self._delegate.show_theme(theme)
        self.viewport().update()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Toggle a heatmap, or choose a finding."""
        place = event.position().toPoint()
        row = self._row_at(place)
        if row is not None and event.button() == Qt.MouseButton.LeftButton:
            self.setCurrentIndex(self.indexAt(place))
            if self._is_on_button(place):
                self.heatmap_toggled.emit(row.name, not row.is_heatmap_shown)
            else:
                self.chosen.emit(row.name)
            return
        super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Choose the selected finding with Enter."""
        row = self._current_row()
        if row is not None and event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.chosen.emit(row.name)
            return
        super().keyPressEvent(event)

    def _current_row(self) -> FindingRow | None:
        index = self.currentIndex()
        return index.data(ROW_ROLE) if index.isValid() else None

    def _row_at(self, place: QPoint) -> FindingRow | None:
        index = self.indexAt(place)
        return index.data(ROW_ROLE) if index.isValid() else None

    def _is_on_button(self, place: QPoint) -> bool:
        index = self.indexAt(place)
        metrics = QFontMetrics(self.font())
        lie = places(self.visualRect(index), metrics, index.data(CAPTION_ROLE))
        return lie.heatmap.contains(place)

    def _report_selection(self) -> None:
        self.selected.emit(self._current_row())
