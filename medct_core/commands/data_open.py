"""`medct data check --open`: every scan of the tables opened, and each named that is of no use."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from medct_core.cancel import CancelToken
from medct_core.commands.console import progress_bar
from medct_core.commands.data_tables import first_lines
from medct_core.errors import UsageError

if TYPE_CHECKING:
    from medct_core.training.tables.opening import Copies, Opened
    from medct_core.training.tables.scan_table import ScanTable

_WORDS = {
    "scaled-by-metadata": "slope and intercept of the metadata applied",
    "scaled-already": "Hounsfield units already, slope and intercept not applied again",
    "placed-by-metadata": "spacing taken from the metadata",
    "metadata-differ": "spacing of the file kept although the metadata say another",
    "geometry-unknown": "file does not say how the patient lies",
}
"""What a notice says of many scans, by its code."""


@dataclass(frozen=True, slots=True)
class OpenedTable:
    """What the scans of one table were found to be.

    Attributes
    ----------
    name
        Of the table.
    scans
        How many were opened.
    unusable
        Those that no model can learn from, in the order of their lines.
    notices
        How many scans each notice stands on, by its code.
    """

    name: str
    scans: int
    unusable: "tuple[Opened, ...]"
    notices: dict[str, int]


@dataclass(frozen=True, slots=True)
class OpenedTables:
    """What the scans of several tables were found to be; no table where none was opened.

    Attributes
    ----------
    tables
        Each.
    copies
        Equal scans in several lines.
    """

    tables: tuple[OpenedTable, ...] = ()
    copies: "tuple[Copies, ...]" = ()

    @property
    def is_good(self) -> bool:
        """Whether every scan can be used, and none is in two tables."""
        is_double = any(one.are_in_several_tables for one in self.copies)
        return not (is_double or any(table.unusable for table in self.tables))


def open_tables(
    tables: "Sequence[ScanTable]", model_folder: Path, workers: int, cancel: CancelToken
) -> OpenedTables:
    """Open every scan of tables, one table after the other.

    Raises
    ------
    UsageError
        If a table does not say where its scans lie.
    Cancelled
        If `cancel` was raised.
    """
    from medct_core.models.bundle import read_recipe
    from medct_core.training.tables.opening import copies_in, open_scans

    recipe = read_recipe(model_folder)
    for table in tables:
        _require_files(table)
    found: list[list[Opened]] = []
    for table in tables:
        with progress_bar(f"Opening {len(table.rows)} scans of {table.name}") as report:
            scans = open_scans(
                table.rows, recipe, workers=workers, cancel=cancel, on_progress=report
            )
            found.append(list(scans))
    opened = tuple(_opened_table(table, scans) for table, scans in zip(tables, found, strict=True))
    return OpenedTables(opened, copies_in(found))


def _opened_table(table: "ScanTable", found: "Sequence[Opened]") -> OpenedTable:
    unusable = sorted((one for one in found if one.why), key=lambda one: one.row.line)
    notices = Counter(code for one in found for code in one.notices)
    return OpenedTable(table.name, len(found), tuple(unusable), dict(sorted(notices.items())))


def opened_lines(opened: OpenedTable) -> list[str]:
    """Say in words what was found."""
    lines = [f"  {opened.scans} scans opened, {len(opened.unusable)} cannot be used"]
    lines += first_lines(
        f"    line {one.row.line}, {one.row.scan}: {one.why}" for one in opened.unusable
    )
    return lines + [
        f"    {_WORDS[code]}: {count}" for code, count in opened.notices.items() if code in _WORDS
    ]


def copy_lines(opened: OpenedTables) -> list[str]:
    """Name equal scans."""
    return first_lines(
        "the same scan, voxel for voxel: "
        + "; ".join(
            f"{opened.tables[place].name} lines {', '.join(map(str, lines))}"
            for place, lines in one.lines.items()
        )
        for one in opened.copies
    )


def opened_json(opened: OpenedTable) -> dict[str, object]:
    """Give every unusable scan with its line and reason, and all notices by their codes."""
    return {
        "scans": opened.scans,
        "unusable": [
            {"line": one.row.line, "scan": one.row.scan, "why": one.why} for one in opened.unusable
        ],
        "notices": opened.notices,
    }


def _require_files(table: "ScanTable") -> None:
    if any(row.file is None for row in table.rows):
        raise UsageError(
            f"The table {table.name!r} does not say where its scans lie.",
            remedy="Name the folder of the scans with --scans.",
        )
