"""Index to millimetres and back, on any grid."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medct_core.errors import InvalidVolumeError
from medct_core.volume.geometry import Geometry
from tests import phantoms

angles = st.floats(-180, 180)
steps = st.floats(0.2, 10)


@st.composite
def geometries(draw: st.DrawFn) -> Geometry:
    """Oblique, sheared, left-handed, with even or uneven slices."""
    affine = np.eye(4)
    shear = np.eye(3) + np.triu(np.full((3, 3), draw(st.floats(-0.4, 0.4))), 1)
    turn = phantoms.rotation(draw(angles), draw(angles), draw(angles))
    flip = np.diag([draw(st.sampled_from([-1.0, 1.0])), 1.0, 1.0])
    affine[:3, :3] = turn @ shear @ flip * [draw(steps), draw(steps), draw(steps)]
    affine[:3, 3] = [draw(st.floats(-500, 500)) for _ in range(3)]
    depth = draw(st.integers(2, 9))
    gaps = draw(st.none() | st.lists(steps, min_size=depth - 1, max_size=depth - 1))
    offsets = None if gaps is None else (0.0, *(float(x) for x in np.cumsum(gaps)))
    return Geometry((7, 6, depth), affine, offsets)


@given(geometries(), st.lists(st.floats(-20, 20), min_size=3, max_size=3))
def test_index_to_millimetres_and_back_is_identity(geometry: Geometry, index: list[float]) -> None:
    back = geometry.to_index(geometry.to_patient(index))

    np.testing.assert_allclose(back, index, atol=1e-6)


@given(geometries())
def test_slices_lie_at_their_offsets(geometry: Geometry) -> None:
    depth = geometry.shape[2]

    positions = geometry.to_patient([[0, 0, k] for k in range(depth)])

    steps_mm = np.linalg.norm(np.diff(positions, axis=0), axis=1)
    expected = (
        np.full(depth - 1, geometry.spacing_mm[2])
        if geometry.slice_offsets_mm is None
        else np.diff(geometry.slice_offsets_mm)
    )
    np.testing.assert_allclose(steps_mm, expected, rtol=1e-6)


def test_outside_an_uneven_stack_the_outer_step_goes_on() -> None:
    geometry = Geometry((2, 2, 3), np.diag([1, 1, 2.0, 1]), (0.0, 1.0, 4.0))

    heights = geometry.to_patient([[0, 0, -1], [0, 0, 3]])[:, 2]

    np.testing.assert_allclose(heights, [-1.0, 7.0])


def test_a_tilted_grid_is_sheared_and_a_turned_one_is_not() -> None:
    turned = phantoms.centred((3, 3, 3), directions=phantoms.rotation(30, 20, 10))
    tilted = turned.affine.copy()
    tilted[:3, 2] += 0.2 * tilted[:3, 1]

    assert not turned.is_sheared
    assert Geometry((3, 3, 3), tilted).is_sheared


def test_a_mirrored_grid_is_left_handed() -> None:
    assert Geometry((2, 2, 2), np.diag([-1.0, 1, 1, 1])).is_left_handed
    assert not Geometry((2, 2, 2), np.eye(4)).is_left_handed


@pytest.mark.parametrize(
    "affine", [np.zeros((4, 4)), np.full((4, 4), np.nan), np.eye(3), np.diag([1.0, 1, 0, 1])]
)
def test_a_grid_without_volume_is_refused(affine: np.ndarray) -> None:
    with pytest.raises(InvalidVolumeError):
        Geometry((2, 2, 2), affine)


def test_offsets_that_do_not_rise_are_refused() -> None:
    with pytest.raises(InvalidVolumeError, match="contradict"):
        Geometry((2, 2, 3), np.eye(4), (0.0, 2.0, 2.0))
