"""The manifest travels as JSON, and no changed file slips past it."""

import json
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medct_core.errors import ModelUnavailableError
from medct_core.models.manifest import (
    MANIFEST_FILE,
    UNHASHED,
    WEIGHTS_FILE,
    ModelManifest,
    Scoring,
    TextBase,
    file_sha256,
    read_manifest,
    verify_files,
)

TEXT = st.text(min_size=1, max_size=20)
SCORING = st.builds(
    Scoring,
    logit_scale=st.none() | st.floats(0.1, 100),
    local_weight=st.floats(0, 1),
    local_top=st.integers(1, 50),
    prompt_style=st.sampled_from(["pair", "single"]),
)
MANIFESTS = st.builds(
    ModelManifest,
    name=TEXT,
    title=TEXT,
    version=TEXT,
    licence=TEXT,
    licence_note=st.text(max_size=20),
    trained_on=st.sampled_from(["synthetic", "clinical"]),
    population=st.text(max_size=20),
    headline=st.none() | TEXT,
    scoring=SCORING,
    weights_sha256=st.just("a" * 64),
    files=st.dictionaries(st.from_regex(r"[a-z]{1,8}\.json", fullmatch=True), st.just("b" * 64)),
    text_base=st.none() | st.builds(TextBase, TEXT, TEXT, TEXT),
    source=st.text(max_size=20),
)


@given(MANIFESTS)
def test_a_manifest_survives_the_way_to_disk_and_back(manifest: ModelManifest) -> None:
    assert ModelManifest.from_json(manifest.to_json()) == manifest


@given(content=st.binary(max_size=100))
def test_a_file_has_the_hash_everybody_computes(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "content"
    path.write_bytes(content)

    assert file_sha256(path) == sha256(content).hexdigest()


def test_hashing_reports_how_far_it_is(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x" * 20_000_000)
    fractions: list[float] = []

    file_sha256(tmp_path / "file", fractions.append)

    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0


def test_a_whole_folder_passes(tiny_folder: Path) -> None:
    checked = verify_files(tiny_folder, read_manifest(tiny_folder))

    assert {*checked, MANIFEST_FILE} == {path.name for path in tiny_folder.iterdir()}


@pytest.mark.parametrize("name", [WEIGHTS_FILE, "config.json", "vocab.txt", "MODEL_CARD.md"])
def test_a_damaged_file_is_named(
    tiny_folder: Path, spoil: Callable[[Path], None], name: str
) -> None:
    spoil(tiny_folder / name)

    with pytest.raises(ModelUnavailableError, match=f"{name} of the model is damaged"):
        verify_files(tiny_folder, read_manifest(tiny_folder))


def test_a_missing_file_is_named(tiny_folder: Path) -> None:
    (tiny_folder / "recipe.json").unlink()

    with pytest.raises(ModelUnavailableError, match=r"recipe\.json of the model is missing"):
        verify_files(tiny_folder, read_manifest(tiny_folder))


def test_a_folder_without_a_manifest_is_no_model(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailableError, match="holds no model"):
        read_manifest(tmp_path)


@pytest.mark.parametrize(
    "change",
    [
        {"format": 2},
        {"trained_on": "mice"},
        {"name": ""},
        {"colour": "red"},
        {"weights_sha256": "abc"},
        {"files": {"../outside": "a" * 64}},
        {"scoring": {"local_weight": 2}},
        {"scoring": None},
    ],
)
def test_a_manifest_that_makes_no_sense_is_refused(
    tmp_path: Path, tiny_manifest: ModelManifest, change: dict[str, object]
) -> None:
    content = json.loads(tiny_manifest.to_json()) | change
    (tmp_path / MANIFEST_FILE).write_text(json.dumps(content), encoding="utf-8")

    with pytest.raises(ModelUnavailableError, match="cannot be used"):
        read_manifest(tmp_path)


@pytest.mark.parametrize(
    "fields", [{"logit_scale": 0.0}, {"local_weight": 0.5, "local_top": 0}, {"local_top": -1}]
)
def test_scoring_outside_its_range_is_refused(fields: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="must be"):
        Scoring(**fields)  # type: ignore[arg-type]


def test_only_a_model_trained_on_synthetic_scans_says_so(tiny_manifest: ModelManifest) -> None:
    clinical = replace(tiny_manifest, trained_on="clinical")

    assert tiny_manifest.is_synthetic
    assert not clinical.is_synthetic


def test_no_file_has_the_hash_that_stands_for_none(tiny_folder: Path) -> None:
    manifest = replace(read_manifest(tiny_folder), weights_sha256=UNHASHED)

    with pytest.raises(ModelUnavailableError, match="damaged"):
        verify_files(tiny_folder, manifest)
