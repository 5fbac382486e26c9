"""`medct data check --open`: each scan that is of no use is named, whatever the reason."""

import json
from pathlib import Path

import pytest

from medct_core.commands.main import run
from tests import small_chest
from tests.scan_rows import write_ct_rate, write_table

pytestmark = pytest.mark.usefixtures("models_dir")


def check(*arguments: str) -> int:
    return run(["data", "check", "--model", "tiny", "--open", *arguments])


def test_scans_that_are_all_of_use_end_with_zero(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = check(str(write_table(tmp_path)))

    assert code == 0
    assert "3 scans opened, 0 cannot be used" in capsys.readouterr().out


def test_every_scan_of_no_use_is_named_with_its_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = write_table(tmp_path)
    (tmp_path / "scan0.nii").write_text("no scan", encoding="utf-8")
    small_chest.write(tmp_path / "scan2.nii", lung_hu=50)

    code = check(str(table), "--workers", "2")

    said = capsys.readouterr().out
    assert code == 3
    assert "3 scans opened, 2 cannot be used" in said
    assert "line 2, scan0.nii:" in said
    assert "line 4, scan2.nii: It shows no pair of lungs" in said


def test_it_is_said_what_metadata_completed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    labels, scans, reports, metadata = map(str, write_ct_rate(tmp_path))
    beside = ["--scans", scans, "--reports", reports]

    without = check(labels, *beside, "--json")
    bare = json.loads(capsys.readouterr().out)["opened"][0]
    code = check(labels, *beside, "--metadata", metadata)

    said = capsys.readouterr().out
    assert (without, code) == (3, 0)
    assert len(bare["unusable"]) == 2
    assert "not Hounsfield units" in bare["unusable"][0]["why"]
    assert "slope and intercept of the metadata applied: 2" in said
    assert "spacing taken from the metadata: 2" in said


def test_scans_nobody_knows_where_are_wrong_usage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "t.csv").write_text("VolumeName,Emphysema\na,1\n", encoding="utf-8")

    assert check(str(tmp_path / "t.csv")) == 2
    assert "--scans" in capsys.readouterr().err


def test_a_scan_under_another_name_in_another_table_ends_with_three(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = write_table(tmp_path)
    small_chest.write(tmp_path / "copy.nii.gz", seed=1)
    other = tmp_path / "other.csv"
    other.write_text(
        "path,patient,report,Emphysema,Lung nodule\ncopy.nii.gz,Q,Text.,0,1\n", encoding="utf-8"
    )

    code = check(str(table), str(other))
    said = capsys.readouterr().out
    check(str(table), str(other), "--json")

    assert code == 3
    assert "the same scan, voxel for voxel: table.csv lines 3; other.csv lines 2" in said
    assert "patients in more than one table: 0" in said
    assert json.loads(capsys.readouterr().out)["copies"] == [
        [{"table": 0, "lines": [3]}, {"table": 1, "lines": [2]}]
    ]
