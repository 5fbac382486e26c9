"""Tests of the smooth histogram beside the convolutions."""

import torch
from hypothesis import given
from hypothesis import strategies as st

from medct_core.models.densities import Densities

LEVELS = (-1.0, -0.8, -0.3, 0.0, 0.5)


def shares(volume: torch.Tensor) -> torch.Tensor:
    counted: torch.Tensor = Densities(LEVELS, (2, 4, 4))(volume)
    return counted / counted.sum(dim=1, keepdim=True)


@given(seed=st.integers(0, 2**31))
def test_every_voxel_counts_once(seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    volume = torch.rand((2, 1, 4, 8, 8), generator=generator) * 4 - 2

    counted = Densities(LEVELS, (2, 4, 4))(volume)

    assert counted.shape == (2, 5, 2, 2, 2)
    assert counted.min() >= -1e-6
    torch.testing.assert_close(counted.sum(dim=1), torch.full((2, 2, 2, 2), 4.0))


def test_a_value_of_a_level_counts_for_that_level_alone() -> None:
    for index, level in enumerate(LEVELS):
        share = shares(torch.full((1, 1, 2, 4, 4), level)).flatten()

        torch.testing.assert_close(share, torch.eye(len(LEVELS))[index], atol=1e-6, rtol=0)


def test_a_value_between_two_levels_counts_for_both_by_nearness() -> None:
    share = shares(torch.full((1, 1, 2, 4, 4), -0.2)).flatten()

    torch.testing.assert_close(share, torch.tensor([0.0, 0.0, 2 / 3, 1 / 3, 0.0]))


def test_values_beyond_the_levels_count_for_the_outermost() -> None:
    below, above = (shares(torch.full((1, 1, 2, 4, 4), value)) for value in (-7.0, 7.0))

    assert below.flatten().tolist() == [1.0, 0.0, 0.0, 0.0, 0.0]
    assert above.flatten().tolist() == [0.0, 0.0, 0.0, 0.0, 1.0]


def test_a_block_with_one_dense_voxel_says_so() -> None:
    volume = torch.full((1, 1, 2, 4, 4), -0.8)
    volume[0, 0, 1, 2, 3] = 0.5

    share = shares(volume).flatten()

    torch.testing.assert_close(share[4], torch.tensor(1 / 32))
