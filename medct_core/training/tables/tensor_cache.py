"""TensorCache: scans as a model wants them, prepared once and kept in 16 bits on disk.

One folder serves one recipe. A tensor is named after the content of its scan; beside it stands
which file it was made of, so that a file that did not change is not read again. Everything is
written whole or not at all, so any number of processes may fill and read the same folder.
"""

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from medct_core.errors import NotScorableError, OutOfDiskError, ResourceError, UsageError
from medct_core.inference.safe_write import replacing
from medct_core.preprocess.model_input import ModelInput
from medct_core.preprocess.recipe import Recipe
from medct_core.training.tables.scan_reading import file_of
from medct_core.training.tables.scan_table import Exclusion, ScanRow, ScanTable

LARGEST_DIFFERENCE_HU = 0.5
"""What 16 bits may change: as much as rounding to whole Hounsfield units, as scanners store."""

_SETTINGS = "cache.json"
_RECIPE = "recipe of float16 tensors, version 1"
"""Whoever changes how tensors are kept counts this up; caches made before are none then."""
_TENSORS, _SCANS = "tensors", "scans"
_BYTES_A_VALUE = 2
_HEADER_BYTES = 128
"""Of an .npy file of three axes."""


@dataclass(frozen=True, slots=True)
class CachedScan:
    """One tensor on disk.

    Attributes
    ----------
    path
        An ``.npy`` file of ``(d, h, w)`` float16.
    volume_sha256
        `Volume.content_sha256` of the scan.
    sha256
        Of the values as they are kept.
    difference
        Largest absolute difference from float32, in the model's range.
    """

    path: Path
    volume_sha256: str
    sha256: str
    difference: float


@dataclass(frozen=True, slots=True)
class CachedScans:
    """Tensors of the rows of tables, in their order."""

    scans: tuple[CachedScan, ...]
    shape: tuple[int, int, int]

    def __len__(self) -> int:
        return len(self.scans)

    @property
    def sha256(self) -> tuple[str, ...]:
        """Of the values of each."""
        return tuple(scan.sha256 for scan in self.scans)

    def values(self, rows: Sequence[int]) -> npt.NDArray[np.float32]:
        """Read tensors.

        Parameters
        ----------
        rows
            Places in `scans`.

        Returns
        -------
        ``(rows, 1, d, h, w)`` float32 in the model's range.

        Raises
        ------
        ResourceError
            If a file was removed meanwhile.
        """
        values = np.empty((len(rows), 1, *self.shape), dtype=np.float32)
        for place, row in enumerate(rows):
            try:
                values[place, 0] = np.load(self.scans[row].path, mmap_mode="r")
            except (OSError, ValueError) as error:
                raise ResourceError(
                    "A prepared scan is gone from the cache, or damaged.",
                    remedy="Run 'medct data cache' again, which makes what is missing.",
                ) from error
        return values


class TensorCache:
    """A folder of tensors, all made by one recipe.

    Parameters
    ----------
    folder
        With the settings that `create_cache` wrote.
    recipe
        What every scan in it was prepared by.
    """

    def __init__(self, folder: Path, recipe: Recipe) -> None:
        self.folder = folder
        self.recipe = recipe

    @property
    def bytes_a_scan(self) -> int:
        """Size of one tensor on disk."""
        return _HEADER_BYTES + _BYTES_A_VALUE * prod(self.recipe.shape)

    def find(self, row: ScanRow) -> CachedScan | None:
        """Give the tensor of a row; None where there is none, or the file has changed since.

        Raises
        ------
        UsageError
            If nobody said where the scan lies.
        """
        try:
            text = self._record(row).read_text(encoding="utf-8")
            said: dict[str, Any] = json.loads(text)
            path = self._tensor(said["volume_sha256"])
            if path.stat().st_size != self.bytes_a_scan:
                return None
            return CachedScan(path, said["volume_sha256"], said["sha256"], said["difference"])
        except (OSError, ValueError, KeyError):
            return None

    def keep(self, row: ScanRow, prepared: ModelInput) -> CachedScan:
        """Keep a prepared scan.

        Parameters
        ----------
        row
            Whose scan it is.
        prepared
            Made by this cache's recipe.

        Raises
        ------
        NotScorableError
            If 16 bits would change it by more than `LARGEST_DIFFERENCE_HU`.
        OutOfDiskError
            If it cannot be written.
        """
        assert prepared.recipe_id == self.recipe.id
        half, difference = in_half(prepared.values[0])
        self._require_close(row, difference)
        path = self._tensor(prepared.volume_sha256)
        kept = CachedScan(path, prepared.volume_sha256, _sha256(half), difference)
        said = {key: value for key, value in asdict(kept).items() if key != "path"}
        try:
            _write_tensor(path, half, self.bytes_a_scan)
            with replacing(self._record(row)) as part:
                part.write_text(json.dumps(said), encoding="utf-8")
        except OSError as error:
            raise OutOfDiskError(
                f"The cache cannot be written: {error.strerror}.",
                remedy="Free some space, or choose another folder.",
            ) from error
        return kept

    def of(self, tables: Sequence[ScanTable]) -> tuple[tuple[ScanTable, ...], CachedScans]:
        """Find the tensors of tables.

        Returns
        -------
        The tables without rows that have none, which are among the excluded; and the tensors of
        the rows that are left, table by table.

        Raises
        ------
        UsageError
            If nobody said where the scans lie.
        """
        left: list[ScanTable] = []
        scans: list[CachedScan] = []
        for table in tables:
            found = [(row, self.find(row)) for row in table.rows]
            why = "it is not in the cache of prepared scans"
            missing = [Exclusion(row.line, row.scan, why) for row, scan in found if scan is None]
            rows = tuple(row for row, scan in found if scan is not None)
            left.append(replace(table, rows=rows, excluded=(*table.excluded, *missing)))
            scans += [scan for _, scan in found if scan is not None]
        return tuple(left), CachedScans(tuple(scans), self.recipe.shape)

    def _require_close(self, row: ScanRow, difference: float) -> None:
        apart_hu = difference * self.recipe.scale
        if not apart_hu <= LARGEST_DIFFERENCE_HU:
            raise NotScorableError(
                f"Kept in 16 bits {row.scan!r} would differ by {apart_hu:.2f} HU; at most "
                f"{LARGEST_DIFFERENCE_HU} HU are allowed.",
                remedy="Choose a model that does not see beyond 2000 HU.",
            )

    def _tensor(self, volume_sha256: str) -> Path:
        return self.folder / _TENSORS / f"{volume_sha256}.npy"

    def _record(self, row: ScanRow) -> Path:
        return self.folder / _SCANS / f"{source_key(row)}.json"


