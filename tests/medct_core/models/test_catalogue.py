"""Models are found by name, by path, and in the right order."""

from dataclasses import replace
from pathlib import Path

import pytest

from medct_core.errors import ModelUnavailableError
from medct_core.models.bundle import BundleParts, write_bundle
from medct_core.models.catalogue import (
    CATALOGUE,
    CT_CLIP,
    FOLDER_VARIABLE,
    MEDCT_MINI,
    default_model,
    find_entry,
    find_model,
    installed_models,
    models_folder,
)
from medct_core.models.manifest import ModelManifest


@pytest.fixture(autouse=True)
def _folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the models of this machine out of the test."""
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "models"))
    monkeypatch.setattr(
        "medct_core.models.catalogue.resources_folder", lambda: tmp_path / "resources"
    )


def _write(folder: Path, manifest: ModelManifest, parts: BundleParts) -> Path:
    write_bundle(folder, replace(manifest, name=folder.name), parts)
    return folder


def test_names_in_the_catalogue_are_unique() -> None:
    names = [entry.name for entry in CATALOGUE]

    assert len(set(names)) == len(names)


def test_what_can_be_downloaded_is_pinned_by_content() -> None:
    for entry in CATALOGUE:
        if entry.hub is not None:
            assert len(entry.hub.checkpoint_sha256) == 64
            assert len(entry.hub.tokenizer.revision) == 40
            assert entry.hub.checkpoint_bytes > 0


def test_without_the_variable_models_lie_in_the_users_own_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv(FOLDER_VARIABLE)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))

    assert models_folder().parts[-2:] == ("medct", "models")


def test_installed_and_bundled_models_are_listed(
    tmp_path: Path, tiny_manifest: ModelManifest, tiny_parts: BundleParts
) -> None:
    _write(tmp_path / "resources" / "models" / "medct-mini", tiny_manifest, tiny_parts)
    _write(tmp_path / "models" / "mine", tiny_manifest, tiny_parts)

    found = [(model.name, model.origin) for model in installed_models()]

    assert found == [("medct-mini", "bundled"), ("mine", "installed")]


def test_folders_that_are_still_being_written_are_no_models(
    tmp_path: Path, tiny_manifest: ModelManifest, tiny_parts: BundleParts
) -> None:
    _write(tmp_path / "models" / ".ct-clip-abc", tiny_manifest, tiny_parts)

    assert installed_models() == ()


def test_an_installed_model_hides_the_bundled_one_of_its_name(
    tmp_path: Path, tiny_manifest: ModelManifest, tiny_parts: BundleParts
) -> None:
    _write(tmp_path / "resources" / "models" / "medct-mini", tiny_manifest, tiny_parts)
    newer = _write(tmp_path / "models" / "medct-mini", tiny_manifest, tiny_parts)

    assert find_model("medct-mini").folder == newer


def test_a_model_is_found_by_the_path_of_its_folder(
    tmp_path: Path, tiny_manifest: ModelManifest, tiny_parts: BundleParts
) -> None:
    folder = _write(tmp_path / "elsewhere" / "mine", tiny_manifest, tiny_parts)

    assert find_model(str(folder)).folder == folder
    assert find_model(str(folder)).manifest().name == "mine"


def test_a_folder_that_holds_no_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailableError, match="holds no model"):
        find_model(str(tmp_path))


def test_a_model_that_can_be_installed_is_answered_with_the_command() -> None:
    with pytest.raises(ModelUnavailableError) as caught:
        find_model("ct-clip")

    assert caught.value.remedy == "Run: medct models install ct-clip"


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ModelUnavailableError, match="ct-clip, medct-mini"):
        find_entry("ct-flip")


def test_a_missing_bundled_model_is_a_broken_installation() -> None:
    with pytest.raises(ModelUnavailableError, match="comes with the program, is missing"):
        default_model()


def test_ct_clip_is_the_default_once_it_is_installed(
    tmp_path: Path, tiny_manifest: ModelManifest, tiny_parts: BundleParts
) -> None:
    _write(tmp_path / "resources" / "models" / MEDCT_MINI.name, tiny_manifest, tiny_parts)
    before = default_model().name
    _write(tmp_path / "models" / CT_CLIP.name, tiny_manifest, tiny_parts)

    assert before == MEDCT_MINI.name
    assert default_model().name == CT_CLIP.name
