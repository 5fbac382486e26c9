"""Fingerprint: a change is seen, and what cannot be seen has none."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from medct_core.archive.fingerprint import fingerprint_of


def longer(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"x")


def touched(path: Path) -> None:
    os.utime(path, ns=(1, path.stat().st_mtime_ns + 1))


def joined(path: Path) -> None:
    (path.parent / "another.dcm").write_bytes(b"more")


@pytest.mark.parametrize("change", [longer, touched, joined])
def test_a_folder_changes_with_its_files(change: Callable[[Path], None], tmp_path: Path) -> None:
    slice_ = tmp_path / "study" / "series" / "1.dcm"
    slice_.parent.mkdir(parents=True)
    slice_.write_bytes(b"voxels")
    before = fingerprint_of(tmp_path)

    change(slice_)

    assert before is not None
    assert fingerprint_of(tmp_path) != before


def test_a_file_has_its_size_and_time(tmp_path: Path) -> None:
    file = tmp_path / "a.nii"
    file.write_bytes(b"12345")

    found = fingerprint_of(file)

    assert found is not None
    assert (found.size_bytes, found.mtime_ns) == (5, file.stat().st_mtime_ns)


def test_nothing_is_seen_where_nothing_lies(tmp_path: Path) -> None:
    assert fingerprint_of(tmp_path / "gone.nii.gz") is None
