"""FindingsList: the list itself, with a heatmap button in every row."""

from functools import partial

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFontMetrics, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QMenu, QWidget

from app.panels.finding_delegate import FindingDelegate, places
from app.panels.finding_row import OWN_GROUP, FindingRow
from app.panels.findings_model import CAPTION_ROLE, ROW_ROLE, FindingsModel
from app.theme import DARK, Theme

_NO_MODIFIER = Qt.KeyboardModifier.NoModifier


class FindingsList(QListView):
    """Shows the rows of a `FindingsModel`; the arrow keys select, Enter or a click chooses."""

    chosen = Signal(str)  # name of a finding
    clicked_on = Signal(str)  # name of a finding, after it was chosen
    prompt_removed = Signal(str)  # name of a person's own prompt
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
                self.clicked_on.emit(row.name)
            return
        super().mousePressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Keep the key that removes a prompt, which deletes a measurement elsewhere."""
        is_asked = event.type() is QEvent.Type.ShortcutOverride
        if is_asked and isinstance(event, QKeyEvent) and self._removes(event):
            event.accept()
            return True
        return super().event(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802 - Qt's name
        """Offer to remove a person's own prompt; the findings of the model stay."""
        row = self._current_row()
        if event.reason() is QContextMenuEvent.Reason.Mouse:
            row = self._row_at(event.pos())
        if row is None or row.group != OWN_GROUP:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        # An ampersand would become an underline.
        name = row.name.replace("&", "&&")
        remove = menu.addAction(self.tr("Remove “{0}” from the list").format(name))
        remove.triggered.connect(partial(self._remove, row.name))
        menu.popup(event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Choose the selected finding with Enter; remove a prompt of one's own with Delete."""
        row = self._current_row()
        if row is not None and self._removes(event):
            self._remove(row.name)
            return
        if row is not None and event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.chosen.emit(row.name)
            return
        super().keyPressEvent(event)

    def _removes(self, event: QKeyEvent) -> bool:
        row = self._current_row()
        is_plain = event.modifiers() in {_NO_MODIFIER, Qt.KeyboardModifier.KeypadModifier}
        is_own = row is not None and row.group == OWN_GROUP
        return is_own and is_plain and event.key() == Qt.Key.Key_Delete

    def _remove(self, name: str, _checked: bool = False) -> None:
        self.prompt_removed.emit(name)

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
