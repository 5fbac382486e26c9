"""Both towers in one space, with CT-CLIP's names and with options of our own."""

import json
from collections.abc import Callable
from dataclasses import replace
from math import prod
from pathlib import Path

import numpy as np
import pytest
import torch
from peft import get_peft_model
from torch import Tensor

from medct_core.cancel import Cancelled, CancelToken
from medct_core.models.config import MINI, JointConfig
from medct_core.models.joint import JointModel, QueryPooling, VolumeFeatures, build_unloaded
from medct_core.models.lora import preset_config
from medct_core.models.precision import encode_volume_reduced
from medct_core.models.reference import read_config

NEVER_READ = (
    *("to_patch_emb_first_frame.", "to_pixels", "_latent_extra.", ".context_norm."),
    *("text_transformer.pooler.", "_codebook.initted", "_codebook.cluster_size"),
)


def volume_of(config: JointConfig, batch: int = 2) -> torch.Tensor:
    generator = torch.Generator().manual_seed(1)
    return torch.rand(batch, *config.vision.input_shape, generator=generator) * 2 - 1


def with_options(config: JointConfig) -> JointConfig:
    vision = replace(
        config.vision,
        quantise=False,
        head_channels=3,
        pool_depth=False,
        pool_queries=2,
        local=True,
    )
    return replace(config, vision=vision, text_pooling="mean")


@pytest.mark.shared_data
@pytest.mark.parametrize("size", ["small", "full"])
def test_every_released_name_is_there_or_is_one_that_nothing_reads(
    shared_dir: Path, size: str
) -> None:
    released = json.loads((shared_dir / "reference" / f"state_dict_{size}.json").read_text())
    with np.load(shared_dir / "reference" / f"reference_{size}.npz") as file:
        config = read_config(str(file["config"]))

    ours = {name: list(t.shape) for name, t in build_unloaded(config).state_dict().items()}

    assert ours == {name: released[name][0] for name in ours}
    left_out = [name for name in released if name not in ours]
    assert [name for name in left_out if not any(part in name for part in NEVER_READ)] == []


@pytest.mark.shared_data
def test_the_released_size_is_the_stated_one(shared_dir: Path) -> None:
    released = json.loads((shared_dir / "reference" / "state_dict_full.json").read_text())
    with np.load(shared_dir / "reference" / "reference_full.npz") as file:
        config = read_config(str(file["config"]))
    live = build_unloaded(config)

    unread = sum(
        prod(shape)
        for name, (shape, _) in released.items()
        if name not in live.state_dict() and "_codebook" not in name and "beta" not in name
    )

    assert sum(weight.numel() for weight in live.parameters()) + unread == 438_148_761


def test_latents_have_unit_length(tiny_network: JointModel, tiny_config: JointConfig) -> None:
    with torch.inference_mode():
        scan = tiny_network.encode_volume(volume_of(tiny_config))
        words = tiny_network.encode_text(torch.tensor([[2, 5, 3]]), torch.ones(1, 3).long())

    np.testing.assert_allclose(scan.latent.norm(dim=-1), 1, atol=1e-6)
    np.testing.assert_allclose(words.norm(dim=-1), 1, atol=1e-6)
    assert scan.codes is not None
    assert scan.codes.shape == (2, *tiny_config.vision.grid)
    assert scan.local is None
    assert scan.attention is None


def test_options_add_token_vectors_and_what_the_queries_looked_at(
    tiny_config: JointConfig,
) -> None:
    network = JointModel(with_options(tiny_config)).eval()

    with torch.inference_mode():
        scan = network.encode_volume(volume_of(tiny_config))

    grid = tiny_config.vision.grid
    assert scan.codes is None
    assert scan.local is not None
    assert scan.attention is not None
    assert scan.local.shape == (2, *grid, tiny_config.dim_latent)
    assert scan.attention.shape == (2, 2, *grid)
    np.testing.assert_allclose(scan.local.norm(dim=-1), 1, atol=1e-6)
    np.testing.assert_allclose(scan.attention.sum(dim=(2, 3, 4)), 1, atol=1e-5)


