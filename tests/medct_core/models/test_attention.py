"""The layers of a stage keep what the released code does, options included."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from medct_core.cancel import Cancelled, CancelToken
from medct_core.models import attention as module
from medct_core.models.attention import Attention, FeedForward, PositionConvolution, Transformer
from medct_core.models.config import JointConfig, VisionConfig
from tests.benchmarks import plain_ctclip


def transformer(config: VisionConfig, seed: int = 0) -> Transformer:
    torch.manual_seed(seed)
    return Transformer(config, 2).eval()


def grid_of(config: VisionConfig, batch: int = 2) -> torch.Tensor:
    return torch.randn(batch, *config.grid, config.dim, generator=torch.Generator().manual_seed(3))


def prefixed(stage: Transformer, which: str) -> dict[str, torch.Tensor]:
    name = f"visual_transformer.enc_{which}_transformer."
    return {name + key: value for key, value in stage.state_dict().items()}


@given(seed=st.integers(0, 50))
def test_attention_is_the_plain_attention(tiny_config: JointConfig, seed: int) -> None:
    config = tiny_config.vision
    torch.manual_seed(seed)
    layer = Attention(config)
    x, bias = torch.randn(3, 5, config.dim), torch.randn(config.heads, 5, 5)
    weights = {f"a.{name}": value for name, value in layer.state_dict().items()}

    with torch.no_grad():
        ours = layer(x, bias)
        plain = plain_ctclip.attention(weights, config, "a", x, bias)

    np.testing.assert_allclose(ours, plain, atol=1e-5)


def test_without_learned_keys_attention_is_bit_identical(tiny_config: JointConfig) -> None:
    layer = Attention(tiny_config.vision)
    key, value = torch.randn(2, 2, 5, 4), torch.randn(2, 2, 5, 4)

    same_key, same_value = layer.with_null(key, value)

    assert same_key is key
    assert same_value is value


def test_learned_keys_come_first_and_carry_no_position_bias(tiny_config: JointConfig) -> None:
    layer = Attention(replace(tiny_config.vision, null_kv=1))
    x = torch.randn(1, 4, 16)
    far_away = torch.full((2, 4, 4), -1e4)

    with torch.no_grad():
        layer.null_kv[:, 1] = 0
        seen = layer(x, far_away)

    # Every token is out of sight, so only the learned value, zero, is seen.
    np.testing.assert_allclose(seen, 0, atol=1e-6)


def test_the_first_half_is_the_value_and_the_second_the_gate() -> None:
    layer = FeedForward(3, 2)

    with torch.no_grad():
        layer["1"].get_parameter("weight")[2:] = 0
        shut = layer(torch.randn(5, 3))

    np.testing.assert_array_equal(shut, np.zeros((5, 3)))


def test_a_slot_sees_only_itself_and_what_is_before_it() -> None:
    layer = PositionConvolution(4)
    grid = torch.zeros(1, 6, 3, 3, 4)
    with torch.no_grad():
        quiet = layer(grid)

        grid[:, 3] = 1
        changed = layer(grid)

    touched = (changed != quiet).flatten(2).any(dim=2)[0]
    np.testing.assert_array_equal(touched, [False, False, False, True, True, True])


def test_the_temporal_stage_convolves_over_the_scrambled_grid(tiny_config: JointConfig) -> None:
    config = tiny_config.vision
    stage, grid = transformer(config), grid_of(config)

    with torch.no_grad():
        ours = stage.along_depth_scrambled(grid, CancelToken())
        plain = plain_ctclip.stage(
            prefixed(stage, "temporal"), replace(config, temporal_depth=2), grid, "temporal"
        )
        true_grid = stage.along_depth(grid, CancelToken())

    np.testing.assert_allclose(ours, plain, atol=1e-5)
    assert (ours - true_grid).abs().max() > 0.1


def test_the_true_grid_is_the_scrambled_one_where_depth_is_all_there_is(
    tiny_config: JointConfig,
) -> None:
    config = tiny_config.vision
    stage, column = transformer(config), torch.randn(1, 5, 1, 1, config.dim)

    with torch.no_grad():
        scrambled = stage.along_depth_scrambled(column, CancelToken())
        true_grid = stage.along_depth(column, CancelToken())

    np.testing.assert_allclose(scrambled, true_grid, atol=1e-6)


@given(chunk=st.integers(1, 300))
def test_chunks_change_nothing(tiny_config: JointConfig, chunk: int) -> None:
    config = tiny_config.vision
    stage, grid = transformer(config), grid_of(config)
    bias = torch.randn(config.heads, 16, 16, generator=torch.Generator().manual_seed(4))

    whole = stage.within_slots(grid, bias, CancelToken()).detach()
    with pytest.MonkeyPatch.context() as patch, torch.no_grad():
        patch.setattr(module, "_CHUNK_TOKENS", chunk)
        chunked = stage.within_slots(grid, bias, CancelToken())

    np.testing.assert_allclose(chunked, whole, atol=1e-5)


def test_the_input_of_a_stage_is_left_as_it_was(tiny_config: JointConfig) -> None:
    config = tiny_config.vision
    stage, grid = transformer(config), grid_of(config)
    before = grid.clone()

    with torch.inference_mode():
        stage.within_slots(grid, torch.zeros(config.heads, 16, 16), CancelToken())
        stage.along_depth(grid, CancelToken())
        stage.along_depth_scrambled(grid, CancelToken())

    np.testing.assert_array_equal(grid, before)


def test_a_stop_is_noticed_before_the_next_layer(tiny_config: JointConfig) -> None:
    stage, cancel = transformer(tiny_config.vision), CancelToken()
    begun: list[int] = []

    def stop(*_: object) -> None:
        begun.append(1)
        cancel.cancel()

    for part in stage.modules():
        if isinstance(part, PositionConvolution):
            part.register_forward_hook(stop)

    with pytest.raises(Cancelled):
        stage.along_depth(grid_of(tiny_config.vision), cancel)
    assert begun == [1]


@given(seed=st.integers(0, 50), biased=st.booleans())
def test_keeping_gradients_changes_no_value(
    tiny_config: JointConfig, seed: int, *, biased: bool
) -> None:
    config = tiny_config.vision
    torch.manual_seed(seed)
    layers = transformer(config, seed)
    grid = grid_of(config)
    tokens = config.grid[1] * config.grid[2]
    bias = float(biased) * torch.randn(config.heads, tokens, tokens)

    learning = layers.within_slots(grid.clone(), bias, CancelToken())
    with torch.no_grad():
        fused = layers.within_slots(grid.clone(), bias, CancelToken())

    assert learning.requires_grad
    torch.testing.assert_close(learning, fused, atol=2e-5, rtol=1e-4)


@given(chunk=st.integers(1, 300), biased=st.booleans())
def test_recomputing_a_few_sequences_at_a_time_changes_no_gradient(
    tiny_config: JointConfig, chunk: int, *, biased: bool
) -> None:
    config = tiny_config.vision
    tokens = config.grid[1] * config.grid[2]
    bias = float(biased) * torch.randn(config.heads, tokens, tokens)
    kept, recomputed = transformer(config), transformer(config)
    recomputed.recompute()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_CHUNK_TOKENS", chunk)
        for layers in (kept, recomputed):
            grid = layers.within_slots(grid_of(config), bias, CancelToken())
            columns = layers.along_depth_scrambled(grid, CancelToken())
            columns.square().sum().backward()  # type: ignore[no-untyped-call]

    for mine, theirs in zip(recomputed.parameters(), kept.parameters(), strict=True):
        torch.testing.assert_close(mine.grad, theirs.grad, atol=1e-4, rtol=1e-4)
