"""Which slice a measurement lies on."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.state.view import Plane, PlaneKind, standard_plane
from app.viewer.measure_slice import is_on_slice, plane_to_draw_on
from app.viewer.pixel_grid import acquired_plane
from medct_core.measurement.plane import DrawingPlane
from medct_core.volume.geometry import Geometry
from tests import phantoms

GRID = phantoms.centred((16, 16, 13), (1.0, 1.0, 5.0))
"""Slices 5 mm apart; the middle one lies at S 0."""


def axial(superior_mm: float) -> Plane:
    return standard_plane(PlaneKind.AXIAL, (2.0, -3.0, superior_mm))


def tilted() -> Geometry:
    """Slices 5 mm apart of a gantry tilted by 20 degrees."""
    affine = GRID.affine.copy()
    affine[1, 2] = np.tan(np.deg2rad(20)) * 5.0
    return Geometry(shape=GRID.shape, affine=affine)


@given(depth_mm=st.floats(-2.4, 2.4))
def test_a_hand_draws_on_the_middle_of_the_slice_it_sees(depth_mm: float) -> None:
    drawn = plane_to_draw_on(GRID, axial(depth_mm))

    assert drawn.centre_mm[2] == pytest.approx(0.0)
    assert (drawn.right, drawn.down) == (axial(0).right, axial(0).down)


@given(drawn_mm=st.floats(-2.4, 2.4), shown_mm=st.floats(-2.4, 2.4))
def test_what_was_drawn_on_a_slice_shows_wherever_the_crosshair_stands_in_it(
    drawn_mm: float, shown_mm: float
) -> None:
    drawn = plane_to_draw_on(GRID, axial(drawn_mm))

    assert is_on_slice(GRID, drawn, drawn.centre_mm, axial(shown_mm))


@pytest.mark.parametrize("shown_mm", [2.6, -2.6, 5.0, 30.0])
def test_it_does_not_show_on_another_slice(shown_mm: float) -> None:
    drawn = plane_to_draw_on(GRID, axial(0.0))

    assert not is_on_slice(GRID, drawn, drawn.centre_mm, axial(shown_mm))


@pytest.mark.parametrize("kind", [PlaneKind.CORONAL, PlaneKind.SAGITTAL])
def test_it_does_not_show_on_a_plane_that_crosses_it(kind: PlaneKind) -> None:
    drawn = plane_to_draw_on(GRID, axial(0.0))

    assert not is_on_slice(GRID, drawn, drawn.centre_mm, standard_plane(kind, drawn.centre_mm))


def oblique(off_mm: float) -> Plane:
    plane = axial(0.0).turned((1.0, 0.0, 0.0), np.deg2rad(30))
    return plane.moved_to(tuple(np.add(plane.centre_mm, np.multiply(off_mm, plane.normal))))


def test_an_oblique_plane_is_drawn_on_where_it_is() -> None:
    drawn = plane_to_draw_on(GRID, oblique(1.3))

    assert drawn == DrawingPlane(oblique(1.3).centre_mm, oblique(1.3).right, oblique(1.3).down)


@pytest.mark.parametrize(("off_mm", "shows"), [(2.1, True), (-2.1, True), (2.3, False)])
def test_on_an_oblique_plane_half_the_slice_distance_counts(off_mm: float, shows: bool) -> None:
    # Along a normal turned by 30 degrees slices of 5 mm follow every 4.33 mm.
    drawn = plane_to_draw_on(GRID, oblique(0.0))

    assert is_on_slice(GRID, drawn, drawn.centre_mm, oblique(off_mm)) is shows


def test_a_turn_of_a_degree_is_another_plane() -> None:
    drawn = plane_to_draw_on(GRID, oblique(0.0))
    turned = oblique(0.0).turned((1.0, 0.0, 0.0), np.deg2rad(1.0))

    assert not is_on_slice(GRID, drawn, drawn.centre_mm, turned)


@given(index=st.integers(0, 12), beside=st.floats(-0.45, 0.45))
def test_a_tilted_gantry_is_measured_on_its_own_slices(index: int, beside: float) -> None:
    geometry = tilted()
    centre = tuple(geometry.to_patient([7.0, 7.0, index + beside]))
    shown = acquired_plane(geometry, axial(0.0)).moved_to(centre)

    drawn = plane_to_draw_on(geometry, shown)

    assert geometry.to_index(drawn.centre_mm)[2] == pytest.approx(index)
    assert is_on_slice(geometry, drawn, drawn.centre_mm, shown)


def test_slices_of_unequal_distance_each_keep_their_own() -> None:
    offsets = (*np.arange(0.0, 51.0, 5.0), 70.0, 75.0)
    uneven = replace(GRID, slice_offsets_mm=offsets)
    far = tuple(uneven.to_patient([7.0, 7.0, 11.0]))
    drawn = plane_to_draw_on(uneven, axial(0.0).moved_to(far))

    near = axial(0.0).moved_to((far[0], far[1], far[2] - 8.0))

    # Eight millimetres off, the slice beyond the gap is still the one shown.
    assert is_on_slice(uneven, drawn, drawn.centre_mm, near)
