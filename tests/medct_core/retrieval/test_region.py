"""Regions: a window's mean as a vector, and the best window of another scan."""

from itertools import product

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medct_core.errors import ModelUnavailableError
from medct_core.retrieval.region import (
    TokenRegion,
    best_match,
    region_vector,
    require_codes,
)

SHAPE = (3, 4, 5)
CODEBOOK = np.random.default_rng(2).standard_normal((9, 6)).astype(np.float32)


def codes_of(seed: int) -> npt.NDArray[np.int16]:
    return np.random.default_rng(seed).integers(0, len(CODEBOOK), SHAPE).astype(np.int16)


def windows(size: tuple[int, int, int]) -> list[TokenRegion]:
    """Every window of a size, in order."""
    starts = product(*(range(length - part + 1) for length, part in zip(SHAPE, size, strict=True)))
    return [TokenRegion((a, b, c), (a + size[0], b + size[1], c + size[2])) for a, b, c in starts]


SIZES = st.tuples(*(st.integers(1, length) for length in SHAPE))


@given(st.integers(0, 1000), SIZES)
def test_the_best_match_is_the_best_of_all_windows(seed: int, size: tuple[int, int, int]) -> None:
    query = region_vector(codes_of(seed), CODEBOOK, windows(size)[0])
    other = codes_of(seed + 1)
    cosines = [region_vector(other, CODEBOOK, window) @ query for window in windows(size)]

    match = best_match(query, size, other, CODEBOOK)

    assert match is not None
    assert match.cosine == pytest.approx(max(cosines), abs=1e-5)
    assert cosines[windows(size).index(match.region)] == pytest.approx(match.cosine, abs=1e-5)


@given(st.integers(0, 1000), SIZES, st.data())
def test_a_region_is_found_again_in_its_own_scan(
    seed: int, size: tuple[int, int, int], data: st.DataObject
) -> None:
    region = data.draw(st.sampled_from(windows(size)))
    query = region_vector(codes_of(seed), CODEBOOK, region)

    match = best_match(query, size, codes_of(seed), CODEBOOK)

    assert match is not None
    assert match.cosine == pytest.approx(1.0, abs=1e-5)


@given(st.integers(0, 1000), SIZES, st.data())
def test_a_region_is_the_mean_of_its_tokens(
    seed: int, size: tuple[int, int, int], data: st.DataObject
) -> None:
    region = data.draw(st.sampled_from(windows(size)))
    tokens = CODEBOOK[codes_of(seed)][region.slices].reshape(-1, CODEBOOK.shape[1])

    vector = region_vector(codes_of(seed), CODEBOOK, region)

    mean = tokens.mean(axis=0)
    np.testing.assert_allclose(vector, mean / np.linalg.norm(mean), atol=1e-5)


def test_tokens_that_cancel_out_are_like_nothing() -> None:
    codebook = np.array([[1.0, 0.0], [-1.0, 0.0]], dtype=np.float32)
    codes = np.array([0, 1], dtype=np.int16).reshape(2, 1, 1)

    vector = region_vector(codes, codebook, TokenRegion((0, 0, 0), (2, 1, 1)))
    match = best_match(codebook[0], (2, 1, 1), codes, codebook)

    np.testing.assert_array_equal(vector, [0.0, 0.0])
    assert match is not None
    assert match.cosine == 0.0


def test_a_scan_smaller_than_the_region_has_no_match() -> None:
    assert best_match(CODEBOOK[0], (4, 1, 1), codes_of(1), CODEBOOK) is None


def test_a_model_without_codes_is_refused() -> None:
    with pytest.raises(ModelUnavailableError, match="a region cannot be searched"):
        require_codes(None)


def test_a_region_outside_the_scan_is_refused() -> None:
    with pytest.raises(ValueError, match="outside"):
        region_vector(codes_of(1), CODEBOOK, TokenRegion((0, 0, 0), (4, 1, 1)))


@pytest.mark.parametrize(("first", "stop"), [((0, 0, 0), (1, 0, 1)), ((-1, 0, 0), (1, 1, 1))])
def test_a_region_without_a_token_is_refused(
    first: tuple[int, int, int], stop: tuple[int, int, int]
) -> None:
    with pytest.raises(ValueError, match="at least one token"):
        TokenRegion(first, stop)
