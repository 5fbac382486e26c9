"""`medct evaluate phantoms`: ranges, wordings and the two shapes of its answer."""

import json
from pathlib import Path

import pytest

from medct_core.commands.main import run
from medct_core.vocabulary import FINDINGS

pytestmark = pytest.mark.usefixtures("models_dir")


def evaluate(*arguments: str) -> int:
    return run(["evaluate", "phantoms", "--model", "tiny", *arguments])


@pytest.mark.parametrize("seeds", ["0:4", "5000000:5000000", "5000000", "a:b", "4999999:5000002"])
def test_seeds_that_are_not_for_evaluation_are_wrong_usage(
    seeds: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code = evaluate("--seeds", seeds)

    assert code == 2
    assert capsys.readouterr().err.strip()


def test_two_sources_of_wordings_contradict_each_other(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = tmp_path / "own.toml"
    own.write_text('[[prompt]]\nname = "Emphysema"\npresent = ["Emphysema."]\n', encoding="utf-8")

    code = evaluate("--seeds", "5000000:5000002", "--wordings", "kept-out", "--prompts", str(own))

    assert code == 2
    assert "Both" in capsys.readouterr().err


@pytest.mark.slow
def test_json_and_table_say_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ("--seeds", "5000000:5000006", "--wordings", "kept-out")

    assert evaluate(*arguments, "--json") == 0
    fields = json.loads(capsys.readouterr().out)
    assert evaluate(*arguments) == 0
    table = capsys.readouterr().out

    assert fields["n"] == 6
    assert fields["model"] == "tiny"
    assert set(fields["auroc"]) == set(FINDINGS)
    assert set(fields["auroc"]["Emphysema"]) == {"value", "low", "high", "positives"}
    assert f"twin ranking {fields['twin_ranking']:.3f}" in table
    assert all(name in table for name in FINDINGS)