def test_options_change_no_number_of_a_model_without_them(tiny_config: JointConfig) -> None:
    torch.manual_seed(0)
    plain = JointModel(tiny_config).eval()
    local = JointModel(replace(tiny_config, vision=replace(tiny_config.vision, local=True))).eval()

    missing = local.load_state_dict(plain.state_dict(), strict=False)
    with torch.inference_mode():
        ours = local.encode_volume(volume_of(tiny_config)).latent
        theirs = plain.encode_volume(volume_of(tiny_config)).latent

    assert missing.unexpected_keys == []
    assert missing.missing_keys == ["to_local_latent.weight"]
    np.testing.assert_array_equal(ours, theirs)


def test_pooling_does_not_care_where_a_token_stands(tiny_config: JointConfig) -> None:
    torch.manual_seed(0)
    pooling = QueryPooling(replace(tiny_config.vision, pool_queries=3), 8)
    tokens = torch.randn(1, 2, 3, 4, 16)
    order = torch.randperm(24)

    with torch.no_grad():
        pooled, looked_at = pooling(tokens)
        moved, moved_to = pooling(tokens.flatten(1, 3)[:, order].view(tokens.shape))

    np.testing.assert_allclose(moved, pooled, atol=1e-5)
    np.testing.assert_allclose(moved_to.flatten(2), looked_at.flatten(2)[..., order], atol=1e-5)


@pytest.mark.parametrize("pooling", ["cls", "mean"])
def test_padding_changes_no_text_vector(tiny_config: JointConfig, pooling: str) -> None:
    torch.manual_seed(0)
    network = JointModel(
        JointConfig.from_json(tiny_config.to_json() | {"text_pooling": pooling})
    ).eval()
    ids = torch.tensor([[2, 7, 9, 3, 0, 0, 0]])
    mask = torch.tensor([[1, 1, 1, 1, 0, 0, 0]])

    with torch.inference_mode():
        padded = network.encode_text(ids, mask)
        alone = network.encode_text(ids[:, :4], mask[:, :4])

    np.testing.assert_allclose(padded, alone, atol=1e-6)


def test_without_a_projection_the_text_vector_is_the_towers_own(tiny_config: JointConfig) -> None:
    network = JointModel(replace(tiny_config, text_projection=False, dim_latent=16)).eval()
    ids, mask = torch.tensor([[2, 5, 3]]), torch.ones(1, 3).long()

    with torch.inference_mode():
        vector, own = network.encode_text(ids, mask), network.text_features(ids, mask)

    np.testing.assert_allclose(vector, own / own.norm(), atol=1e-6)
    assert "to_text_latent.weight" not in network.state_dict()


def test_the_scale_of_logits_is_the_exponential_of_the_temperature(
    tiny_network: JointModel,
) -> None:
    assert tiny_network.logit_scale.item() == pytest.approx(np.exp(1.5))


def test_a_raised_stop_leaves_before_anything_is_encoded(
    tiny_network: JointModel, tiny_config: JointConfig
) -> None:
    cancel = CancelToken()
    cancel.cancel()

    with pytest.raises(Cancelled):
        tiny_network.encode_volume(volume_of(tiny_config), cancel=cancel)


def test_loading_into_an_empty_network_gives_the_same_numbers(
    tiny_network: JointModel, tiny_config: JointConfig
) -> None:
    empty = build_unloaded(tiny_config)
    weights = tiny_network.state_dict()
    ids, mask = torch.tensor([[2, 5, 3]]), torch.ones(1, 3).long()

    empty.load_state_dict(weights, strict=True, assign=True)

    with torch.inference_mode():
        scan, words = empty.encode_volume(volume_of(tiny_config)), empty.encode_text(ids, mask)
        np.testing.assert_array_equal(
            scan.latent, tiny_network.encode_volume(volume_of(tiny_config)).latent
        )
        np.testing.assert_array_equal(words, tiny_network.encode_text(ids, mask))
    assert empty.temperature.data_ptr() == weights["temperature"].data_ptr()


