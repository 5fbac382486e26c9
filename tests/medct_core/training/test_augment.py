"""Augmentation moves a scan a little and keeps its sides."""

import torch

from medct_core.training.augment import augmented


def test_it_repeats_with_its_stream_and_stays_in_range() -> None:
    values = torch.rand(3, 1, 16, 24, 24) * 2 - 1

    first, second = (augmented(values, torch.Generator().manual_seed(5)) for _ in range(2))

    assert torch.equal(first, second)
    assert first.abs().max() <= 1.0
    assert not torch.equal(first, values)


def test_left_stays_left() -> None:
    values = torch.full((8, 1, 16, 24, 24), -1.0)
    values[..., :8, :] = 0.8

    moved = augmented(values, torch.Generator().manual_seed(1))

    assert (moved[..., 3:5, :].mean(dim=(1, 2, 3, 4)) > 0.4).all()
    assert (moved[..., 12:, :].mean(dim=(1, 2, 3, 4)) < -0.8).all()


def test_nothing_wraps_around_an_edge() -> None:
    values = torch.full((32, 1, 16, 24, 24), -1.0)
    values[..., -1] = 1.0

    moved = augmented(values, torch.Generator().manual_seed(2))

    assert (moved[..., 0] < -0.8).all()
