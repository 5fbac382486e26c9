"""The bottleneck changes vectors as worked out by hand, and learns what prompts do not know."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from medct_core.training.adapt.clip_adapter import (
    RESIDUALS,
    Bottleneck,
    ClipAdapter,
    fit_clip_adapter,
)
from medct_core.training.adapt.labelled_vectors import LabelledVectors, Vectors, mean_auroc

DIM = 64
TOWARD = np.random.default_rng(9).normal(size=(2, DIM)).astype(np.float32)


def scans(seed: int, count: int = 200) -> LabelledVectors:
    """Draw scans whose findings stand in two numbers of which the prompts know nothing."""
    drawn = np.random.default_rng(seed).normal(size=(count, DIM))
    vectors: Vectors = (drawn / np.linalg.norm(drawn, axis=1, keepdims=True)).astype(np.float32)
    return LabelledVectors(vectors, vectors[:, 2:4] > 0)


def test_a_vector_is_mixed_as_worked_out_by_hand() -> None:
    bottleneck = Bottleneck(4)
    with torch.no_grad():
        bottleneck.down.weight.copy_(torch.tensor([[1.0, 0, 0, 0]]))
        bottleneck.up.weight.copy_(torch.tensor([[0.0], [1], [-1], [0]]))
    adapter = ClipAdapter(bottleneck, 0.2, 10 * np.eye(2, 4, dtype=np.float32))

    scored = adapter.score(np.array([[1, 0, 0, 0], [0, 0, 0, 1]], np.float32))

    # The first becomes (0, 1, 0, 0), a fifth of which joins it: (0.8, 0.2) of length sqrt(0.68).
    # The second becomes nothing, so its direction stays.
    length = 0.68**0.5
    np.testing.assert_allclose(scored, [[8 / length, 2 / length], [0, 0]], atol=1e-5)


@given(seed=st.integers(0, 99))
def test_without_a_share_the_model_is_as_it_was(seed: int) -> None:
    vectors = scans(seed, count=5).vectors

    scored = ClipAdapter(Bottleneck(DIM), 0.0, TOWARD).score(vectors)

    np.testing.assert_allclose(scored, vectors @ TOWARD.T, atol=1e-5)


def test_what_the_prompts_do_not_know_is_learned() -> None:
    training, validation, test = scans(0), scans(1), scans(2)

    adapter = fit_clip_adapter(training, validation, TOWARD, seed=0)

    assert adapter.residual in RESIDUALS
    assert adapter.trained == 2 * DIM * DIM // 4
    assert mean_auroc(test, test.vectors @ TOWARD.T) < 0.6
    assert mean_auroc(test, adapter.score(test.vectors)) > 0.75


@pytest.mark.parametrize("seed", [0, 1])
def test_a_fit_can_be_repeated_and_leaves_other_randomness_alone(seed: int) -> None:
    state = torch.random.get_rng_state()

    first, second = (
        fit_clip_adapter(scans(3, 40), scans(4, 40), TOWARD, seed=seed) for _ in range(2)
    )

    np.testing.assert_array_equal(torch.random.get_rng_state(), state)
    vectors = scans(5, 10).vectors
    np.testing.assert_array_equal(first.score(vectors), second.score(vectors))
