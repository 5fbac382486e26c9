"""`medct evaluate phantoms`: ranges, wordings and the two shapes of its answer."""

import json
import re
from pathlib import Path

import pytest

from medct_core.cancel import Cancelled
from medct_core.commands.main import run
from medct_core.evaluation import phantoms as evaluation
from medct_core.evaluation.phantoms import PhantomTask
from medct_core.inference.prompt import Prompt
from medct_core.inference.prompt_file import read_prompts
from medct_core.resources_folder import resources_folder
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


@pytest.mark.parametrize("wordings", ["kept-out", "development"])
def test_fixed_wordings_are_asked_and_named(wordings: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[Prompt, ...]] = []
    tasks: list[PhantomTask] = []

    def stop(_engine: object, prompts: tuple[Prompt, ...], task: PhantomTask, *_: object) -> None:
        asked.append(prompts)
        tasks.append(task)
        raise Cancelled

    monkeypatch.setattr(evaluation, "evaluate_phantoms", lambda *given, **_options: stop(*given))

    code = evaluate("--seeds", "5000000:5000002", "--wordings", wordings)

    fixed = read_prompts(resources_folder() / "prompts" / f"{wordings}.toml")
    assert code == 130
    assert tasks[0].wordings == wordings
    assert [prompt.name for prompt in asked[0]] == list(FINDINGS)
    assert set(asked[0]) <= set(fixed)


def test_the_help_says_which_wordings_choices_were_made_on(
    capsys: pytest.CaptureFixture[str],
) -> None:
    run(["evaluate", "phantoms", "--help"])

    page = re.sub(r"[\s│]+", " ", capsys.readouterr().out)
    assert "development: the set that choices were made on" in page


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
