"""ShortcutsPage: all actions with their keys in one table, and a field that takes new ones."""

from collections.abc import Iterable, Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QKeySequenceEdit,
    QLabel,
    QLineEdit,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.panels.text_label import TextLabel
from app.windows.action_keys import Keys, bind, choices_of, normalised, owner_of, refusal_of, shown
from app.windows.action_table import ActionRow
from app.windows.actions import translated

_PORTABLE = QKeySequence.SequenceFormat.PortableText
_ACTION, _PLACE, _KEYS = range(3)


class ShortcutsPage(QWidget):
    """Holds a person's keys while they are being changed; `shortcuts` gives them for settings.

    Parameters
    ----------
    rows
        Of the table of actions.
    shortcuts
        As settings hold them.
    parent
        Owner.
    """

    def __init__(
        self,
        rows: Iterable[ActionRow],
        shortcuts: Mapping[str, str],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._rows = tuple(rows)
        self._by_name = {row.name: row for row in self._rows}
        # What another version of the program knows is kept for it.
        self._foreign = {
            name: text for name, text in shortcuts.items() if name not in self._by_name
        }
        self._keys: dict[str, Keys] = dict(bind(self._rows, shortcuts).keys)
        self._search = QLineEdit(clearButtonEnabled=True)
        self._table = QTableWidget(len(self._rows), 3)
        self._key_items = [QTableWidgetItem() for _ in self._rows]
        self._asked = QLabel()
        self._capture = QKeySequenceEdit(maximumSequenceLength=1)
        self._conflict = TextLabel(role="caution")
        self._set = QPushButton(self.tr("&Use this key"), autoDefault=False)
        self._add = QPushButton(self.tr("Use it &as well"), autoDefault=False)
        self._remove = QPushButton(self.tr("&No key"), autoDefault=False)
        self._usual = QPushButton(self.tr("Usual &key"), autoDefault=False)
        self._all_usual = QPushButton(self.tr("&Reset all keys"), autoDefault=False)
        self._describe()
        self._lay_out()
        self._fill()
        self._connect()
        self._table.selectRow(0)

    def shortcuts(self) -> dict[str, str]:
        """Give what settings must keep: only what differs from the usual keys."""
        return {**self._foreign, **choices_of(self._rows, self._keys)}

    def choose_row(self, name: str) -> None:
        """Select the action whose keys are to be changed."""
        at = next(at for at, row in enumerate(self._rows) if row.name == name)
        self._table.selectRow(at)

    def _describe(self) -> None:
        self._search.setPlaceholderText(self.tr("Search an action or a key"))
        self._search.setAccessibleName(self.tr("Search actions"))
        self._table.setAccessibleName(self.tr("Actions and their keys"))
        self._capture.setAccessibleName(self.tr("New key"))
        self._capture.setToolTip(self.tr("Click here, then press the new key"))
        self._set.setToolTip(self.tr("Give the action this key and no other"))
        self._add.setToolTip(self.tr("Give the action this key beside those it has"))
        self._remove.setToolTip(self.tr("Take all keys from the action"))
        self._usual.setToolTip(self.tr("Give the action its usual keys again"))
        self._all_usual.setToolTip(self.tr("Give every action its usual keys again"))

    def _lay_out(self) -> None:
        self._table.setHorizontalHeaderLabels([self.tr("Action"), self.tr("Menu"), self.tr("Keys")])
        self._table.verticalHeader().hide()
        self._table.setShowGrid(False)
        self._table.setAlternatingRowColors(True)
        self._table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self._table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self._table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self._table.setTabKeyNavigation(False)
        header = self._table.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(_ACTION, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(_PLACE, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(_KEYS, QHeaderView.ResizeMode.ResizeToContents)
        taking, buttons = QHBoxLayout(), QHBoxLayout()
        taking.addWidget(self._asked, 1)
        taking.addWidget(self._capture)
        taking.addWidget(self._set)
        taking.addWidget(self._add)
        for button in (self._remove, self._usual):
            buttons.addWidget(button)
        buttons.addStretch(1)
        buttons.addWidget(self._all_usual)
        layout = QVBoxLayout(self)
        layout.addWidget(self._search)
        layout.addWidget(self._table, 1)
        layout.addLayout(taking)
        layout.addWidget(self._conflict)
        layout.addLayout(buttons)

    def _connect(self) -> None:
        self._search.textChanged.connect(self._filter)
        self._table.itemSelectionChanged.connect(self._show_row)
        self._capture.keySequenceChanged.connect(self._show_conflict)
        self._set.clicked.connect(self._use_alone)
        self._add.clicked.connect(self._use_as_well)
        self._remove.clicked.connect(self._use_none)
        self._usual.clicked.connect(self._use_usual)
        self._all_usual.clicked.connect(self._reset_all)

    def _fill(self) -> None:
        for at, row in enumerate(self._rows):
            self._table.setItem(at, _ACTION, QTableWidgetItem(_plain(row)))
            self._table.setItem(at, _PLACE, QTableWidgetItem(_place(row)))
            self._table.setItem(at, _KEYS, self._key_items[at])
        self._show_keys()

    def _show_keys(self) -> None:
        for item, row in zip(self._key_items, self._rows, strict=True):
            keys = self._keys[row.name]
            item.setText(_said(keys))
            font = item.font()
            font.setBold(keys != row.keys)
            item.setFont(font)
            item.setToolTip(self.tr("Not the usual key") if keys != row.keys else "")

    def _filter(self, needle: str) -> None:
        sought = needle.strip().casefold()
        for at, row in enumerate(self._rows):
            texts = f"{_plain(row)}\n{_place(row)}\n{_said(self._keys[row.name])}"
            self._table.setRowHidden(at, sought not in texts.casefold())

    def _chosen(self) -> ActionRow:
        return self._rows[max(self._table.currentRow(), 0)]

    def _key(self) -> str:
        return normalised(self._capture.keySequence().toString(_PORTABLE))

    def _show_row(self) -> None:
        self._asked.setText(
            self.tr("New key for “{action}”:").format(action=_plain(self._chosen()))
        )
        self._capture.clear()
        self._show_conflict()

    def _show_conflict(self) -> None:
        key, row = self._key(), self._chosen()
        refusal = refusal_of(key) if key else ""
        owner = owner_of(key, self._keys) if key else ""
        said = ""
        if refusal:
            said = self.tr("{key} cannot be used: it {refusal}.").format(
                key=shown(key), refusal=refusal
            )
        elif owner and owner != row.name:
            said = self.tr("{key} starts “{other}” now; used here, it no longer will.").format(
                key=shown(key), other=_plain(self._by_name[owner])
            )
        self._conflict.show_text(said)
        is_usable = bool(key) and not refusal
        self._set.setEnabled(is_usable)
        self._add.setEnabled(is_usable)
        self._remove.setEnabled(bool(self._keys[row.name]))
        self._usual.setEnabled(self._keys[row.name] != row.keys)
        self._all_usual.setEnabled(bool(choices_of(self._rows, self._keys)))

    def _use_alone(self) -> None:
        self._give(self._chosen().name, (self._key(),))

    def _use_as_well(self) -> None:
        name, key = self._chosen().name, self._key()
        others = tuple(one for one in self._keys[name] if one != key)
        self._give(name, (*others, key))

    def _use_none(self) -> None:
        self._give(self._chosen().name, ())

    def _use_usual(self) -> None:
        self._give(self._chosen().name, self._chosen().keys)

    def _reset_all(self) -> None:
        self._keys = {row.name: row.keys for row in self._rows}
        self._refresh()

    def _give(self, name: str, keys: Keys) -> None:
        """Give keys to one action and take them from all others."""
        others = {
            other: tuple(key for key in own if key not in keys) for other, own in self._keys.items()
        }
        self._keys = {**others, name: keys}
        self._refresh()

    def _refresh(self) -> None:
        self._show_keys()
        self._show_row()


def _said(keys: Keys) -> str:
    return ", ".join(shown(key) for key in keys)


def _place(row: ActionRow) -> str:
    parts = (row.menu.value, row.submenu)
    return " > ".join(translated(part).replace("&", "") for part in parts if part)


def _plain(row: ActionRow) -> str:
    return translated(row.text).replace("&", "").rstrip("…")
