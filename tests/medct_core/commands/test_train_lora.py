"""`medct train lora`: one file in, an adapter and honest words out."""

import json
from pathlib import Path

import pytest

from medct_core.commands.main import run
from medct_core.training.adapt import train
from tests.lora_samples import write_run
from tests.tiny_model import LOCAL, write_model


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the figures of the report, which take longer than all else."""
    monkeypatch.setattr(train, "write_report", lambda evaluation, folder, stem: (folder / stem,))


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_model(tmp_path_factory.mktemp("base") / "tiny", LOCAL)


@pytest.mark.usefixtures("undrawn")
def test_the_answer_says_what_was_made_and_how_good_it_is(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write_run(tmp_path, model)
    (tmp_path / "scan4.nii").write_bytes(b"damaged")

    words = run(["train", "lora", "--config", str(file)])
    said = capsys.readouterr()
    values = run(["train", "lora", "--config", str(file), "--json"])
    answer = json.loads(capsys.readouterr().out)

    assert (words, values) == (0, 0)
    assert "base alone" in said.out
    assert "gain " in said.out
    assert "Caution: No scan of the training part has Lung nodule" in said.err
    assert "By its head:" in said.out
    assert f"medct adapters add {tmp_path / 'run' / 'adapter'}" in said.out
    assert "scan4.nii" in said.out
    assert "100% Epoch 1 of 1, loss" in said.err
    assert [one["scan"] for one in answer["left_out"]] == ["scan4.nii"]
    assert answer["name"] == "site"
    assert answer["metrics"]["held_out_patients"] == 3
    assert 0 <= answer["metrics"]["held_out_head_mean_auroc"] <= 1
    assert answer["without_positives"] == ["Lung nodule"]


def test_an_unknown_key_is_refused_with_the_nearest_known_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write_run(tmp_path, "medct-mini", ephocs=3)

    code = run(["train", "lora", "--config", str(file)])

    error = capsys.readouterr().err
    assert code == 2
    assert "line 15" in error
    assert "Did you mean 'epochs'?" in error


@pytest.mark.usefixtures("undrawn")
def test_a_run_with_other_settings_does_not_go_on(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["train", "lora", "--config", str(write_run(tmp_path, model))]) == 0
    file = write_run(tmp_path, model, rate=0.01)

    code = run(["train", "lora", "--config", str(file)])

    assert code == 2
    assert "setting 'rate' was 0.0005, is 0.01" in capsys.readouterr().err


@pytest.mark.usefixtures("undrawn")
def test_a_metric_nobody_can_know_is_not_defined(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write_run(tmp_path, model)
    table = tmp_path / "table.csv"
    lines = table.read_text(encoding="utf-8").splitlines()
    healthy = [line.rsplit(",", 2)[0] + ",0,0" for line in lines[1:]]
    table.write_text("\n".join([lines[0], *healthy]), encoding="utf-8")

    code = run(["train", "lora", "--config", str(file), "--json"])

    answer = json.loads(capsys.readouterr().out)
    assert code == 0
    assert set(answer["metrics"]) == {"held_out_patients"}
    assert "never compared" in answer["why_not_offered"]

    code = run(["train", "lora", "--config", str(file)])

    said = " ".join(capsys.readouterr().out.split())
    assert code == 0
    assert "Better use the base: it was never compared with its base" in said
    assert "Use it with" not in said