def create_cache(folder: Path, recipe: Recipe) -> TensorCache:
    """Make a cache, or open the one that is there.

    Raises
    ------
    UsageError
        If one of another recipe is there, or something else.
    OutOfDiskError
        If the folder cannot be written.
    """
    if (folder / _SETTINGS).exists():
        cache = open_cache(folder)
        if cache.recipe != recipe:
            raise UsageError(
                f"The cache {folder.name!r} holds scans prepared by {cache.recipe.id}, not by "
                f"{recipe.id}.",
                remedy="Choose another folder.",
            )
        return cache
    try:
        for part in (_TENSORS, _SCANS):
            (folder / part).mkdir(parents=True, exist_ok=True)
        settings = {_RECIPE: json.loads(recipe.to_json())}
        with replacing(folder / _SETTINGS) as part_file:
            part_file.write_text(json.dumps(settings, indent=1), encoding="utf-8")
    except OSError as error:
        raise OutOfDiskError(
            f"The folder {str(folder)!r} cannot be written: {error.strerror}.",
            remedy="Choose another folder.",
        ) from error
    return TensorCache(folder, recipe)


def open_cache(folder: Path) -> TensorCache:
    """Open a cache.

    Raises
    ------
    UsageError
        If there is none, or it was written by another version.
    """
    try:
        settings = json.loads((folder / _SETTINGS).read_text(encoding="utf-8"))
        return TensorCache(folder, Recipe.from_json(json.dumps(settings[_RECIPE])))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(
            f"The folder {str(folder)!r} is no cache of prepared scans.",
            remedy="Make one with 'medct data cache'.",
        ) from error


def source_key(row: ScanRow) -> str:
    """Name what a tensor was made of: the file as it is now, and what a table says of it.

    Returns
    -------
    SHA-256 in hex, so that a cache holds no path.

    Raises
    ------
    OSError
        If the file is gone.
    UsageError
        If nobody said where it lies.
    """
    path = file_of(row).resolve()
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    stats = [(str(one.relative_to(path)), one.stat()) for one in files]
    said = {
        "path": str(path),
        "files": [(name, stat.st_size, stat.st_mtime_ns) for name, stat in stats],
        "metadata": None if row.metadata is None else asdict(row.metadata),
    }
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def file_key(row: ScanRow) -> str:
    """Name the file of a scan as it is now, whatever a table says of it; see `source_key`."""
    return source_key(replace(row, metadata=None))


def in_half(values: npt.NDArray[np.float32]) -> tuple[npt.NDArray[np.float16], float]:
    """Round to 16 bits.

    Parameters
    ----------
    values
        ``(d, h, w)``.

    Returns
    -------
    Same shape, and the largest absolute difference; infinite where a value is too large.
    """
    half = np.empty(values.shape, dtype=np.float16)
    difference = 0.0
    # Slice by slice: a third copy of a large scan is not needed.
    with np.errstate(over="ignore"):
        for place, image in enumerate(values):
            half[place] = image
            apart = np.abs(half[place].astype(np.float32) - image).max()
            difference = max(difference, float(apart))
    return half, difference


def _write_tensor(path: Path, half: npt.NDArray[np.float16], size: int) -> None:
    if path.exists() and path.stat().st_size == size:
        return
    with replacing(path) as part, part.open("wb") as file:
        np.save(file, half)
        file.flush()
        # A name that survives a power cut must not stand for an empty file.
        os.fsync(file.fileno())


def _sha256(half: npt.NDArray[np.float16]) -> str:
    return hashlib.sha256(np.ascontiguousarray(half).data).hexdigest()
