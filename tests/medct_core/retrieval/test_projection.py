"""Projection: a map that keeps what it can, always the same way round."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medct_core.retrieval.projection import drawn_ids, fit_projection


def vectors(
    seed: int, count: int, size: int = 6
) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    """Draw unit vectors that differ more along some axes than along others."""
    scales = np.arange(size, 0, -1)
    drawn = np.random.default_rng(seed).standard_normal((count, size)) * scales
    unit: np.ndarray[tuple[int, int], np.dtype[np.float32]] = (
        drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
    ).astype("f4")
    return unit


SEEDS, COUNTS = st.integers(0, 2**16), st.integers(1, 40)


@given(SEEDS, COUNTS)
def test_the_map_is_centred_and_its_directions_are_orthonormal(seed: int, count: int) -> None:
    drawn = vectors(seed, count)

    fitted = fit_projection(drawn)

    np.testing.assert_allclose(fitted.place(drawn).mean(axis=0), 0.0, atol=1e-5)
    lengths = np.diag(fitted.directions.T @ fitted.directions)
    np.testing.assert_allclose(lengths[: min(count - 1, 2)], 1.0, atol=1e-5)
    assert abs(fitted.directions[:, 0] @ fitted.directions[:, 1]) < 1e-5


@given(SEEDS, COUNTS)
def test_no_two_cases_are_farther_apart_on_the_map_than_they_are(seed: int, count: int) -> None:
    drawn = vectors(seed, count)

    points = fit_projection(drawn).place(drawn)

    apart = np.linalg.norm(drawn[:, None] - drawn, axis=-1)
    on_map = np.linalg.norm(points[:, None] - points, axis=-1)
    assert (on_map <= apart + 1e-5).all()


@given(SEEDS, st.integers(3, 40))
def test_the_share_is_that_of_the_variance_of_the_points(seed: int, count: int) -> None:
    drawn = vectors(seed, count)

    fitted = fit_projection(drawn)

    points = fitted.place(drawn)
    assert fitted.share == pytest.approx(
        points.var(axis=0).sum() / drawn.var(axis=0).sum(), abs=1e-4
    )
    assert points[:, 0].var() >= points[:, 1].var() - 1e-6


@given(SEEDS, st.integers(3, 40))
def test_no_other_two_directions_show_more(seed: int, count: int) -> None:
    drawn = vectors(seed, count)
    others, _ = np.linalg.qr(np.random.default_rng(seed + 1).standard_normal((6, 2)))

    fitted = fit_projection(drawn)

    assert fitted.place(drawn).var(axis=0).sum() >= (drawn @ others).var(axis=0).sum() - 1e-5


@given(SEEDS, st.integers(5, 40))
def test_the_order_of_cases_does_not_turn_the_map(seed: int, count: int) -> None:
    drawn = vectors(seed, count)

    one, other = fit_projection(drawn), fit_projection(drawn[::-1].copy())

    np.testing.assert_allclose(one.place(drawn), other.place(drawn), atol=1e-3)


def test_a_case_that_was_not_drawn_lies_where_its_like_lies() -> None:
    drawn = vectors(1, 30)
    fitted = fit_projection(drawn[:-1])

    placed = fitted.place(drawn[-1])

    assert placed.shape == (2,)
    np.testing.assert_allclose(placed, fitted.place(drawn)[-1], atol=1e-6)


@pytest.mark.parametrize("count", [1, 5])
def test_equal_cases_lie_on_one_spot(count: int) -> None:
    fitted = fit_projection(np.tile(vectors(3, 1), (count, 1)))

    assert fitted.share == 0.0
    assert not fitted.place(vectors(4, 2)).any()


def test_two_cases_lie_on_a_line_that_shows_all() -> None:
    fitted = fit_projection(vectors(3, 2))

    assert fitted.share == pytest.approx(1.0)
    assert not fitted.place(vectors(3, 2))[:, 1].any()


@pytest.mark.parametrize("wrong", [np.zeros((0, 4), "f4"), np.zeros(4, "f4")])
def test_no_vectors_make_no_map(wrong: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> None:
    with pytest.raises(ValueError, match="a map is drawn of vectors"):
        fit_projection(wrong)


@given(st.sets(st.text("0123456789abcdef", min_size=4, max_size=8)), st.integers(0, 12))
def test_a_case_that_is_added_changes_at_most_one_other(ids: set[str], most: int) -> None:
    before = drawn_ids(sorted(ids), most=most)

    after = drawn_ids(sorted(ids | {"0123abcd9"}), most=most)

    assert len(before) == min(len(ids), most)
    assert len(set(before) - set(after)) <= 1
