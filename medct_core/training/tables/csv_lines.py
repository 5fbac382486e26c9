"""Lines of a CSV file, or why there are none."""

import csv
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from medct_core.errors import UsageError

_REMEDY = "Save it as CSV in UTF-8, with commas, and the names of columns on top."
_OTHER_MARKS = {";": "semicolons", "\t": "tabs"}
"""What spreadsheets write in place of commas where a comma parts decimals."""


@dataclass(frozen=True, slots=True)
class CsvLine:
    """One line of cells.

    Attributes
    ----------
    number
        Counted from 1; the first one where a cell has several.
    cells
        As they stand in the file.
    """

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CsvLines:
    """A file of columns with names on top, read line by line.

    Attributes
    ----------
    header
        Names of the columns, without blanks around them; empty where the file is.
    lines
        All below them that are not empty.
    """

    header: tuple[str, ...]
    lines: Iterator[CsvLine]


@contextmanager
def open_csv(table: Path) -> Iterator[CsvLines]:
    """Open a CSV file in UTF-8; what goes wrong while its lines are read is explained too.

    Raises
    ------
    UsageError
        If the file cannot be read as a table.
    """
    try:
        with table.open(newline="", encoding="utf-8-sig") as file:
            lines = _numbered(file)
            top = next(lines, CsvLine(1, ()))
            header = tuple(name.strip() for name in top.cells)
            _require_commas(header, table.name)
            yield CsvLines(header, (line for line in lines if line.cells))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError(
            f"The table {table.name!r} cannot be read: {_why(error)}.",
            remedy="Check the path." if isinstance(error, OSError) else _REMEDY,
        ) from error


def _numbered(file: Iterable[str]) -> Iterator[CsvLine]:
    reader, number = csv.reader(file, strict=True), 1
    for cells in reader:
        yield CsvLine(number, tuple(cells))
        number = reader.line_num + 1


def _require_commas(header: tuple[str, ...], table: str) -> None:
    if len(header) != 1:
        return
    for mark, name in _OTHER_MARKS.items():
        if mark in header[0]:
            raise UsageError(
                f"The columns of the table {table!r} are parted by {name}, not by commas.",
                remedy=_REMEDY,
            )


def _why(error: Exception) -> str:
    if isinstance(error, OSError):
        return error.strerror or "it cannot be opened"
    return "it is not in UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)
