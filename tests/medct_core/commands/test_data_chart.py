"""`medct data chart`: a picture of one table or several, and its exit codes."""

from pathlib import Path

import pytest

from medct_core.commands.main import run


def write(path: Path, content: str) -> str:
    path.write_text(content, encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("name", ["chart.png", "chart.pdf"])
def test_a_picture_is_written(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tables = [write(tmp_path / f"{n}.csv", f"VolumeName,Emphysema\na,1\nb{n},0\n") for n in "12"]

    code = run(["data", "chart", *tables, "--out", str(tmp_path / name)])

    assert code == 0
    assert (tmp_path / name).stat().st_size > 1000
    assert capsys.readouterr().out.strip() == str(tmp_path / name)


def test_another_ending_and_tables_without_scans_are_wrong_usage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = write(tmp_path / "good.csv", "VolumeName,Emphysema\na,1\n")
    bad = write(tmp_path / "bad.csv", "VolumeName,Emphysema\na,maybe\n")

    codes = [
        run(["data", "chart", good, "--out", str(tmp_path / "chart.gif")]),
        run(["data", "chart", bad, "--out", str(tmp_path / "chart.png")]),
    ]

    assert codes == [2, 2]
    assert "bad.csv" in capsys.readouterr().err


def test_paths_of_a_table_may_start_elsewhere(tmp_path: Path) -> None:
    table = write(tmp_path / "t.csv", "path,Emphysema\na.nii,1\nb.nii,0\n")
    scans = tmp_path / "scans"
    scans.mkdir()
    for name in "ab":
        write(scans / f"{name}.nii", "")

    codes = [
        run(["data", "chart", table, *more, "--out", str(tmp_path / "chart.png")])
        for more in ([], ["--scans", str(scans)])
    ]

    assert codes == [2, 0]
