"""Rows written as tables: they read back the same, and their paths still lead to the scans."""

from pathlib import Path

import pytest

from medct_core.errors import UsageError
from medct_core.training.tables.scan_table import read_scan_table
from medct_core.training.tables.writing import write_rows
from tests.scan_rows import drawn_table, write_table


def test_written_rows_read_back_as_they_were(tmp_path: Path) -> None:
    table = drawn_table(3, patients=30)

    write_rows(table, table.rows[5:20], tmp_path / "out.csv")

    read = read_scan_table(tmp_path / "out.csv")
    assert [(row.scan, row.labels) for row in read.rows] == [
        (row.scan, row.labels) for row in table.rows[5:20]
    ]


def test_paths_lead_to_the_same_scans_from_wherever_the_table_lies(tmp_path: Path) -> None:
    table = read_scan_table(write_table(tmp_path, 2))
    for folder in (tmp_path / "splits" / "one", tmp_path.parent / f"{tmp_path.name}-other"):
        folder.mkdir(parents=True)

        write_rows(table, table.rows, folder / "out.csv")

        read = read_scan_table(folder / "out.csv")
        assert read.excluded == ()
        found = [row.file.resolve() for row in read.rows if row.file is not None]
        assert found == [tmp_path.resolve() / f"scan{number}.nii" for number in (0, 1)]


def test_absolute_paths_and_those_from_a_named_folder_stay_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "a.nii").touch()
    table = tmp_path / "t.csv"
    table.write_text(f"path,Emphysema\n{tmp_path / 'a.nii'},1\na.nii,0\n", encoding="utf-8")
    (tmp_path / "other").mkdir()
    read = read_scan_table(table, tmp_path)

    write_rows(read, read.rows, tmp_path / "other" / "t.csv", scans=tmp_path)
    write_rows(read, read.rows[:1], tmp_path / "other" / "one.csv")

    assert (tmp_path / "other" / "t.csv").read_text() == table.read_text()
    assert str(tmp_path / "a.nii") in (tmp_path / "other" / "one.csv").read_text()


def test_a_file_that_is_there_is_never_overwritten(tmp_path: Path) -> None:
    table = drawn_table(3, patients=30)
    (tmp_path / "out.csv").write_text("mine")

    with pytest.raises(UsageError, match="exists"):
        write_rows(table, table.rows, tmp_path / "out.csv")
    with pytest.raises(UsageError, match="cannot be written"):
        write_rows(table, table.rows, tmp_path / "none" / "out.csv")

    assert (tmp_path / "out.csv").read_text() == "mine"
