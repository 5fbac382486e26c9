"""An engine is found by the name of its model."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from medct_core.errors import ModelMismatchError, ModelUnavailableError, UsageError
from medct_core.inference import loading
from medct_core.inference.cache import EmbeddingCache
from medct_core.inference.engine import InferenceEngine
from medct_core.inference.loading import in_half_precision, open_engine
from medct_core.models import precision
from medct_core.models.adapters import AdapterHost, AdapterNotes
from medct_core.models.bundle import LoadedModel, load_model
from medct_core.models.catalogue import FOLDER_VARIABLE
from medct_core.models.lora import text_config
from medct_core.models.precision import PrecisionReport
from medct_core.preprocess.model_input import ModelInput
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


@pytest.mark.parametrize("least_cosine", [0.9, 2.0])
def test_half_precision_is_given_only_where_it_agrees(
    local_model: LoadedModel,
    model_input: ModelInput,
    monkeypatch: pytest.MonkeyPatch,
    least_cosine: float,
) -> None:
    engine = InferenceEngine(local_model)
    report = PrecisionReport(1.0, latent_cosine=1.0, full_s=2.0, reduced_s=1.0)
    monkeypatch.setattr(precision, "LEAST_COSINE", least_cosine)
    monkeypatch.setattr(loading, "compare_precision", lambda *_, **__: report)

    if least_cosine > 1:
        with pytest.raises(ModelUnavailableError, match=r"cosine with full precision is 1\.0000"):
            in_half_precision(engine, model_input)
        return
    half = in_half_precision(engine, model_input)

    assert half.stamp == replace(engine.stamp, precision="bfloat16")
    full, reduced = engine.embed_volume(model_input), half.embed_volume(model_input)
    assert reduced.stamp.precision == "bfloat16"
    assert not np.array_equal(full.vector, reduced.vector)
    assert float(full.vector @ reduced.vector) > 0.9


def test_half_precision_is_compared_on_the_loaded_weights(
    pair_model: LoadedModel, model_input: ModelInput, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[object] = []

    def compare(network: object, *_: object, **__: object) -> PrecisionReport:
        compared.append(network)
        return PrecisionReport(0.5, latent_cosine=1.0, full_s=2.0, reduced_s=1.0)

    monkeypatch.setattr(loading, "compare_precision", compare)

    with pytest.raises(ModelUnavailableError, match=r"50\.0% of the codes agree"):
        in_half_precision(InferenceEngine(pair_model), model_input)

    assert compared == [pair_model.network]


def _write_adapter(model: Path, folder: Path) -> Path:
    host = AdapterHost(load_model(model))
    host.attach("mine", text_config(host.network, layers=1, rank=2, alpha=4))
    host.save("mine", folder, AdapterNotes())
    return folder
