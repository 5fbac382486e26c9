"""Files with reports: one whole report, or many of them in a table."""

import csv
from pathlib import Path

from medct_core.errors import UsageError

REPORT = "report"
"""Column of a table that holds the texts."""

_LARGEST_BYTES = 64 * 2**20


def read_report(path: Path) -> str:
    """Read one whole report from a text file in UTF-8.

    Raises
    ------
    UsageError
        If it cannot be read, or holds no word.
    """
    text = _text_of(path).strip()
    if not text:
        raise UsageError(f"{path.name!r} holds no text.", remedy="Choose a file with a report.")
    return text


def read_reports(path: Path) -> tuple[str, ...]:
    """Read many reports, each text once: a column of a CSV file, or else one a line.

    Raises
    ------
    UsageError
        If it cannot be read, a table has no column `REPORT`, or there is no report in it.
    """
    text = _text_of(path)
    found = _column(path, text) if path.suffix.lower() == ".csv" else text.splitlines()
    reports = tuple(dict.fromkeys(one.strip() for one in found if one.strip()))
    if not reports:
        raise UsageError(f"{path.name!r} holds no report.", remedy="Write one report a line.")
    return reports


def _text_of(path: Path) -> str:
    try:
        if path.stat().st_size > _LARGEST_BYTES:
            raise UsageError(
                f"{path.name!r} is larger than {_LARGEST_BYTES // 2**20} MB.",
                remedy="Part it into several files.",
            )
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        why = error.strerror or "it cannot be opened"
        raise UsageError(
            f"{path.name!r} cannot be read: {why}.", remedy="Check the path."
        ) from error
    except UnicodeDecodeError as error:
        raise UsageError(
            f"{path.name!r} is no text in UTF-8.", remedy="Save it as text in UTF-8."
        ) from error


def _column(path: Path, text: str) -> list[str]:
    try:
        lines = csv.DictReader(text.splitlines(keepends=True), strict=True)
        names = {name.strip().casefold(): name for name in lines.fieldnames or ()}
        if REPORT not in names:
            raise UsageError(
                f"The table {path.name!r} has no column {REPORT!r}.",
                remedy="Name the column with the texts so.",
            )
        return [line[names[REPORT]] or "" for line in lines]
    except csv.Error as error:
        raise UsageError(
            f"The table {path.name!r} cannot be read: {error}.", remedy="Save it as CSV again."
        ) from error
