"""Side tables: what other files say of the scans of a table, joined by the name of the volume."""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from medct_core.errors import UsageError
from medct_core.training.tables.csv_lines import open_csv

REPORT_COLUMNS = ("findings_en", "impressions_en")
"""What is read of CT-RATE's reports; clinical information and technique are left where they are."""

_XY, _Z, _SLOPE, _INTERCEPT = "xyspacing", "zspacing", "rescaleslope", "rescaleintercept"
METADATA_COLUMNS = (_XY, _Z, _SLOPE, _INTERCEPT)

_VOLUME = "volumename"
_SPELLED = {
    _VOLUME: "VolumeName",
    "findings_en": "Findings_EN",
    "impressions_en": "Impressions_EN",
    _XY: "XYSpacing",
    _Z: "ZSpacing",
    _SLOPE: "RescaleSlope",
    _INTERCEPT: "RescaleIntercept",
}
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_ENDING = re.compile(r"(\.nii)?(\.gz)?$", re.IGNORECASE)


class UnusableLineError(Exception):
    """Why one line of a table cannot be used; whoever reads the table names it."""


@dataclass(frozen=True, slots=True)
class ScanMetadata:
    """What CT-RATE's metadata say of a volume whose own header may say nothing.

    Attributes
    ----------
    spacing_mm
        Along (i, j, k) of the stored array: columns, rows, slices.
    slope, intercept
        Hounsfield units are slope * stored value + intercept.
    """

    spacing_mm: tuple[float, float, float]
    slope: float
    intercept: float


@dataclass(frozen=True, slots=True)
class SideTable:
    """What one file says of volumes.

    Attributes
    ----------
    name
        Of the file.
    """

    name: str
    _cells: Mapping[str, Mapping[str, str]]
    _contradicted: frozenset[str]

    def cells_of(self, scan: str) -> Mapping[str, str]:
        """Give the cells of a scan, by the names of columns in small letters.

        Raises
        ------
        UnusableLineError
            If the table says nothing of it, or two different things.
        """
        key = volume_key(scan)
        if key in self._contradicted:
            raise UnusableLineError(f"{self.name} says two different things of it")
        if key not in self._cells:
            raise UnusableLineError(f"{self.name} says nothing of it")
        return self._cells[key]

    def count_without(self, scans: Iterable[str]) -> int:
        """Count the volumes of this table that are none of `scans`."""
        return len(self._cells.keys() - {volume_key(scan) for scan in scans})


def read_side_table(table: Path, columns: tuple[str, ...]) -> SideTable:
    """Read what a file says of volumes.

    Parameters
    ----------
    table
        A CSV file with ``VolumeName``; every column that is not asked for is left alone.
    columns
        Names in small letters.

    Raises
    ------
    UsageError
        If the file cannot be read, or lacks a column.
    """
    with open_csv(table) as found:
        place = {name.casefold(): number for number, name in enumerate(found.header)}
        _require((_VOLUME, *columns), place, table.name)
        cells: dict[str, dict[str, str]] = {}
        contradicted: set[str] = set()
        for line in found.lines:
            if len(line.cells) != len(found.header):
                raise UsageError(
                    f"Line {line.number} of {table.name!r} has {len(line.cells)} cells, its header "
                    f"{len(found.header)}.",
                    remedy="Save the table again as CSV.",
                )
            key = volume_key(line.cells[place[_VOLUME]])
            said = {column: line.cells[place[column]].strip() for column in columns}
            if cells.setdefault(key, said) != said:
                contradicted.add(key)
    return SideTable(table.name, cells, frozenset(contradicted))


def volume_key(scan: str) -> str:
    """Give what a volume is joined by: the name of its file, without folders and endings."""
    return _ENDING.sub("", scan.strip().replace("\\", "/").rsplit("/", 1)[-1])


def metadata_of(scan: str, table: SideTable) -> ScanMetadata:
    """Read spacing, slope and intercept of a scan.

    Raises
    ------
    UnusableLineError
        If they are not there, or are no numbers that can be meant.
    """
    cells = table.cells_of(scan)
    # As DICOM's PixelSpacing: between rows first, then between columns.
    plane = _numbers(cells, _XY, (1, 2))
    slice_mm, slope, intercept = (
        _numbers(cells, column, (1,))[0] for column in METADATA_COLUMNS[1:]
    )
    if min(*plane, slice_mm) <= 0 or slope == 0:
        raise UnusableLineError(
            f"{table.name} gives it the spacing {cells[_XY]}, {cells[_Z]} and the slope "
            f"{cells[_SLOPE]}, which cannot be"
        )
    return ScanMetadata((plane[-1], plane[0], slice_mm), slope, intercept)


def _numbers(cells: Mapping[str, str], column: str, counts: tuple[int, ...]) -> list[float]:
    cell = cells[column]
    # CT-RATE writes a spacing as "[0.703, 0.703]".
    numbers = [float(one) for one in _NUMBER.findall(cell)]
    rest = _NUMBER.sub("", cell).strip("[]() ,")
    if len(numbers) not in counts or rest or not all(map(math.isfinite, numbers)):
        raise UnusableLineError(f"its {_SPELLED[column]} is {cell!r}, no number")
    return numbers


def _require(columns: tuple[str, ...], place: Mapping[str, int], name: str) -> None:
    missing = [_SPELLED[column] for column in columns if column not in place]
    if missing:
        raise UsageError(
            f"The table {name!r} has no column {', '.join(missing)}.",
            remedy="Name the file of CT-RATE that has them.",
        )
