"""Pixels of a slice lie on voxels where they can, and cover the scan where they cannot."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.state.view import PlaneKind, standard_plane
from app.viewer.pixel_grid import acquired_plane, grid_of
from medct_core.volume.geometry import Geometry
from tests import phantoms

ORIGIN = (0.0, 0.0, 0.0)
STRAIGHT = phantoms.centred((10, 12, 8), (1.0, 2.0, 5.0))
OBLIQUE = phantoms.centred((10, 12, 8), (1.0, 2.0, 5.0), phantoms.rotation(30, 20, 10))
PIXEL = st.tuples(st.floats(-50, 50), st.floats(-50, 50))


@pytest.mark.parametrize("geometry", [STRAIGHT, OBLIQUE], ids=["straight", "oblique"])
@given(kind=st.sampled_from(PlaneKind), pixel=PIXEL)
def test_a_pixel_is_found_again_from_its_place(
    geometry: Geometry, kind: PlaneKind, pixel: tuple[float, float]
) -> None:
    grid = grid_of(geometry, standard_plane(kind, ORIGIN))

    np.testing.assert_allclose(grid.pixel_of(grid.to_patient(*pixel)), pixel, atol=1e-9)


def test_pixels_of_a_straight_scan_have_its_spacing() -> None:
    grid = grid_of(STRAIGHT, standard_plane(PlaneKind.CORONAL, ORIGIN))

    assert grid.follows_voxels
    assert (grid.pixel_mm, grid.shape) == ((1.0, 5.0), (8, 10))


@pytest.mark.parametrize("kind", PlaneKind)
def test_pixels_of_an_oblique_scan_are_square_and_cover_all_of_it(kind: PlaneKind) -> None:
    grid = grid_of(OBLIQUE, standard_plane(kind, ORIGIN))

    corners = [OBLIQUE.to_patient(c) for c in product((-0.5, 9.5), (-0.5, 11.5), (-0.5, 7.5))]
    pixels = np.array([grid.pixel_of(tuple(corner)) for corner in corners])
    assert not grid.follows_voxels
    assert grid.pixel_mm == (1.0, 1.0)
    assert (pixels >= -0.5 - 1e-6).all()
    assert (pixels <= np.array(grid.shape[::-1]) - 0.5 + 1e-6).all()


def test_a_slice_has_at_most_1024_pixels_along_a_side() -> None:
    long = phantoms.centred((10, 10, 4000), (1.0, 1.0, 1.0), phantoms.rotation(0, 20, 0))

    grid = grid_of(long, standard_plane(PlaneKind.SAGITTAL, ORIGIN))

    assert max(grid.shape) == 1024


@given(kind=st.sampled_from(PlaneKind), factor=st.integers(2, 4))
def test_a_coarser_grid_starts_at_the_same_corner(kind: PlaneKind, factor: int) -> None:
    grid = grid_of(OBLIQUE, standard_plane(kind, ORIGIN))

    coarse = grid.coarser(factor)

    np.testing.assert_allclose(
        coarse.to_patient(-0.5, -0.5), grid.to_patient(-0.5, -0.5), atol=1e-9
    )


def test_acquired_slices_of_an_oblique_scan_lie_on_voxels_and_upright() -> None:
    standard = standard_plane(PlaneKind.AXIAL, ORIGIN)

    plane = acquired_plane(OBLIQUE, standard)

    assert grid_of(OBLIQUE, plane).follows_voxels
    assert np.dot(plane.right, standard.right) > 0.8
    assert np.dot(plane.down, standard.down) > 0.8
