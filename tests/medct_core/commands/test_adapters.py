"""`medct adapters` in words and JSON, with the right exit code, and nothing lost."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from medct_core.commands.main import run
from medct_core.models.adapter_store import FOLDER_VARIABLE
from medct_core.models.bundle import load_model
from tests import small_chest, tiny_model
from tests.adapter_samples import BETTER, WORSE, write_adapter

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def model(models_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Install a tiny model and nothing else; adapters go to a folder of the test."""
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "adapters"))
    monkeypatch.setattr(
        "medct_core.models.catalogue.resources_folder", lambda: tmp_path / "resources"
    )
    return models_dir / "tiny"


@pytest.fixture
def site(model: Path, tmp_path: Path) -> str:
    """Install an adapter that beats its base."""
    assert run(["adapters", "add", str(write_adapter(model, tmp_path / "site"))]) == 0
    return "site"


def _listed(capsys: Capture) -> list[dict[str, Any]]:
    capsys.readouterr()
    assert run(["adapters", "list", "--json"]) == 0
    rows: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    return rows


@pytest.mark.parametrize("command", ["list", "add", "remove", "swap", "merge", "average"])
def test_every_command_shows_an_example(command: str, capsys: Capture) -> None:
    assert run(["adapters", command, "--help"]) == 0

    assert f"Example: medct adapters {command}" in capsys.readouterr().out.replace("\n", " ")


def test_nothing_is_installed_at_first(model: Path, capsys: Capture) -> None:
    assert run(["adapters", "list"]) == 0

    assert capsys.readouterr().out == "No adapter is installed.\n"


def test_the_list_puts_the_size_beside_the_model_and_says_the_gain(
    site: str, model: Path, capsys: Capture
) -> None:
    (row,) = _listed(capsys)

    assert row["model"] == "tiny"
    assert row["model_bytes"] == (model / "model.safetensors").stat().st_size
    assert row["bytes"] == sum(file.stat().st_size for file in Path(row["folder"]).iterdir())
    assert {name: row[name] for name in BETTER} == BETTER
    assert row["is_offered"]


