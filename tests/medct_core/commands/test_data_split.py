"""`medct data split`: the tables it writes, what it says, and its exit codes."""

import json
from pathlib import Path

import pytest

from medct_core.commands.main import run
from medct_core.training.tables.scan_table import read_scan_table
from tests.scan_rows import write_table


def big_table(folder: Path) -> str:
    lines = [f"train_{n}_{part}_1,{n % 2},{int(n < 4)}" for n in range(30) for part in "ab"]
    table = folder / "labels.csv"
    table.write_text("\n".join(["VolumeName,Emphysema,Lung nodule", *lines]), encoding="utf-8")
    return str(table)


def table_of_files(folder: Path, header: str, rows: list[str]) -> str:
    """Write a table with a file for every row, which begins with its path."""
    names = [f"s{number}.nii.gz" for number in range(len(rows))]
    for name in names:
        (folder / name).touch()
    lines = [f"{name},{row}" for name, row in zip(names, rows, strict=True)]
    table = folder / "labels.csv"
    table.write_text("\n".join([header, *lines]), encoding="utf-8")
    return str(table)


def test_three_tables_are_written_that_share_no_patient(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "splits"

    code = run(["data", "split", big_table(tmp_path), "--seed", "1", "--out", str(out), "--json"])

    parts = json.loads(capsys.readouterr().out)["parts"]
    assert code == 0
    assert sorted(file.name for file in out.iterdir()) == [
        "test.csv",
        "train.csv",
        "validation.csv",
    ]
    assert {name: part["scans"] for name, part in parts.items()} == {
        "train": 48,
        "validation": 6,
        "test": 6,
    }
    files = [str(out / f"{name}.csv") for name in parts]
    assert run(["data", "check", *files]) == 0
    assert "patients in more than one table: 0" in capsys.readouterr().out


def test_shares_and_findings_that_a_part_lacks_are_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "splits"
    shares = ["--shares", "0.9", "0", "0.1"]
    table = Path(big_table(tmp_path))
    table.write_text(table.read_text().replace("train_0_a_1,0,1", "train_0_a_1,2,1"))

    code = run(["data", "split", str(table), *shares, "--out", str(out)])

    said = capsys.readouterr().out
    assert code == 0
    assert not (out / "validation.csv").exists()
    assert "1 lines of the table cannot be used" in said
    assert "test.csv: 5 scans of 3 patients" in said


def test_scans_of_unknown_patients_are_said_to_be_a_patient_each(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = table_of_files(tmp_path, "path,Emphysema", [str(n % 2) for n in range(20)])

    code = run(["data", "split", table, "--out", str(tmp_path / "parts")])

    said = capsys.readouterr().out
    assert code == 0
    assert "20 scans do not say whose they are, and count as a patient each" in said
    assert run(["data", "check", table]) == 0
    assert "20 scans do not say whose they are" in capsys.readouterr().out


@pytest.mark.parametrize("column", ["patient", "patient_id", "PatientID", "Subject"])
def test_a_patient_is_known_by_the_names_hospitals_use(
    column: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [f"P{n // 4},{n % 2}" for n in range(40)]
    table = table_of_files(tmp_path, f"path,{column},Emphysema", rows)

    code = run(["data", "split", table, "--out", str(tmp_path / "parts"), "--json"])

    answer = json.loads(capsys.readouterr().out)
    assert code == 0
    assert answer["without_patient"] == 0
    assert sum(part["patients"] for part in answer["parts"].values()) == 10


def test_a_class_without_positives_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "t.csv"
    lines = [f"train_{n}_a_1,{int(n == 3)}" for n in range(20)]
    table.write_text("\n".join(["VolumeName,Emphysema", *lines]), encoding="utf-8")

    run(["data", "split", str(table), "--out", str(tmp_path / "s")])

    assert "part has: Emphysema" in capsys.readouterr().out


def test_paths_of_a_split_still_lead_to_the_scans(tmp_path: Path) -> None:
    table = write_table(tmp_path, 3)
    out = tmp_path / "deep" / "splits"

    code = run(["data", "split", str(table), "--shares", "0.4", "0.3", "0.3", "--out", str(out)])

    assert code == 0
    assert all(read_scan_table(file).excluded == () for file in out.iterdir())


def test_nothing_is_written_where_one_table_is_there_already(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "splits"
    out.mkdir()
    (out / "test.csv").write_text("mine")

    codes = [
        run(["data", "split", big_table(tmp_path), "--out", str(out)]),
        run(["data", "split", big_table(tmp_path), "--out", str(out / "test.csv")]),
        run(["data", "split", big_table(tmp_path), "--shares", "1", "1", "1", "--out", str(out)]),
    ]

    assert codes == [2, 2, 2]
    assert [file.name for file in out.iterdir()] == ["test.csv"]
    assert "exists" in capsys.readouterr().err


@pytest.mark.parametrize("command", [["split"], ["sample", "--n", "1"]])
def test_a_table_of_which_no_scan_can_be_used_is_refused_as_that(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "t.csv"
    table.write_text("path,Emphysema\ngone.nii,1\n")

    code = run(["data", *command, str(table), "--out", str(tmp_path / "out")])

    assert code == 2
    assert "'t.csv' has no usable scan." in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
