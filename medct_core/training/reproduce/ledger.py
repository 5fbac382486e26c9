"""Ledger: what became of every run, in a folder of small files that outlives the machine.

A finished run is one JSON file and, beside it, what the model answered as one compressed NumPy
file. Both appear whole or not at all, the JSON last. Several programs may work on one ledger: a
run is locked while it is worked on, and the operating system lets go of the lock of a program
that died.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt
from filelock import FileLock, Timeout

from medct_core.errors import ResourceError, UsageError
from medct_core.inference.safe_write import replacing
from medct_core.training.adapt.config import NOT_DECIDING
from medct_core.training.reproduce.plan import SCANS, Method, Ranks, Run, planned_runs

FORMAT = 1
"""Version of the layout of a record; one of another is refused."""

Arrays = Mapping[str, npt.NDArray[Any]]


_FITTED = ("residual", "alpha", "beta")
"""Of what a run was told, what followed from its scans."""


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """A finished run.

    Attributes
    ----------
    data
        SHA-256 of each set of scans, by name.
    base_sha256
        Of the weights the run began with.
    config
        All that training was told.
    versions
        Of the program and of what computes.
    seconds
        What each part took.
    sizes
        Parameters and bytes, by name.
    metrics
        What was measured, by how the model answers and the domain of the scans.
    """

    run: Run
    data: Mapping[str, str]
    base_sha256: str
    config: Mapping[str, object] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)
    sizes: Mapping[str, float] = field(default_factory=dict)
    metrics: Mapping[str, Any] = field(default_factory=dict)

    @property
    def hours(self) -> float:
        """How long it took in all."""
        return sum(self.seconds.values()) / 3600.0

    def to_json(self) -> str:
        """All fields, as kept in a ledger."""
        fields = asdict(self) | {"run": _run_to_json(self.run)}
        content = {"format": FORMAT, "id": self.run.id, **fields}
        return json.dumps(content, indent=1, sort_keys=True, allow_nan=False) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "Record":
        """Read what `to_json` wrote.

        Raises
        ------
        ValueError, KeyError, TypeError
            If fields are missing or unknown, or of another format.
        """
        fields = json.loads(text)
        if fields.pop("format") != FORMAT:
            raise ValueError("it is of another format version")
        name = fields.pop("id")
        record = cls(**fields | {"run": _run_from_json(fields["run"])})
        if record.run.id != name:
            raise ValueError(f"it is called {name} and describes {record.run.id}")
        return record


class Ledger:
    """The finished runs in a folder.

    Parameters
    ----------
    folder
        Made with the first run that is kept or locked.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def has(self, run: Run) -> bool:
        """Say whether a run is finished."""
        return self._record_file(run).is_file()

    def record(self, run: Run) -> Record:
        """Read a finished run.

        Raises
        ------
        ResourceError
            If its file cannot be used.
        """
        path = self._record_file(run)
        try:
            return Record.from_json(path.read_text(encoding="utf-8"))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise _damaged(path, error) from error

    def records(self, runs: Iterable[Run]) -> tuple[Record, ...]:
        """Read those of some runs that are finished.

        Raises
        ------
        ResourceError
            If a file cannot be used.
        UsageError
            If they were not all made from the same scans and bases.
        """
        found = tuple(self.record(run) for run in runs if self.has(run))
        for place, record in enumerate(found):
            self._require_alike(record, found[:place])
        return found

    def require_alike(self, record: Record) -> None:
        """Make sure that a run can be compared with those that are finished.

        Raises
        ------
        ResourceError
            If a file cannot be used.
        UsageError
            If it is of other scans, or began with another base.
        """
        self._require_alike(record, self.records(planned_runs()))

    def arrays(self, run: Run) -> Arrays:
        """Read what the model of a finished run answered.

        Raises
        ------
        ResourceError
            If its file cannot be used.
        """
        path = self._arrays_file(run)
        try:
            with path.open("rb") as stream, np.load(stream, allow_pickle=False) as stored:
                return {name: stored[name] for name in stored.files}
        except (OSError, ValueError, KeyError, BadZipFile) as error:
            raise _damaged(path, error) from error

    def keep(self, record: Record, arrays: Arrays) -> None:
        """Write a finished run."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (
            replacing(self._arrays_file(record.run)) as path,
            path.open("wb") as stream,
        ):
            np.savez_compressed(stream, **arrays)  # type: ignore[arg-type]
        with replacing(self._record_file(record.run)) as path:
            path.write_text(record.to_json(), encoding="utf-8")

    @contextmanager
    def locked(self, run: Run) -> Iterator[bool]:
        """Keep other programs off a run while the block works on it.

        Yields
        ------
        False where another program has it, or finished it meanwhile: then it is to be left alone.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self.folder / f".{run.id}.lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            yield False
            return
        try:
            yield not self.has(run)
        finally:
            # While it is held: whoever waits for it notices that the file is gone.
            with suppress(OSError):
                Path(lock.lock_file).unlink()
            lock.release()

    def _require_alike(self, record: Record, others: Iterable[Record]) -> None:
        for other in others:
            names = f"{other.run.id} and {record.run.id}"
            if dict(other.data) != dict(record.data):
                raise _not_alike(f"{names} are of different scans", self.folder)
            same_base = other.run.base == record.run.base
            if same_base and other.base_sha256 != record.base_sha256:
                raise _not_alike(f"{names} began with different bases", self.folder)
            same_group = other.run.group == record.run.group
            if same_group and record.config and _recipe(other) != _recipe(record):
                raise _not_alike(f"{names} were trained in different ways", self.folder)

    def _record_file(self, run: Run) -> Path:
        return self.folder / f"{run.id}.json"

    def _arrays_file(self, run: Run) -> Path:
        return self.folder / f"{run.id}.npz"


def _recipe(record: Record) -> dict[str, object]:
    """Give what the runs of a group have in common; those of few scans differ in which."""
    own = {"seed", *(() if record.run.scans == SCANS else ("training_sha256",)), *_FITTED}
    own |= NOT_DECIDING
    return {name: value for name, value in record.config.items() if name not in own}


def _run_to_json(run: Run) -> dict[str, object]:
    ranks = None if run.ranks is None else run.ranks.name
    return asdict(run) | {"method": run.method.value, "ranks": ranks}


def _run_from_json(fields: dict[str, Any]) -> Run:
    ranks = None if fields["ranks"] is None else Ranks[fields["ranks"]]
    return Run(**fields | {"method": Method(fields["method"]), "ranks": ranks})


def _damaged(path: Path, error: Exception) -> ResourceError:
    return ResourceError(
        f"The result {path.name} in {path.parent} cannot be used ({error}).",
        remedy="Remove it together with the file of the same name beside it, and run it again.",
    )


def _not_alike(what: str, folder: Path) -> UsageError:
    return UsageError(
        f"In {folder} the results {what}.",
        remedy="Give another folder with --results, or remove the older results.",
    )
