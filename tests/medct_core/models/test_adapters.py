"""Adapters change what they should, are refused where they do not belong, and can be taken off."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from peft import PeftModel
from safetensors.torch import save_file
from torch import nn

from medct_core.cancel import CancelToken
from medct_core.errors import ModelMismatchError, ModelUnavailableError, UsageError
from medct_core.models.adapter_manifest import (
    ADAPTER_FILE,
    ADAPTER_WEIGHTS_FILE,
    HEAD_FILE,
    read_adapter_manifest,
)
from medct_core.models.adapters import AdapterHost, AdapterNotes
from medct_core.models.bundle import LoadedModel, load_model
from medct_core.models.joint import JointModel
from medct_core.models.lora import PRESETS, Preset, lora_size, preset_config, text_config
from medct_core.models.manifest import file_sha256
from medct_core.preprocess.recipe import CT_CLIP
from tests.tiny_model import LOCAL, write_model

Outputs = tuple[torch.Tensor, torch.Tensor]


@pytest.fixture
def tiny(tiny_folder: Path) -> LoadedModel:
    """Load the tiny model."""
    return load_model(tiny_folder)


def _outputs(network: JointModel) -> Outputs:
    words = torch.tensor([[2, 5, 6, 3]])
    volume = torch.linspace(-1, 1, 8 * 16 * 16).view(1, 1, 8, 16, 16)
    tower = network.visual_transformer
    with torch.inference_mode():
        tokens = tower.after_spatial(tower.patch_tokens(volume), CancelToken())
        # Before the quantiser, which would hide a small change.
        tokens = tower.after_temporal(tokens, CancelToken())
        return tokens, network.encode_text(words, torch.ones_like(words))


def _same(ours: Outputs, theirs: Outputs) -> bool:
    return all(torch.equal(a, b) for a, b in zip(ours, theirs, strict=True))


def _train(network: JointModel, seed: int) -> None:
    """Stand in for training: give the second thin matrices some values."""
    generator = torch.Generator().manual_seed(seed)
    for name, tensor in network.named_parameters():
        if "lora_B" in name and tensor.requires_grad:
            tensor.data.normal_(std=0.05, generator=generator)


def _saved(model: LoadedModel, folder: Path, name: str, seed: int = 1) -> Outputs:
    """Save a trained adapter and give what the network computes with it."""
    host = AdapterHost(model)
    host.attach(name, preset_config(host.network, "effective"))
    _train(host.network, seed)
    outputs = _outputs(host.network)
    head = nn.Linear(8, 18)
    host.save(name, folder, AdapterNotes("effective", {"mean_auroc": 0.9}, head))
    return outputs


@pytest.mark.parametrize("preset", PRESETS)
def test_a_fresh_adapter_changes_nothing(tiny: LoadedModel, preset: Preset) -> None:
    before = _outputs(tiny.network)
    host = AdapterHost(tiny)

    host.attach("fresh", preset_config(host.network, preset))

    assert _same(_outputs(host.network), before)


def test_only_the_adapter_learns(tiny: LoadedModel) -> None:
    host = AdapterHost(tiny)

    size = host.attach("trial", preset_config(host.network, "effective"))

    learning = [name for name, p in host.network.named_parameters() if p.requires_grad]
    assert all(".lora_" in name for name in learning)
    assert sum(p.numel() for p in host.network.parameters() if p.requires_grad) == size.parameters


def test_attaching_is_repeatable_and_leaves_other_randomness_alone(tiny_folder: Path) -> None:
    first, second = (AdapterHost(load_model(tiny_folder)) for _ in range(2))
    torch.manual_seed(1)
    expected = torch.rand(1)
    torch.manual_seed(1)

    first.attach("trial", preset_config(first.network, "effective"), seed=3)
    drawn = torch.rand(1)
    second.attach("trial", preset_config(second.network, "effective"), seed=3)

    ours, theirs = first.network.state_dict(), second.network.state_dict()
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)
    assert torch.equal(drawn, expected)


@pytest.mark.parametrize("preset", PRESETS)
def test_a_saved_adapter_comes_back_with_the_same_outputs(
    tiny_folder: Path, tmp_path: Path, preset: Preset
) -> None:
    host = AdapterHost(load_model(tiny_folder))
    host.attach("trial", preset_config(host.network, preset))
    _train(host.network, 1)
    host.save("trial", tmp_path / "trial", AdapterNotes(preset))
    again = AdapterHost(load_model(tiny_folder))

    again.load(tmp_path / "trial")

    assert _same(_outputs(again.network), _outputs(host.network))
    assert not any(p.requires_grad for p in again.network.parameters())


def _with_many_layers(model: LoadedModel) -> LoadedModel:
    """Give a model so many text layers that peft shortens their names to endings."""
    config = replace(model.config, text=replace(model.config.text, num_hidden_layers=5))
    torch.manual_seed(7)
    network = JointModel(config).requires_grad_(requires_grad=False).eval()
    return replace(model, config=config, network=network)


def test_an_adapter_of_many_layers_comes_back_on_each_of_them(
    tiny: LoadedModel, tmp_path: Path
) -> None:
    host = AdapterHost(_with_many_layers(tiny))
    size = host.attach("trial", preset_config(host.network, "paper"))
    _train(host.network, 1)
    host.save("trial", tmp_path / "trial", AdapterNotes("paper"))
    again = AdapterHost(_with_many_layers(tiny))

    manifest = again.load(tmp_path / "trial")

    assert manifest.layers == size.layers == 2 * 3 + 5 * 6 + 1
    assert _same(_outputs(again.network), _outputs(host.network))


def test_a_model_like_the_small_one_takes_an_adapter_too(tmp_path: Path) -> None:
    volume, words = torch.linspace(-1, 1, 2048).view(1, 1, 8, 16, 16), torch.tensor([[2, 5, 6, 3]])

    def outputs(network: JointModel) -> Outputs:
        with torch.inference_mode():
            latent = network.encode_volume(volume).latent
            return latent, network.encode_text(words, torch.ones_like(words))

    base = load_model(write_model(tmp_path / "small", LOCAL))
    before = outputs(base.network)
    host = AdapterHost(base)
    host.attach("trial", preset_config(host.network, "effective"))
    fresh = outputs(host.network)
    _train(host.network, 1)
    host.save("trial", tmp_path / "trial", AdapterNotes("effective"))
    again = AdapterHost(load_model(tmp_path / "small"))

    again.load(tmp_path / "trial")

    assert _same(fresh, before)
    assert _same(outputs(again.network), outputs(host.network))
    assert not _same(outputs(again.network), before)


def test_the_pooler_slips_into_no_adapter_that_did_not_have_it(
    tiny: LoadedModel, tmp_path: Path
) -> None:
    effective = AdapterHost(_with_many_layers(tiny))
    size = effective.attach("effective", preset_config(effective.network, "effective"))
    effective.save("effective", tmp_path / "effective", AdapterNotes("effective"))
    host = AdapterHost(_with_many_layers(tiny))
    host.attach("paper", preset_config(host.network, "paper"))

    host.load(tmp_path / "effective")

    assert lora_size(host.network, "effective") == size
    assert lora_size(host.network, "paper").layers == size.layers + 1


def test_peft_alone_can_read_the_folder(tiny_folder: Path, tmp_path: Path) -> None:
    expected = _saved(load_model(tiny_folder), tmp_path / "trial", "trial")

    network = load_model(tiny_folder).network
    PeftModel.from_pretrained(network, str(tmp_path / "trial")).eval()

    assert _same(_outputs(network), expected)


def test_adapters_are_swapped_and_switched_off(tiny_folder: Path, tmp_path: Path) -> None:
    base = _outputs(load_model(tiny_folder).network)
    first = _saved(load_model(tiny_folder), tmp_path / "first", "first", seed=1)
    second = _saved(load_model(tiny_folder), tmp_path / "second", "second", seed=2)
    host = AdapterHost(load_model(tiny_folder))
    host.load(tmp_path / "first")
    host.load(tmp_path / "second")

    host.use("first")
    with_first = _outputs(host.network)
    host.use("second")
    with_second = _outputs(host.network)
    host.use_none()
    without = _outputs(host.network)
    host.use("first")

    assert _same(with_first, first)
    assert _same(with_second, second)
    assert _same(without, base)
    assert _same(_outputs(host.network), first)
    assert not _same(first, second)


def test_adapters_of_different_layers_live_side_by_side(tiny_folder: Path, tmp_path: Path) -> None:
    both = _saved(load_model(tiny_folder), tmp_path / "both", "both")
    text = AdapterHost(load_model(tiny_folder))
    text.attach("text", text_config(text.network, layers=1, rank=2, alpha=4))
    _train(text.network, 2)
    text.save("text", tmp_path / "text", AdapterNotes())
    host = AdapterHost(load_model(tiny_folder))

    host.load(tmp_path / "both")
    host.load(tmp_path / "text")

    assert _same(_outputs(host.network), _outputs(text.network))
    host.use("both")
    assert _same(_outputs(host.network), both)


def test_the_stamp_says_which_adapter_is_in_use(tiny_folder: Path, tmp_path: Path) -> None:
    _saved(load_model(tiny_folder), tmp_path / "trial", "trial")
    model = load_model(tiny_folder)
    host = AdapterHost(model)

    host.load(tmp_path / "trial")
    stamp = host.model.stamp
    host.use_none()

    assert stamp.adapter == "trial"
    assert stamp.adapter_sha256 == file_sha256(tmp_path / "trial" / ADAPTER_WEIGHTS_FILE)
    assert host.stamp == model.stamp
    assert host.stamp.adapter is None


def test_merging_moves_outputs_by_rounding_only(tiny_folder: Path, tmp_path: Path) -> None:
    expected = _saved(load_model(tiny_folder), tmp_path / "trial", "trial")
    host = AdapterHost(load_model(tiny_folder))
    host.load(tmp_path / "trial")

    merged = host.merge()

    assert not any("lora" in name for name, _ in merged.network.named_modules())
    assert merged.stamp.adapter == "trial"
    for ours, theirs in zip(_outputs(merged.network), expected, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-5)


def test_merging_leaves_the_file_of_weights_alone(tiny_folder: Path, tmp_path: Path) -> None:
    _saved(load_model(tiny_folder), tmp_path / "trial", "trial")
    host = AdapterHost(load_model(tiny_folder))
    host.load(tmp_path / "trial")

    host.merge()

    load_model(tiny_folder)


def test_after_merging_nothing_can_be_swapped(tiny_folder: Path, tmp_path: Path) -> None:
    _saved(load_model(tiny_folder), tmp_path / "trial", "trial")
    host = AdapterHost(load_model(tiny_folder))
    host.load(tmp_path / "trial")
    host.merge()

    with pytest.raises(UsageError, match="merged"):
        host.use_none()
    with pytest.raises(UsageError, match="merged"):
        host.load(tmp_path / "trial")
    with pytest.raises(UsageError, match="No adapter"):
        host.use("trial")


def test_the_manifest_says_what_the_adapter_is(tiny_folder: Path, tmp_path: Path) -> None:
    model = load_model(tiny_folder)
    _saved(model, tmp_path / "trial", "trial")

    manifest = read_adapter_manifest(tmp_path / "trial")

    assert manifest.base_sha256 == model.stamp.checkpoint_sha256
    assert manifest.recipe_id == model.recipe.id
    assert manifest.preset == "effective"
    assert manifest.layers == 2 * 3 + 2 * 6
    assert manifest.metrics == {"mean_auroc": 0.9}


def test_the_head_travels_with_the_adapter(tiny_folder: Path, tmp_path: Path) -> None:
    head = nn.Linear(8, 2)
    host = AdapterHost(load_model(tiny_folder))
    host.attach("trial", preset_config(host.network, "effective"))
    notes = AdapterNotes(head=head, findings=("Emphysema", "Atelectasis"))
    host.save("trial", tmp_path / "trial", notes)
    again = AdapterHost(load_model(tiny_folder))

    manifest = again.load(tmp_path / "trial")

    assert manifest.findings == ("Emphysema", "Atelectasis")
    assert again.head is not None
    assert torch.equal(again.head.weight, head.weight)
    assert torch.equal(again.head.bias, head.bias)
    again.use_none()
    assert again.head is None


def test_an_adapter_of_other_weights_is_refused(tiny: LoadedModel, tmp_path: Path) -> None:
    stranger = replace(tiny, stamp=replace(tiny.stamp, checkpoint_sha256="b" * 64))
    _saved(load_model(tiny.folder), tmp_path / "trial", "trial")

    with pytest.raises(ModelMismatchError, match="was made for tiny"):
        AdapterHost(stranger).load(tmp_path / "trial")


def test_an_adapter_of_another_recipe_is_refused(tiny: LoadedModel, tmp_path: Path) -> None:
    stranger = replace(tiny, stamp=replace(tiny.stamp, recipe_id=CT_CLIP.id))
    _saved(load_model(tiny.folder), tmp_path / "trial", "trial")

    with pytest.raises(ModelMismatchError, match="prepared as medct-mini"):
        AdapterHost(stranger).load(tmp_path / "trial")


@pytest.mark.parametrize("name", [ADAPTER_WEIGHTS_FILE, "adapter_config.json", HEAD_FILE])
def test_a_damaged_adapter_is_refused(
    tiny_folder: Path, tmp_path: Path, spoil: Callable[[Path], None], name: str
) -> None:
    _saved(load_model(tiny_folder), tmp_path / "trial", "trial")
    spoil(tmp_path / "trial" / name)

    with pytest.raises(ModelUnavailableError, match=f"{name} of the adapter 'trial' is damaged"):
        AdapterHost(load_model(tiny_folder)).load(tmp_path / "trial")


@pytest.mark.parametrize("content", ["{}", "[]", "no json", '{"format": 7}'])
def test_a_manifest_that_makes_no_sense_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / ADAPTER_FILE).write_text(content, encoding="utf-8")

    with pytest.raises(ModelUnavailableError, match="cannot be used"):
        read_adapter_manifest(tmp_path)


def test_a_folder_without_a_manifest_is_no_adapter(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailableError, match="holds no adapter"):
        read_adapter_manifest(tmp_path)


def test_the_manifest_is_plain_json(tiny_folder: Path, tmp_path: Path) -> None:
    _saved(load_model(tiny_folder), tmp_path / "trial", "trial")

    content = json.loads((tmp_path / "trial" / ADAPTER_FILE).read_text())

    assert content["format"] == 1
    assert content["base_name"] == "tiny"


@pytest.mark.parametrize("name", ["trial", "lora", "a.b", "", "../a"])
def test_a_name_taken_or_unusable_is_refused(tiny: LoadedModel, name: str) -> None:
    host = AdapterHost(tiny)
    host.attach("trial", preset_config(host.network, "effective"))

    with pytest.raises(UsageError, match="taken or cannot be used"):
        host.attach(name, preset_config(host.network, "effective"))


def test_what_is_not_loaded_can_be_neither_used_saved_nor_merged(
    tiny: LoadedModel, tmp_path: Path
) -> None:
    host = AdapterHost(tiny)

    with pytest.raises(UsageError, match="No adapter 'trial' is loaded"):
        host.use("trial")
    with pytest.raises(UsageError, match="No adapter 'trial' is loaded"):
        host.save("trial", tmp_path / "trial", AdapterNotes())
    with pytest.raises(UsageError, match="no adapter to merge"):
        host.merge()


def test_an_adapter_is_never_written_over_another(tiny_folder: Path, tmp_path: Path) -> None:
    _saved(load_model(tiny_folder), tmp_path / "trial", "trial")

    with pytest.raises(ModelUnavailableError, match="exists already"):
        _saved(load_model(tiny_folder), tmp_path / "trial", "other")


def _keep_and_load(tiny_folder: Path, tmp_path: Path) -> tuple[AdapterHost, Outputs]:
    """Load one adapter, and give what the network computes with it; a second lies beside it."""
    first = _saved(load_model(tiny_folder), tmp_path / "first", "first", seed=1)
    _saved(load_model(tiny_folder), tmp_path / "second", "second", seed=2)
    host = AdapterHost(load_model(tiny_folder))
    host.load(tmp_path / "first")
    return host, first


def test_a_dropped_adapter_leaves_the_base_and_can_come_back(
    tiny_folder: Path, tmp_path: Path
) -> None:
    base = _outputs(load_model(tiny_folder).network)
    host, first = _keep_and_load(tiny_folder, tmp_path)

    host.drop("first")
    without, names, stamp = _outputs(host.network), host.names, host.stamp
    host.load(tmp_path / "first")

    assert _same(without, base)
    assert names == ()
    assert stamp.adapter is None
    assert _same(_outputs(host.network), first)


@pytest.mark.parametrize("dropped", ["first", "second"])
def test_dropping_an_adapter_leaves_the_other_as_it_was(
    tiny_folder: Path, tmp_path: Path, dropped: str
) -> None:
    host, first = _keep_and_load(tiny_folder, tmp_path)
    base = _outputs(load_model(tiny_folder).network)
    host.load(tmp_path / "second")
    host.use("first")

    host.drop(dropped)

    expected = base if dropped == "first" else first
    assert _same(_outputs(host.network), expected)
    with pytest.raises(UsageError, match="No adapter"):
        host.drop(dropped)


def test_an_adapter_that_cannot_be_loaded_changes_nothing(
    tiny_folder: Path, tmp_path: Path
) -> None:
    host, first = _keep_and_load(tiny_folder, tmp_path)
    wrong = tmp_path / "second" / ADAPTER_WEIGHTS_FILE
    save_file({"stranger": torch.zeros(1)}, wrong)
    content = json.loads((tmp_path / "second" / ADAPTER_FILE).read_text())
    content["weights_sha256"] = file_sha256(wrong)
    (tmp_path / "second" / ADAPTER_FILE).write_text(json.dumps(content))

    with pytest.raises(ModelUnavailableError, match="does not hold the tensors"):
        host.load(tmp_path / "second")

    assert host.names == ("first",)
    assert host.stamp.adapter == "first"
    assert _same(_outputs(host.network), first)


def test_a_network_has_one_host(tiny: LoadedModel) -> None:
    host = AdapterHost(tiny)
    host.attach("trial", preset_config(host.network, "effective"))

    with pytest.raises(ValueError, match="another host"):
        AdapterHost(tiny)
