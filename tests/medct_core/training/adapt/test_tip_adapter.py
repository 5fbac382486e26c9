"""The memory answers as worked out by hand, and knows what prompts do not."""

import math

import numpy as np
import numpy.typing as npt
import pytest
import torch
from hypothesis import given
from hypothesis.extra.numpy import array_shapes, arrays

from medct_core.training.adapt.labelled_vectors import LabelledVectors, mean_auroc
from medct_core.training.adapt.tip_adapter import (
    ALPHAS,
    BETAS,
    TipAdapter,
    fine_tune,
    remember,
    votes_of,
)

DIM = 8
TOWARD = 2 * np.eye(2, DIM, dtype=np.float32)


def scans(seed: int, count: int = 150) -> LabelledVectors:
    """Draw scans whose findings stand where no prompt looks: in the third and fourth number."""
    drawn = np.random.default_rng(seed).normal(size=(count, DIM))
    vectors = (drawn / np.linalg.norm(drawn, axis=1, keepdims=True)).astype(np.float32)
    return LabelledVectors(vectors, vectors[:, 2:4] > 0.1)


def test_a_memory_of_three_scans_answers_as_worked_out_by_hand() -> None:
    keys = torch.tensor([[1.0, 0], [0, 1], [-1, 0]])
    votes = votes_of(torch.tensor([[True, False], [False, False], [True, False]]))
    toward = torch.tensor([[0.0, 3], [4, 0]])
    memory = TipAdapter(keys, votes, toward, alpha=10, beta=2)

    scored = memory.score(np.array([[0.6, 0.8]], np.float32))

    # Cosines 0.6, 0.8 and -0.6. The first finding: two scans with it, one without. No scan has the
    # second, so the prompt alone decides.
    alike = [math.exp(-2 * (1 - cosine)) for cosine in (0.6, 0.8, -0.6)]
    first = 10 * ((alike[0] + alike[2]) / 2 - alike[1]) + 3 * 0.8
    np.testing.assert_allclose(scored, [[first, 4 * 0.6]], rtol=1e-5)


@given(labels=arrays(np.bool_, array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=12)))
def test_both_sides_of_a_finding_have_one_voice(labels: npt.NDArray[np.bool_]) -> None:
    votes = votes_of(torch.from_numpy(labels)).numpy()

    both = labels.any(0) & ~labels.all(0)
    np.testing.assert_allclose(np.where(labels, votes, 0).sum(0), both, atol=1e-6)
    np.testing.assert_allclose(np.where(labels, 0, votes).sum(0), -1.0 * both, atol=1e-6)


def test_what_the_prompts_do_not_know_is_remembered() -> None:
    training, validation, test = scans(0), scans(1), scans(2)

    memory = remember(training, validation, TOWARD)

    assert memory.trained == 0
    assert memory.alpha in ALPHAS
    assert memory.beta in BETAS
    assert mean_auroc(test, test.vectors @ TOWARD.T) < 0.6
    assert mean_auroc(test, memory.score(test.vectors)) > 0.8


def test_no_other_choice_is_better_on_validation() -> None:
    training, validation = scans(0, 60), scans(1, 60)

    memory = remember(training, validation, TOWARD)

    best = mean_auroc(validation, memory.score(validation.vectors))
    for alpha, beta in [(ALPHAS[0], BETAS[0]), (ALPHAS[-1], BETAS[-1]), (1.0, 5.5)]:
        other = TipAdapter(memory.keys, memory.votes, memory.toward, alpha, beta)
        assert mean_auroc(validation, other.score(validation.vectors)) <= best


def test_fine_tuning_moves_the_keys_and_leaves_the_first_memory_alone() -> None:
    training, validation, test = scans(0, 60), scans(1), scans(2)
    memory = remember(training, validation, TOWARD)
    before = memory.keys.clone()

    tuned = fine_tune(memory, training, validation, seed=0)

    assert tuned.trained == 60 * DIM
    assert not tuned.keys.requires_grad
    assert not torch.equal(tuned.keys, before)
    assert torch.equal(memory.keys, before)
    gained = mean_auroc(test, tuned.score(test.vectors))
    assert gained > mean_auroc(test, memory.score(test.vectors)) - 0.01


@pytest.mark.parametrize("seed", [0, 1])
def test_fine_tuning_can_be_repeated(seed: int) -> None:
    training, validation = scans(3, 40), scans(4, 40)
    memory = remember(training, validation, TOWARD)

    first, second = (fine_tune(memory, training, validation, seed=seed) for _ in range(2))

    assert torch.equal(first.keys, second.keys)
