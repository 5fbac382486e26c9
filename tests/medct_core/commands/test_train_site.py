"""`medct train site`: from verdicts in a library to a measured adapter, and on where it stopped."""

import json
import tomllib
from pathlib import Path

import pytest

from medct_core.commands.main import run
from medct_core.commands.train_site import _run_text
from medct_core.retrieval.library_case import KnownFinding, case_id_of
from medct_core.training.adapt import train
from tests import library_samples, small_chest
from tests.library_samples import STAMP
from tests.tiny_model import LOCAL, write_model

pytest.importorskip("lancedb")
from medct_core.retrieval.library import CaseLibrary

SCANS = 12


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write a tiny model; figures are left out, as they take longer than all else."""
    monkeypatch.setattr(train, "write_report", lambda evaluation, folder, stem: (folder / stem,))
    monkeypatch.setenv("MEDCT_PLACES", str(tmp_path / "places.json"))
    return write_model(tmp_path / "tiny", LOCAL)


@pytest.fixture
def library(tmp_path: Path) -> CaseLibrary:
    """Keep scans of as many patients; every second has a nodule, somebody says."""
    (tmp_path / "scans").mkdir()
    made = CaseLibrary.create(str(tmp_path / "library"))
    for seed in range(SCANS):
        path = small_chest.write(tmp_path / "scans" / f"scan-{seed}.nii.gz", seed)
        sha256 = small_chest.volume(seed).content_sha256
        verdict = KnownFinding("Lung nodule", is_present=seed % 2 == 0, by="Dr A")
        case = library_samples.case(
            seed,
            case_id=case_id_of(sha256, STAMP),
            scan_sha256=sha256,
            source=path.name,
            findings=(verdict,),
            patient_key=f"{seed:032x}",
        )
        made.add([case])
    return made


def test_one_command_makes_a_measured_adapter_and_goes_on(
    model: Path, library: CaseLibrary, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "site"
    options = ["--model", str(model), "--epochs", "1", "--out", str(out), "--json"]
    where = ["--library", library.address, "--scans", str(tmp_path / "scans")]

    first = run(["train", "site", *where, *options])
    said = capsys.readouterr()
    answer = json.loads(said.out)
    again = run(["train", "site", *options])

    assert (first, again) == (0, 0)
    assert "12 scans of 12 patients" in said.err
    assert answer["metrics"]["held_out_patients"] >= 2
    assert answer["name"] == "site"
    assert Path(answer["adapter"]).is_dir()
    said_again = capsys.readouterr()
    assert json.loads(said_again.out)["metrics"] == answer["metrics"]
    assert "table that is there already" in said_again.err
    file = tomllib.loads((out / "run.toml").read_text())
    assert file["head"] == {"kind": "prompt", "prompts": "pair"}
    assert file["base"]["model"] == str(model)


def test_without_a_library_nothing_is_begun(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "site"

    code = run(
        [
            "train",
            "site",
            "--model",
            str(model),
            "--library",
            str(tmp_path / "no"),
            "--out",
            str(out),
        ]
    )

    assert code == 2
    assert not (out / "run.toml").exists()
    assert capsys.readouterr().err


def test_a_folder_that_cannot_be_made_ends_with_code_2(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("mine")

    code = run(["train", "site", "--model", str(model), "--out", str(tmp_path / "file")])

    assert code == 2
    assert "cannot be made" in capsys.readouterr().err


def test_a_name_that_cannot_be_is_refused_before_anything_is_written(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "site"

    code = run(["train", "site", "--model", str(model), "--name", "a b", "--out", str(out)])

    assert code == 2
    assert "cannot be called 'a b'" in capsys.readouterr().err
    assert not out.exists()


def test_a_run_does_not_go_on_with_another_finding(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "table.csv").write_text("path,patient,Emphysema\na.nii,A,1\n", encoding="utf-8")

    options = ["--model", str(model), "--finding", "Lung nodule", "--out", str(tmp_path)]
    code = run(["train", "site", *options])

    assert code == 2
    assert "was begun with --finding Emphysema" in " ".join(capsys.readouterr().err.split())


@pytest.mark.parametrize(("option", "value"), [("--epochs", "3"), ("--name", "other")])
def test_a_run_does_not_go_on_with_other_wishes(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], option: str, value: str
) -> None:
    out = tmp_path / "site"
    out.mkdir()
    text = _run_text(str(model), "pair", "site", 1)
    (out / "run.toml").write_text(text, encoding="utf-8")

    code = run(["train", "site", "--model", str(model), option, value, "--out", str(out)])

    said = " ".join(capsys.readouterr().err.split())
    assert code == 2
    assert f"was begun with {option}" in said
    assert f"not {value}" in said
    assert (out / "run.toml").read_text(encoding="utf-8") == text


def test_the_command_shows_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["train", "site", "--help"]) == 0

    assert "Example: medct train site" in capsys.readouterr().out.replace("\n", " ")
