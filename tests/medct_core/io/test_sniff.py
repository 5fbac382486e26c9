"""Content decides what a file is; its name decides nothing."""

import gzip
import struct
from pathlib import Path

import pytest

from medct_core.io.files import ScanFile
from medct_core.io.sniff import FileKind, dataset_start, head_of, kind_of, open_plain, refusal
from tests.medct_core.io import making


def file_of(path: Path, content: bytes) -> ScanFile:
    path.write_bytes(content)
    return ScanFile(path)


def test_kinds_are_found_whatever_the_name(tmp_path: Path) -> None:
    scan = making.chest_volume()
    making.write_nifti(tmp_path / "a.nii", scan.values)
    making.write_nifti(tmp_path / "a.nii.gz", scan.values)
    making.save(making.ct_slice(scan, 0), tmp_path / "a.dcm")
    wrong_names = {
        "nifti.dcm": (tmp_path / "a.nii", FileKind.NIFTI),
        "packed.txt": (tmp_path / "a.nii.gz", FileKind.NIFTI),
        "dicom.nii.gz": (tmp_path / "a.dcm", FileKind.DICOM),
    }

    kinds = {
        name: kind_of(file_of(tmp_path / name, source.read_bytes()))
        for name, (source, _) in wrong_names.items()
    }

    assert kinds == {name: kind for name, (_, kind) in wrong_names.items()}


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"NRRD0004\ntype: short", FileKind.NRRD),
        (b"ObjectType = Image\nNDims = 3\n", FileKind.METAIMAGE),
        (b"NDims = 3\n", FileKind.METAIMAGE),
        (b"PK\x03\x04rest", FileKind.ZIP),
        (b"hello", None),
        (b"", None),
    ],
)
def test_first_bytes_tell_the_kind(tmp_path: Path, head: bytes, kind: FileKind | None) -> None:
    assert kind_of(file_of(tmp_path / "x", head)) is kind


def test_a_dataset_without_preamble_is_found_even_behind_a_stray_byte() -> None:
    explicit = struct.pack("<HH2sH", 8, 5, b"CS", 10) + b"ISO_IR 100"
    implicit = struct.pack("<HHI", 8, 5, 10) + b"ISO_IR 100"

    assert dataset_start(explicit) == 0
    assert dataset_start(implicit) == 0
    assert dataset_start(b" " + explicit) == 1
    assert dataset_start(b"some text that is no header") is None


@pytest.mark.parametrize(
    ("head", "words"),
    [
        (b"", "empty or damaged"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:7\nsize 526464\n", "0.5 MB"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:7\n", "pointer"),
        (b"%PDF-1.7", "PDF document"),
        (b"\x89PNG\r\n", "PNG picture"),
        (b"patient;finding\n1;2\n", "text file"),
        (b"\x00\x01\x02\x03" * 20, "no image format known"),
        (struct.pack("<i", 348) + b"\0" * 400, "Analyze"),
    ],
)
def test_what_is_no_scan_is_named(head: bytes, words: str) -> None:
    error = refusal("file.dcm", head)

    assert words in error.summary
    assert error.summary.startswith("file.dcm ")
    assert error.remedy.endswith(".")


def test_a_gzip_is_looked_into(tmp_path: Path) -> None:
    file = file_of(tmp_path / "a", gzip.compress(b"NRRD0004" + b"x" * 5000))

    assert head_of(file).startswith(b"NRRD0004")
    with open_plain(file) as stream:
        assert stream.read() == b"NRRD0004" + b"x" * 5000


def test_a_broken_gzip_is_no_scan_and_no_crash(tmp_path: Path) -> None:
    assert kind_of(file_of(tmp_path / "a.nii.gz", b"\x1f\x8b garbage")) is None
