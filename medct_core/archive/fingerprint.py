"""Fingerprint: what tells that a file or folder changed, without reading it."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What changes when a file changes.

    Attributes
    ----------
    size_bytes
        Of the file, or of all files of a folder.
    mtime_ns
        When it was changed last, or the newest of them.
    """

    size_bytes: int
    mtime_ns: int


def fingerprint_of(path: Path) -> Fingerprint | None:
    """Look at what lies at a path, and in the folders below; None where nothing can be seen."""
    try:
        files = [path] if not path.is_dir() else [one for one in path.rglob("*") if one.is_file()]
        found = [one.stat() for one in files]
    except OSError:
        return None
    newest = max((one.st_mtime_ns for one in found), default=0)
    return Fingerprint(sum(one.st_size for one in found), newest)
