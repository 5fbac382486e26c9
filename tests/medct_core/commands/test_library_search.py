"""`medct library search`: by a scan, by a text, narrowed, and refused."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from medct_core.commands.main import run
from medct_core.vocabulary import FINDINGS
from tests import small_chest

pytest.importorskip("lancedb")
pytestmark = pytest.mark.usefixtures("models_dir")

Json = dict[str, Any]
Call = Callable[..., tuple[int, Json]]
MODEL = ("--model", "tiny", "--device", "cpu")


@pytest.fixture
def call(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Call:
    """Search a library of three chests; gives exit code and JSON."""
    place = ("--library", str(tmp_path / "library"))
    run(["library", "init", place[1]])
    for number in (1, 2, 3):
        path = tmp_path / f"scan-{number}.nii.gz"
        small_chest.write(path, seed=number)
        tag = ("--tag", "odd" if number % 2 else "even")
        run(["library", "add", str(path), *tag, "--patient", f"P{number}", *MODEL, *place])

    def called(*arguments: str | Path) -> tuple[int, Json]:
        capsys.readouterr()
        code = run(["library", "search", *map(str, arguments), *MODEL, *place, "--json"])
        return code, json.loads(capsys.readouterr().out or "{}")

    return called


def test_a_scan_of_the_library_comes_first_and_is_marked(call: Call, tmp_path: Path) -> None:
    code, answer = call(tmp_path / "scan-2.nii.gz")

    first, *others = answer["cases"]
    assert code == 0
    assert (first["source"], first["self"]) == ("scan-2.nii.gz", True)
    assert {one["source"] for one in others} == {"scan-1.nii.gz", "scan-3.nii.gz"}
    assert [(one["rank"], one["of"], one["percentile"]) for one in others] == [
        (1, 2, None),
        (2, 2, None),
    ]


def test_a_new_scan_finds_the_cases_in_order(call: Call, tmp_path: Path) -> None:
    small_chest.write(tmp_path / "new.nii.gz", seed=9)

    cases = call(tmp_path / "new.nii.gz", "--count", "2")[1]["cases"]

    assert len(cases) == 2
    assert cases[0]["similarity"] >= cases[1]["similarity"]
    assert not any(one["self"] for one in cases)


def test_a_text_finds_cases(call: Call) -> None:
    code, answer = call("--text", "effusion")

    assert code == 0
    assert len(answer["cases"]) == 3
    assert {one["percentile"] for one in answer["cases"]} == {None}


def test_a_search_is_narrowed(call: Call, tmp_path: Path) -> None:
    cases = call(tmp_path / "scan-2.nii.gz", "--tag", "odd")[1]["cases"]

    assert {one["source"] for one in cases} == {"scan-1.nii.gz", "scan-3.nii.gz"}
    assert {one["of"] for one in cases} == {2}


def test_a_report_of_any_length_finds_cases(call: Call, tmp_path: Path) -> None:
    report = tmp_path / "report.txt"
    report.write_text("No lung nodule was seen. " * 30, encoding="utf-8")

    code, answer = call("--report", report)

    assert code == 0
    assert len(answer["cases"]) == 3
    assert answer["text_parts"] > 1


def test_evidence_counts_the_verified_cases_of_others(
    call: Call, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = ["scan,patient,verified,Emphysema"]
    lines += [f"scan-{n}.nii.gz,P{n},yes,{word}" for n, word in ((1, "yes"), (2, "yes"), (3, "no"))]
    (tmp_path / "facts.csv").write_text("\n".join(lines), encoding="utf-8")
    place = ("--library", str(tmp_path / "library"))
    run(["library", "import", str(tmp_path / "facts.csv"), *MODEL, *place])

    one = call(tmp_path / "scan-1.nii.gz", "--evidence", "Emphysema")[1]["evidence"]
    every = call(tmp_path / "scan-1.nii.gz", "--evidence", "all")[1]["evidence"]
    run(["library", "search", "--text", "effusion", "--evidence", "Emphysema", *MODEL, *place])

    assert [(said["counted"], said["present"], said["expected"]) for said in one] == [(2, 1, 1.0)]
    assert [said["finding"] for said in every] == list(FINDINGS)
    assert one[0] in every
    last = capsys.readouterr().out.splitlines()[-1]
    assert last == ("Emphysema: 2 of the 3 nearest verified cases had it; 2.0 expected.")


@pytest.mark.parametrize("both", [True, False])
def test_one_scan_or_one_text_is_needed(call: Call, tmp_path: Path, both: bool) -> None:
    asked = (tmp_path / "scan-1.nii.gz", "--text", "effusion") if both else ()

    assert call(*asked)[0] == 2


def test_a_scan_that_is_no_chest_is_refused(call: Call, tmp_path: Path) -> None:
    small_chest.write(tmp_path / "head.nii.gz", lung_hu=50)

    assert call(tmp_path / "head.nii.gz")[0] == 3


def test_a_line_is_printed_for_each_case(
    call: Call, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = ("--library", str(tmp_path / "library"))
    capsys.readouterr()

    run(["library", "search", str(tmp_path / "scan-1.nii.gz"), *MODEL, *place])

    lines = capsys.readouterr().out.splitlines()
    assert "this scan" in lines[0]
    assert "1 of 2" in lines[1]
