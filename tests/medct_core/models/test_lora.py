"""LoRA changes the layers the paper counts, and can be stored beside a text base."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from peft import get_peft_model
from peft.tuners.lora import LoraLayer

from medct_core.errors import UsageError
from medct_core.models.bundle import BundleParts, load_model, without_text_base, write_bundle
from medct_core.models.config import CT_CLIP, MINI
from medct_core.models.joint import JointModel, build_unloaded
from medct_core.models.lora import (
    RELEASED_PARAMETERS,
    Preset,
    bundle_tensors,
    ensure_pooler,
    lora_size,
    plain_state,
    preset_config,
    text_config,
)
from medct_core.models.manifest import ModelManifest, TextBase


@pytest.mark.parametrize(
    ("preset", "layers", "parameters"), [("paper", 97, 1_667_072), ("effective", 96, 1_654_784)]
)
def test_a_preset_has_the_size_the_paper_gives_on_the_full_model(
    preset: Preset, layers: int, parameters: int
) -> None:
    network = build_unloaded(CT_CLIP)
    config = preset_config(network, preset)
    ensure_pooler(network, config)

    get_peft_model(network, config, adapter_name="trial")

    size = lora_size(network, "trial")
    trainable = sum(tensor.numel() for tensor in network.parameters() if tensor.requires_grad)
    assert (size.layers, size.parameters) == (layers, parameters)
    assert trainable == parameters


def test_the_paper_presets_share_is_the_papers() -> None:
    network = build_unloaded(CT_CLIP)
    config = preset_config(network, "paper")
    ensure_pooler(network, config)
    get_peft_model(network, config, adapter_name="trial")

    share = lora_size(network, "trial").share_of_released

    assert round(100 * share, 3) == 0.379


@pytest.mark.shared_data
def test_the_released_checkpoint_has_the_parameters_shares_are_counted_of(
    shared_dir: Path,
) -> None:
    listed = json.loads((shared_dir / "reference" / "state_dict_full.json").read_text())
    buffers = ("beta", "initted", "cluster_size", "_codebook.embed", "position_ids")

    counted = sum(
        torch.Size(shape).numel()
        for name, (shape, _) in listed.items()
        if not name.endswith(buffers)
    )

    assert counted == RELEASED_PARAMETERS


def test_each_tower_gets_its_own_rank_from_one_configuration(tiny_network: JointModel) -> None:
    get_peft_model(tiny_network, preset_config(tiny_network, "effective"), adapter_name="trial")

    ranks = {
        name.split(".")[0]: tensor.shape[0]
        for name, tensor in tiny_network.named_parameters()
        if "lora_A" in name
    }
    scales = {
        name.split(".")[0]: module.scaling["trial"]
        for name, module in tiny_network.named_modules()
        if isinstance(module, LoraLayer)
    }
    assert ranks == {"visual_transformer": 16, "text_transformer": 8}
    assert scales == {"visual_transformer": 2.0, "text_transformer": 2.0}


def test_an_unknown_preset_is_refused(tiny_network: JointModel) -> None:
    with pytest.raises(UsageError, match="no adapter preset 'large'"):
        preset_config(tiny_network, "large")  # type: ignore[arg-type]


@pytest.mark.parametrize("preset", ["paper", "effective"])
def test_presets_fit_the_small_model_too(preset: Preset) -> None:
    network = build_unloaded(MINI)
    config = preset_config(network, preset)
    ensure_pooler(network, config)

    get_peft_model(network, config, adapter_name="trial")

    # Four image layers of three, six text layers of six, and the pooler.
    assert lora_size(network, "trial").layers == 4 * 3 + 6 * 6 + (preset == "paper")


def test_only_the_upper_layers_of_the_text_tower_are_named(tiny_network: JointModel) -> None:
    config = text_config(tiny_network, layers=1, rank=2, alpha=4)

    assert isinstance(config.target_modules, set)
    assert {name.split(".attention")[0] for name in config.target_modules} <= {
        "text_transformer.encoder.layer.1",
        "text_transformer.encoder.layer.1.intermediate.dense",
        "text_transformer.encoder.layer.1.output.dense",
    }
    assert len(config.target_modules) == 6


@pytest.mark.parametrize("layers", [0, 3])
def test_layers_the_text_tower_does_not_have_are_refused(
    tiny_network: JointModel, layers: int
) -> None:
    with pytest.raises(ValueError, match="1 to 2"):
        text_config(tiny_network, layers=layers, rank=2, alpha=4)


def test_the_state_of_a_network_with_adapter_is_that_of_the_base(tiny_network: JointModel) -> None:
    before = {name: tensor.clone() for name, tensor in tiny_network.state_dict().items()}
    config = preset_config(tiny_network, "paper")
    ensure_pooler(tiny_network, config)
    get_peft_model(tiny_network, config, adapter_name="trial")

    state = plain_state(tiny_network)

    assert state.keys() == before.keys()
    assert all(torch.equal(state[name], before[name]) for name in before)


def test_a_trained_text_adapter_becomes_part_of_a_bundle(
    tmp_path: Path,
    text_base: TextBase,
    tiny_network: JointModel,
    tiny_manifest: ModelManifest,
    tiny_parts: BundleParts,
) -> None:
    config = text_config(tiny_network, layers=2, rank=2, alpha=8)
    get_peft_model(tiny_network, config, adapter_name="text")
    _randomise(tiny_network)
    words = torch.tensor([[2, 5, 6, 3]])
    with torch.inference_mode():
        expected = tiny_network.encode_text(words, torch.ones_like(words))
    tensors = without_text_base(bundle_tensors(tiny_network, "text"), text_base)

    write_bundle(
        tmp_path / "m",
        replace(tiny_manifest, text_base=text_base),
        replace(tiny_parts, tensors=tensors),
    )
    network = load_model(tmp_path / "m").network

    with torch.inference_mode():
        found = network.encode_text(words, torch.ones_like(words))
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-5)
    left = {name.rpartition(".")[2] for name in tensors if name.startswith("text_transformer.")}
    assert left == {"low_rank_up", "low_rank_down"}


def _randomise(network: JointModel) -> None:
    generator = torch.Generator().manual_seed(3)
    for name, tensor in network.named_parameters():
        if "lora_B" in name:
            tensor.data.normal_(std=0.2, generator=generator)
