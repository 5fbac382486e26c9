"""The image tower: position bias, patches, stages, and what may be stopped."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from medct_core.cancel import Cancelled, CancelToken
from medct_core.models.attention import PositionConvolution
from medct_core.models.config import JointConfig, StemConfig, VisionConfig
from medct_core.models.ctvit import CTViT, Patches, PositionBias
from tests.benchmarks import plain_ctclip

SIDES = st.integers(1, 6)


def tower(config: VisionConfig) -> CTViT:
    torch.manual_seed(0)
    return CTViT(config).eval()


def volume_of(config: VisionConfig, batch: int = 1) -> torch.Tensor:
    generator = torch.Generator().manual_seed(1)
    return torch.rand(batch, *config.input_shape, generator=generator) * 2 - 1


def weights_of(encoder: CTViT) -> dict[str, torch.Tensor]:
    return {f"visual_transformer.{name}": value for name, value in encoder.state_dict().items()}


@given(height=SIDES, width=SIDES)
def test_the_bias_of_distinct_offsets_is_the_bias_of_all_pairs(height: int, width: int) -> None:
    torch.manual_seed(0)
    bias = PositionBias(8, 2)
    weights = {
        f"visual_transformer.spatial_rel_pos_bias.{name}": value
        for name, value in bias.state_dict().items()
    }

    with torch.no_grad():
        ours = bias(height, width)

    plain = plain_ctclip.position_bias(weights, height, width)
    np.testing.assert_allclose(ours, plain, atol=1e-6)


def test_the_bias_is_kept_and_equals_what_is_computed_anew() -> None:
    bias = PositionBias(8, 2)

    with torch.inference_mode():
        first, second = bias(3, 4), bias(3, 4)
        anew = bias.compute(3, 4)

    assert second is first
    np.testing.assert_array_equal(first, anew)


def test_the_bias_follows_when_weights_are_written_or_replaced() -> None:
    bias = PositionBias(8, 2)
    with torch.inference_mode():
        bias(3, 4)
    with torch.no_grad():
        bias.get_parameter("net.2.bias").add_(1)

    with torch.inference_mode():
        np.testing.assert_array_equal(bias(3, 4), bias.compute(3, 4))
        bias.load_state_dict(PositionBias(8, 2).state_dict(), assign=True)
        np.testing.assert_array_equal(bias(3, 4), bias.compute(3, 4))


def test_a_frozen_bias_is_kept_for_training_and_asking_alike() -> None:
    bias = PositionBias(8, 2).requires_grad_(requires_grad=False)

    with torch.inference_mode():
        asking = bias(3, 4)
    learning = bias(3, 4)

    assert learning is asking
    assert not learning.is_inference()


def test_a_bias_that_learns_is_never_kept() -> None:
    bias = PositionBias(8, 2)

    bias(3, 4).sum().backward()

    assert all(weight.grad is not None for weight in bias.parameters())


def test_frozen_patches_are_cut_as_they_are_where_nothing_learns(tiny_config: JointConfig) -> None:
    encoder = tower(tiny_config.vision)
    encoder.to_patch_emb.requires_grad_(requires_grad=False)
    volume = volume_of(tiny_config.vision, batch=2)

    frozen = encoder.patch_tokens(volume)
    with torch.inference_mode():
        asking = encoder.patch_tokens(volume)

    assert not frozen.requires_grad
    np.testing.assert_array_equal(frozen, asking)
    assert encoder.patch_tokens(volume.requires_grad_()).requires_grad


def test_the_bias_follows_the_grid() -> None:
    bias = PositionBias(8, 2)

    with torch.inference_mode():
        assert bias(3, 4).shape == (2, 12, 12)
        assert bias(2, 2).shape == (2, 4, 4)


def test_half_precision_does_not_reach_the_bias() -> None:
    bias = PositionBias(8, 2)

    with torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16):
        assert bias(2, 2).dtype == torch.float32


def test_a_patch_is_flattened_depth_first_then_rows_then_columns() -> None:
    volume = torch.arange(4 * 4 * 4.0).view(1, 1, 4, 4, 4)

    patches = Patches(2, 2)(volume)

    assert patches.shape == (1, 2, 2, 2, 8)
    np.testing.assert_array_equal(patches[0, 1, 0, 1], volume[0, 0, 2:, :2, 2:].flatten())


@given(seed=st.integers(0, 20))
def test_every_stage_is_the_plain_one(tiny_config: JointConfig, seed: int) -> None:
    config = tiny_config.vision
    encoder, never = tower(config), CancelToken()
    weights = weights_of(encoder)
    volume = torch.randn(2, *config.input_shape, generator=torch.Generator().manual_seed(seed))

    with torch.inference_mode():
        patches = encoder.patch_tokens(volume)
        spatial = encoder.after_spatial(patches, never)
        temporal = encoder.after_temporal(spatial, never)

    plain = plain_ctclip.patch_tokens(weights, config, volume)
    np.testing.assert_allclose(patches, plain, atol=1e-5)
    plain = plain_ctclip.stage(weights, config, plain, "spatial")
    np.testing.assert_allclose(spatial, plain, atol=1e-5)
    plain = plain_ctclip.stage(weights, config, plain, "temporal")
    np.testing.assert_allclose(temporal, plain, atol=1e-5)


def test_keeping_a_gradient_changes_no_number(tiny_config: JointConfig) -> None:
    config = replace(tiny_config.vision, quantise=False)
    encoder, volume = tower(config), volume_of(config, batch=2)

    learning = encoder(volume, CancelToken()).values
    with torch.inference_mode():
        asking = encoder(volume, CancelToken()).values

    np.testing.assert_allclose(learning.detach(), asking, atol=1e-5)


STEM = StemConfig((4, 8), ((1, 2, 2), (2, 2, 2)))


@pytest.mark.parametrize("stem", [None, STEM, replace(STEM, densities=(-1.0, -0.5, 0.0))])
def test_every_weight_learns(tiny_config: JointConfig, stem: StemConfig | None) -> None:
    base = replace(tiny_config.vision, null_kv=2, scrambled_peg=stem is None)
    encoder = CTViT(replace(base, stem=stem, patch_size=2, temporal_patch_size=1))

    encoder(volume_of(base), CancelToken()).values.square().mean().backward()

    without = [name for name, weight in encoder.named_parameters() if weight.grad is None]
    assert without == []


def test_without_a_quantiser_tokens_pass_through(tiny_config: JointConfig) -> None:
    encoder = tower(replace(tiny_config.vision, quantise=False))
    tokens = torch.randn(1, 2, 3, 4, 16)

    passed = encoder.quantised(tokens)

    assert passed.values is tokens
    assert passed.codes is None
    assert not any(name.startswith("vq") for name in encoder.state_dict())


def test_options_add_names_and_change_none_of_the_released_ones(tiny_config: JointConfig) -> None:
    plain, volume = tower(tiny_config.vision), volume_of(tiny_config.vision)
    with_stem = replace(
        tiny_config.vision, stem=StemConfig((4,), ((1, 1, 1),)), pool_queries=2, local=True
    )

    released = set(plain.state_dict())
    optional = set(CTViT(with_stem).state_dict())

    assert released < optional
    assert all(name.startswith("stem.") for name in optional - released)
    with torch.inference_mode():
        assert plain(volume, CancelToken()).values.shape == (1, 4, 4, 4, 16)


def test_a_stop_during_the_first_layer_ends_the_work_there(tiny_config: JointConfig) -> None:
    encoder, cancel = tower(replace(tiny_config.vision, spatial_depth=3)), CancelToken()
    begun: list[int] = []

    def stop(*_: object) -> None:
        begun.append(1)
        cancel.cancel()

    for part in encoder.modules():
        if isinstance(part, PositionConvolution):
            part.register_forward_hook(stop)

    with torch.inference_mode(), pytest.raises(Cancelled):
        encoder(volume_of(tiny_config.vision), cancel)
    assert begun == [1]
