"""What sessions do with files: no scan that is gone, and no other scan, goes unnoticed."""

from dataclasses import replace
from pathlib import Path

import pytest

from app.controllers.session_work import (
    autosave_shown,
    compare,
    find_scan,
    read_and_look,
    session_of,
    write_shown,
)
from app.state.autosave import AutosaveFolder
from app.state.case_record import CaseRecord
from app.state.session import OpenScan
from app.state.session_file import OtherScanError, read_session
from medct_core.cancel import CancelToken
from tests.app.controllers.test_keep_case import opened

RECORD = CaseRecord("0" * 64)


def nobody(_fraction: float) -> None:
    """Told how far it is."""


@pytest.fixture
def scan(tmp_path: Path) -> OpenScan:
    """Give a scan whose file is there."""
    path = tmp_path / "1.nii.gz"
    path.write_bytes(b"voxels")
    return replace(opened(1), path=path)


def test_a_session_bears_the_name_of_its_scan(scan: OpenScan) -> None:
    session = session_of(scan, RECORD, {})

    assert session.record.scan_sha256 == scan.volume.content_sha256
    assert session.scan_path == scan.path


def test_a_session_that_is_written_is_read_with_its_scan_in_place(
    scan: OpenScan, tmp_path: Path
) -> None:
    path = tmp_path / "reading.medct"

    saved = write_shown(scan, RECORD, {}, path, CancelToken(), nobody)
    found = read_and_look(path, CancelToken(), nobody)

    assert (saved.scan, saved.path) == (scan, path)
    assert (found.session, found.missing) == (session_of(scan, RECORD, {}), None)


def test_a_scan_that_is_gone_is_told(scan: OpenScan) -> None:
    session = session_of(scan, RECORD, {})
    scan.path.unlink()

    found = find_scan(session, CancelToken(), nobody)

    assert found.session == session
    assert found.missing is not None


def test_a_session_is_compared_with_the_voxels_and_not_with_the_name(scan: OpenScan) -> None:
    session = session_of(scan, RECORD, {})

    assert compare(session, scan, CancelToken(), nobody).scan is scan
    with pytest.raises(OtherScanError):
        compare(session, replace(opened(2), path=scan.path), CancelToken(), nobody)


def test_an_autosave_holds_the_session_of_its_scan(scan: OpenScan, tmp_path: Path) -> None:
    file = AutosaveFolder(tmp_path / "autosave").begin()

    autosave_shown(scan, RECORD, {}, file, CancelToken(), nobody)

    (written,) = (tmp_path / "autosave").glob("*.medct")
    assert read_session(written) == session_of(scan, RECORD, {})
    file.close()
