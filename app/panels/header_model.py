"""HeaderModel: the lines of a header, searched, with what names somebody hidden."""

import re
from collections.abc import Callable
from html import escape

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from medct_core.io.tag_row import TagRow

COLUMNS = ("Tag", "Name", "VR", "Value")
HIDDEN = "hidden (Shift+F12)"
ROW_ROLE = Qt.ItemDataRole.UserRole
IS_HIDDEN_ROLE = Qt.ItemDataRole.UserRole + 1

_INDENT = "    "
_TOP = QModelIndex()
_TAG_NOISE = re.compile(r"[(),\s]")

Index = QModelIndex | QPersistentModelIndex


def matching(
    rows: tuple[TagRow, ...], needle: str, shown_value: Callable[[TagRow], str]
) -> tuple[TagRow, ...]:
    """Lines that hold a text in number, keyword, name or value, and the sequences around them.

    Parameters
    ----------
    needle
        Upper and lower case are alike; ``0018,0060`` and ``00180060`` find ``(0018,0060)``.
    shown_value
        Gives the value as it is shown, so that nothing hidden can be found.
    """
    if not needle.strip():
        return rows
    kept: set[int] = set()
    above: list[int] = []
    for at, row in enumerate(rows):
        above = [place for place in above if rows[place].depth < row.depth]
        above.append(at)
        if _holds(row, needle.strip().lower(), shown_value(row)):
            kept.update(above)
    return tuple(rows[at] for at in sorted(kept))


def _holds(row: TagRow, needle: str, value: str) -> bool:
    number = _TAG_NOISE.sub("", row.tag).lower()
    plain = _TAG_NOISE.sub("", needle)
    texts = (row.keyword.lower(), row.name.lower(), value.lower())
    return bool(plain and plain in number) or any(needle in text for text in texts)


class HeaderModel(QAbstractTableModel):
    """One row a line; columns are number, name, kind and value."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all: tuple[TagRow, ...] = ()
        self._rows: tuple[TagRow, ...] = ()
        self._needle = ""
        self._shows_patient = False

    @property
    def count_of_all(self) -> int:
        """Number of lines, found or not."""
        return len(self._all)

    @property
    def needle(self) -> str:
        """What is searched for."""
        return self._needle

    def show_rows(self, rows: tuple[TagRow, ...]) -> None:
        """Replace all lines; the search stays."""
        self._all = rows
        self._search()

    def show_matching(self, needle: str) -> None:
        """Show only lines that hold a text, and the sequences around them."""
        self._needle = needle
        self._search()

    def show_patient(self) -> None:
        """Show what names somebody."""
        self._shows_patient = True
        self._search()

    def hide_patient(self) -> None:
        """Hide what names somebody; it cannot be found or copied either."""
        self._shows_patient = False
        self._search()

    def shown_value(self, row: TagRow) -> str:
        """Value as it may be seen."""
        return HIDDEN if row.is_identifying and not self._shows_patient else row.value

    def rowCount(self, parent: Index = _TOP) -> int:  # noqa: N802 - Qt's name
        """Count the lines that are shown."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _TOP) -> int:  # noqa: N802 - Qt's name
        """Count the columns."""
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(  # noqa: N802 - Qt's name
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> str | None:
        """Name a column."""
        if role != Qt.ItemDataRole.DisplayRole or orientation is not Qt.Orientation.Horizontal:
            return None
        return COLUMNS[section]

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Give a cell's text, the `TagRow` under `ROW_ROLE`, or whether its value is hidden."""
        row = self._rows[index.row()]
        value = self.shown_value(row)
        if role == Qt.ItemDataRole.DisplayRole:
            return (row.tag, _INDENT * row.depth + row.name, row.vr, value)[index.column()]
        if role == ROW_ROLE:
            return row
        if role == IS_HIDDEN_ROLE:
            return value is HIDDEN
        if role == Qt.ItemDataRole.ToolTipRole:
            lines = (f"{row.tag} {row.keyword}".strip(), row.name, value)
            return "<br>".join(escape(line) for line in dict.fromkeys(lines) if line)
        return None

    def _search(self) -> None:
        self.beginResetModel()
        self._rows = matching(self._all, self._needle, self.shown_value)
        self.endResetModel()
