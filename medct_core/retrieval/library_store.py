"""Where a library lies: its tables, its secret and its lock, in a folder or on an object store."""

import contextlib
import warnings
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import lancedb
import pyarrow as pa
from filelock import FileLock, Timeout
from lancedb.table import Table
from pyarrow import fs

from medct_core.errors import DISK_FULL, MedctError, OutOfDiskError, ResourceError, UsageError
from medct_core.retrieval.patient_key import new_salt
from medct_core.retrieval.table_claims import CLAIMS, make_claims, wait_for_turn

FORMAT = 1
"""Raised when the tables of a library change their names or their meaning."""

_ABOUT = "about"
_ABOUT_SCHEMA = pa.schema(
    [("format", pa.int32()), ("salt", pa.binary()), ("created_at", pa.timestamp("us", tz="UTC"))]
)
_LOCK = ".lock"
_S3 = "s3://"
_HALF_WRITTEN = ".tmp*"
"""Lance writes to a file of such a name, and renames it; a kill in between leaves it for good."""
_LONGEST_WAIT_S = 600.0
_KEPT_FOR_READERS = timedelta(hours=1)
_NO_TIME = timedelta(0)


class LibraryStore:
    """The tables of one library; what a case is it does not know.

    Several processes may read and write one library. In a folder writers wait for each other; on
    an object store every write is checked against the others when it is made permanent.

    Parameters
    ----------
    address
        A folder, or ``s3://bucket/prefix``.
    options
        What the object store asks for, as LanceDB names it: ``aws_access_key_id``, ``endpoint``.

    Raises
    ------
    UsageError
        If the address is neither.
    """

    def __init__(self, address: str, options: Mapping[str, str]) -> None:
        if not (is_folder(address) or address.startswith(_S3)):
            raise UsageError(
                f"A library cannot be kept at {address!r}.",
                remedy="Give a folder, or an address like s3://bucket/prefix.",
            )
        self.address = address
        self._options = dict(options)
        with explained(address):
            # Other processes write too: every call looks for the newest version.
            self._tables = lancedb.connect(
                address, storage_options=self._options or None, read_consistency_interval=_NO_TIME
            )
        self._salt = b""

    @property
    def is_folder(self) -> bool:
        """Whether it lies in a folder of this machine."""
        return is_folder(self.address)

    @property
    def connection(self) -> lancedb.DBConnection:
        """Where the tables are."""
        return self._tables

    @property
    def salt(self) -> bytes:
        """The secret of the library, which never leaves it."""
        return self._salt

    def create(self) -> None:
        """Make an empty library.

        Raises
        ------
        UsageError
            If there is one already.
        """
        salt = new_salt()
        row = {"format": FORMAT, "salt": salt, "created_at": datetime.now(UTC)}
        with explained(self.address), self.writing():
            if _ABOUT in self._names():
                raise UsageError(
                    f"There is a library at {self.address!r} already.",
                    remedy="Use it, or choose another folder.",
                )
            make_claims(self._tables)
            self._tables.create_table(_ABOUT, pa.Table.from_pylist([row], schema=_ABOUT_SCHEMA))
        self._salt = salt

    def open(self) -> None:
        """Read what kind of library this is.

        Raises
        ------
        UsageError
            If it is none, or a newer program made it.
        """
        with explained(self.address):
            if _ABOUT not in self._names():
                raise no_library(self.address)
            about = self._tables.open_table(_ABOUT).to_arrow().to_pylist()[0]
        if about["format"] > FORMAT:
            raise UsageError(
                f"The library at {self.address!r} was made by a newer program.",
                remedy="Install the newest version of this program.",
            )
        self._salt = about["salt"]

    def names(self) -> tuple[str, ...]:
        """Name the tables of the library, without those about itself."""
        with explained(self.address):
            return tuple(sorted(set(self._names()) - {_ABOUT, CLAIMS}))

    def table(self, name: str) -> Table:
        """Open a table; it follows what other processes write."""
        with explained(self.address):
            return self._tables.open_table(name)

    def made(self, name: str, schema: pa.Schema) -> Table:
        """Open a table, making it where it is not there yet."""
        with explained(self.address):
            if not self.is_folder and name not in self._names():
                claims = make_claims(self._tables)
                wait_for_turn(claims, name, lambda: name in self._names())
            return self._tables.create_table(name, schema=schema, exist_ok=True)

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """Keep other processes from writing to the folder while the block runs.

        Raises
        ------
        ResourceError
            If another one writes for longer than ten minutes.
        """
        if not self.is_folder:
            yield
            return
        try:
            with FileLock(Path(self.address) / _LOCK, timeout=_LONGEST_WAIT_S):
                yield
        except Timeout as error:
            raise ResourceError(
                f"Another program has been writing to the library {self.address!r} for "
                f"{_LONGEST_WAIT_S:.0f} seconds.",
                remedy="Wait until it is done, or end it.",
            ) from error

    def compact(self, name: str) -> None:
        """Join small files, and drop versions that nobody reads any more."""
        with explained(self.address), self.writing():
            self._drop_half_written(name)
            self.table(name).optimize(cleanup_older_than=_KEPT_FOR_READERS)

    def purge(self, name: str) -> None:
        """Drop every byte of removed rows: old versions, indices, and files that still hold them.

        A table keeps removed rows in its files until their share is large; here the other rows
        of such a file are written anew, so that the file can go. Search works without an index,
        only slower, until it is built again. On an object store, files of a write that was
        killed go only when they are seven days old, as another machine may be writing them.
        """
        with explained(self.address), self.writing():
            self._drop_half_written(name)
            table = self.table(name)
            for index in table.list_indices():
                table.drop_index(index.name)
            self._drop_old(table)
            for fragment in self._with_removed_rows(name):
                first, end = fragment << 32, (fragment + 1) << 32
                rows = f"_rowid >= {first} AND _rowid < {end}"
                table.update(where=rows, values_sql={"case_id": "case_id"})
            self._drop_old(table)

    def has_removed_rows(self, name: str) -> bool:
        """Whether files of a table still hold rows that were removed, as after a kill."""
        with explained(self.address):
            return bool(self._with_removed_rows(name))

    def files(self) -> dict[str, int]:
        """Give the bytes of every file, by its path inside the library."""
        with explained(self.address):
            system, root = self._system()
            found = system.get_file_info(fs.FileSelector(root, recursive=True))
        return {
            one.path[len(root) :].lstrip("/"): one.size
            for one in found
            if one.type is fs.FileType.File
        }

    def _names(self) -> list[str]:
        answer = self._tables.list_tables()
        names = list(answer.tables)
        while answer.page_token:
            answer = self._tables.list_tables(page_token=answer.page_token)
            names.extend(answer.tables)
        return names

    def _drop_old(self, table: Table) -> None:
        with warnings.catch_warnings():
            # It warns of other processes; the lock keeps them out of a folder.
            warnings.simplefilter("ignore", UserWarning)
            table.optimize(cleanup_older_than=_NO_TIME, delete_unverified=self.is_folder)

    def _with_removed_rows(self, name: str) -> list[int]:
        """Find the files of rows that hold removed ones, by what is kept beside them."""
        beside = f"{name}.lance/_deletions/"
        marks = [path.removeprefix(beside) for path in self.files() if path.startswith(beside)]
        return sorted({int(one.split("-")[0]) for one in marks if not one.startswith(".")})

    def _drop_half_written(self, name: str) -> None:
        """Remove what killed writes left under passing names; only where `writing` is held."""
        if self.is_folder:
            for path in (Path(self.address) / f"{name}.lance").rglob(_HALF_WRITTEN):
                path.unlink()

    def _system(self) -> tuple[Any, str]:
        if self.is_folder:
            return fs.LocalFileSystem(), Path(self.address).absolute().as_posix()
        given = {name.lower().removeprefix("aws_"): value for name, value in self._options.items()}
        names = {
            "access_key_id": "access_key",
            "secret_access_key": "secret_key",
            "session_token": "session_token",
            "region": "region",
            "endpoint": "endpoint_override",
        }
        known = {names[name]: value for name, value in given.items() if name in names}
        scheme = "http" if given.get("allow_http") == "true" else "https"
        return fs.S3FileSystem(**known, scheme=scheme), self.address.removeprefix(_S3)


