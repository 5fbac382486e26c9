"""`medct evaluate retrieval`: on phantoms, on a library, and refused."""

import json
from pathlib import Path
from typing import Any

import pytest

from medct_core.commands.main import run
from tests import small_chest

pytestmark = pytest.mark.usefixtures("models_dir")

MODEL = ("--model", "tiny", "--device", "cpu")


def evaluate(*arguments: str) -> int:
    return run(["evaluate", "retrieval", *MODEL, *arguments])


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--seeds", "5000000:5000002", "--library", "cases"),
        ("--library", "cases", "--fit-seeds", "5000000:5000002"),
        ("--seeds", "0:4"),
        ("--seeds", "5000000:5000004", "--fit-seeds", "5000003:5000009"),
    ],
)
def test_what_contradicts_itself_is_wrong_usage(
    arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert evaluate(*arguments) == 2
    assert capsys.readouterr().err.strip()


def test_phantoms_are_measured_in_every_frame(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seeds = ("--seeds", "5000000:5000003", "--fit-seeds", "5000003:5000006", "--domain", "b")
    keep = ("--keep", str(tmp_path / "kept"))

    codes = [evaluate(*seeds, *keep, "--json")]
    answer: dict[str, Any] = json.loads(capsys.readouterr().out)
    codes.append(evaluate(*seeds, *keep))
    table = capsys.readouterr().out

    assert codes == [0, 0]
    assert [one["cosines"] for one in answer["results"]] == ["raw", "mean", "whitened"]
    assert answer["n"] == 3
    assert "domain b" in answer["source"]
    assert "seeds 5000003:5000006" in answer["results"][1]["fitted_on"]
    assert "Recall@1" in table
    assert "RadFinder" in table
    assert answer["rules"]["duplicates"] in table
    assert f"{answer['results'][0]['report_to_volume']['mrr']['value']:.3f}" in table


def test_a_library_is_measured_by_what_its_cases_say(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("lancedb")
    lines = ["scan,patient,report,Emphysema,Pleural effusion"]
    for number in range(1, 4):
        small_chest.write(tmp_path / f"{number}.nii.gz", seed=number)
        effusion = ["no", "yes"][number % 2]
        lines.append(f"{number}.nii.gz,P{number},lung nodule {number},yes,{effusion}")
    (tmp_path / "cases.csv").write_text("\n".join(lines), encoding="utf-8")
    library = str(tmp_path / "library")
    run(["library", "init", library])
    run(["library", "import", str(tmp_path / "cases.csv"), *MODEL, "--library", library])
    capsys.readouterr()

    code = evaluate("--library", library, "--json")

    answer = json.loads(capsys.readouterr().out)
    assert code == 0
    assert (answer["n"], answer["with_report"]) == (3, 3)
    assert [one["cosines"] for one in answer["results"]] == ["raw"]
    assert answer["results"][0]["any_shared_label_map"]["at"]["1"]["value"] == 1.0
    assert answer["results"][0]["volume_to_report"]["recall"]["1"]["chance"] == pytest.approx(1 / 3)
