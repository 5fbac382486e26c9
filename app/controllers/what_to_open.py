"""What was dropped or chosen: one path to open, and whether it is a scan, a session or a mask."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from medct_core.cancel import CancelToken
from medct_core.errors import UsageError
from medct_core.io.files import ScanFile, require_existing
from medct_core.io.sniff import FileKind, kind_of

SESSION_ENDING = ".medct"
_MOST_NAMED = 3
# Files that hold only one half of a scan, and are found by the other.
_DATA_HALVES = frozenset((".img", ".raw", ".zraw", ".bin"))


class PathKind(Enum):
    """What a path leads to."""

    SCAN = "scan"
    SESSION = "session"
    MASK = "mask"


@dataclass(frozen=True, slots=True)
class Recognised:
    """A path, and what it leads to."""

    path: Path
    kind: PathKind


def recognise(paths: Sequence[Path], cancel: CancelToken | None = None) -> Recognised:
    """Find the one thing that some paths stand for, and what it is.

    Reads files, so it belongs away from the thread of the window.

    Raises
    ------
    UsageError
        As `path_to_open`.
    NotAnImageError
        If a file may not be read.
    Cancelled
        If `cancel` was raised.
    """
    path = path_to_open(paths)
    return Recognised(path, kind_of_path(path, cancel=cancel))


def path_to_open(paths: Sequence[Path]) -> Path:
    """Find the one thing that some paths stand for.

    A file, folder or zip stands for itself, several DICOM files for the folder they lie in, and
    a header with its data beside it for one scan.

    Parameters
    ----------
    paths
        At least one.

    Raises
    ------
    UsageError
        If there is nothing, or more than one thing to open.
    """
    if not paths:
        raise UsageError("Nothing was dropped.", remedy="Drop a scan: a file, a folder or a zip.")
    for path in paths:
        require_existing(path)
    several = tuple(path for path in dict.fromkeys(paths) if not _is_data_half(path, paths))
    if len(several) == 1:
        return several[0]
    if any(path.is_dir() for path in several):
        raise _too_many(several, "Drop one folder; if they belong together, the one around them.")
    if any(kind_of(ScanFile(path)) is not FileKind.DICOM for path in several):
        raise _too_many(several, "Drop one of them, or the folder of one DICOM series.")
    folders = {path.parent for path in several}
    if len(folders) > 1:
        raise _too_many(several, "Drop the folder that holds the series.")
    return folders.pop()


def kind_of_path(path: Path, *, cancel: CancelToken | None = None) -> PathKind:
    """Say what a path leads to; a scan where it is neither a session nor a mask.

    Parameters
    ----------
    path
        A file, folder or zip.
    cancel
        Checked while reading.

    Raises
    ------
    NotAnImageError
        If the file may not be read.
    Cancelled
        If `cancel` was raised.
    """
    if path.suffix.lower() == SESSION_ENDING:
        return PathKind.SESSION
    # Readers take long to import; this runs on a loader thread, after the window is painted.
    from medct_core.io.mask_sniff import is_mask  # noqa: PLC0415

    return PathKind.MASK if path.is_file() and is_mask(path, cancel=cancel) else PathKind.SCAN


def _is_data_half(path: Path, paths: Sequence[Path]) -> bool:
    """Whether another of the paths is the header of this one."""
    name = path.name.lower().removesuffix(".gz")
    if Path(name).suffix not in _DATA_HALVES:
        return False
    base = Path(name).stem
    headers = {f"{base}{ending}" for ending in (".hdr", ".mhd", ".nhdr")}
    return any(
        other.parent == path.parent and other.name.lower().removesuffix(".gz") in headers
        for other in paths
    )


def _too_many(paths: Sequence[Path], remedy: str) -> UsageError:
    names = ", ".join(path.name for path in paths[:_MOST_NAMED])
    more = f" and {len(paths) - _MOST_NAMED} more" if len(paths) > _MOST_NAMED else ""
    return UsageError(f"{len(paths)} things were dropped at once: {names}{more}.", remedy=remedy)
