"""The fast product is the product, and steps aside where it cannot serve."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional

from medct_core.models.linear import Linear, linear

SIZES = st.integers(1, 40)


@given(rows=SIZES, inputs=SIZES, outputs=SIZES, seed=st.integers(0, 99))
def test_the_fast_product_equals_the_plain_one(
    rows: int, inputs: int, outputs: int, seed: int
) -> None:
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(2, rows, inputs, generator=generator)
    weight = torch.randn(outputs, inputs, generator=generator)
    bias = torch.randn(outputs, generator=generator)

    with torch.inference_mode():
        fast = linear(x, weight, bias)

    np.testing.assert_allclose(fast, functional.linear(x, weight, bias), atol=1e-4)


def test_a_layer_that_learns_receives_its_gradient() -> None:
    layer = Linear(3, 2)

    layer(torch.ones(4, 3)).sum().backward()

    assert layer.weight.grad is not None
    np.testing.assert_array_equal(layer.weight.grad, np.full((2, 3), 4.0))


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float64])
def test_other_number_formats_are_kept(dtype: torch.dtype) -> None:
    layer = Linear(3, 2).to(dtype)

    with torch.inference_mode():
        product = layer(torch.ones(4, 3, dtype=dtype))

    assert product.dtype == dtype


def test_half_precision_reaches_the_product_when_it_is_asked_for() -> None:
    layer = Linear(3, 2)

    with torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16):
        product = layer(torch.ones(4, 3))

    assert product.dtype == torch.bfloat16
