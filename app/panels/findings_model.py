"""FindingsModel: the rows of the findings list, sorted and searched, as Qt asks for them."""

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from app.panels.finding_row import (
    FindingRow,
    Order,
    arranged,
    captions,
    score_text,
    spoken,
    verdict_text,
)

ROW_ROLE = Qt.ItemDataRole.UserRole
"""Gives the `FindingRow`."""

CAPTION_ROLE = Qt.ItemDataRole.UserRole + 1
"""Gives the heading above a row, empty for none."""

COLUMNS = ("Finding", "Score", "Verdict", "Review")

Index = QModelIndex | QPersistentModelIndex

_TOP = QModelIndex()


class FindingsModel(QAbstractTableModel):
    """One row a finding; columns are finding, score, verdict and review."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all: tuple[FindingRow, ...] = ()
        self._shown: tuple[FindingRow, ...] = ()
        self._captions: tuple[str, ...] = ()
        self._order = Order.SCORE
        self._needle = ""

    @property
    def count_of_all(self) -> int:
        """Number of rows, also of those that the search leaves out."""
        return len(self._all)

    def show_rows(self, rows: tuple[FindingRow, ...]) -> None:
        """Replace the rows."""
        self._all = rows
        self._arrange()

    def show_order(self, order: Order) -> None:
        """Sort in another way."""
        self._order = order
        self._arrange()

    def show_matching(self, needle: str) -> None:
        """Keep the rows whose name or synonyms hold `needle`."""
        self._needle = needle
        self._arrange()

    def row_named(self, name: str) -> QModelIndex:
        """Index of a finding; invalid if it is not shown."""
        for number, row in enumerate(self._shown):
            if row.name == name:
                return self.index(number, 0)
        return QModelIndex()

    def rowCount(self, parent: Index = _TOP) -> int:  # noqa: N802 - Qt's name
        """Count the rows shown."""
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index = _TOP) -> int:  # noqa: N802 - Qt's name
        """Count the columns."""
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(  # noqa: N802 - Qt's name
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> str | None:
        """Name the columns."""
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return COLUMNS[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Give one cell, or the whole row under `ROW_ROLE`."""
        row = self._shown[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return _cells(row)[index.column()]
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return spoken(row)
        if role == ROW_ROLE:
            return row
        return self._captions[index.row()] if role == CAPTION_ROLE else None

    def _arrange(self) -> None:
        before = [row.name for row in self._shown]
        rows = arranged(self._all, self._order, self._needle)
        headings = captions(rows, self._order)
        if [row.name for row in rows] == before and headings == self._captions:
            self._shown = rows
            # Rows that stay in place keep the selection and the scroll position.
            if rows:
                self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, len(COLUMNS) - 1))
            return
        self.beginResetModel()
        self._shown, self._captions = rows, headings
        self.endResetModel()


def _cells(row: FindingRow) -> tuple[str, str, str, str]:
    return (
        row.name,
        score_text(row.finding),
        verdict_text(row.finding.verdict),
        row.review.value,
    )
