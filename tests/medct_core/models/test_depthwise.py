"""Tests of the position convolution that keeps gradients."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.nn import functional

from medct_core.models.depthwise import causal_depthwise


def by_the_library(grid: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    padded = functional.pad(grid.movedim(-1, 1), (1, 1, 1, 1, 2, 0))
    return torch.conv3d(padded, weight, bias, groups=len(bias)).movedim(1, -1)


def leaves(shape: tuple[int, ...], seed: int, dtype: torch.dtype) -> list[Tensor]:
    generator = torch.Generator().manual_seed(seed)
    shapes = (shape, (shape[-1], 1, 3, 3, 3), (shape[-1],))
    return [torch.randn(s, generator=generator, dtype=dtype).requires_grad_() for s in shapes]


@settings(max_examples=25)
@given(
    shape=st.tuples(*(st.integers(1, n) for n in (2, 5, 6, 6, 7))),
    seed=st.integers(0, 2**31),
)
def test_values_and_gradients_are_those_of_the_library(shape: tuple[int, ...], seed: int) -> None:
    ours, theirs = leaves(shape, seed, torch.float64), leaves(shape, seed, torch.float64)

    here, there = causal_depthwise(*ours), by_the_library(*theirs)
    for result in (here, there):
        (result * result.detach().cos()).sum().backward()  # type: ignore[no-untyped-call]

    torch.testing.assert_close(here, there)
    for mine, reference in zip(ours, theirs, strict=True):
        torch.testing.assert_close(mine.grad, reference.grad)


def test_no_token_sees_what_lies_deeper() -> None:
    grid, weight, bias = leaves((1, 6, 3, 3, 2), 1, torch.float32)

    causal_depthwise(grid, weight, bias)[:, 2].sum().backward()  # type: ignore[no-untyped-call]

    assert grid.grad is not None
    assert grid.grad[:, 3:].abs().max() == 0
    assert grid.grad[:, :3].abs().min() > 0


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_the_result_has_the_precision_of_the_tokens(dtype: torch.dtype) -> None:
    grid, weight, bias = leaves((1, 2, 3, 3, 4), 2, torch.float32)

    result = causal_depthwise(grid.to(dtype), weight, bias)
    result.float().sum().backward()  # type: ignore[no-untyped-call]

    assert result.dtype is dtype
    assert weight.grad is not None
    assert weight.grad.dtype is torch.float32


@given(seed=st.integers(0, 2**31))
def test_weights_that_do_not_learn_leave_the_gradient_of_the_tokens_as_it_was(seed: int) -> None:
    shape = (1, 3, 4, 4, 5)
    learning, frozen = leaves(shape, seed, torch.float32), leaves(shape, seed, torch.float32)
    for weight in frozen[1:]:
        weight.requires_grad = False

    for grid, weight, bias in (learning, frozen):
        causal_depthwise(grid, weight, bias).square().sum().backward()  # type: ignore[no-untyped-call]

    assert frozen[1].grad is None
    torch.testing.assert_close(frozen[0].grad, learning[0].grad, rtol=0, atol=0)


def test_tokens_in_full_precision_learn_through_autocast() -> None:
    grid, weight, bias = leaves((1, 3, 4, 4, 5), 3, torch.float32)
    plain, *same = leaves((1, 3, 4, 4, 5), 3, torch.float32)

    with torch.autocast("cpu", dtype=torch.bfloat16):
        reduced = causal_depthwise(grid, weight, bias)
    for result in (reduced, causal_depthwise(plain, *same)):
        result.float().square().sum().backward()  # type: ignore[no-untyped-call]

    assert grid.grad is not None
    assert grid.grad.dtype is torch.float32
    torch.testing.assert_close(grid.grad, plain.grad, rtol=0.05, atol=0.5)
