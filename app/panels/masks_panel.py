"""MasksPanel: the masks over the scan, their structures, and what of them is shown."""

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QKeyEvent, QPainter, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QGridLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QSlider,
    QStackedWidget,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.panels.message_page import MessagePage
from app.panels.text_label import TextLabel
from app.state.masks import Mask, MaskLabel
from app.theme import DARK, Theme
from medct_core.io.label_map import Colour

SWATCH = 14
"""Side of the square in a structure's colour, pixels."""

_MASK_ROLE = Qt.ItemDataRole.UserRole
_VALUE_ROLE = Qt.ItemDataRole.UserRole + 1
_NAME, _VOLUME = 0, 1
_CHECKED, _UNCHECKED = Qt.CheckState.Checked, Qt.CheckState.Unchecked
_PERCENT = 100
_ROW_PX = 22


def volume_text(volume_ml: float) -> str:
    """Volume with as many digits as mean something: "0.53 ml", "70.4 ml", "4 310 ml"."""
    if volume_ml >= 1000:
        return f"{volume_ml:,.0f} ml".replace(",", "\N{NARROW NO-BREAK SPACE}")
    return f"{volume_ml:.2f} ml" if volume_ml < 10 else f"{volume_ml:.1f} ml"


class MasksPanel(QWidget):
    """Lists masks and their structures, and reports what is shown, looked for or closed."""

    open_requested = Signal()
    labels_picked = Signal(int, object)  # mask, frozenset[int] of the numbers to show
    opacity_picked = Signal(int, float)  # mask, in [0, 1]
    go_to_requested = Signal(int, int)  # mask, number of the structure
    close_requested = Signal(int)  # mask

    def __init__(self, theme: Theme = DARK, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._masks: tuple[Mask, ...] = ()
        self._reason = TextLabel(role="refusal")
        self._loading = TextLabel(role="muted")
        self._notices = TextLabel(role="caution")
        self._message = MessagePage()
        self._tree = _tree(self)
        self._opacity = QSlider(Qt.Orientation.Horizontal)
        self._percent = QLabel()
        self._open = QPushButton(self.tr("Open mask…"), autoDefault=False)
        self._go_to = QPushButton(self.tr("Go to"), autoDefault=False)
        self._close = QPushButton(self.tr("Close mask"), autoDefault=False)
        self._pages = QStackedWidget()
        self._describe()
        self._lay_out()
        self._connect()
        self.show_masks(())
        self.show_loading("")
        self.show_nothing_wrong()

    def show_masks(self, masks: tuple[Mask, ...]) -> None:
        """List masks without reporting anything.

        The row in use stays in use, but for a new mask, whose notices must be seen.
        """
        before = {mask.identity for mask in self._masks}
        is_same = [mask.identity for mask in masks] == [mask.identity for mask in self._masks]
        has_new = any(mask.identity not in before for mask in masks)
        self._masks = masks
        with QSignalBlocker(self._tree):
            if not is_same:
                self._fill(None if has_new else self._here())
            self._show_checks()
        self._pages.setCurrentIndex(1 if masks else 0)
        self._show_current()

    def show_loading(self, name: str) -> None:
        """Say which file is being read; nothing for an empty name."""
        self._loading.show_text(self.tr("Opening {0}…").format(name) if name else "")
        self._open.setEnabled(not name)

    def show_problem(self, summary: str, remedy: str) -> None:
        """Say why a mask was not opened, until the next one is."""
        self._reason.show_text(f"{summary} {remedy}")

    def show_nothing_wrong(self) -> None:
        """Take the reason away."""
        self._reason.show_text("")

    def show_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self._theme = theme
        with QSignalBlocker(self._tree):
            self._fill(self._here())
            self._show_checks()
        self._show_current()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Close the mask in use with Delete."""
        if event.key() == Qt.Key.Key_Delete and self._close.isEnabled():
            self._ask_to_close()
            return
        super().keyPressEvent(event)

    def _describe(self) -> None:
        self._opacity.setRange(0, _PERCENT)
        self._loading.setContentsMargins(8, 6, 8, 6)
        self._tree.setAccessibleName(self.tr("Masks and their structures"))
        self._opacity.setAccessibleName(self.tr("Opacity of the mask"))
        self._opacity.setToolTip(self.tr("How clearly the colours lie over the scan"))
        self._open.setToolTip(self.tr("Open a label map (NIfTI, NRRD, MHA) or a DICOM SEG"))
        self._go_to.setToolTip(self.tr("Move the crosshair into the structure (Enter)"))
        self._close.setToolTip(self.tr("Take the mask off the scan; its file stays (Delete)"))
        self._message.show_message(
            self.tr("No mask open"),
            self.tr("Lay a label map (NIfTI, NRRD, MHA) or a DICOM SEG over the scan."),
            action=self.tr("Open mask…"),
        )
        self._percent.setMinimumWidth(self.fontMetrics().horizontalAdvance("100 %"))
        self._percent.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)

    def _lay_out(self) -> None:
        page = QWidget()
        inner = QVBoxLayout(page)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.addWidget(self._tree, 1)
        grid = QGridLayout()
        grid.setContentsMargins(8, 0, 8, 8)
        title = QLabel(self.tr("Opacity"))
        title.setBuddy(self._opacity)
        grid.addWidget(title, 0, 0)
        grid.addWidget(self._opacity, 0, 1)
        grid.addWidget(self._percent, 0, 2)
        buttons = QGridLayout()
        for at, button in enumerate((self._go_to, self._close, self._open)):
            buttons.addWidget(button, 0, at)
        grid.addLayout(buttons, 1, 0, 1, 3)
        inner.addWidget(self._notices)
        inner.addLayout(grid)
        self._pages.addWidget(self._message)
        self._pages.addWidget(page)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._reason)
        layout.addWidget(self._loading)
        layout.addWidget(self._pages, 1)

    def _connect(self) -> None:
        self._message.action_requested.connect(self.open_requested)
        self._open.clicked.connect(self.open_requested)
        self._close.clicked.connect(self._ask_to_close)
        self._go_to.clicked.connect(self._ask_to_go)
        self._opacity.valueChanged.connect(self._report_opacity)
        self._tree.itemChanged.connect(self._report_check)
        self._tree.itemActivated.connect(self._ask_to_go)
        self._tree.currentItemChanged.connect(self._show_current)

    def _fill(self, here: tuple[object, object] | None) -> None:
        self._tree.clear()
        for mask in self._masks:
            top = QTreeWidgetItem([mask.name, ""])
            top.setData(_NAME, _MASK_ROLE, mask.identity)
            top.setToolTip(_NAME, mask.name)
            top.setSizeHint(_NAME, QSize(0, _ROW_PX))
            top.addChildren([self._row(mask, one) for one in mask.labels])
            self._tree.addTopLevelItem(top)
            top.setExpanded(True)
        self._select(here)

    def _row(self, mask: Mask, one: MaskLabel) -> QTreeWidgetItem:
        row = QTreeWidgetItem([one.label.name, volume_text(one.facts.volume_ml)])
        row.setData(_NAME, _MASK_ROLE, mask.identity)
        row.setData(_NAME, _VALUE_ROLE, one.label.value)
        row.setIcon(_NAME, _swatch(one.label.colour, self._theme))
        told = self.tr("{0}, number {1} in the file").format(one.label.name, one.label.value)
        row.setToolTip(_NAME, told)
        row.setSizeHint(_NAME, QSize(0, _ROW_PX))
        row.setTextAlignment(_VOLUME, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return row

    def _show_checks(self) -> None:
        for top in _tops(self._tree):
            mask = self._mask_of(top)
            for row in _rows(top):
                is_shown = row.data(_NAME, _VALUE_ROLE) in mask.shown
                row.setCheckState(_NAME, _CHECKED if is_shown else _UNCHECKED)
            shown = len(mask.shown)
            partly = Qt.CheckState.PartiallyChecked if shown else _UNCHECKED
            top.setCheckState(_NAME, _CHECKED if shown == len(mask.labels) else partly)

    def _mask_of(self, item: QTreeWidgetItem) -> Mask:
        identity = item.data(_NAME, _MASK_ROLE)
        return next(mask for mask in self._masks if mask.identity == identity)

    def _here(self) -> tuple[object, object] | None:
        item = self._tree.currentItem()
        return None if item is None else _key(item)

    def _select(self, key: tuple[object, object] | None) -> None:
        """Use the row that was in use, else the newest mask."""
        tops = _tops(self._tree)
        rows = [row for top in tops for row in _rows(top)]
        kept = [item for item in (*tops, *rows) if _key(item) == key]
        if kept or tops:
            self._tree.setCurrentItem(kept[0] if kept else tops[-1])

    def _show_current(self) -> None:
        """Let slider, notices and buttons follow the row in use."""
        item = self._tree.currentItem() if self._masks else None
        mask = None if item is None else self._mask_of(item)
        value = None if item is None else item.data(_NAME, _VALUE_ROLE)
        has_place = any(
            one.label.value == value and one.facts.centre_mm is not None
            for one in (mask.labels if mask else ())
        )
        self._go_to.setEnabled(has_place)
        self._close.setEnabled(mask is not None)
        self._opacity.setEnabled(mask is not None)
        self._notices.show_text("\n".join(one.text for one in mask.notices) if mask else "")
        percent = round(_PERCENT * mask.opacity) if mask else 0
        with QSignalBlocker(self._opacity):
            self._opacity.setValue(percent)
        self._percent.setText(f"{percent} %" if mask else "")

    def _report_opacity(self, percent: int) -> None:
        item = self._tree.currentItem()
        if item is not None:
            self._percent.setText(f"{percent} %")
            self.opacity_picked.emit(item.data(_NAME, _MASK_ROLE), percent / _PERCENT)

    def _report_check(self, item: QTreeWidgetItem, column: int) -> None:
        if column != _NAME:
            return
        mask, value = self._mask_of(item), item.data(_NAME, _VALUE_ROLE)
        is_checked = item.checkState(_NAME) is not _UNCHECKED
        values = {one.label.value for one in mask.labels} if value is None else {value}
        shown = mask.shown | values if is_checked else mask.shown - values
        self.labels_picked.emit(mask.identity, frozenset(shown))

    def _ask_to_go(self) -> None:
        item = self._tree.currentItem()
        if item is not None and self._go_to.isEnabled():
            identity, value = _key(item)
            self.go_to_requested.emit(identity, value)

    def _ask_to_close(self) -> None:
        item = self._tree.currentItem()
        if item is not None:
            self.close_requested.emit(item.data(_NAME, _MASK_ROLE))


def _tree(parent: QWidget) -> QTreeWidget:
    tree = QTreeWidget(parent)
    tree.setHeaderLabels([tree.tr("Structure"), tree.tr("Volume")])
    tree.setIconSize(QSize(SWATCH, SWATCH))
    tree.setUniformRowHeights(True)
    tree.setIndentation(SWATCH)
    tree.setExpandsOnDoubleClick(False)
    tree.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    header = tree.header()
    header.setStretchLastSection(False)
    header.setSectionResizeMode(_NAME, QHeaderView.ResizeMode.Stretch)
    header.setSectionResizeMode(_VOLUME, QHeaderView.ResizeMode.ResizeToContents)
    return tree


def _tops(tree: QTreeWidget) -> list[QTreeWidgetItem]:
    found = (tree.topLevelItem(at) for at in range(tree.topLevelItemCount()))
    return [item for item in found if item is not None]


def _rows(top: QTreeWidgetItem) -> list[QTreeWidgetItem]:
    found = (top.child(at) for at in range(top.childCount()))
    return [item for item in found if item is not None]


def _key(item: QTreeWidgetItem) -> tuple[object, object]:
    return item.data(_NAME, _MASK_ROLE), item.data(_NAME, _VALUE_ROLE)


def _swatch(colour: Colour, theme: Theme) -> QIcon:
    picture = QPixmap(SWATCH, SWATCH)
    picture.fill(QColor(*colour))
    painter = QPainter(picture)
    painter.setPen(QColor(theme.border))
    painter.drawRect(0, 0, SWATCH - 1, SWATCH - 1)
    painter.end()
    return QIcon(picture)
