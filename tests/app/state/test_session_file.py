"""A session goes on where it stopped, also when its scan has moved, never on another scan."""

import shutil
from pathlib import Path

import pytest

from app.state.json_file import read_json
from app.state.session_file import (
    OtherScanError,
    ScanMovedError,
    SessionFile,
    read_session,
    write_session,
)
from medct_core.errors import OutOfDiskError, UsageError
from medct_core.measurement.fields import JsonValue
from tests.case_samples import FULL, SHA

VIEWS: dict[str, JsonValue] = {"layout": "grid", "crosshair_mm": [1.5, -2.0, 3.0], "smooth": True}


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    path = tmp_path / "old" / "scans" / "chest.nii.gz"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"voxels")
    return path


@pytest.fixture
def saved(tmp_path: Path, scan: Path) -> Path:
    path = tmp_path / "old" / "reading.medct"
    write_session(SessionFile(scan, "1.2.3", FULL, VIEWS), path)
    return path


def test_a_session_comes_back_equal(saved: Path, scan: Path) -> None:
    session = read_session(saved)

    assert session == SessionFile(scan, "1.2.3", FULL, VIEWS)
    assert session.require_scan_in_place() == scan


def test_a_scan_that_moved_together_with_the_session_is_found(saved: Path, tmp_path: Path) -> None:
    shutil.move(saved.parent, tmp_path / "new")

    session = read_session(tmp_path / "new" / saved.name)

    assert session.require_scan_in_place() == tmp_path / "new" / "scans" / "chest.nii.gz"


def test_a_scan_that_is_gone_is_asked_for_by_its_old_place(saved: Path, scan: Path) -> None:
    there = scan.rename(scan.with_name("renamed.nii.gz"))
    session = read_session(saved)

    with pytest.raises(ScanMovedError, match=r"chest\.nii\.gz.*Choose the place"):
        session.require_scan_in_place()

    found = session.with_scan_at(there)
    assert found.require_scan_in_place() == there
    assert found.record == session.record


def test_measurements_never_land_on_another_scan(saved: Path) -> None:
    session = read_session(saved)

    session.require_same_scan(SHA)
    with pytest.raises(OtherScanError, match="abababab, not 5f5f5f5f"):
        session.require_same_scan("ab" * 32)


def test_views_are_a_copy_that_nobody_can_change(scan: Path) -> None:
    views = dict(VIEWS)
    session = SessionFile(scan, "1.2.3", FULL, views)

    views["layout"] = "single"

    assert session.views == VIEWS
    with pytest.raises(TypeError):
        session.views["layout"] = "single"  # type: ignore[index]


@pytest.mark.parametrize("value", [(1, 2), float("nan"), {1: "one"}, {1, 2}])
def test_views_that_a_file_cannot_give_back_are_refused(scan: Path, value: object) -> None:
    with pytest.raises(ValueError, match=r"plain values|JSON"):
        SessionFile(scan, "1.2.3", FULL, {"view": value})  # type: ignore[dict-item]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"PK\x03\x04", "damaged, or no session"),
        (b'{"format": "something else"}', "damaged, or no session"),
        (b'{"format": "medct-session", "version": 1}', "damaged, or no session"),
        (b'{"format": "medct-session", "version": 2}', "newer version"),
    ],
)
def test_a_file_that_is_no_session_is_refused_in_plain_words(
    tmp_path: Path, content: bytes, message: str
) -> None:
    path = tmp_path / "other.medct"
    path.write_bytes(content)

    with pytest.raises(UsageError, match=message):
        read_session(path)


def test_views_that_are_no_object_are_refused(saved: Path) -> None:
    broken = saved.read_bytes().replace(b'"views": {', b'"views": [], "rest": {')
    saved.write_bytes(broken)

    with pytest.raises(UsageError, match="damaged"):
        read_session(saved)


def test_a_session_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"gone\.medct cannot be opened"):
        read_session(tmp_path / "gone.medct")


def test_a_session_that_cannot_be_saved_says_so(tmp_path: Path, scan: Path) -> None:
    (tmp_path / "file").write_bytes(b"")

    with pytest.raises(OutOfDiskError, match="The session cannot be saved"):
        write_session(SessionFile(scan, "", FULL, {}), tmp_path / "file" / "reading.medct")


def test_a_session_says_of_its_scan_only_where_it_lies_and_its_hash(saved: Path) -> None:
    values = read_json(saved)

    assert isinstance(values, dict)
    assert set(values) == {"format", "version", "scan", "record", "views"}
    assert set(values["scan"]) == {"path", "relative_path", "series_uid"}
