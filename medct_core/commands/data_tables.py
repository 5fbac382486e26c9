"""What the commands of `medct data` share: where tables, scans and a model's recipe come from."""

import importlib.util
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from medct_core.commands.interrupt import GRACE_S
from medct_core.errors import UsageError
from medct_core.training.tables.scan_table import ScanRow, ScanTable, read_scan_table

if TYPE_CHECKING:
    from medct_core.models.catalogue import InstalledModel

SHOWN = 20
"""Lines of a list that are printed; --json has all."""

_POOL_GRACE_S = 2.0
"""How long workers may take to end after Ctrl-C; later they end with the process that asked."""

ScansOption = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR",
        help="Folder in which every scan must lie; without it, paths start beside the table.",
    ),
]
ReportsOption = Annotated[
    Path | None,
    typer.Option(metavar="CSV", help="Reports of the volumes, as CT-RATE has them beside labels."),
]
MetadataOption = Annotated[
    Path | None,
    typer.Option(metavar="CSV", help="Spacing, slope and intercept of the volumes, from CT-RATE."),
]
WorkersOption = Annotated[
    int, typer.Option(min=1, help="Processes that read scans; each needs memory for one.")
]


def read_tables(
    tables: Iterable[Path], scans: Path | None, reports: Path | None, metadata: Path | None
) -> list[ScanTable]:
    """Read tables that lie beside the same reports and metadata.

    Raises
    ------
    UsageError
        If one cannot be read.
    """
    return [read_scan_table(one, scans, reports=reports, metadata=metadata) for one in tables]


def unknown_patients(rows: Sequence[ScanRow]) -> list[str]:
    """Warn of scans of which the table does not say whose they are; empty where it does."""
    count = sum(not row.patient for row in rows)
    if not count:
        return []
    return [
        f"{count} scans do not say whose they are, and count as a patient each: two of one patient "
        "may come into two parts; a column 'patient' tells"
    ]


def chosen_model(model: str | None) -> "InstalledModel":
    """Find the model that is named, or the usual one.

    Raises
    ------
    ModelUnavailableError
        If there is none.
    """
    from medct_core.models.catalogue import default_model, find_model

    return find_model(model) if model else default_model()


def grace_of(workers: int) -> float:
    """Say how many seconds work in so many processes may take to stop after Ctrl-C."""
    return GRACE_S if workers == 1 else _POOL_GRACE_S


def require_training(package: str) -> None:
    """Say what to install where a package of the extra for training is missing.

    Raises
    ------
    UsageError
        If it is.
    """
    if importlib.util.find_spec(package) is None:
        raise UsageError(
            f"This needs {package}, which is not installed.",
            remedy="Install what it needs with: pip install 'medct[train]'",
        )


def first_lines(lines: Iterable[str]) -> list[str]:
    """Give as many lines as a person reads, and say how many are left."""
    every = list(lines)
    left = len(every) - SHOWN
    return every[:SHOWN] + ([f"  and {left} more; --json lists all"] if left > 0 else [])


def share(count: int, of: int) -> str:
    """Give a count with its percentage."""
    return f"{count} ({100 * count / of:.2f} %)" if of else "0"
