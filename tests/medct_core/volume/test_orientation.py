"""A letter F in every orientation: no turn and no mirror maps it onto itself."""

from itertools import permutations, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medct_core.volume.geometry import Geometry
from medct_core.volume.orientation import (
    axis_codes,
    direction_letters,
    reorient,
    reorient_geometry,
)
from medct_core.volume.volume import Volume
from tests import phantoms

ALL_48 = tuple(
    "".join(letters) for axes in permutations(("LR", "PA", "SI")) for letters in product(*axes)
)
codes_of_48 = st.sampled_from(ALL_48)
SIDES = {"L": (0, 1), "R": (0, -1), "P": (1, 1), "A": (1, -1), "S": (2, 1), "I": (2, -1)}


def directions(codes: str) -> np.ndarray:
    matrix = np.zeros((3, 3))
    for index, letter in enumerate(codes):
        axis, sign = SIDES[letter]
        matrix[axis, index] = sign
    return matrix


def letter_f(codes: str, turn: np.ndarray | None = None, shear: float = 0.0) -> Volume:
    """Put the letter on a grid with these axes, which may also be turned and sheared."""
    matrix = directions(codes) if turn is None else turn @ directions(codes)
    matrix = matrix @ (np.eye(3) + shear * np.eye(3, k=1))
    affine = np.eye(4)
    affine[:3, :3] = 3.0 * matrix
    shape = (19, 21, 23)
    affine[:3, 3] = -affine[:3, :3] @ ((np.array(shape) - 1) / 2)
    return phantoms.letter_f(Geometry(shape, affine))


def assert_shows_the_letter(volume: Volume) -> None:
    """Every voxel holds what the letter has at its place in the patient."""
    places = phantoms.voxel_centres_mm(volume.geometry)
    inside = places.round(6)  # voxel centres on an edge must not flip by rounding
    np.testing.assert_array_equal(volume.values, phantoms.letter_f_hu(inside))


def test_there_are_forty_eight_orientations() -> None:
    assert len(set(ALL_48)) == 48


@pytest.mark.parametrize("codes", ALL_48)
def test_turning_to_lps_leaves_every_voxel_where_it_is(codes: str) -> None:
    scan = letter_f(codes)

    turned = reorient(scan, "LPS")

    assert axis_codes(scan.geometry) == codes
    assert axis_codes(turned.geometry) == "LPS"
    assert_shows_the_letter(turned)
    assert turned.values.flags.f_contiguous


@given(codes_of_48, codes_of_48, st.floats(-0.3, 0.3), st.tuples(*[st.floats(-25, 25)] * 3))
def test_turning_there_and_back_is_identity_on_oblique_and_sheared_grids(
    there: str, back: str, shear: float, turn: tuple[float, float, float]
) -> None:
    scan = letter_f(there, phantoms.rotation(*turn), shear)
    start = axis_codes(scan.geometry)

    again = reorient(reorient(scan, back), start)

    np.testing.assert_array_equal(again.values, scan.values)
    np.testing.assert_allclose(again.geometry.affine, scan.geometry.affine, atol=1e-9)


@given(codes_of_48, codes_of_48)
def test_voxels_keep_their_place_in_the_patient(start: str, end: str) -> None:
    scan = letter_f(start, phantoms.rotation(20, 10, 5), 0.1)

    turned = reorient(scan, end)

    places = turned.geometry.to_patient([[0, 0, 0], [5, 7, 11]])
    index = np.rint(scan.geometry.to_index(places)).astype(int)
    np.testing.assert_array_equal(
        [turned.values[0, 0, 0], turned.values[5, 7, 11]], scan.values[tuple(index.T)]
    )


def test_a_volume_that_already_points_there_is_returned_as_it_is() -> None:
    scan = letter_f("LPS")

    assert reorient(scan, "lps") is scan


def test_uneven_slices_reverse_with_their_gaps() -> None:
    geometry = Geometry((2, 2, 3), np.diag([1, 1, 2.0, 1]), (0.0, 1.0, 4.0))

    turned = reorient_geometry(geometry, "LPI")

    assert turned.slice_offsets_mm == (0.0, 3.0, 4.0)
    np.testing.assert_allclose(
        turned.to_patient([[0, 0, k] for k in range(3)])[:, 2], [4.0, 1.0, 0.0]
    )


def test_uneven_slices_do_not_leave_the_k_axis() -> None:
    geometry = Geometry((2, 2, 3), np.diag([1, 1, 2.0, 1]), (0.0, 1.0, 4.0))

    with pytest.raises(ValueError, match="straighten first"):
        reorient_geometry(geometry, "SPL")


@pytest.mark.parametrize("codes", ["LPX", "LLS", "LP", "LRS", ""])
def test_what_names_no_orientation_is_refused(codes: str) -> None:
    with pytest.raises(ValueError, match=r"orientation|side"):
        reorient(letter_f("LPS"), codes)


@pytest.mark.parametrize(
    ("direction", "letters"),
    [
        ((1, 0, 0), "L"),
        ((-2, 0, 0), "R"),
        ((0.5, -0.8, 0), "AL"),
        ((-0.3, -0.6, 0.7), "SAR"),
        ((0, 0.01, -1), "I"),
    ],
)
def test_a_direction_is_named_dominant_side_first(
    direction: tuple[float, float, float], letters: str
) -> None:
    assert direction_letters(direction) == letters


def test_a_direction_without_length_has_no_name() -> None:
    with pytest.raises(ValueError, match="length"):
        direction_letters((0, 0, 0))
