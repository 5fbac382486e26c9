"""Ledger: which files of an archive were done, and with what outcome, kept in the library.

It lies among the library's tables, in a folder or on an object store, so that it goes where the
library goes, and loses a case together with it. It holds no path, no name and no free text: a
file is a keyed hash of its path, and a reason is one of `Reason`.
"""

import hashlib
import hmac
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import Any

import pyarrow as pa

from medct_core.archive.fingerprint import Fingerprint
from medct_core.archive.known_facts import KnownFacts
from medct_core.errors import (
    InvalidVolumeError,
    NotAnImageError,
    NotScorableError,
    ScanRefusedError,
    UnsupportedImageError,
)
from medct_core.models.stamp import ModelStamp
from medct_core.retrieval.library import CaseLibrary
from medct_core.retrieval.library_case import stamp_key
from medct_core.retrieval.library_store import explained

_TABLE = "ledger_"
_KEY_DIGITS = 32
_JOINED_EVERY = 64
"""Writes. Each makes a file of its own."""

_READ_AT_ONCE = 65_536

_SCHEMA = pa.schema(
    [
        ("key", pa.string()),
        ("size_bytes", pa.int64()),
        ("mtime_ns", pa.int64()),
        ("said", pa.string()),
        ("reason", pa.string()),
        ("is_forced", pa.bool_()),
        ("program", pa.string()),
        # What removes a case from the library removes its rows by this name.
        ("case_id", pa.string()),
        ("at", pa.timestamp("us", tz="UTC")),
    ]
)


class WorkerKillerError(ScanRefusedError):
    """Reading the scan ended the process that read it, more than once."""


class Reason(Enum):
    """Why a scan was refused, in words that can name nobody."""

    NONE = ""
    NO_IMAGE = "It holds no image that can be read."
    UNSUPPORTED = "It holds an image, but not one grey 3D scan."
    CONTRADICTORY = "Its voxels and its geometry contradict each other."
    NOT_SCORABLE = "It may be looked at, but a model may not judge it."
    KILLER = "It killed the worker that read it."
    OTHER = "It was refused."


_REASONS: tuple[tuple[type[ScanRefusedError], Reason], ...] = (
    (WorkerKillerError, Reason.KILLER),
    (NotAnImageError, Reason.NO_IMAGE),
    (UnsupportedImageError, Reason.UNSUPPORTED),
    (InvalidVolumeError, Reason.CONTRADICTORY),
    (NotScorableError, Reason.NOT_SCORABLE),
    (ScanRefusedError, Reason.OTHER),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A scan as it is asked for.

    Attributes
    ----------
    path
        Absolute.
    fingerprint
        Of what lies there now.
    facts
        What is said of it.
    is_forced
        Whether it is taken though it is unsuitable.
    """

    path: Path
    fingerprint: Fingerprint
    facts: KnownFacts
    is_forced: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """What became of a scan.

    Attributes
    ----------
    case_id
        Empty where it was refused.
    reason
        Why it was.
    is_settled
        Whether asking again would bring the same: nothing new is said of it, and a refusal is by
        this version of the program, with no less force.
    """

    case_id: str
    reason: Reason
    is_settled: bool


@dataclass(frozen=True, slots=True)
class _Row:
    size_bytes: int
    mtime_ns: int
    said: str
    reason: Reason
    is_forced: bool
    program: str
    case_id: str


class Ledger:
    """The done work of one model in one library; all of it is read when it is opened.

    Takes about half a kilobyte of memory a file. Several programs may write it at once; each sees
    what the others wrote before it was opened.

    Parameters
    ----------
    library
        It lies in.
    stamp
        The model.
    program
        Version of this program: another may read what this one cannot.

    Raises
    ------
    ResourceError
        If it cannot be read.
    """

    def __init__(self, library: CaseLibrary, stamp: ModelStamp, *, program: str) -> None:
        self._library = library
        self._program = program
        self._notes = 0
        self._name = f"{_TABLE}{stamp_key(stamp)}"
        with explained(library.address), library.writing():
            self._table = library.connection.create_table(self._name, schema=_SCHEMA, exist_ok=True)
        with explained(library.address):
            rows = self._table.search().to_arrow().sort_by("at")
        self._rows = {
            row["key"]: _row_of(row)
            for batch in rows.to_batches(_READ_AT_ONCE)
            for row in batch.to_pylist()
        }

    def __len__(self) -> int:
        return len(self._rows)

    def find(self, asked: Asked) -> Entry | None:
        """Say what became of a scan; None where it was never done, or has changed since."""
        row = self._rows.get(self._key(asked.path))
        if row is None or Fingerprint(row.size_bytes, row.mtime_ns) != asked.fingerprint:
            return None
        if row.reason is Reason.NONE:
            return Entry(row.case_id, row.reason, row.said == self._said(asked.facts))
        is_settled = row.program == self._program and row.is_forced >= asked.is_forced
        return Entry("", row.reason, is_settled)

    def note(self, done: Iterable[tuple[Asked, str | ScanRefusedError]]) -> None:
        """Write down what became of scans: the id of a case, or why there is none.

        Raises
        ------
        ResourceError
            If it cannot be written.
        """
        rows = {self._key(asked.path): self._row(asked, what) for asked, what in done}
        if not rows:
            return
        now = datetime.now(UTC)
        written = [{"key": key, "at": now, **_fields_of(row)} for key, row in rows.items()]
        with explained(self._library.address), self._library.writing():
            self._table.add(pa.Table.from_pylist(written, schema=_SCHEMA))
            self._notes += 1
            if self._notes % _JOINED_EVERY == 0:
                self._table.optimize()
        self._rows |= rows

    def _row(self, asked: Asked, what: str | ScanRefusedError) -> _Row:
        return _Row(
            size_bytes=asked.fingerprint.size_bytes,
            mtime_ns=asked.fingerprint.mtime_ns,
            said=self._said(asked.facts),
            reason=Reason.NONE if isinstance(what, str) else reason_of(what),
            is_forced=asked.is_forced,
            program=self._program,
            case_id=what if isinstance(what, str) else "",
        )

    def _key(self, path: Path) -> str:
        return self._keyed("path", str(path))

    def _said(self, facts: KnownFacts) -> str:
        return self._keyed("said", json.dumps(asdict(facts), sort_keys=True))

    def _keyed(self, kind: str, text: str) -> str:
        """Hash with the secret of the library: a path may name a patient."""
        message = f"{kind}\0{text}".encode(errors="surrogatepass")
        return hmac.new(self._library.salt, message, hashlib.sha256).hexdigest()[:_KEY_DIGITS]


def reason_of(error: ScanRefusedError) -> Reason:
    """Say of what kind a refusal is, without its words, which may hold names of files."""
    return next(reason for kind, reason in _REASONS if isinstance(error, kind))


def remembered(reason: Reason) -> ScanRefusedError:
    """Refuse a scan again for the reason it was refused before."""
    kind = next(kind for kind, one in _REASONS if one is reason)
    return kind(
        f"It was refused before and has not changed. {reason.value}",
        remedy="Add --retry to have it read again, which says more.",
    )


def _row_of(row: dict[str, Any]) -> _Row:
    values = {one.name: row[one.name] for one in fields(_Row)}
    return _Row(**{**values, "reason": Reason[row["reason"]]})


def _fields_of(row: _Row) -> dict[str, Any]:
    return {**asdict(row), "reason": row.reason.name}
