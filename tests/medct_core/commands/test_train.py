"""`medct train`: what it refuses before any work, and how it calls the training."""

from pathlib import Path

import pytest

from medct_core.commands.main import run
from medct_core.training import mini


def test_a_model_that_is_there_is_not_written_over(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run(["train", "mini", "--out", str(tmp_path), "--work", str(tmp_path / "work")])

    assert code == 2
    assert "exists already" in capsys.readouterr().err


def test_the_settings_reach_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seen: list[mini.MiniRun] = []
    monkeypatch.setattr(mini, "train_mini", lambda asked, _report: seen.append(asked))
    out, work = tmp_path / "out", tmp_path / "work"

    code = run(["train", "mini", "--out", str(out), "--work", str(work), "--anatomies", "12"])

    assert code == 0
    assert (seen[0].out, seen[0].work, seen[0].config.anatomies) == (out, work, 12)
    assert capsys.readouterr().out.strip() == str(out)
