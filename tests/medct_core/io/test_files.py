"""Files on disk and in zips, under any name."""

import zipfile
from pathlib import Path

import pytest

from medct_core.cancel import Cancelled, CancelToken
from medct_core.errors import NotAnImageError, UsageError
from medct_core.io.files import ScanFile, contents, files_below, require_existing
from medct_core.io.watch import Watch


def zipped(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def test_a_member_of_a_zip_reads_like_a_file(tmp_path: Path) -> None:
    archive = zipped(tmp_path / "ärchiv ü.zip", {"Lunge ß/日本.dcm": b"abc"})

    (file,) = files_below(archive)

    assert (file.name, file.size, file.exists()) == ("日本.dcm", 3, True)
    with file.open() as stream:
        assert stream.read() == b"abc"


def test_litter_of_operating_systems_is_left_out(tmp_path: Path) -> None:
    archive = zipped(
        tmp_path / "a.zip", {"__MACOSX/._1.dcm": b"x", "a/.DS_Store": b"x", "a/1.dcm": b"y"}
    )
    (tmp_path / "folder" / ".hidden").mkdir(parents=True)
    (tmp_path / "folder" / ".hidden" / "1.dcm").write_bytes(b"x")
    (tmp_path / "folder" / "2.dcm").write_bytes(b"y")

    assert [file.name for file in files_below(archive)] == ["1.dcm"]
    assert [file.name for file in files_below(tmp_path / "folder")] == ["2.dcm"]


def test_contents_come_in_the_order_asked_for(tmp_path: Path) -> None:
    archive = zipped(tmp_path / "a.zip", {"1": b"one", "2": b"two"})
    (tmp_path / "3").write_bytes(b"three")
    files = [ScanFile(archive, "2"), ScanFile(tmp_path / "3"), ScanFile(archive, "1")]

    assert list(contents(files)) == [b"two", b"three", b"one"]


def test_a_damaged_zip_says_so(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"1.dcm": b"abc" * 100})
    path.write_bytes(path.read_bytes()[:60])

    with pytest.raises(NotAnImageError, match="damaged zip"):
        files_below(path)


def test_a_damaged_member_says_so(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"1.dcm": b"abc" * 100})
    path.write_bytes(path.read_bytes().replace(b"abcabc", b"abXabc", 1))

    with pytest.raises(NotAnImageError, match=r"1\.dcm cannot be unpacked"):
        list(contents([ScanFile(path, "1.dcm")]))


def test_a_locked_zip_asks_to_be_unpacked(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"1.dcm": b"abc"})
    # Bit 0 of the flags, in the local and in the central header, means encrypted.
    raw = bytearray(path.read_bytes())
    raw[6] |= 1
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(raw)

    with pytest.raises(NotAnImageError, match="password"):
        ScanFile(path, "1.dcm").open()


def test_a_file_that_may_not_be_read_says_why(tmp_path: Path) -> None:
    (tmp_path / "a.nii").mkdir()

    with pytest.raises(NotAnImageError, match=r"a\.nii cannot be opened: Is a directory"):
        ScanFile(tmp_path / "a.nii").open()


def test_a_neighbour_is_found_on_disk_and_in_a_zip(tmp_path: Path) -> None:
    archive = zipped(tmp_path / "a.zip", {"x/a.hdr": b"h", "x/a.img": b"i"})
    (tmp_path / "a.hdr").write_bytes(b"h")

    assert ScanFile(archive, "x/a.hdr").beside("a.img").exists()
    assert not ScanFile(tmp_path / "a.hdr").beside("a.img").exists()


def test_a_path_that_leads_nowhere_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no file or folder named 'nothing'"):
        require_existing(tmp_path / "nothing")


def test_listing_a_folder_stops_when_asked(tmp_path: Path) -> None:
    (tmp_path / "1.dcm").write_bytes(b"")
    token = CancelToken()
    token.cancel()

    with pytest.raises(Cancelled):
        files_below(tmp_path, Watch(token))
