"""Opening every scan of a table: which cannot be used, and why; nothing stops at the first."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from medct_core.cancel import Cancelled, CancelToken
from medct_core.errors import MedctError, NotScorableError
from medct_core.preprocess.recipe import Recipe
from medct_core.preprocess.suitability import unsuitability
from medct_core.training.tables.scan_pool import each_scan
from medct_core.training.tables.scan_reading import read_row
from medct_core.training.tables.scan_table import ScanRow
from medct_core.volume.volume import Volume


@dataclass(frozen=True, slots=True)
class Opened:
    """What was found in one file.

    Attributes
    ----------
    row
        Whose scan it is.
    why
        Why it cannot be used; empty where it can.
    notices
        Codes of what must be known about it.
    volume_sha256
        Of voxels and geometry; empty where it cannot be used.
    """

    row: ScanRow
    why: str
    notices: tuple[str, ...] = ()
    volume_sha256: str = ""


@dataclass(frozen=True, slots=True)
class Copies:
    """Equal scans under several names: lines by the table's place."""

    lines: dict[int, tuple[int, ...]]

    @property
    def are_in_several_tables(self) -> bool:
        """Whether a model would be measured on what it learned from."""
        return len(self.lines) > 1


def open_scans(
    rows: Sequence[ScanRow],
    recipe: Recipe,
    *,
    workers: int = 1,
    cancel: CancelToken | None = None,
    on_progress: Callable[[float], None] | None = None,
) -> Iterator[Opened]:
    """Open scans as training would.

    Parameters
    ----------
    rows
        Each says where its file lies.
    recipe
        Of the model that shall be trained.
    workers
        Processes; each needs memory for a scan.
    cancel
        Checked within every scan.
    on_progress
        Takes the fraction of scans that is done, in [0, 1].

    Yields
    ------
    One for each row, as they are done.

    Raises
    ------
    Cancelled
        If `cancel` was raised.
    """
    work = partial(_opened, recipe)
    yield from each_scan(work, rows, workers=workers, cancel=cancel, on_progress=on_progress)


def copies_in(tables: Sequence[Sequence[Opened]]) -> tuple[Copies, ...]:
    """Find equal scans, voxel for voxel, that stand in several lines.

    Parameters
    ----------
    tables
        What was found in each table.
    """
    where: dict[str, dict[int, tuple[int, ...]]] = {}
    for place, found in enumerate(tables):
        for one in found:
            if one.volume_sha256:
                lines = where.setdefault(one.volume_sha256, {})
                lines[place] = (*lines.get(place, ()), one.row.line)
    return tuple(Copies(lines) for lines in where.values() if sum(map(len, lines.values())) > 1)


def usable_volume(row: ScanRow, recipe: Recipe, *, cancel: CancelToken) -> Volume:
    """Read a scan, and refuse what a model of chest CT cannot learn from.

    Raises
    ------
    ScanRefusedError
        If it cannot be read, or is no chest CT.
    UsageError
        If nobody said where it lies.
    Cancelled
        If `cancel` was raised.
    """
    volume = read_row(row, cancel=cancel)
    reasons = unsuitability(volume)
    if reasons:
        raise NotScorableError(
            " ".join(reason.text for reason in reasons),
            remedy=f"Leave it out: {recipe.name} reads chest CTs in Hounsfield units.",
        )
    return volume


def why_unusable(error: Exception) -> str:
    """Say in a sentence or two why a scan cannot be used."""
    if isinstance(error, MedctError):
        return error.summary
    if isinstance(error, MemoryError):
        return "It does not fit into memory."
    if isinstance(error, OSError):
        return f"It cannot be read: {error.strerror or 'the file is damaged'}."
    return f"It cannot be read: {type(error).__name__}: {error}"


def _opened(recipe: Recipe, row: ScanRow, cancel: CancelToken) -> Opened:
    try:
        volume = usable_volume(row, recipe, cancel=cancel)
    except Cancelled:
        raise
    except Exception as error:  # noqa: BLE001 - one scan that fails stops no other
        return Opened(row, why_unusable(error))
    codes = tuple(dict.fromkeys(one.code for one in volume.notices))
    return Opened(row, "", codes, volume.content_sha256)
