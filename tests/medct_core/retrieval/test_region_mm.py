"""Regions keep their place on the way from millimetres to tokens and back."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from medct_core.errors import UsageError
from medct_core.retrieval.region import TokenRegion
from medct_core.retrieval.region_mm import box_of, corners_of, shares_of, tokens_around

SHAPE = (6, 5, 4)
ANGLES = st.lists(st.floats(-180, 180), min_size=3, max_size=3)


def affine(
    angles: list[float], spacing: tuple[float, float, float] = (20, 32, 32)
) -> npt.NDArray[np.float64]:
    made = np.eye(4)
    turn = Rotation.from_euler("xyz", angles, degrees=True).as_matrix()
    made[:3, :3] = turn @ np.diag(spacing)
    made[:3, 3] = (-40, 12, 300)
    return made


@st.composite
def regions(draw: st.DrawFn) -> TokenRegion:
    """Draw a region inside of `SHAPE`."""
    first = tuple(draw(st.integers(0, length - 1)) for length in SHAPE)
    stop = tuple(
        draw(st.integers(start + 1, length)) for start, length in zip(first, SHAPE, strict=True)
    )
    (a, b, c), (d, e, f) = first, stop
    return TokenRegion((a, b, c), (d, e, f))


@given(ANGLES, regions())
def test_the_corners_of_a_regions_tokens_give_the_region_again(
    angles: list[float], region: TokenRegion
) -> None:
    to_mm = affine(angles)
    edges = corners_of(np.array(region.first) - 0.5, np.array(region.stop) - 0.5)
    points = edges @ to_mm[:3, :3].T + to_mm[:3, 3]

    assert tokens_around(points, to_mm, SHAPE) == region


@given(regions())
def test_the_box_of_a_straight_scan_gives_the_region_again(region: TokenRegion) -> None:
    to_mm = affine([0, 0, 0])

    low, high = box_of(region, to_mm)

    assert tokens_around(corners_of(low, high), to_mm, SHAPE) == region


@given(ANGLES, regions())
def test_the_box_of_a_region_holds_the_middle_of_its_tokens(
    angles: list[float], region: TokenRegion
) -> None:
    to_mm = affine(angles)
    indices = np.argwhere(np.ones(region.size)) + region.first
    middles = indices @ to_mm[:3, :3].T + to_mm[:3, 3]

    low, high = box_of(region, to_mm)

    assert (middles >= low - 1e-6).all()
    assert (middles <= high + 1e-6).all()


@given(ANGLES, st.lists(st.floats(0, 1), min_size=3, max_size=3))
def test_a_point_lies_in_the_one_token_it_is_nearest_to(
    angles: list[float], shares: list[float]
) -> None:
    to_mm = affine(angles)
    index = np.array(shares) * (np.array(SHAPE) - 1)
    point = to_mm[:3, :3] @ index + to_mm[:3, 3]

    region = tokens_around(point[None], to_mm, SHAPE)

    assert (np.abs(np.array(region.first) - index) <= 0.5 + 1e-5).all()


def test_what_the_model_does_not_see_is_left_out() -> None:
    to_mm = affine([0, 0, 0])
    everything = corners_of((-1e4, -1e4, -1e4), (1e4, 1e4, 1e4))

    assert tokens_around(everything, to_mm, SHAPE) == TokenRegion((0, 0, 0), SHAPE)
    with pytest.raises(UsageError, match="outside"):
        tokens_around(corners_of((5e3, 0, 0), (6e3, 1, 1)), to_mm, SHAPE)


def test_no_point_is_no_region() -> None:
    with pytest.raises(ValueError, match="one point"):
        tokens_around(np.empty((0, 3)), affine([0, 0, 0]), SHAPE)


def test_shares_run_from_nothing_to_all() -> None:
    shares = shares_of(TokenRegion((0, 1, 2), (6, 2, 4)), SHAPE)

    assert shares == ((0.0, 1.0), (0.2, 0.4), (0.5, 1.0))
