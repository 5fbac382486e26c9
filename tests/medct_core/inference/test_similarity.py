"""How alike a scan and a direction are, with and without token vectors."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medct_core.inference.embedding import Embedding
from medct_core.inference.similarity import FloatArray, ensemble, similarities
from medct_core.models.stamp import ModelStamp

STAMP = ModelStamp("tiny", "0" * 64, "tiny-1", "float32")
DIM = 6
seeds = st.integers(0, 2**32 - 1)


def unit_vectors(seed: int, count: int) -> FloatArray:
    vectors = np.random.default_rng(seed).standard_normal((count, DIM)).astype(np.float32)
    lengths: FloatArray = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / lengths


def embedding(seed: int, tokens: int = 24) -> Embedding:
    vectors = unit_vectors(seed, tokens + 1)
    local = vectors[1:].reshape(tokens // 4, 2, 2, DIM).astype(np.float16)
    return Embedding(vectors[0], STAMP, "0" * 64, local=local)


@given(seed=seeds, weight=st.floats(0, 1), top=st.integers(1, 40))
def test_similarity_is_the_stated_mixture(seed: int, weight: float, top: int) -> None:
    scan, directions = embedding(seed), unit_vectors(seed + 1, 5)
    assert scan.local is not None
    tokens = scan.local.reshape(-1, DIM).astype(np.float64)
    expected = [
        (1 - weight) * float(scan.vector @ direction)
        + weight * float(np.mean(sorted(tokens @ direction)[-top:]))
        for direction in directions
    ]

    alike = similarities(scan, directions, local_weight=weight, local_top=top)

    np.testing.assert_allclose(alike, expected, atol=1e-5)


@given(seed=seeds)
def test_one_more_top_token_never_raises_the_similarity(seed: int) -> None:
    scan, directions = embedding(seed), unit_vectors(seed + 1, 3)

    rows = [similarities(scan, directions, local_weight=1.0, local_top=top) for top in range(1, 25)]

    assert (np.diff(np.stack(rows), axis=0) <= 1e-6).all()


def test_without_weight_no_token_vectors_are_needed() -> None:
    scan = Embedding(unit_vectors(1, 1)[0], STAMP, "0" * 64)

    alike = similarities(scan, scan.vector[None], local_weight=0.0, local_top=0)

    np.testing.assert_allclose(alike, [1.0], atol=1e-6)


def test_missing_token_vectors_are_a_mistake() -> None:
    scan = Embedding(unit_vectors(1, 1)[0], STAMP, "0" * 64)

    with pytest.raises(ValueError, match="token vectors"):
        similarities(scan, scan.vector[None], local_weight=0.5, local_top=1)


@given(seed=seeds, count=st.integers(1, 8))
def test_ensemble_has_unit_length_whatever_the_order(seed: int, count: int) -> None:
    vectors = unit_vectors(seed, count)

    joined = ensemble(vectors)

    assert np.linalg.norm(joined) == pytest.approx(1.0, abs=1e-5)
    np.testing.assert_allclose(joined, ensemble(vectors[::-1]), atol=1e-4)
