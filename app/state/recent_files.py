"""RecentFiles: what was opened last, newest first; values in and out, stored by others."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal

MOST = 10
"""Paths that are kept."""


@dataclass(frozen=True, slots=True)
class RecentFile:
    """A path that was opened.

    Attributes
    ----------
    path
        Absolute.
    is_missing
        Whether there was nothing when it was last looked for.
    """

    path: Path
    is_missing: bool = False

    @property
    def name(self) -> str:
        """Name without folders, for a menu entry."""
        return self.path.name


class RecentFiles(QObject):
    """The paths that were opened last. Only connections and the application write it."""

    changed = Signal(object)  # tuple[RecentFile, ...], newest first

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._files: tuple[RecentFile, ...] = ()

    @property
    def files(self) -> tuple[RecentFile, ...]:
        """What was opened, newest first."""
        return self._files

    @property
    def paths(self) -> list[str]:
        """The same as text, to be stored and given to `load` later."""
        return [str(file.path) for file in self._files]

    def load(self, paths: Iterable[str]) -> None:
        """Take what was stored; what is no path, comes twice or is too much is left out.

        Nothing is looked for on the disk here: a network drive may take seconds to answer.
        """
        found = (Path(path) for path in paths if path.strip())
        absolute = dict.fromkeys(path for path in found if path.is_absolute())
        self._show(RecentFile(path) for path in absolute)

    def add(self, path: Path) -> None:
        """Put a path that was opened on top."""
        newest = RecentFile(path.absolute())
        self._show((newest, *(file for file in self._files if file.path != newest.path)))

    def mark_missing(self, missing: Iterable[Path]) -> None:
        """Say which paths lead nowhere now; all others are there again.

        `missing_of` finds them, away from the thread of the window.
        """
        gone = frozenset(missing)
        self._show(RecentFile(file.path, file.path in gone) for file in self._files)

    def clear(self) -> None:
        """Forget all."""
        self._show(())

    def _show(self, files: Iterable[RecentFile]) -> None:
        shown = tuple(files)[:MOST]
        if shown != self._files:
            self._files = shown
            self.changed.emit(shown)


def missing_of(paths: Iterable[Path]) -> tuple[Path, ...]:
    """Return the paths that lead nowhere; slow where a drive does not answer."""
    return tuple(path for path in paths if not _exists(path))


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return False
