"""Centring: what is in common goes, what differs stays, and a version names the numbers."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as some

from medct_core.retrieval.centring import Centring, effective_rank, fit_mean, fit_whitening

FloatArray = npt.NDArray[np.float32]

VECTORS = st.integers(1, 20).flatmap(
    lambda count: some.arrays(np.float32, (count, 5), elements=st.floats(-1, 1, width=32))
)


def gaussian(scales: list[float], count: int = 4000) -> FloatArray:
    """Vectors of independent directions with the standard deviations asked for."""
    drawn = np.random.default_rng(1).standard_normal((count, len(scales)))
    return (drawn * scales + 3).astype(np.float32)


@given(VECTORS)
def test_the_mean_of_centred_vectors_is_zero(vectors: FloatArray) -> None:
    centred = fit_mean(vectors).centre(vectors)

    np.testing.assert_allclose(centred.mean(axis=0), 0, atol=1e-6)


@given(VECTORS)
def test_a_unit_vector_has_length_one_or_no_direction(vectors: FloatArray) -> None:
    lengths = np.linalg.norm(fit_mean(vectors).unit(vectors), axis=1)

    assert all(length == 0 or abs(length - 1) < 1e-5 for length in lengths)


@given(VECTORS, st.floats(-1, 1, width=32))
def test_what_all_vectors_share_changes_nothing(vectors: FloatArray, shared: float) -> None:
    moved = vectors + np.float32(shared)

    np.testing.assert_allclose(
        fit_mean(moved).centre(moved), fit_mean(vectors).centre(vectors), atol=1e-5
    )


def test_one_vector_is_its_own_mean_and_has_no_direction() -> None:
    only = np.ones((1, 4), dtype=np.float32)

    np.testing.assert_array_equal(fit_mean(only).unit(only), np.zeros((1, 4)))


def test_crowded_cosines_spread_out() -> None:
    crowded = gaussian([0.2] * 8)
    crowded /= np.linalg.norm(crowded, axis=1, keepdims=True)

    unit = fit_mean(crowded).unit(crowded)

    assert (crowded[:100] @ crowded[100:200].T).min() > 0.9
    assert abs((unit[:100] @ unit[100:200].T).mean()) < 0.05


def test_whitening_makes_directions_alike_in_variance() -> None:
    vectors = gaussian([10.0, 5.0, 4.0])

    variances = fit_whitening(vectors).centre(vectors).var(axis=0)

    assert variances.max() / variances.min() < 1.5
    np.testing.assert_allclose(fit_whitening(vectors).centre(vectors).mean(axis=0), 0, atol=1e-4)


def test_whitening_does_not_blow_up_a_direction_that_is_only_noise() -> None:
    vectors = gaussian([1.0, 1.0, 1e-6])

    variances = fit_whitening(vectors).centre(vectors).var(axis=0)

    assert variances[2] < 1e-3 * variances[0]


def test_equal_vectors_cannot_be_whitened() -> None:
    with pytest.raises(ValueError, match="differ"):
        fit_whitening(np.ones((5, 3), dtype=np.float32))


def test_nothing_is_fitted_on_nothing() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        fit_mean(np.empty((0, 3), dtype=np.float32))


def test_the_same_numbers_have_the_same_version_and_others_another() -> None:
    vectors = gaussian([1.0, 2.0])

    versions = {
        fit_mean(vectors).version,
        fit_mean(vectors[:-1]).version,
        fit_whitening(vectors).version,
    }

    assert fit_mean(vectors.copy()).version in versions
    assert len(versions) == 3


def test_a_centring_says_on_how_many_vectors_it_was_fitted() -> None:
    assert fit_mean(gaussian([1.0], count=7)).fitted_on == 7
    assert fit_whitening(gaussian([1.0], count=8)).fitted_on == 8


def test_a_centring_cannot_be_changed() -> None:
    centring = fit_mean(gaussian([1.0, 2.0]))

    with pytest.raises(ValueError, match="read-only"):
        centring.mean[0] = 1


@pytest.mark.parametrize(
    ("mean", "whitening", "message"),
    [
        (np.full(2, np.nan, dtype=np.float32), None, "finite"),
        (np.zeros(2, dtype=np.float32), np.eye(3, dtype=np.float32), "square"),
    ],
)
def test_a_centring_that_fits_nothing_is_refused(
    mean: FloatArray, whitening: FloatArray | None, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        Centring(mean, whitening, 1)


@given(st.integers(1, 6))
def test_the_effective_rank_counts_directions_of_equal_variance(count: int) -> None:
    rank = effective_rank(gaussian([1.0] * count + [0.0] * (6 - count)))

    assert abs(rank - count) < 0.05


def test_equal_vectors_have_an_effective_rank_of_one() -> None:
    assert effective_rank(np.ones((3, 4), dtype=np.float32)) == 1.0
