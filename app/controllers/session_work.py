"""What sessions need of files: written, read, and compared with a scan, on a loader thread."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from app.state.answers import Problem
from app.state.autosave import AutosaveFile
from app.state.case_record import CaseRecord
from app.state.session import OpenScan
from app.state.session_file import ScanMovedError, SessionFile, read_session, write_session
from app.workers.loader_pool import OnProgress
from medct_core.cancel import CancelToken
from medct_core.measurement.fields import JsonValue


@dataclass(frozen=True, slots=True, eq=False)
class SavedSession:
    """A session that was written, the scan it is of, and where it is."""

    scan: OpenScan
    path: Path


@dataclass(frozen=True, slots=True, eq=False)
class FoundScan:
    """A session, and why its scan is not where it was; None where it is."""

    session: SessionFile
    missing: Problem | None


@dataclass(frozen=True, slots=True, eq=False)
class CheckedScan:
    """A session, and a scan that has its voxels."""

    session: SessionFile
    scan: OpenScan


def session_of(scan: OpenScan, record: CaseRecord, views: Mapping[str, JsonValue]) -> SessionFile:
    """Put a session together; the record gets the name of the scan, worked out here if need be.

    That takes a second for a large scan.
    """
    named = replace(record, scan_sha256=scan.volume.content_sha256)
    return SessionFile(scan.path.absolute(), scan.series.uid, named, views)


def write_shown(
    scan: OpenScan,
    record: CaseRecord,
    views: Mapping[str, JsonValue],
    path: Path,
    _cancel: CancelToken,
    _told: OnProgress,
) -> SavedSession:
    """Write a session file; errors as in `session_file.write_session`."""
    write_session(session_of(scan, record, views), path)
    return SavedSession(scan, path)


def autosave_shown(
    scan: OpenScan,
    record: CaseRecord,
    views: Mapping[str, JsonValue],
    file: AutosaveFile,
    _cancel: CancelToken,
    _told: OnProgress,
) -> None:
    """Write a session for the case of a crash; errors as in `AutosaveFile.write`."""
    file.write(session_of(scan, record, views))


def read_and_look(path: Path, cancel: CancelToken, told: OnProgress) -> FoundScan:
    """Read a session and look for its scan; errors as in `session_file.read_session`."""
    return find_scan(read_session(path), cancel, told)


def find_scan(session: SessionFile, _cancel: CancelToken, _told: OnProgress) -> FoundScan:
    """Look whether the scan of a session is where it was."""
    try:
        session.require_scan_in_place()
    except ScanMovedError as error:
        return FoundScan(session, Problem.of(error))
    return FoundScan(session, None)


def compare(
    session: SessionFile, scan: OpenScan, _cancel: CancelToken, _told: OnProgress
) -> CheckedScan:
    """Compare the voxels of a scan with those of a session.

    Raises
    ------
    OtherScanError
        If they are others.
    """
    session.require_same_scan(scan.volume.content_sha256)
    return CheckedScan(session, scan)
