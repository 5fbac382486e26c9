"""A model without a text side: cases are found by scans, and every word is refused in words."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from medct_core.commands.main import run
from medct_core.models.adapter_manifest import ADAPTER_FILE, AdapterManifest
from medct_core.models.catalogue import FOLDER_VARIABLE
from tests import small_chest, tiny_image_model

pytest.importorskip("lancedb")

MODEL = ("--model", "tiny-image", "--device", "cpu")
REFUSED = "has no text side: it finds similar cases, it cannot score findings or search by text."

Call = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Install the model, and write three chests of which two are of one seed."""
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "models"))
    monkeypatch.setenv("MEDCT_CACHE", str(tmp_path / "cache"))
    tiny_image_model.write_image_model(tmp_path / "models" / "tiny-image")
    for name, seed in (("one", 1), ("two", 2), ("three", 3)):
        small_chest.write(tmp_path / f"{name}.nii.gz", seed=seed)
    return tmp_path


@pytest.fixture
def call(place: Path, capsys: pytest.CaptureFixture[str]) -> Call:
    """Give exit code and JSON of a command about one library."""
    library = ("--library", str(place / "library"))
    run(["library", "init", library[1]])

    def called(*arguments: str) -> tuple[int, dict[str, Any]]:
        capsys.readouterr()
        code = run(["library", *arguments, *MODEL, *library, "--json"])
        return code, json.loads(capsys.readouterr().out or "{}")

    return called


def test_scans_are_added_once_and_found_again(call: Call, place: Path) -> None:
    paths = [str(place / f"{name}.nii.gz") for name in ("one", "two", "three")]

    first, again = call("add", *paths)[1], call("add", *paths)[1]
    code, answer = call("search", paths[1])

    assert (first["added"], again["added"], again["there"]) == (3, 0, 3)
    assert code == 0
    assert (answer["cases"][0]["source"], answer["cases"][0]["self"]) == ("two.nii.gz", True)


def test_a_search_by_text_is_refused_with_what_to_do(
    call: Call, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call("add", str(place / "one.nii.gz"))

    code = run(
        ["library", "search", "--text", "effusion", *MODEL, "--library", str(place / "library")]
    )

    shown = " ".join(capsys.readouterr().err.split())
    assert code == 4
    assert REFUSED in shown
    assert "or search with a scan" in shown


def test_an_analysis_is_refused_and_writes_nothing(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run(["analyze", str(place / "one.nii.gz"), *MODEL, "--out", str(place / "out")])

    assert code == 4
    assert REFUSED in " ".join(capsys.readouterr().err.split())
    assert list((place / "out").glob("*")) == []


def test_an_evaluation_of_scores_is_refused_before_a_phantom_is_drawn(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code = run(["evaluate", "phantoms", "--model", "tiny-image", "--seeds", "5000000:5000002"])

    assert code == 4
    assert REFUSED in " ".join(capsys.readouterr().err.split())


def test_an_embedding_is_written(place: Path) -> None:
    code = run(["embed", str(place / "one.nii.gz"), *MODEL, "--out", str(place / "one.npy")])

    assert code == 0
    assert np.load(place / "one.npy").shape[-1] == tiny_image_model.CONFIG.channels


def test_an_adapter_is_refused(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    adapter = place / "adapter"
    adapter.mkdir()
    none = "0" * 64
    manifest = AdapterManifest("site", "ct-clip", none, "ct-clip", none, none)
    (adapter / ADAPTER_FILE).write_text(manifest.to_json(), encoding="utf-8")

    scan, out = str(place / "one.nii.gz"), str(place / "one.npy")
    code = run(["embed", scan, *MODEL, "--adapter", str(adapter), "--out", out])

    assert code == 4
    assert "has no text side" in capsys.readouterr().err


def test_the_model_is_listed_shown_and_verified(capsys: pytest.CaptureFixture[str]) -> None:
    codes = [
        run(["models", "list"]),
        run(["models", "show", "tiny-image"]),
        run(["models", "verify", "tiny-image"]),
    ]

    shown = capsys.readouterr().out
    assert codes == [0, 0, 0]
    assert "reads text: False" in shown
    assert "tiny-image: whole" in shown
    assert any(line.split()[:2] == ["astra", "available"] for line in shown.splitlines())
