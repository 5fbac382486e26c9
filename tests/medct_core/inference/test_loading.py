"""An engine is found by the name of its model."""

from dataclasses import replace
from pathlib import Path

import pytest

from medct_core.errors import ModelMismatchError, ModelUnavailableError, UsageError
from medct_core.inference.cache import EmbeddingCache
from medct_core.inference.loading import open_engine
from medct_core.models.adapters import AdapterHost, AdapterNotes
from medct_core.models.bundle import load_model
from medct_core.models.catalogue import FOLDER_VARIABLE
from medct_core.models.lora import text_config
from tests import tiny_model


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a folder of installed models, empty so far."""
    folder = tmp_path / "models"
    monkeypatch.setenv(FOLDER_VARIABLE, str(folder))
    return folder


def test_model_is_found_by_name_and_by_folder(models: Path, tmp_path: Path) -> None:
    folder = tiny_model.write_model(models / "tiny")

    cache = EmbeddingCache(tmp_path / "cache")
    by_name = open_engine("tiny", device="cpu", cache=cache)
    by_folder = open_engine(str(folder), device="cpu", cache=cache)

    assert by_name.stamp == by_folder.stamp
    assert by_name.device.type == "cpu"


def test_ct_clip_is_taken_where_it_is_installed(models: Path) -> None:
    tiny_model.write_model(models / "ct-clip", replace(tiny_model.PAIR, name="ct-clip"))
    tiny_model.write_model(models / "medct-mini", replace(tiny_model.LOCAL, name="medct-mini"))

    assert open_engine(device="cpu").stamp.model == "ct-clip"


def test_the_small_model_is_taken_otherwise(models: Path) -> None:
    tiny_model.write_model(models / "medct-mini", replace(tiny_model.LOCAL, name="medct-mini"))

    assert open_engine(device="cpu").stamp.model == "medct-mini"


def test_missing_model_is_named(models: Path) -> None:
    with pytest.raises(ModelUnavailableError, match="'gigantic'"):
        open_engine("gigantic", device="cpu")


def test_missing_device_is_known_before_the_model_is_read(models: Path) -> None:
    with pytest.raises(UsageError, match="'tpu'"):
        open_engine("not-there", device="tpu")


def test_adapter_is_part_of_the_stamp(models: Path, tmp_path: Path) -> None:
    folder = tiny_model.write_model(models / "tiny")
    adapter = _write_adapter(folder, tmp_path / "mine")

    engine = open_engine("tiny", device="cpu", adapter=adapter)

    assert engine.stamp.adapter == "mine"
    assert engine.stamp.adapter_sha256 is not None


def test_adapter_of_another_model_is_refused(models: Path, tmp_path: Path) -> None:
    tiny_model.write_model(models / "tiny")
    other = tiny_model.write_model(models / "other", replace(tiny_model.PAIR, seed=6))
    adapter = _write_adapter(other, tmp_path / "mine")

    with pytest.raises(ModelMismatchError):
        open_engine("tiny", device="cpu", adapter=adapter)


def _write_adapter(model: Path, folder: Path) -> Path:
    host = AdapterHost(load_model(model))
    host.attach("mine", text_config(host.network, layers=1, rank=2, alpha=4))
    host.save("mine", folder, AdapterNotes())
    return folder
