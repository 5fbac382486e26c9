"""Filling a cache: each scan is prepared once; what cannot be is named, and stops nothing."""

import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import partial
from pathlib import Path

from medct_core.cancel import Cancelled, CancelToken
from medct_core.errors import OutOfDiskError
from medct_core.preprocess.prepare import prepare
from medct_core.training.tables.opening import usable_volume, why_unusable
from medct_core.training.tables.scan_pool import each_scan
from medct_core.training.tables.scan_table import ScanRow
from medct_core.training.tables.tensor_cache import TensorCache, open_cache

_LEFT_BEHIND_S = 3600.0
"""A part of a file that nobody touched for an hour belongs to a run that was killed."""


class State(Enum):
    """What became of a scan."""

    NEW = "new"
    THERE = "there already"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Filled:
    """What became of one scan.

    Attributes
    ----------
    row
        Whose scan it is.
    state
        In a word or two.
    why
        Why it was refused, else empty.
    difference
        Largest change by 16 bits, in the model's range; None where it was refused.
    """

    row: ScanRow
    state: State
    why: str = ""
    difference: float | None = None


@dataclass(frozen=True, slots=True)
class Need:
    """What filling a cache takes.

    Attributes
    ----------
    missing
        Scans that have no tensor yet.
    bytes_needed, bytes_free
        On disk.
    """

    missing: int
    bytes_needed: int
    bytes_free: int


def need_of(cache: TensorCache, rows: Sequence[ScanRow]) -> Need:
    """Say how much room the scans take that are not in the cache yet."""
    missing = len({row.file for row in rows if cache.find(row) is None})
    free = shutil.disk_usage(cache.folder).free
    return Need(missing, missing * cache.bytes_a_scan, free)


def fill_cache(
    cache: TensorCache,
    rows: Sequence[ScanRow],
    *,
    workers: int = 1,
    cancel: CancelToken | None = None,
    on_progress: Callable[[float], None] | None = None,
) -> Iterator[Filled]:
    """Prepare scans that were not prepared before.

    Work that was ended in any way is taken up by doing it again.

    Parameters
    ----------
    cache
        Where they go, and by which recipe they are prepared.
    rows
        The scans; each says where its file lies.
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
    OutOfDiskError
        If they do not fit, before the first is prepared.
    Cancelled
        If `cancel` was raised.
    """
    need = need_of(cache, rows)
    if need.bytes_needed > need.bytes_free:
        raise OutOfDiskError(
            f"{need.missing} prepared scans take {need.bytes_needed / 1e9:.2f} GB; "
            f"{need.bytes_free / 1e9:.2f} GB are free.",
            remedy="Free some space, choose another folder, or draw fewer scans first.",
        )
    _remove_left_behind(cache.folder)
    work = partial(_filled, cache.folder)
    yield from each_scan(work, rows, workers=workers, cancel=cancel, on_progress=on_progress)


def _filled(folder: Path, row: ScanRow, cancel: CancelToken) -> Filled:
    try:
        cache = open_cache(folder)
        found = cache.find(row)
        if found is not None:
            return Filled(row, State.THERE, difference=found.difference)
        volume = usable_volume(row, cache.recipe, cancel=cancel)
        kept = cache.keep(row, prepare(volume, cache.recipe, cancel=cancel))
    except (Cancelled, OutOfDiskError):
        raise
    except Exception as error:  # noqa: BLE001 - one scan that fails stops no other
        return Filled(row, State.REFUSED, why_unusable(error))
    return Filled(row, State.NEW, difference=kept.difference)


def _remove_left_behind(folder: Path) -> None:
    for part in folder.rglob(".*.part.*"):
        try:
            if time.time() - part.stat().st_mtime > _LEFT_BEHIND_S:
                part.unlink()
        except FileNotFoundError:  # another process was quicker
            continue
