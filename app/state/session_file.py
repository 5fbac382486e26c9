"""SessionFile: a case record with its views and the place of its scan, as a ``.medct`` file.

It holds the path of the scan as the user chose it, and no other text about the patient.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from types import MappingProxyType

from app.state.case_record import CaseRecord
from app.state.case_values import (
    NewerVersionError,
    record_from_fields,
    record_to_values,
    require_version,
)
from app.state.json_file import read_json, write_json
from medct_core.errors import ScanRefusedError, UsageError
from medct_core.measurement.fields import Fields, JsonValue, format_json, parse_json

SESSION_SUFFIX = ".medct"
SESSION_VERSION = 1
"""Raised when a reader of an older version would go wrong."""

_FORMAT = "medct-session"
_SHOWN_OF_HASH = 8


class ScanMovedError(ScanRefusedError):
    """The scan of a session is not where it was."""


class OtherScanError(ScanRefusedError):
    """The voxels of a scan are not those of the session."""


@dataclass(frozen=True, slots=True)
class SessionFile:
    """What is needed to go on where a reader stopped.

    Attributes
    ----------
    scan_path
        The file, folder or zip that was opened, absolute.
    series_uid
        Which of its series; see `Series.uid`.
    record
        Measurements, reviews, prompts, marked images; names the scan by its hash.
    views
        Plain values of what is shown: layout, crosshair, window. Read-only.

    Raises
    ------
    ValueError
        If the views hold anything that JSON cannot.
    """

    scan_path: Path
    series_uid: str
    record: CaseRecord
    views: Mapping[str, JsonValue]

    def __post_init__(self) -> None:
        # A copy that nobody else holds; what a file cannot give back equal is found here.
        try:
            copied = parse_json(format_json(dict(self.views)))
        except TypeError as error:
            raise ValueError(f"views hold plain values only: {error}") from error
        if not isinstance(copied, dict) or copied != dict(self.views):
            raise ValueError("views hold plain values only: texts, numbers, lists, objects")
        object.__setattr__(self, "views", MappingProxyType(copied))

    def with_scan_at(self, path: Path) -> "SessionFile":
        """Give the session with another place of its scan; it is not looked at here."""
        return replace(self, scan_path=path.absolute())

    def require_scan_in_place(self) -> Path:
        """Give the place of the scan.

        Raises
        ------
        ScanMovedError
            If nothing is there.
        """
        if not self.scan_path.exists():
            raise ScanMovedError(
                f"The scan of this session is no longer at {str(self.scan_path)!r}.",
                remedy="Choose the place where it is now.",
            )
        return self.scan_path

    def require_same_scan(self, scan_sha256: str) -> None:
        """Check the hash of the voxels that were read, so that nothing is shown on another scan.

        Raises
        ------
        OtherScanError
            If it is another scan, or the scan was changed.
        """
        wanted = self.record.scan_sha256
        if scan_sha256 != wanted:
            raise OtherScanError(
                "This is not the scan of the session, or it was changed: its voxels have the "
                f"hash {scan_sha256[:_SHOWN_OF_HASH]}, not {wanted[:_SHOWN_OF_HASH]}.",
                remedy="Choose the scan that was open when the session was saved.",
            )


def write_session(session: SessionFile, path: Path) -> None:
    """Save a session in one step.

    Raises
    ------
    OutOfDiskError
        If it cannot be written; then an older file stays as it was.
    """
    values: dict[str, JsonValue] = {
        "format": _FORMAT,
        "version": SESSION_VERSION,
        "scan": {
            "path": str(session.scan_path.absolute()),
            "relative_path": _relative(session.scan_path.absolute(), path.absolute().parent),
            "series_uid": session.series_uid,
        },
        "record": record_to_values(session.record),
        "views": dict(session.views),
    }
    write_json(values, path, what="The session")


def read_session(path: Path) -> SessionFile:
    """Read a session; its scan may have moved together with it, or be gone.

    Where the scan is no longer at its old place but lies as before beside the session, the
    session comes back with that place. Nothing is said of a scan that is gone until
    `SessionFile.require_scan_in_place` is asked.

    Raises
    ------
    UsageError
        If the file cannot be read, is no session, is damaged, or comes from a newer version.
    """
    try:
        return _session(Fields(read_json(path), name="session"), path.absolute().parent)
    except NewerVersionError:
        raise UsageError(
            f"The session {path.name} was saved by a newer version of this program.",
            remedy="Update this program, or open the session where it was saved.",
        ) from None
    except ValueError as error:
        raise UsageError(
            f"The file {path.name} is damaged, or no session.",
            remedy=f"Choose another file with the ending {SESSION_SUFFIX}.",
        ) from error
    except OSError as error:
        raise UsageError(
            f"The session {path.name} cannot be opened: {error.strerror or 'no access'}.",
            remedy="Check the path and whether you may read it.",
        ) from error


def _session(fields: Fields, folder: Path) -> SessionFile:
    if fields.text("format") != _FORMAT:
        raise fields.wrong("format")
    require_version(fields, SESSION_VERSION)
    scan = fields.nested("scan")
    views = fields.value("views")
    if not isinstance(views, dict):
        raise fields.wrong("views")
    return SessionFile(
        scan_path=_found(Path(scan.text("path")), scan.text("relative_path"), folder),
        series_uid=scan.text("series_uid"),
        record=record_from_fields(fields.nested("record")),
        views=views,
    )


def _relative(scan_path: Path, folder: Path) -> str:
    """Give the way from the session to its scan; empty where Windows has none between drives."""
    try:
        return PurePath(os.path.relpath(scan_path, folder)).as_posix()
    except ValueError:
        return ""


def _found(scan_path: Path, relative: str, folder: Path) -> Path:
    beside = Path(os.path.normpath(folder / relative))
    if relative and not scan_path.exists() and beside.exists():
        return beside
    return scan_path
