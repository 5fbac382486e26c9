"""An adapter is installed whole or not at all, and only for a model that is here."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from medct_core.errors import ModelMismatchError, ModelUnavailableError, UsageError
from medct_core.models import adapter_store, catalogue
from medct_core.models.adapter_install import add_adapter
from medct_core.models.adapter_manifest import verify_adapter
from medct_core.models.adapter_store import adapters_folder, installed_adapters
from medct_core.models.adapters import AdapterHost
from medct_core.models.bundle import load_model
from medct_core.models.manifest import RECIPE_FILE
from medct_core.preprocess.recipe import CT_CLIP
from tests import tiny_model
from tests.adapter_samples import write_adapter


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Install a tiny model; adapters go to a folder of the test."""
    monkeypatch.setenv(catalogue.FOLDER_VARIABLE, str(tmp_path / "models"))
    monkeypatch.setenv(adapter_store.FOLDER_VARIABLE, str(tmp_path / "adapters"))
    monkeypatch.setattr(catalogue, "resources_folder", lambda: tmp_path / "resources")
    return tiny_model.write_model(tmp_path / "models" / "tiny")


def test_an_added_adapter_is_whole_and_its_source_stays(model: Path, tmp_path: Path) -> None:
    source = write_adapter(model, tmp_path / "site", has_head=True)

    added = add_adapter(source)

    verify_adapter(added.folder, added.manifest())
    verify_adapter(source, added.manifest())
    assert installed_adapters() == (added,)


def test_another_name_is_the_one_in_the_stamp(model: Path, tmp_path: Path) -> None:
    added = add_adapter(write_adapter(model, tmp_path / "site"), "ward-2")
    host = AdapterHost(load_model(model))

    host.load(added.folder)

    assert host.stamp.adapter == "ward-2"


def test_an_adapter_is_never_added_over_another(model: Path, tmp_path: Path) -> None:
    first = add_adapter(write_adapter(model, tmp_path / "site"))

    with pytest.raises(ModelUnavailableError, match="'site' is installed already"):
        add_adapter(write_adapter(model, tmp_path / "other" / "site", seed=2))

    verify_adapter(first.folder, first.manifest())


@pytest.mark.parametrize("name", ["none", "lora", "a/b", "..", "", ".hidden"])
def test_a_name_that_cannot_be_used_is_refused(model: Path, tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="cannot be called"):
        add_adapter(write_adapter(model, tmp_path / "site"), name)


def test_an_adapter_of_another_base_is_refused_with_both_names(model: Path, tmp_path: Path) -> None:
    source = write_adapter(model, tmp_path / "site")
    shutil.rmtree(model)
    tiny_model.write_model(tmp_path / "models" / "other", tiny_model.LOCAL)

    with pytest.raises(ModelMismatchError, match=r"made for tiny \(.*here are: other \("):
        add_adapter(source)

    assert installed_adapters() == ()


def test_an_adapter_of_another_recipe_is_refused(model: Path, tmp_path: Path) -> None:
    source = write_adapter(model, tmp_path / "site")
    (model / RECIPE_FILE).write_text(CT_CLIP.to_json())

    with pytest.raises(ModelMismatchError, match="trained on scans prepared as tiny"):
        add_adapter(source)


@pytest.mark.parametrize("file", ["adapter_model.safetensors", "adapter_config.json"])
def test_a_damaged_adapter_is_refused_and_leaves_nothing(
    model: Path, tmp_path: Path, spoil: Callable[[Path], None], file: str
) -> None:
    source = write_adapter(model, tmp_path / "site")
    spoil(source / file)

    with pytest.raises(ModelUnavailableError, match=f"{file} of the adapter 'site' is damaged"):
        add_adapter(source)

    assert not adapters_folder().exists()
