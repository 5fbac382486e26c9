"""Files appear whole, under free names that every system accepts, or not at all."""

import errno
from pathlib import Path

import pytest

from medct_core.errors import OutOfDiskError
from medct_core.export.file_names import FORMATS
from medct_core.export.files import require_writable, write_report, write_table
from tests import report_samples


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_three_files_carry_the_name_of_the_scan(tmp_path: Path) -> None:
    paths = write_report(report_samples.report(name="chest.nii.gz"), tmp_path / "new" / "folder")

    assert [path.name for path in paths] == ["chest.csv", "chest.pdf", "chest.json"]
    assert names(tmp_path / "new" / "folder") == ["chest.csv", "chest.json", "chest.pdf"]


@pytest.mark.parametrize("taken", [f"chest.{form}" for form in FORMATS])
def test_one_taken_name_numbers_all_three(tmp_path: Path, taken: str) -> None:
    (tmp_path / taken).write_text("mine")

    paths = write_report(report_samples.report(name="chest.nii.gz"), tmp_path, ("csv", "json"))

    assert [path.name for path in paths] == ["chest-2.csv", "chest-2.json"]
    assert (tmp_path / taken).read_text() == "mine"


def test_measurements_are_a_second_table_beside_the_first(tmp_path: Path) -> None:
    report = report_samples.read_report()

    first = write_report(report, tmp_path)
    (tmp_path / "scan.csv").unlink()
    second = write_report(report, tmp_path, ("csv",))

    assert [path.name for path in first] == [
        "scan.csv",
        "scan_measurements.csv",
        "scan.pdf",
        "scan.json",
    ]
    assert [path.name for path in second] == ["scan-2.csv", "scan-2_measurements.csv"]
    assert "long_axis_mm" in second[1].read_text(encoding="utf-8")


def test_numbers_go_on(tmp_path: Path) -> None:
    report = report_samples.report(name="chest.nii.gz")

    written = [write_report(report, tmp_path, ("json",))[0].name for _ in range(3)]

    assert written == ["chest.json", "chest-2.json", "chest-3.json"]


def test_the_table_of_all_scans_never_replaces_a_file(tmp_path: Path) -> None:
    reports = (report_samples.report(name="a.nii"), report_samples.report(name="b.nii"))

    written = [write_table(reports, tmp_path).name for _ in range(2)]

    assert written == ["all.csv", "all-2.csv"]


def test_a_name_that_is_no_text_can_be_written(tmp_path: Path) -> None:
    paths = write_report(report_samples.report(name="\udce4.nii"), tmp_path)

    assert all(path.is_file() for path in paths)


@pytest.mark.parametrize(
    ("code", "words"), [(errno.ENOSPC, "the disk is full"), (errno.EROFS, "Read-only")]
)
def test_a_failed_write_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, words: str
) -> None:
    whole = Path.write_bytes

    def failing(path: Path, data: bytes) -> int:
        if path.suffix == ".json":
            raise OSError(code, "Read-only file system")
        return whole(path, data)

    monkeypatch.setattr(Path, "write_bytes", failing)

    with pytest.raises(OutOfDiskError, match=words):
        write_report(report_samples.report(), tmp_path)
    assert names(tmp_path) == []


def test_a_folder_that_is_a_file_is_named_before_the_work(tmp_path: Path) -> None:
    place = tmp_path / "results"
    place.write_text("")

    with pytest.raises(OutOfDiskError, match="results"):
        require_writable(place)


def test_asking_leaves_the_folder_empty(tmp_path: Path) -> None:
    require_writable(tmp_path / "results")

    assert names(tmp_path / "results") == []
