"""Where the scans of a table lie."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from medct_core.errors import UsageError
from medct_core.training.tables.side_table import UnusableLineError


@dataclass(frozen=True, slots=True)
class ScanFiles:
    """Finds scans; a folder is listed once, not once a scan."""

    _beside: Path
    _scans: Path | None
    _named: Mapping[str, tuple[Path, ...]]

    @classmethod
    def below(cls, beside: Path, scans: Path | None) -> "ScanFiles":
        """Look in a folder and all below it.

        Parameters
        ----------
        beside
            Where paths start if `scans` is None.
        scans
            Where every scan must lie.

        Raises
        ------
        UsageError
            If there is no such folder.
        """
        return cls(beside, scans, {} if scans is None else _by_name(scans))

    def find(self, scan: str, *, is_path: bool) -> Path | None:
        """Give the file or folder of a scan; None where nobody said where to look.

        Parameters
        ----------
        scan
            A path, or the name of a volume, with or without the ending of its file.

        Raises
        ------
        UnusableLineError
            If it is looked for and not found, or cannot be told from another.
        """
        if is_path:
            path = (self._scans or self._beside) / scan
            if self._scans is not None and not _is_below(path, self._scans):
                raise UnusableLineError("it lies outside the folder of the scans")
            if not path.exists():
                raise UnusableLineError("there is no such file")
            return path
        if self._scans is None:
            return None
        found = self._named.get(Path(scan).name, ())
        if not found:
            raise UnusableLineError("there is no file of that name")
        if len(found) > 1:
            raise UnusableLineError(f"{len(found)} files have that name")
        return found[0]


def _is_below(path: Path, folder: Path) -> bool:
    """Whether a path stays in a folder: as written, so that links may lead out, or in truth."""
    written, inside = (Path(os.path.normpath(one.absolute())) for one in (path, folder))
    return written.is_relative_to(inside) or path.resolve().is_relative_to(folder.resolve())


def _by_name(folder: Path) -> Mapping[str, tuple[Path, ...]]:
    if not folder.is_dir():
        raise UsageError(f"There is no folder {str(folder)!r}.", remedy="Check the path.")
    named: dict[str, tuple[Path, ...]] = {}
    for file in folder.rglob("*"):
        for name in _names(file):
            named[name] = (*named.get(name, ()), file)
    return named


def _names(file: Path) -> Iterator[str]:
    yield file.name
    # A table may name a volume without the ending of its file.
    if (bare := file.name.removesuffix(".gz").removesuffix(".nii")) != file.name:
        yield bare