def test_the_small_model_learns_in_every_part(tiny_config: JointConfig) -> None:
    torch.manual_seed(0)
    network = JointModel(with_options(tiny_config)).train()

    scan = network.encode_volume(volume_of(tiny_config))
    words = network.encode_text(torch.tensor([[2, 5, 3]]), torch.ones(1, 3).long())
    assert scan.local is not None
    alike = (scan.latent @ words.T).sum() + (scan.local @ words.T).sum()
    torch.autograd.backward(alike * network.logit_scale)

    weights = [(name, w) for name, w in network.named_parameters() if w.numel()]
    without = [name for name, weight in weights if weight.grad is None]
    assert without == []


def test_the_small_model_of_this_project_has_the_stated_size() -> None:
    network = build_unloaded(MINI)

    image = [w for name, w in network.named_parameters() if not name.startswith("text_")]

    assert sum(weight.numel() for weight in image) == 1_774_069
    assert network.config.vision.input_shape == (1, 64, 96, 96)


Encode = Callable[[JointModel, Tensor], VolumeFeatures]


def lora_gradients(network: JointModel, encode: Encode, volume: Tensor) -> dict[str, Tensor]:
    """Attach LoRA with dropout, learn from a batch through prompt logits, and give gradients."""
    torch.manual_seed(3)
    network.requires_grad_(requires_grad=False)
    get_peft_model(network, preset_config(network, "effective"), adapter_name="trial")
    adapter = {n: p for n, p in network.named_parameters() if p.requires_grad}
    for weight in adapter.values():
        torch.nn.init.normal_(weight, std=0.1)
    network.train()
    ids = torch.tensor([[2, 5, 6, 9, 11, 3], [2, 7, 8, 9, 11, 3]])
    toward = network.encode_text(ids, torch.ones_like(ids))
    logits = network.logit_scale * encode(network, volume).latent @ toward.T
    logits.sigmoid().square().sum().backward()  # type: ignore[no-untyped-call]
    return {n: p.grad for n, p in adapter.items() if p.grad is not None}


@pytest.mark.parametrize("scrambled", [True, False], ids=["scrambled", "true-grid"])
@pytest.mark.parametrize(
    "encode", [JointModel.encode_volume, encode_volume_reduced], ids=["float32", "bfloat16"]
)
def test_recomputing_layers_changes_no_bit_of_a_gradient(
    tiny_config: JointConfig, encode: Encode, *, scrambled: bool
) -> None:
    vision = replace(tiny_config.vision, spatial_depth=2, temporal_depth=2, scrambled_peg=scrambled)
    config, plain = replace(tiny_config, vision=vision), []
    for _ in range(2):
        torch.manual_seed(0)
        plain.append(JointModel(config))
    kept, recomputed = plain
    recomputed.recompute_layers()

    before = lora_gradients(kept, encode, volume_of(config))
    after = lora_gradients(recomputed, encode, volume_of(config))

    # 12 image and 12 text layers, two thin matrices each.
    assert len(before) == len(after) == 48
    assert all(gradient.abs().max() > 0 for gradient in before.values())
    for name, gradient in before.items():
        np.testing.assert_array_equal(after[name], gradient, err_msg=name)


def kept_numbers(network: JointModel, volume: Tensor) -> int:
    """Count the numbers one encoding keeps for its backward pass."""
    sizes: list[int] = []

    def count(tensor: Tensor) -> Tensor:
        sizes.append(tensor.numel())
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(count, lambda tensor: tensor):
        network.encode_volume(volume)
    return sum(sizes)


def test_recomputing_layers_keeps_only_what_lies_between_them(
    tiny_network: JointModel, tiny_config: JointConfig
) -> None:
    volume = volume_of(tiny_config)
    before = kept_numbers(tiny_network, volume)

    tiny_network.recompute_layers()

    assert kept_numbers(tiny_network, volume) < 0.5 * before


def test_recomputing_layers_changes_nothing_where_a_scan_is_only_encoded(
    tiny_network: JointModel, tiny_config: JointConfig
) -> None:
    with torch.inference_mode():
        before = tiny_network.encode_volume(volume_of(tiny_config)).latent
        tiny_network.recompute_layers()
        after = tiny_network.encode_volume(volume_of(tiny_config)).latent

    np.testing.assert_array_equal(after, before)
