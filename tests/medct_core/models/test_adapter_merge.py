"""A merged model is a whole model folder that computes what base and adapter compute."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from medct_core.errors import ModelMismatchError, ModelUnavailableError
from medct_core.inference.prompt import Prompt
from medct_core.models import catalogue
from medct_core.models.adapter_manifest import ADAPTER_WEIGHTS_FILE
from medct_core.models.adapter_merge import merge_adapter
from medct_core.models.adapters import AdapterHost
from medct_core.models.bundle import load_model
from medct_core.models.joint import JointModel
from medct_core.models.manifest import CALIBRATION_FILE, PROMPTS_FILE, file_sha256, verify_files
from tests import tiny_model
from tests.adapter_samples import write_adapter

_NODULE = Prompt("Lung nodule", ("lung nodule is present.",), ("there is no lung nodule.",))


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Install a tiny model with wordings of its own."""
    monkeypatch.setenv(catalogue.FOLDER_VARIABLE, str(tmp_path / "models"))
    kind = replace(tiny_model.LOCAL, prompts=(_NODULE,))
    return tiny_model.write_model(tmp_path / "models" / "tiny", kind)


def _outputs(network: JointModel) -> torch.Tensor:
    words = torch.tensor([[2, 5, 6, 3]])
    volume = torch.linspace(-1, 1, 2048).view(1, 1, 8, 16, 16)
    with torch.inference_mode():
        text = network.encode_text(words, torch.ones_like(words))
        return torch.cat([network.encode_volume(volume).latent, text])


def test_the_merged_folder_computes_what_both_compute(model: Path, tmp_path: Path) -> None:
    adapter = write_adapter(model, tmp_path / "site")
    host = AdapterHost(load_model(model))
    base = _outputs(host.network)
    host.load(adapter)
    expected = _outputs(host.network)

    merge_adapter(adapter, tmp_path / "merged")

    outputs = _outputs(load_model(tmp_path / "merged").network)
    torch.testing.assert_close(outputs, expected, rtol=0, atol=2e-6)
    assert not torch.allclose(outputs, base, atol=1e-3)


def test_a_merged_model_says_what_it_is_made_of(model: Path, tmp_path: Path) -> None:
    adapter = write_adapter(model, tmp_path / "site")
    told: list[float] = []

    manifest = merge_adapter(adapter, tmp_path / "ours", told.append)

    base = load_model(model)
    assert manifest.name == "ours"
    assert manifest.title == "A tiny model, with the adapter site in it"
    assert base.stamp.checkpoint_sha256 in manifest.source
    assert file_sha256(adapter / ADAPTER_WEIGHTS_FILE) in manifest.source
    assert manifest.headline == base.manifest.headline
    assert manifest.weights_sha256 != base.manifest.weights_sha256
    assert told[-1] == 1.0
    verify_files(tmp_path / "ours", manifest)


def test_wordings_go_along_and_what_was_measured_of_the_base_does_not(
    model: Path, tmp_path: Path
) -> None:
    (model / CALIBRATION_FILE).write_text("{}")
    adapter = write_adapter(model, tmp_path / "site")

    merge_adapter(adapter, tmp_path / "merged")

    merged = tmp_path / "merged"
    assert (merged / PROMPTS_FILE).read_text() == (model / PROMPTS_FILE).read_text()
    assert not (merged / CALIBRATION_FILE).exists()


def test_base_and_adapter_stay_as_they_are(model: Path, tmp_path: Path) -> None:
    adapter = write_adapter(model, tmp_path / "site")
    files = [*model.iterdir(), *adapter.iterdir()]
    before = [file_sha256(file) for file in files]

    merge_adapter(adapter, tmp_path / "merged")

    assert [file_sha256(file) for file in files] == before


def test_nothing_is_written_over_or_from_damaged_files(
    model: Path, tmp_path: Path, spoil: Callable[[Path], None]
) -> None:
    adapter = write_adapter(model, tmp_path / "site")
    with pytest.raises(ModelUnavailableError, match="exists already"):
        merge_adapter(adapter, model)
    spoil(adapter / ADAPTER_WEIGHTS_FILE)

    with pytest.raises(ModelUnavailableError, match="'site' is damaged"):
        merge_adapter(adapter, tmp_path / "merged")

    assert not (tmp_path / "merged").exists()


def test_an_adapter_without_its_base_is_not_merged(model: Path, tmp_path: Path) -> None:
    other = tiny_model.write_model(tmp_path / "elsewhere" / "other")
    adapter = write_adapter(other, tmp_path / "site")

    with pytest.raises(ModelMismatchError, match="not on this machine"):
        merge_adapter(adapter, tmp_path / "merged")
