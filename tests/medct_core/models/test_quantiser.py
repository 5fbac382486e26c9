"""Tokens become codebook rows, and nothing ever moves the codebook."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from medct_core.models import quantiser as module
from medct_core.models.quantiser import Quantiser


def build(size: int = 13, dim: int = 6, seed: int = 0) -> Quantiser:
    torch.manual_seed(seed)
    return Quantiser(size, dim)


@given(scale=st.floats(0.1, 50), seed=st.integers(0, 99))
def test_a_row_of_any_length_finds_itself(scale: float, seed: int) -> None:
    quantiser = build(seed=seed)

    codes = quantiser.codes(quantiser.rows * scale)

    np.testing.assert_array_equal(codes, np.arange(13))


@given(seed=st.integers(0, 99))
def test_the_length_of_a_codebook_row_does_not_attract_tokens(seed: int) -> None:
    quantiser = build(seed=seed)
    tokens = torch.randn(40, 6)
    before = quantiser.codes(tokens)

    quantiser.rows.mul_(torch.linspace(0.2, 9, 13)[:, None])

    np.testing.assert_array_equal(quantiser.codes(tokens), before)


def test_the_output_is_the_raw_row() -> None:
    quantiser = build()
    quantiser.rows.mul_(3)

    quantised, codes = quantiser(torch.randn(2, 5, 6))

    np.testing.assert_array_equal(quantised, quantiser.rows[codes])


@given(chunk=st.integers(1, 50))
def test_chunks_change_nothing(chunk: int) -> None:
    quantiser = build()
    tokens = torch.randn(3, 11, 6, generator=torch.Generator().manual_seed(1))
    whole = quantiser.codes(tokens)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_CHUNK_TOKENS", chunk)
        chunked = quantiser.codes(tokens)

    np.testing.assert_array_equal(chunked, whole)


@pytest.mark.parametrize("training", [True, False], ids=["training", "evaluation"])
def test_no_forward_moves_the_codebook(training: bool) -> None:
    quantiser = build().train(training)
    before = quantiser.rows.clone()

    quantiser(torch.randn(7, 6, requires_grad=True))[0].sum().backward()

    np.testing.assert_array_equal(quantiser.rows, before)


def test_the_gradient_is_handed_straight_to_the_token() -> None:
    quantiser = build()
    tokens = torch.randn(7, 6, requires_grad=True)
    weights = torch.randn(7, 6)

    quantised, codes = quantiser(tokens)
    (quantised * weights).sum().backward()

    assert tokens.grad is not None
    np.testing.assert_array_equal(tokens.grad, weights)
    np.testing.assert_array_equal(quantised.detach(), quantiser.rows[codes])


@given(seed=st.integers(0, 99))
def test_handing_gradients_through_changes_no_bit(seed: int) -> None:
    quantiser = build()
    tokens = torch.randn(40, 6, generator=torch.Generator().manual_seed(seed))

    learning, codes = quantiser(tokens.clone().requires_grad_())
    with torch.inference_mode():
        asking, same_codes = quantiser(tokens)

    assert learning.requires_grad
    np.testing.assert_array_equal(learning.detach(), asking)
    np.testing.assert_array_equal(codes, same_codes)


def test_where_no_token_learns_no_gradient_is_kept() -> None:
    quantised, _ = build()(torch.randn(7, 6))

    assert not quantised.requires_grad


def test_half_precision_round_it_chooses_no_other_row() -> None:
    quantiser = build(size=500)
    tokens = torch.randn(400, 6, generator=torch.Generator().manual_seed(1))

    with torch.autocast("cpu", dtype=torch.bfloat16):
        codes = quantiser.codes(tokens)

    np.testing.assert_array_equal(codes, quantiser.codes(tokens))
