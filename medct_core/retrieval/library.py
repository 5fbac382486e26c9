"""CaseLibrary: a library of cases that a person keeps, in a folder or on an object store."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from itertools import chain
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from lancedb import DBConnection
from lancedb.table import Table

from medct_core.errors import UsageError
from medct_core.models.stamp import ModelStamp
from medct_core.retrieval.arrow_rows import from_rows, schema_of, stamp_of, to_rows
from medct_core.retrieval.case_filter import CaseFilter, quoted
from medct_core.retrieval.library_case import LibraryCase, case_id_of, stamp_key
from medct_core.retrieval.library_store import (
    LibraryStore,
    delete_rows,
    explained,
    is_folder,
    no_library,
    strangers_in,
)
from medct_core.retrieval.spread import CaseKey
from medct_core.retrieval.taught_finding import TaughtFinding
from medct_core.retrieval.taught_store import TABLE as TAUGHT
from medct_core.retrieval.taught_store import TaughtStore

_CASES = "cases_"
_ALL = CaseFilter()
_COMPACTED_EVERY = 64
"""Writes. Each makes a file of its own; some dozens of small ones are still quick to read."""

_AT_ONCE = 256
"""Rows that are held in memory while many are read; about 15 MB of CT-CLIP's."""

_SHORTEST_BEGINNING = 4
_KEYS = ("case_id", "patient_key", "study_key")


