"""Losses reward what they are meant to reward."""

import torch
from hypothesis import given
from hypothesis import strategies as st

from medct_core.training.losses import (
    balanced_token_loss,
    place_weights,
    report_loss,
    strongest_mean,
    token_targets,
)

EVEN = torch.ones(1, 1)


def test_a_token_full_of_a_finding_is_positive_and_an_untouched_one_negative() -> None:
    coverage = torch.tensor([0.9, 0.2, 0.05, 0.0]).reshape(1, 4, 1)

    positive, negative = token_targets(coverage)

    assert positive.flatten().tolist() == [True, True, False, False]
    assert negative.flatten().tolist() == [False, False, False, True]


def test_a_lesion_that_fills_no_token_still_has_its_place() -> None:
    coverage = torch.tensor([0.004, 0.003, 0.001, 0.0]).reshape(1, 4, 1)

    positive, _ = token_targets(coverage)

    assert positive.flatten().tolist() == [True, True, False, False]


@given(size=st.integers(1, 200))
def test_a_small_lesion_weighs_as_much_as_a_large_one(size: int) -> None:
    coverage = torch.zeros(1, 400, 1)
    coverage[:, :size] = 1.0
    missed = torch.full((1, 400, 1), -3.0)

    loss = balanced_token_loss(missed, coverage, EVEN, 0.0)

    one = torch.zeros(1, 400, 1)
    one[:, 0] = 1.0
    torch.testing.assert_close(loss, balanced_token_loss(missed, one, EVEN, 0.0))


def test_right_places_cost_less_than_wrong_ones() -> None:
    coverage = torch.zeros(2, 50, 3)
    coverage[0, 7, 1] = 0.5
    right = torch.full((2, 50, 3), -4.0)
    right[0, 7, 1] = 4.0
    wrong = right.roll(5, dims=1)

    for hardness in (0.0, 0.5):
        cost = balanced_token_loss(right, coverage, EVEN, hardness)
        assert cost < 0.1 * balanced_token_loss(wrong, coverage, EVEN, hardness)


def test_matching_reports_cost_less_than_shuffled_ones() -> None:
    scans = torch.nn.functional.normalize(torch.randn(8, 16), dim=-1)
    scale = torch.tensor(20.0)

    assert report_loss(scans, scans, scale) < report_loss(scans, scans.roll(1, 0), scale)


def test_strongest_mean_ignores_weak_tokens() -> None:
    tokens = torch.tensor([[5.0, 1.0, -9.0, 3.0]]).reshape(1, 4, 1)

    assert strongest_mean(tokens, 2).item() == 4.0


def test_untrained_tokens_are_not_all_pushed_the_same_way() -> None:
    torch.manual_seed(1)
    logits = torch.randn(4, 300, 2)
    coverage = torch.zeros(4, 300, 2)
    coverage[:, :3] = 1.0

    def shrinking(hardness: float) -> torch.Tensor:
        """How much of the gradient only makes every logit smaller."""
        values = logits.clone().requires_grad_()
        (slope,) = torch.autograd.grad(
            balanced_token_loss(values, coverage, EVEN, hardness), values
        )
        return torch.nn.functional.cosine_similarity(slope.flatten(), logits.flatten(), dim=0)

    assert shrinking(0.0) < 0.6 * shrinking(1.0)


def test_a_mistake_where_a_finding_occurs_costs_more_than_one_elsewhere() -> None:
    occurs = torch.zeros(1, 4, 6, 6)
    occurs[0, 1, 2, 2] = 0.5
    place = place_weights(occurs, 0.2)
    none = torch.zeros(1, 4 * 6 * 6, 1)
    quiet = torch.full_like(none, -4.0)
    near, far = quiet.clone(), quiet.clone()
    near[0, 1 * 36 + 2 * 6 + 3] = 4.0
    far[0, 3 * 36 + 5 * 6 + 5] = 4.0

    costs = [balanced_token_loss(logits, none, place, 0.0) for logits in (quiet, far, near)]

    assert costs[0] < costs[1] < 0.5 * costs[2]


@given(seed=st.integers(0, 1000), elsewhere=st.floats(0.1, 1.0))
def test_weights_of_places_add_up_and_reach_every_token(seed: int, elsewhere: float) -> None:
    occurs = torch.rand((3, 4, 5, 5), generator=torch.Generator().manual_seed(seed)) - 0.7

    weights = place_weights(occurs.clamp(min=0), elsewhere)

    assert weights.shape == (100, 3)
    torch.testing.assert_close(weights.sum(dim=0), torch.ones(3))
    assert weights.min() >= 0.99 * elsewhere / 100