def test_the_list_says_for_people_what_is_offered_and_what_not(
    site: str, model: Path, tmp_path: Path, capsys: Capture
) -> None:
    run(["adapters", "add", str(write_adapter(model, tmp_path / "worse", metrics=WORSE))])
    run(["adapters", "add", str(write_adapter(model, tmp_path / "unknown", metrics={}))])
    run(["adapters", "swap", "site"])
    capsys.readouterr()

    assert run(["adapters", "list"]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "site  for tiny, used by default with it"
    assert "x smaller)" in lines[1]
    assert lines[2] == (
        "  mean AUROC 0.750, tiny alone 0.700 (+5.0 points), on 41 held-out patients"
    )
    assert lines[5] == "  not offered: it was never compared with its base on held-out patients"
    assert lines[8] == (
        "  not offered: with the adapter the mean AUROC is 0.650, with tiny alone 0.700, "
        "on 41 held-out patients"
    )


def test_damaged_adapters_and_those_without_their_model_are_listed_as_that(
    site: str, model: Path, tmp_path: Path, capsys: Capture
) -> None:
    shutil.rmtree(model)
    assert [row["status"] for row in _listed(capsys)] == ["without its model"]
    assert run(["adapters", "list"]) == 0
    assert "for tiny, which is not on this machine" in capsys.readouterr().out
    (tmp_path / "adapters" / "site" / "adapter.json").write_text("{}")

    assert [row["status"] for row in _listed(capsys)] == ["damaged"]
    assert run(["adapters", "list"]) == 0
    assert capsys.readouterr().out.startswith("site  damaged\n  The adapter.json in")


def test_an_adapter_can_be_added_under_another_name(
    model: Path, tmp_path: Path, capsys: Capture
) -> None:
    folder = write_adapter(model, tmp_path / "site")

    assert run(["adapters", "add", str(folder), "--name", "ward-2", "--json"]) == 0

    assert json.loads(capsys.readouterr().out)["name"] == "ward-2"


def test_a_wrong_base_is_refused_with_both_names_and_code_4(
    model: Path, tmp_path: Path, capsys: Capture
) -> None:
    other = tiny_model.write_model(tmp_path / "elsewhere")
    folder = write_adapter(other, tmp_path / "site")

    assert run(["adapters", "add", str(folder)]) == 4

    said = capsys.readouterr().err
    assert "was made for tiny (" in said
    assert "here are: tiny (" in said
    assert _listed(capsys) == []


def test_the_chosen_adapter_is_used_where_none_is_named(
    site: str, tmp_path: Path, capsys: Capture
) -> None:
    scan = str(small_chest.write(tmp_path / "scan.nii.gz"))
    options = ["--model", "tiny", "--device", "cpu", "--formats", "json", "--json"]
    analyze = ["analyze", scan, "--out", str(tmp_path / "results"), *options]
    assert run(["adapters", "swap", site]) == 0
    capsys.readouterr()

    stamps = []
    for more in ([], ["--adapter", "none"], ["--adapter", site]):
        assert run([*analyze, *more]) == 0
        stamps.append('"adapter": "site"' in capsys.readouterr().out)

    assert stamps == [True, False, True]


def test_a_model_can_be_used_alone_again(site: str, capsys: Capture) -> None:
    run(["adapters", "swap", site])
    capsys.readouterr()

    assert run(["adapters", "swap", "none", "--model", "tiny", "--json"]) == 0

    assert json.loads(capsys.readouterr().out) == {"model": "tiny", "adapter": None}
    assert not _listed(capsys)[0]["is_default"]


def test_what_did_not_beat_its_base_is_used_only_when_insisted(
    model: Path, tmp_path: Path, capsys: Capture
) -> None:
    run(["adapters", "add", str(write_adapter(model, tmp_path / "worse", metrics=WORSE))])

    assert run(["adapters", "swap", "worse"]) == 2

    assert "0.650, with tiny alone 0.700" in capsys.readouterr().err
    assert not _listed(capsys)[0]["is_default"]
    assert run(["adapters", "swap", "worse", "--anyway"]) == 0
    assert _listed(capsys)[0]["is_default"]


def test_an_adapter_says_itself_which_model_it_is_for(site: str, capsys: Capture) -> None:
    assert run(["adapters", "swap", site, "--model", "ct-clip"]) == 2

    assert "was made for tiny, not for ct-clip" in capsys.readouterr().err


def test_the_one_in_use_is_not_removed_and_that_is_said(site: str, capsys: Capture) -> None:
    run(["adapters", "swap", site])

    assert run(["adapters", "remove", site]) == 2

    said = capsys.readouterr().err
    assert "is in use: it is the one used by default with tiny" in said
    assert "medct adapters swap" in said
    assert [row["name"] for row in _listed(capsys)] == [site]


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_an_adapter_that_is_not_in_use_is_removed(
    site: str, capsys: Capture, options: list[str]
) -> None:
    assert run(["adapters", "remove", site, *options]) == 0

    assert site in capsys.readouterr().out
    assert _listed(capsys) == []
    assert run(["adapters", "remove", site]) == 4


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_a_merged_model_is_a_model_folder(
    model: Path, tmp_path: Path, capsys: Capture, options: list[str]
) -> None:
    folder = write_adapter(model, tmp_path / "site", has_head=True)
    out = tmp_path / "ours"

    assert run(["adapters", "merge", str(folder), "--out", str(out), *options]) == 0

    assert load_model(out).manifest.name == "ours"
    assert "head" in capsys.readouterr().out


def test_an_average_is_an_adapter_that_was_measured_on_nobody(
    site: str, model: Path, tmp_path: Path, capsys: Capture
) -> None:
    other = write_adapter(model, tmp_path / "other", seed=2)
    out = tmp_path / "both"
    capsys.readouterr()
    average = ["adapters", "average", site, str(other), "--weights", "3,1", "--out", str(out)]

    assert run([*average, "--json"]) == 0

    parts = json.loads(capsys.readouterr().out)
    assert parts["shares"] == {site: 0.75, str(other): 0.25}
    assert run(["adapters", "add", str(out)]) == 0
    assert "never compared" in capsys.readouterr().out


def test_an_average_says_the_shares_in_words(
    site: str, model: Path, tmp_path: Path, capsys: Capture
) -> None:
    other = str(write_adapter(model, tmp_path / "other", seed=2))

    assert run(["adapters", "average", site, other, "--out", str(tmp_path / "both")]) == 0

    assert f"50.0 % site, 50.0 % {other}" in capsys.readouterr().out


def test_weights_with_spaces_between_them_are_no_adapters(
    site: str, tmp_path: Path, capsys: Capture
) -> None:
    average = ["adapters", "average", site, site, "--weights", "0.7", "0.3"]

    assert run([*average, "--out", str(tmp_path / "both")]) == 2

    assert "'0.3' is no adapter. Put commas between weights" in " ".join(
        capsys.readouterr().err.split()
    )


@pytest.mark.parametrize("weights", ["a,b", "1", "0,0", "1,,2"])
def test_weights_that_make_no_sense_end_with_code_2(
    site: str, tmp_path: Path, capsys: Capture, weights: str
) -> None:
    out = tmp_path / "same"

    assert run(["adapters", "average", site, site, "--weights", weights, "--out", str(out)]) == 2

    assert "weights" in capsys.readouterr().err
    assert not out.exists()