class CaseLibrary:
    """Cases of any number of models, each model's in a table of its own, so that none mix.

    A case is there whole or not at all, also after the process was killed. Several processes
    may add at once; the same case added twice is there once.

    Errors for a person are `ResourceError` where the place cannot be read or written,
    `OutOfDiskError` where it is full.
    """

    def __init__(self, store: LibraryStore) -> None:
        self._store = store
        self._writes = 0

    @classmethod
    def create(cls, address: str, options: Mapping[str, str] | None = None) -> "CaseLibrary":
        """Make an empty library.

        Parameters
        ----------
        address
            A folder, made where it is not there, or ``s3://bucket/prefix``.
        options
            What the object store asks for; see `LibraryStore`.

        Raises
        ------
        UsageError
            If there is a library already, or something else.
        """
        if is_folder(address):
            _make_folder(Path(address))
        store = LibraryStore(address, options or {})
        store.create()
        return cls(store)

    @classmethod
    def open(cls, address: str, options: Mapping[str, str] | None = None) -> "CaseLibrary":
        """Open a library that is there.

        Raises
        ------
        UsageError
            If there is none, or a newer program made it.
        """
        if is_folder(address) and not Path(address).is_dir():
            raise no_library(address)
        store = LibraryStore(address, options or {})
        store.open()
        return cls(store)

    @property
    def address(self) -> str:
        """Where it lies."""
        return self._store.address

    @property
    def salt(self) -> bytes:
        """What the keys of patients and studies are made with; it stays in the library."""
        return self._store.salt

    @property
    def connection(self) -> DBConnection:
        """Where its tables are; a table with a column ``case_id`` loses what is removed here."""
        return self._store.connection

    @property
    def size_bytes(self) -> int:
        """How much room it takes."""
        return sum(self._store.files().values())

    @property
    def taught(self) -> TaughtStore:
        """The findings it was taught; `keep_taught` keeps a new one."""
        return TaughtStore(self._store)

    def keep_taught(self, taught: TaughtFinding) -> None:
        """Keep what was learned from cases that are all still there.

        Raises
        ------
        UsageError
            If one was removed in the meantime.
        """
        self.taught.keep(taught)
        cases = () if taught.probe is None else taught.probe.case_ids
        gone = set(cases) - self._ids(taught.stamp) if cases else set()
        if gone:
            self.taught.forget_cases(gone)
            raise UsageError(
                f"{len(gone)} of the cases were removed while the finding was taught.",
                remedy="Teach it again.",
            )

    def stamps(self) -> tuple[ModelStamp, ...]:
        """Name the models that embedded its cases."""
        tables = (self._store.table(name) for name in self._names())
        return tuple(stamp_of(table.schema) for table in tables)

    def add(self, cases: Iterable[LibraryCase]) -> int:
        """Keep cases; those that are there already stay as they are.

        Returns
        -------
        How many were new.
        """
        return sum(self._merge(stamp, group) for stamp, group in _by_stamp(cases).items())

    def replace(self, cases: Iterable[LibraryCase]) -> int:
        """Keep cases in the place of those of the same id; what these said before is gone.

        Returns
        -------
        How many were replaced; a case that is not there is left out.
        """
        return sum(self._overwrite(stamp, group) for stamp, group in _by_stamp(cases).items())

    def remove(self, case_ids: Sequence[str]) -> int:
        """Remove cases for good, from old versions, indices and taught findings too.

        A finding that was taught with one of them must be taught again.

        Returns
        -------
        How many were there.
        """
        if not case_ids:
            return 0
        self.taught.forget_cases(case_ids)
        wanted = f"case_id IN ({', '.join(quoted(one) for one in case_ids)})"
        count = 0
        # Cases before what is made from them: another process may make it anew meanwhile.
        others = set(self._store.names()) - {TAUGHT}
        for name in sorted(others, key=lambda one: (not one.startswith(_CASES), one)):
            with explained(self.address), self._store.writing():
                found = delete_rows(self._store.table(name), wanted)
                count += found if name.startswith(_CASES) else 0
            # Also where nothing was found: a removal may have been killed half way.
            self._store.purge(name)
        # Again, for what was taught while the cases were still there.
        self.taught.forget_cases(case_ids)
        return count

    def has(self, scan_sha256: str, stamp: ModelStamp) -> bool:
        """Whether a scan is there as a model sees it."""
        name = _name_of(stamp)
        if name not in self._names():
            return False
        wanted = f"case_id = {quoted(case_id_of(scan_sha256, stamp))}"
        with explained(self.address):
            return bool(self._store.table(name).count_rows(wanted))

    def find(self, case_id: str) -> LibraryCase | None:
        """Read one case; None where it is not kept."""
        return next(self._read(self._names(), f"case_id = {quoted(case_id)}"), None)

    def find_all(self, case_ids: Iterable[str]) -> dict[str, LibraryCase]:
        """Read some cases, by their ids; one that is not kept is left out."""
        ids = ", ".join(quoted(one) for one in case_ids)
        if not ids:
            return {}
        return {case.case_id: case for case in self._read(self._names(), f"case_id IN ({ids})")}

    def writing(self) -> AbstractContextManager[None]:
        """Keep other processes from writing while the block runs; for tables in `connection`.

        Not while a method of this library writes, which would wait for the block.
        """
        return self._store.writing()

    def case_named(self, beginning: str) -> LibraryCase:
        """Read the case whose id begins like this.

        Raises
        ------
        UsageError
            If there is none, or more than one.
        """
        if len(beginning) < _SHORTEST_BEGINNING or not beginning.isalnum():
            raise UsageError(
                f"{beginning!r} is no case id.",
                remedy="Give its first four characters at least; 'medct library list' shows them.",
            )
        found = list(self._read(self._names(), f"starts_with(case_id, {quoted(beginning)})"))
        if len(found) != 1:
            what = "no case" if not found else f"{len(found)} cases"
            raise UsageError(
                f"The library holds {what} whose id begins with {beginning!r}.",
                remedy="Give the id as 'medct library list' shows it.",
            )
        return found[0]

    def cases(self, wanted: CaseFilter = _ALL) -> Iterator[LibraryCase]:
        """Read the cases that pass, some at a time."""
        return self._read(self._wanted_names(wanted), wanted.where)

    def count(self, wanted: CaseFilter = _ALL) -> int:
        """Count the cases that pass."""
        with explained(self.address):
            return sum(
                self._store.table(name).count_rows(wanted.where or None)
                for name in self._wanted_names(wanted)
            )

    def having(self, wanted: CaseFilter, finding: str) -> Iterator[tuple[CaseKey, bool]]:
        """Say of all cases that pass whose they are, and whether they have a finding.

        Nothing else of them is read: their pictures and reports are nearly all of a library.
        """
        for name in self._wanted_names(wanted):
            with explained(self.address):
                rows = self._rows(name, wanted.where, [*_KEYS, "present"])
            for row in rows.to_pylist():
                yield CaseKey(*(row[key] for key in _KEYS)), finding in row["present"]

    def vectors(self, stamp: ModelStamp) -> npt.NDArray[np.float32]:
        """Read all vectors of a model: ``(n, d)`` float32, in no particular order.

        Raises
        ------
        UsageError
            If the model embedded nothing here.
        """
        column = self.table(stamp).search().select(["vector"]).to_arrow().column("vector")
        flat = column.combine_chunks().flatten().to_numpy(zero_copy_only=False)
        return np.asarray(flat, dtype=np.float32).reshape(len(column), -1)

    def table(self, stamp: ModelStamp) -> Table:
        """Open the table of a model; its columns are those of `arrow_rows`.

        Raises
        ------
        UsageError
            If the model embedded nothing here.
        """
        name = _name_of(stamp)
        if name not in self._names():
            raise UsageError(
                f"The library holds no case embedded by {stamp.model} with these settings.",
                remedy="Add scans with this model first.",
            )
        return self._store.table(name)

    def compact(self) -> None:
        """Join the small files that writing leaves, and drop versions nobody reads any more.

        What a removal left that was killed half way is gone afterwards too.
        """
        for name in self._store.names():
            if name.startswith(_CASES) and self._store.has_removed_rows(name):
                self._store.purge(name)
            self._store.compact(name)

    def _ids(self, stamp: ModelStamp) -> set[str]:
        name = _name_of(stamp)
        if name not in self._names():
            return set()
        with explained(self.address):
            rows = self._rows(name, "", ["case_id"])
        return set(rows.column("case_id").to_pylist())

    def _rows(self, name: str, where: str, columns: list[str]) -> pa.Table:
        query = self._store.table(name).search()
        return (query.where(where) if where else query).select(columns).to_arrow()

    def _names(self) -> tuple[str, ...]:
        return tuple(name for name in self._store.names() if name.startswith(_CASES))

    def _wanted_names(self, wanted: CaseFilter) -> tuple[str, ...]:
        only = None if wanted.stamp is None else _name_of(wanted.stamp)
        return tuple(name for name in self._names() if only in (None, name))

    def _read(self, names: Iterable[str], where: str) -> Iterator[LibraryCase]:
        return chain.from_iterable(self._read_table(name, where) for name in names)

    def _read_table(self, name: str, where: str) -> Iterator[LibraryCase]:
        with explained(self.address):
            table = self._store.table(name)
            query = table.search().where(where) if where else table.search()
            stamp = stamp_of(table.schema)
            batches = iter(query.to_batches(_AT_ONCE))
        while True:
            with explained(self.address):
                batch = next(batches, None)
            if batch is None:
                return
            yield from from_rows(pa.Table.from_batches([batch]), stamp)

    def _merge(self, stamp: ModelStamp, cases: Sequence[LibraryCase]) -> int:
        schema = schema_of(stamp, cases[0].vector.size)
        with explained(self.address), self._store.writing():
            table = _widened(self._store.made(_name_of(stamp), schema), schema)
            done = (
                table.merge_insert("case_id")
                .when_not_matched_insert_all()
                .execute(to_rows(cases, schema))
            )
        self._writes += 1
        if self._writes % _COMPACTED_EVERY == 0:
            self._store.compact(_name_of(stamp))
        return int(done.num_inserted_rows)

    def _overwrite(self, stamp: ModelStamp, cases: Sequence[LibraryCase]) -> int:
        if _name_of(stamp) not in self._names():
            return 0
        schema = schema_of(stamp, cases[0].vector.size)
        with explained(self.address), self._store.writing():
            table = _widened(self.table(stamp), schema)
            done = (
                table.merge_insert("case_id")
                .when_matched_update_all()
                .execute(to_rows(cases, schema))
            )
        self._store.purge(_name_of(stamp))
        return int(done.num_updated_rows)


def _make_folder(folder: Path) -> None:
    with explained(str(folder)):
        folder.mkdir(parents=True, exist_ok=True)
        strangers = strangers_in(folder)
    if strangers and "about.lance" not in strangers:
        raise UsageError(
            f"The folder {str(folder)!r} holds something else already: {strangers[0]!r}.",
            remedy="Choose an empty folder, or one that is not there yet.",
        )


def _widened(table: Table, schema: pa.Schema) -> Table:
    """Add the columns that a table of an older program lacks, empty."""
    missing = [schema.field(name) for name in schema.names if name not in table.schema.names]
    if missing:
        table.add_columns(missing)
    return table


def _by_stamp(cases: Iterable[LibraryCase]) -> dict[ModelStamp, list[LibraryCase]]:
    """Part cases by model; the first of the same id counts."""
    groups: dict[ModelStamp, dict[str, LibraryCase]] = {}
    for case in cases:
        groups.setdefault(case.stamp, {}).setdefault(case.case_id, case)
    return {stamp: list(group.values()) for stamp, group in groups.items()}


def _name_of(stamp: ModelStamp) -> str:
    return f"{_CASES}{stamp_key(stamp)}"
