"""Rows of a table written as a table of their own."""

import csv
import os
from collections.abc import Sequence
from pathlib import Path

from medct_core.errors import UsageError
from medct_core.inference.safe_write import replacing
from medct_core.training.tables.scan_table import ScanRow, ScanTable

_PATH = "path"


def write_rows(
    table: ScanTable, rows: Sequence[ScanRow], out: Path, *, scans: Path | None = None
) -> None:
    """Write rows as they stand in their table, below its names of columns.

    Paths that start at the table's folder are written so that they start at that of the new one.

    Parameters
    ----------
    table
        Whose rows they are.
    out
        Must not exist.
    scans
        Where paths start if not at the table's folder; they stay as they are.

    Raises
    ------
    UsageError
        If the file is there already, or cannot be written.
    """
    require_new(out)
    place = _path_column(table) if scans is None else None
    try:
        with replacing(out) as part, part.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(table.header)
            writer.writerows(_cells(row, place, out.parent) for row in rows)
    except OSError as error:
        raise UsageError(
            f"{str(out)!r} cannot be written: {error.strerror}.", remedy="Choose another folder."
        ) from error


def require_new(out: Path) -> None:
    """Refuse to write over a file.

    Raises
    ------
    UsageError
        If it is there already.
    """
    if out.exists():
        raise UsageError(f"{out.name!r} exists already.", remedy="Choose another name.")


def _path_column(table: ScanTable) -> int | None:
    names = [name.casefold() for name in table.header]
    return names.index(_PATH) if table.has_paths else None


def _cells(row: ScanRow, place: int | None, folder: Path) -> tuple[str, ...]:
    if place is None or row.file is None or Path(row.scan).is_absolute():
        return row.cells
    return (*row.cells[:place], _path_from(folder, row.file), *row.cells[place + 1 :])


def _path_from(folder: Path, file: Path) -> str:
    try:
        return Path(os.path.relpath(file, folder)).as_posix()
    except ValueError:  # Windows: no path leads from one drive to another
        return str(file.resolve())
