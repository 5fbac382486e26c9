"""Stepping through slices: in reading order, slice by slice, never past the ends."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.state.view import PlaneKind, Vector, standard_plane
from app.viewer.pixel_grid import acquired_plane
from app.viewer.slice_order import (
    SliceNumber,
    at_number,
    clamped,
    middle,
    slice_number,
    step_mm,
    stepped,
)
from medct_core.volume.geometry import Geometry
from medct_core.volume.orientation import reorient_geometry
from tests import phantoms

GEOMETRY = phantoms.centred((10, 12, 8), (1.0, 2.0, 5.0))
ORIENTATIONS = st.sampled_from(["LPS", "RAS", "SPL", "AIR", "IPR", "PSR"])


def tilted() -> Geometry:
    """Tilted gantry, 5 mm along the table."""
    affine = np.diag([1.0, 1.0, 5.0, 1.0])
    affine[:3, 1] = (0.0, np.cos(0.3), np.sin(0.3))
    return Geometry((8, 8, 8), affine)


@pytest.mark.parametrize(
    ("kind", "moves"),
    [
        (PlaneKind.AXIAL, (0.0, 0.0, -5.0)),
        (PlaneKind.CORONAL, (0.0, 2.0, 0.0)),
        (PlaneKind.SAGITTAL, (1.0, 0.0, 0.0)),
    ],
)
@given(codes=ORIENTATIONS)
def test_the_next_slice_is_one_spacing_further_in_reading_order(
    kind: PlaneKind, moves: Vector, codes: str
) -> None:
    geometry = reorient_geometry(GEOMETRY, codes)
    start = middle(geometry)

    following = stepped(geometry, standard_plane(kind, start), 1)

    np.testing.assert_allclose(np.array(following) - start, moves, atol=1e-9)


@given(kind=st.sampled_from(PlaneKind), count=st.integers(-100, 100), codes=ORIENTATIONS)
def test_steps_stop_at_the_first_and_the_last_slice(
    kind: PlaneKind, count: int, codes: str
) -> None:
    geometry = reorient_geometry(GEOMETRY, codes)
    plane = standard_plane(kind, middle(geometry))
    before = slice_number(geometry, plane)

    after = slice_number(geometry, plane.moved_to(stepped(geometry, plane, count)))

    assert after.number == min(max(before.number + count, 1), before.count)


@given(kind=st.sampled_from(PlaneKind), number=st.integers(1, 8))
def test_a_slice_is_found_by_its_number(kind: PlaneKind, number: int) -> None:
    plane = standard_plane(kind, middle(GEOMETRY))

    there = plane.moved_to(at_number(GEOMETRY, plane, number))

    assert slice_number(GEOMETRY, there).number == number


def test_the_first_axial_slice_is_the_uppermost() -> None:
    top = standard_plane(PlaneKind.AXIAL, (0.0, 0.0, 17.5))

    assert slice_number(GEOMETRY, top) == SliceNumber(1, 8)


def test_a_step_lands_in_the_middle_of_a_slice() -> None:
    between = standard_plane(PlaneKind.AXIAL, (0.0, 0.0, 3.3))

    landed = stepped(GEOMETRY, between, 1)

    assert landed == pytest.approx((0.0, 0.0, -2.5))


def test_the_slices_of_a_tilted_stack_are_counted_by_their_true_distance() -> None:
    geometry = tilted()
    plane = acquired_plane(geometry, standard_plane(PlaneKind.AXIAL, middle(geometry)))

    step = step_mm(geometry, plane.normal)

    assert step == pytest.approx(5.0 * np.cos(0.3))


def test_stepping_through_a_tilted_stack_visits_every_acquired_slice() -> None:
    geometry = tilted()
    plane = acquired_plane(geometry, standard_plane(PlaneKind.AXIAL, middle(geometry)))

    places = [geometry.to_index(at_number(geometry, plane, n))[2] for n in range(1, 9)]

    np.testing.assert_allclose(places, range(7, -1, -1), atol=1e-9)


def test_stepping_through_an_uneven_stack_visits_every_slice() -> None:
    geometry = Geometry((4, 4, 5), np.eye(4), (0.0, 0.5, 1.0, 3.0, 4.0))
    plane = standard_plane(PlaneKind.AXIAL, middle(geometry))

    heights = [at_number(geometry, plane, n)[2] for n in range(1, 6)]

    np.testing.assert_allclose(heights, [4.0, 3.0, 1.0, 0.5, 0.0], atol=1e-9)


def test_an_oblique_plane_steps_along_its_normal() -> None:
    plane = standard_plane(PlaneKind.CORONAL, middle(GEOMETRY)).turned((0.0, 0.0, 1.0), 0.3)

    moved = np.array(stepped(GEOMETRY, plane, 1)) - plane.centre_mm

    np.testing.assert_allclose(np.cross(moved, plane.normal), 0.0, atol=1e-9)
    assert np.linalg.norm(moved) == pytest.approx(2.0 * np.cos(0.3), abs=1.1)


@given(st.tuples(*[st.floats(-1000, 1000)] * 3))
def test_a_clamped_point_lies_inside_the_scan(point: Vector) -> None:
    held = GEOMETRY.to_index(clamped(GEOMETRY, point))

    assert (held >= -0.5 - 1e-9).all()
    assert (held <= np.array(GEOMETRY.shape) - 0.5 + 1e-9).all()


def test_a_point_inside_stays_where_it_is() -> None:
    assert clamped(GEOMETRY, (1.2, -3.4, 5.6)) == (1.2, -3.4, 5.6)
