"""`medct data cache`: what it keeps, what it says, and its exit codes."""

import json
from pathlib import Path

import pytest

from medct_core.commands.main import run
from medct_core.training.tables.scan_table import read_scan_table
from medct_core.training.tables.tensor_cache import open_cache
from tests.scan_rows import write_ct_rate, write_table

pytestmark = pytest.mark.usefixtures("models_dir")


def cache(*arguments: str) -> int:
    return run(["data", "cache", "--model", "tiny", *arguments])


def test_scans_are_prepared_once_and_what_16_bits_change_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table, folder = str(write_table(tmp_path)), str(tmp_path / "prepared")

    first = cache(table, "--cache", folder, "--json")
    said = capsys.readouterr()
    second = cache(table, "--cache", folder)

    answer = json.loads(said.out)
    assert (first, second) == (0, 0)
    assert (answer["new"], answer["there_already"], answer["refused"]) == (3, 0, [])
    assert 0 < answer["largest_difference_hu"] <= 0.5
    assert "3 scans to prepare take 0.000 GB" in said.err
    again = capsys.readouterr()
    assert "3 there already; prepared as tiny-" in again.out
    assert "largest change by 16 bits" in again.out
    assert "0 scans to prepare" in again.err


def test_the_first_release_of_ct_rate_is_prepared_with_its_metadata(tmp_path: Path) -> None:
    labels, scans, reports, metadata = write_ct_rate(tmp_path)
    beside = ["--scans", str(scans), "--metadata", str(metadata)]

    without = cache(str(labels), "--cache", str(tmp_path / "a"), "--scans", str(scans))
    code = cache(str(labels), "--cache", str(tmp_path / "b"), *beside, "--workers", "2")

    table = read_scan_table(labels, scans, reports=reports, metadata=metadata)
    (left,), tensors = open_cache(tmp_path / "b").of([table])
    assert (without, code) == (3, 0)
    assert (len(left.rows), len(tensors)) == (2, 2)


def test_what_cannot_be_prepared_is_named_and_ends_with_three(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = write_table(tmp_path)
    (tmp_path / "scan1.nii").write_text("no scan", encoding="utf-8")
    table.write_text(f"{table.read_text()}\nscan0.nii,P,Text.,2,0", encoding="utf-8")

    code = cache(str(table), "--cache", str(tmp_path / "prepared"))

    said = capsys.readouterr().out
    assert code == 3
    assert "2 new, 1 refused" in said
    assert "line 3, scan1.nii" in said
    assert "1 lines cannot be used" in said


def test_another_recipe_or_scans_nobody_knows_where_are_wrong_usage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table, folder = str(write_table(tmp_path)), str(tmp_path / "prepared")
    (tmp_path / "names.csv").write_text("VolumeName,Emphysema\na,1\n", encoding="utf-8")
    cache(table, "--cache", folder)

    codes = [
        run(["data", "cache", table, "--model", "medct-mini", "--cache", folder]),
        cache(str(tmp_path / "names.csv"), "--cache", folder),
    ]

    assert codes == [2, 2]
    assert "--scans" in capsys.readouterr().err