def is_folder(address: str) -> bool:
    """Whether an address is a folder of this machine rather than an object store."""
    return "://" not in address


def no_library(address: str) -> UsageError:
    """Say that there is no library where one was expected."""
    summary = f"There is no library of cases at {address!r}."
    if is_folder(address) and strangers_in(Path(address)):
        # None can be made among other files.
        remedy = "It holds other files: name the folder of a library, or choose an empty one."
        return UsageError(summary, remedy=remedy)
    return UsageError(summary, remedy=f"Make one with: medct library init {address}")


def strangers_in(folder: Path) -> list[str]:
    """Name what lies in a folder and is not hidden, sorted; nothing where there is no folder."""
    if not folder.is_dir():
        return []
    return sorted(one.name for one in folder.iterdir() if not one.name.startswith("."))


def delete_rows(table: Table, wanted: str) -> int:
    """Delete the rows of a clause, by their numbers: a table remembers what it was asked for.

    Returns
    -------
    How many there were.
    """
    count = 0
    # Without a lock, on an object store, a row may have moved before it was deleted.
    while rows := _row_numbers(table, wanted):
        table.delete(f"_rowid IN ({', '.join(map(str, rows))})")
        count = max(count, len(rows))
    return count


def _row_numbers(table: Table, wanted: str) -> list[int]:
    found = table.search().where(wanted).select([]).with_row_id(True).to_arrow()
    numbers: list[int] = found.column("_rowid").to_pylist()
    return numbers


@contextlib.contextmanager
def explained(address: str) -> Iterator[None]:
    """Put what goes wrong below the tables into words for a person.

    Raises
    ------
    OutOfDiskError
        If there is no room left.
    ResourceError
        If the library cannot be read or written.
    """
    try:
        yield
    except MedctError:
        raise
    except (OSError, RuntimeError) as error:
        what = str(error).splitlines()[0] if str(error) else type(error).__name__
        number = error.errno if isinstance(error, OSError) else None
        if number in DISK_FULL or "No space left" in str(error):
            raise OutOfDiskError(
                f"There is no room left for the library {address!r}.",
                remedy="Free some space there; what was added before is kept.",
            ) from error
        raise ResourceError(
            f"The library {address!r} cannot be read or written: {what}",
            remedy="Check that it is there and that you may write to it.",
        ) from error
