"""CaseFolder: where case records lie, one file a scan, named by the hash of its voxels."""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_data_path
from PySide6.QtCore import QLockFile

from app.state.case_merge import rebased
from app.state.case_record import CaseRecord
from app.state.case_values import NewerVersionError, record_from_fields, record_to_values
from app.state.json_file import read_json, write_json
from medct_core.errors import ResourceError
from medct_core.measurement.fields import Fields
from medct_core.volume.notice import Notice

FOLDER_VARIABLE = "MEDCT_CASES"
"""Environment variable that names another folder."""

SET_ASIDE_CODE = "case-record-set-aside"
"""Code of the notice that a record could not be used and was kept under another name."""

_PATIENCE_MS = 2000
"""Saving takes milliseconds; nobody waits longer for a program that hangs."""


@dataclass(frozen=True, slots=True)
class LoadedCase:
    """A record as it was found.

    Attributes
    ----------
    record
        Empty where there was none, or none that could be used.
    notices
        What the reader must know: a damaged file that was kept aside.
    """

    record: CaseRecord
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class CaseFolder:
    """Case records on disk; no file of it names a patient.

    Attributes
    ----------
    path
        The folder; made when the first record is saved.
    """

    path: Path

    def load(self, scan_sha256: str) -> LoadedCase:
        """Give what was saved about a scan.

        A file that is damaged, belongs to another scan, or was written by a newer version is
        renamed, never overwritten, and a notice says so.

        Raises
        ------
        ResourceError
            If the file is there but may not be read or renamed.
        """
        record = CaseRecord(scan_sha256)
        path = self.file_of(record)
        try:
            return LoadedCase(_read(path, scan_sha256))
        except FileNotFoundError:
            return LoadedCase(record)
        except NewerVersionError:
            return _without(record, path, why="were saved by a newer version of this program")
        except ValueError:
            return _without(record, path, why="are damaged")
        except OSError as error:
            raise _unreadable(error) from error

    def save(self, record: CaseRecord) -> None:
        """Write a record in one step; of two windows the last one stays.

        Raises
        ------
        OutOfDiskError
            If it cannot be written; then what was saved before stays.
        """
        what = "Your measurements and comments"
        write_json(record_to_values(record), self.file_of(record), what=what)

    def save_changes(self, record: CaseRecord, *, base: CaseRecord) -> None:
        """Save what one window changed since `base`; what others saved meanwhile stays.

        Windows and programs that save the same record wait for each other.

        Raises
        ------
        ResourceError
            If what is there cannot be read, or nothing can be written.
        """
        with self._held(record):
            there = self.load(record.scan_sha256).record
            self.save(rebased(record, base=base, theirs=there))

    def file_of(self, record: CaseRecord) -> Path:
        """Give the file in which a record lies, or would lie."""
        return self.path / f"{record.scan_sha256}.json"

    @contextmanager
    def _held(self, record: CaseRecord) -> Iterator[None]:
        """Keep others from saving; where that cannot be had, saving says what is wrong."""
        lock = QLockFile(str(self.file_of(record).with_suffix(".lock")))
        # A lock is stale when its program is dead, however long it has been held.
        lock.setStaleLockTime(0)
        with suppress(OSError):
            self.path.mkdir(parents=True, exist_ok=True)
        lock.tryLock(_PATIENCE_MS)
        try:
            yield
        finally:
            lock.unlock()


def default_case_folder() -> CaseFolder:
    """Give this user's folder, or the one `FOLDER_VARIABLE` names."""
    named = os.environ.get(FOLDER_VARIABLE)
    return CaseFolder(Path(named) if named else user_data_path("medct", appauthor=False) / "cases")


def _read(path: Path, scan_sha256: str) -> CaseRecord:
    record = record_from_fields(Fields(read_json(path), name="case record"))
    if record.scan_sha256 != scan_sha256:
        raise ValueError("the record belongs to another scan")
    return record


def _without(record: CaseRecord, path: Path, *, why: str) -> LoadedCase:
    """Keep a file that cannot be used under a name that no other file has."""
    aside = path.with_name(f"{path.stem}.kept-{uuid.uuid4().hex[:8]}{path.suffix}")
    try:
        path.rename(aside)
    except FileNotFoundError:
        # Another window was faster, and says it there.
        return LoadedCase(record)
    except OSError as error:
        raise _unreadable(error) from error
    text = (
        f"The measurements and comments saved for this scan {why}; they were kept as "
        f"{aside.name}, and the list starts empty."
    )
    return LoadedCase(record, (Notice(SET_ASIDE_CODE, text),))


def _unreadable(error: OSError) -> ResourceError:
    return ResourceError(
        "The measurements and comments saved for this scan cannot be read: "
        f"{error.strerror or 'no access'}.",
        remedy="Check whether you may read and write the folder of saved cases, then open the "
        "scan again.",
    )
