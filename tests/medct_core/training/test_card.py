"""The model card holds every number and is sealed with the model."""

import json
from pathlib import Path

from medct_core.models.manifest import CARD_FILE, read_manifest, verify_files
from medct_core.training.card import write_card
from medct_core.training.run_config import RunConfig
from medct_core.vocabulary import FINDINGS, UNLABELLED_FINDINGS
from tests.tiny_model import LOCAL, write_model


def result(mean: float | None) -> dict[str, object]:
    entry = {"value": 0.877, "low": 0.8, "high": 0.9, "positives": 12}
    return {
        "n": 40,
        "draw": "balanced",
        "domain": "b",
        "wordings": "kept-out",
        "phantom_version": "1",
        "seeds": [5_000_000, 5_000_040],
        "mean_auroc": mean,
        "trivial_baseline": 0.61,
        "twin_ranking": 0.75,
        "severity": {"mild": 0.6, "moderate": 0.7, "severe": None},
        "single_wordings": None,
        "auroc": dict.fromkeys(FINDINGS, entry),
        "zero_shot": dict.fromkeys(UNLABELLED_FINDINGS, entry),
    }


def test_every_number_and_the_command_stand_on_the_card(tmp_path: Path) -> None:
    model = write_model(tmp_path / "model", LOCAL)
    RunConfig(anatomies=77).save(tmp_path / "run.json")
    files = []
    for index, mean in enumerate((0.9123, None)):
        files.append(tmp_path / f"{index}.json")
        files[-1].write_text(json.dumps(result(mean)), encoding="utf-8")

    write_card(model, tmp_path / "run.json", files)

    text = (model / CARD_FILE).read_text(encoding="utf-8")
    assert "**0.912**" in text
    assert "**not defined**" in text
    assert "medct train mini" in text
    assert "--anatomies 77" in text
    assert all(f"| {name} | 0.877" in text for name in (*FINDINGS, *UNLABELLED_FINDINGS))
    assert "nothing clinically" in text


def test_a_model_with_a_new_card_is_whole(tmp_path: Path) -> None:
    model = write_model(tmp_path / "model", LOCAL)
    RunConfig().save(tmp_path / "run.json")

    write_card(model, tmp_path / "run.json", [])

    assert CARD_FILE in verify_files(model, read_manifest(model))


def test_what_a_run_has_to_say_for_itself_stands_on_the_card(tmp_path: Path) -> None:
    model = write_model(tmp_path / "model", LOCAL)
    run = tmp_path / "run.json"
    run.write_text(json.dumps({"anatomies": 5, "epochs": 1.0, "note": "Stopped early."}))

    write_card(model, run, [])

    text = (model / CARD_FILE).read_text(encoding="utf-8")
    assert "\nStopped early.\n" in text
    assert "note Stopped" not in text
