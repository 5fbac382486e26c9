"""MeasurementsModel: the rows of the measurements table, as Qt asks for them."""

from collections.abc import Iterable

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from medct_core.measurement.plane import Point
from medct_core.measurement.shapes import Bidirectional
from medct_core.measurement.table import MeasurementRow
from medct_core.measurement.words import KIND_NAMES, area_text, position_text

IDENTITY_ROLE = Qt.ItemDataRole.UserRole
"""Gives the id of the measurement."""

COLUMNS = ("Measurement", "Value")
NAME_COLUMN = 0

Index = QModelIndex | QPersistentModelIndex

_TOP = QModelIndex()
_SHORT_KINDS = {KIND_NAMES[Bidirectional.KIND]: "Axes"}
_DEPTH_AXIS = {"sagittal": 0, "coronal": 1, "axial": 2}
_NOTHING = "–"  # noqa: RUF001 (a dash stands for no value)


def value_text(row: MeasurementRow) -> str:
    """Say the numbers of a measurement in at most two short lines, each with its unit.

    Of a region mean and standard deviation, then the area: ``-862 ± 41 HU``.
    """
    found = {one.name: one for one in row.quantities}
    if "length_mm" in found:
        return f"{found['length_mm'].value:.1f} mm"
    if "angle_deg" in found:
        return f"{found['angle_deg'].value:.1f}°"
    if "long_axis_mm" in found:
        long_mm, short_mm = found["long_axis_mm"].value, found["short_axis_mm"].value
        mean_mm = found["mean_diameter_mm"].value
        return f"{long_mm:.1f} x {short_mm:.1f} mm\nmean {mean_mm:.0f} mm"
    if "mean" in found:
        unit = " HU" if found["mean"].unit == "HU" else ""
        mean, sd = round(found["mean"].value) + 0, round(found["sd"].value)
        area = area_text(found["area_mm2"].value).replace("m2", "m²")
        return f"{mean} ± {sd}{unit}\n{area}"
    return "Outside the scan" if row.quantities else _NOTHING


def slice_text(row: MeasurementRow) -> str:
    """Say on which slice a measurement lies: ``Axial S 12.1 mm``; of an oblique one its middle."""
    return f"{row.plane.capitalize()} {_depth_text(row.plane, row.centre_mm)}"


def as_text(rows: Iterable[MeasurementRow]) -> str:
    """List measurements for a report, one a line."""
    return "\n".join(f"{_named(row)} ({_lower_first(slice_text(row))})" for row in rows)


class MeasurementsModel(QAbstractTableModel):
    """One row a measurement; kind, label and slice, then the value. Changes nothing itself."""

    renamed = Signal(str, str)  # id of a measurement, its new label

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[MeasurementRow, ...] = ()

    @property
    def rows(self) -> tuple[MeasurementRow, ...]:
        """What is listed."""
        return self._rows

    def show_rows(self, rows: tuple[MeasurementRow, ...]) -> None:
        """Replace the rows; those that keep their place keep the selection."""
        if [row.id for row in rows] == [row.id for row in self._rows]:
            self._rows = rows
            if rows:
                last = self.index(len(rows) - 1, len(COLUMNS) - 1)
                self.dataChanged.emit(self.index(0, 0), last)
            return
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def index_of(self, identity: str) -> QModelIndex:
        """Index of a measurement; invalid if it is not listed."""
        for number, row in enumerate(self._rows):
            if row.id == identity:
                return self.index(number, 0)
        return QModelIndex()

    def rowCount(self, parent: Index = _TOP) -> int:  # noqa: N802 - Qt's name
        """Count the measurements."""
        return 0 if parent.isValid() else len(self._rows)

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
        """Give one cell, its whole text as a tooltip, or the id under `IDENTITY_ROLE`."""
        row = self._rows[index.row()]
        if role == IDENTITY_ROLE:
            return row.id
        if role == Qt.ItemDataRole.EditRole:
            return row.label
        if role == Qt.ItemDataRole.DisplayRole:
            return _cells(row)[index.column()]
        if role in {Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleDescriptionRole}:
            return as_text((row,))
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Let the label be edited, nothing else."""
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        has_label = index.column() == NAME_COLUMN
        return flags | Qt.ItemFlag.ItemIsEditable if has_label else flags

    def setData(  # noqa: N802 - Qt's name
        self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole
    ) -> bool:
        """Report a label that was typed; it is shown once somebody has changed it."""
        row = self._rows[index.row()]
        label = str(value).strip()
        if role != Qt.ItemDataRole.EditRole or label == row.label:
            return False
        self.renamed.emit(row.id, label)
        return True


def _cells(row: MeasurementRow) -> tuple[str, str]:
    kind = _SHORT_KINDS.get(row.kind, row.kind)
    name = f"{kind} · {row.label}" if row.label else kind
    return f"{name}\n{slice_text(row)}", value_text(row)


def _depth_text(plane: str, centre_mm: Point) -> str:
    whole = position_text(centre_mm)
    if plane not in _DEPTH_AXIS:
        return whole
    parts = whole.removesuffix(" mm").split(", ")
    return f"{parts[_DEPTH_AXIS[plane]]} mm"


def _named(row: MeasurementRow) -> str:
    if not row.quantities:
        return f"{row.kind}: {row.label or _NOTHING}"
    # A region's line of numbers does not say what it is.
    text = row.text if row.text.startswith(row.kind.split()[0]) else f"{row.kind}: {row.text}"
    return f"{row.label}: {text}" if row.label else text


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]
