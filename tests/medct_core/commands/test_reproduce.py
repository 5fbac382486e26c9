"""`medct reproduce`: runs one after the other, what is missing, and what is said at the end."""

import json
from pathlib import Path

import pytest

from medct_core.commands.main import run
from medct_core.training.reproduce import materials
from medct_core.training.reproduce.ledger import Ledger
from medct_core.training.reproduce.plan import Method, Run, planned_runs, runs_named
from tests.reproduce_samples import TinyMaterials, fill


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a few noisy scans and a tiny base take the place of what takes hours."""
    stock = TinyMaterials(tmp_path / "bases")
    monkeypatch.setattr(materials, "PhantomMaterials", lambda _work, _bases, _report: stock)


def _lora(folder: Path, *options: str) -> int:
    where = ("--work", str(folder / "work"), "--results", str(folder / "results"))
    return run(["reproduce", "lora", *where, *options])


def test_listed_runs_are_not_done(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fill(Ledger(tmp_path / "results" / "lora"), planned_runs()[:1], lambda _run, _domain: 1.0)

    code = _lora(tmp_path, "--list")

    lines = capsys.readouterr().out.splitlines()
    assert code == 0
    assert [line.split() for line in lines[:2]] == [
        ["M-base", "done"],
        ["M-lora-paper-s0", "missing"],
    ]
    assert len(lines) == len(planned_runs())
    assert not (tmp_path / "work").exists()


def test_a_machine_reads_the_list(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _lora(tmp_path, "--list", "--json", "--only", "M-full-paper")

    rows = json.loads(capsys.readouterr().out)

    assert [row["id"] for row in rows] == [f"M-full-paper-s{seed}" for seed in range(3)]
    assert {row["done"] for row in rows} == {False}


def test_runs_need_a_folder_but_their_list_does_not(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["reproduce", "lora", "--list"]) == 0
    assert run(["reproduce", "lora", "--only", "M-lora-paper-s0", "--results", "nowhere"]) == 2
    assert "--work" in capsys.readouterr().err


def test_an_unknown_run_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _lora(tmp_path, "--only", "M-lorra") == 2
    assert "No run is called 'M-lorra'" in capsys.readouterr().err


@pytest.mark.usefixtures("tiny")
def test_finished_runs_are_kept_and_told_of(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = _lora(tmp_path, "--only", "M-base", "--only", "M-lora-paper-s0", "--json")

    said = capsys.readouterr()
    kept = sorted(path.name for path in (tmp_path / "results" / "lora").iterdir())
    assert code == 0, said.err
    assert kept == ["M-base.json", "M-base.npz", "M-lora-paper-s0.json", "M-lora-paper-s0.npz"]
    assert "M-lora-paper-s0: mean AUROC on B" in said.err
    answer = json.loads(said.out)
    assert answer == json.loads((tmp_path / "results" / "lora.json").read_text(encoding="utf-8"))
    assert answer["runs"]["done"] == 2
    assert "M-lora-paper" in (tmp_path / "results" / "lora.md").read_text(encoding="utf-8")


@pytest.mark.usefixtures("tiny")
def test_no_more_runs_than_asked_for(tmp_path: Path) -> None:
    assert _lora(tmp_path, "--max-runs", "1") == 0

    assert [run.id for run in planned_runs() if Ledger(tmp_path / "results" / "lora").has(run)] == [
        "M-base"
    ]


def _skill(one: Run, _domain: str) -> float:
    return 0.4 if one.method is Method.BASE else 1.4


def test_conclusions_alone_are_drawn_from_what_is_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    runs = runs_named(("M-base", *(f"M-lora-paper-s{seed}" for seed in range(3))))
    fill(Ledger(tmp_path / "results" / "lora"), runs, _skill)

    code = _lora(tmp_path, "--max-runs", "0")

    out = capsys.readouterr().out
    assert code == 0
    assert f"4 of {len(planned_runs())} runs are finished" in out
    assert "held             LoRA raises the mean AUROC on the new domain." in out
    assert "not tested yet   Retrieval stays as it was." in out
    assert (tmp_path / "results" / "lora-main.png").is_file()
    assert not (tmp_path / "work").exists()


def test_a_damaged_result_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "results" / "lora"
    folder.mkdir(parents=True)
    (folder / "M-base.json").write_text("{", encoding="utf-8")

    assert _lora(tmp_path, "--max-runs", "0") == 5
    assert "M-base.json" in capsys.readouterr().err
