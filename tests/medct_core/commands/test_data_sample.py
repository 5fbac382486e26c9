"""`medct data sample`: what it writes, and its exit codes."""

import json
from pathlib import Path

import pytest

from medct_core.commands.main import run
from tests.scan_rows import write_ct_rate

GOOD = """VolumeName,Findings_EN,Impressions_EN,Emphysema,Lung nodule
train_1_a_1.nii.gz,Lung nodule.,Nodule.,0,1
train_2_a_1.nii.gz,Emphysema.,Emphysema.,1,0
train_2_a_2.nii.gz,Emphysema.,Emphysema.,1,0
"""


def write(path: Path, content: str) -> str:
    path.write_text(content, encoding="utf-8")
    return str(path)


def test_a_sample_is_written_with_its_prevalence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = write(tmp_path / "train.csv", GOOD)
    out = tmp_path / "small.csv"

    codes = [
        run(["data", "sample", table, "--n", "2", "--seed", "4", "--out", str(out), "--json"]),
        run(["data", "sample", table, "--n", "3", "--out", str(tmp_path / "all.csv")]),
    ]

    said = capsys.readouterr().out
    answer, end = json.JSONDecoder().raw_decode(said)
    assert codes == [0, 0]
    assert (answer["seed"], answer["excluded"]) == (4, 0)
    assert out.read_text(encoding="utf-8").count("\n") == answer["scans"] + 1
    assert (tmp_path / "all.csv").read_text(encoding="utf-8") == GOOD
    assert "3 scans of 2 patients" in said[end:]
    assert "largest difference 0.00 points" in said[end:]


def test_a_sample_never_breaks_paths_and_never_overwrites(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.nii").touch()
    (tmp_path / "other").mkdir()
    table = write(tmp_path / "t.csv", "path,Emphysema\na.nii,1\n")
    out = tmp_path / "other" / "s.csv"

    codes = [
        run(["data", "sample", table, "--n", "1", "--out", str(out)]),
        run(["data", "sample", table, "--n", "1", "--out", table]),
    ]

    assert codes == [0, 2]
    assert out.read_text(encoding="utf-8") == "path,Emphysema\n../a.nii,1\n"
    assert "exists" in capsys.readouterr().err


def test_a_volume_without_a_report_is_not_drawn(tmp_path: Path) -> None:
    labels, scans, reports, metadata = write_ct_rate(tmp_path, 3)
    reports.write_text(reports.read_text().replace("train_1_a_1", "train_9_a_1"))
    beside = ["--scans", str(scans), "--reports", str(reports), "--metadata", str(metadata)]
    out = tmp_path / "out.csv"

    code = run(["data", "sample", str(labels), "--n", "2", "--out", str(out), *beside])

    assert code == 0
    assert "train_1_a_1" not in out.read_text()
    assert run(["data", "sample", str(labels), "--n", "3", "--out", str(out), *beside]) == 2
