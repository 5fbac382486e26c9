"""`medct library search --reports`: reports of the library, or of a file, for a scan."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from medct_core.commands.main import run
from tests import small_chest

pytest.importorskip("lancedb")
pytestmark = pytest.mark.usefixtures("models_dir")

Json = dict[str, Any]
Call = Callable[..., tuple[int, Json]]
MODEL = ("--model", "tiny", "--device", "cpu")
REPORTS = ("pleural effusion.", "lung nodule.", "pleural effusion.")


@pytest.fixture
def call(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Call:
    """Search a library of four chests, three of which have reports, two of them the same."""
    place = ("--library", str(tmp_path / "library"))
    run(["library", "init", place[1]])
    lines = ["scan,patient,report,tags"]
    for number, report in enumerate((*REPORTS, ""), start=1):
        small_chest.write(tmp_path / f"scan-{number}.nii.gz", seed=number)
        lines.append(f"scan-{number}.nii.gz,P{number},{report},tag{number}")
    (tmp_path / "cases.csv").write_text("\n".join(lines), encoding="utf-8")
    run(["library", "import", str(tmp_path / "cases.csv"), *MODEL, *place])

    def called(*arguments: str | Path) -> tuple[int, Json]:
        capsys.readouterr()
        code = run(["library", "search", *map(str, arguments), *MODEL, *place, "--json"])
        return code, json.loads(capsys.readouterr().out or "{}")

    return called


def test_equal_reports_are_one_and_the_scans_own_is_marked(call: Call, tmp_path: Path) -> None:
    code, answer = call(tmp_path / "scan-1.nii.gz", "--reports")

    by_text = {one["report"]: one for one in answer["reports"]}
    assert code == 0
    assert set(by_text) == set(REPORTS)
    assert len(by_text[REPORTS[0]]["cases"]) == 2
    assert by_text[REPORTS[0]]["self"]
    assert not by_text[REPORTS[1]]["same_patient"]
    assert [(one["rank"], one["of"]) for one in answer["reports"]] == [(1, 2), (2, 2)]
    assert answer["reports"][0]["similarity"] >= answer["reports"][1]["similarity"]


def test_filters_narrow_the_reports(call: Call, tmp_path: Path) -> None:
    reports = call(tmp_path / "scan-1.nii.gz", "--reports", "--tag", "tag2")[1]["reports"]

    assert [one["report"] for one in reports] == [REPORTS[1]]


def test_reports_of_a_file_are_ranked_and_long_ones_are_read_in_parts(
    call: Call, tmp_path: Path
) -> None:
    long = "no lung nodule was seen. " * 20
    (tmp_path / "own.txt").write_text(f"{long}\nheart enlarged.\n", encoding="utf-8")

    code, answer = call(tmp_path / "scan-1.nii.gz", "--reports-in", tmp_path / "own.txt")

    parts = {one["report"]: one["parts"] for one in answer["reports"]}
    assert code == 0
    assert parts["heart enlarged."] == 1
    assert parts[long.strip()] > 1
    assert all(one["cases"] == [] for one in answer["reports"])


def test_a_library_without_reports_and_a_text_are_refused(call: Call, tmp_path: Path) -> None:
    assert call(tmp_path / "scan-1.nii.gz", "--reports", "--tag", "tag4")[0] == 2
    assert call("--text", "effusion", "--reports")[0] == 2


def test_a_person_reads_a_line_a_report(
    call: Call, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = ("--library", str(tmp_path / "library"))
    capsys.readouterr()

    run(["library", "search", str(tmp_path / "scan-2.nii.gz"), "--reports", *MODEL, *place])

    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    assert any(line.endswith(REPORTS[1]) and "this scan" in line for line in lines)
