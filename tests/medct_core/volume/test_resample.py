"""Laws of resampling: constants and linear fields survive it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medct_core.cancel import Cancelled, CancelToken
from medct_core.errors import InvalidVolumeError
from medct_core.volume.geometry import Geometry
from medct_core.volume.resample import AIR_HU, resample, straight_geometry, straighten
from medct_core.volume.volume import Unit, Volume
from tests import phantoms


def tilted(degrees: float, shape: tuple[int, int, int] = (12, 14, 10)) -> Geometry:
    """Slices turned about the L axis while the table moves along S: a gantry tilt."""
    angle = np.deg2rad(degrees)
    affine = np.eye(4)
    affine[:3, 1] = [0, 2 * np.cos(angle), -2 * np.sin(angle)]
    affine[:3, 2] = [0, 0, 3.0]
    affine[:3, 3] = [-5, -12, -14]
    return Geometry(shape, affine)


def field(geometry: Geometry) -> Volume:
    """Make a field linear in patient mm, so that linear interpolation is exact."""
    values = np.rint(phantoms.field_hu(phantoms.voxel_centres_mm(geometry)))
    return Volume(values.astype(np.int16), Unit.HU, geometry, "field")


@given(
    st.integers(-1024, 3000),
    st.tuples(*[st.floats(-60, 60)] * 3),
    st.tuples(*[st.floats(0.6, 2.0)] * 3),
)
def test_a_constant_volume_stays_constant(
    value: int, turn: tuple[float, float, float], spacing: tuple[float, float, float]
) -> None:
    source = phantoms.air((24, 24, 24))
    constant = Volume(np.full((24, 24, 24), value, np.int16), Unit.HU, source.geometry, "x")
    target = phantoms.centred((6, 6, 6), spacing, phantoms.rotation(*turn))

    result = resample(constant, target)

    assert (result.values == value).all()


def test_the_same_grid_gives_the_same_voxels() -> None:
    scan = phantoms.oblique_grid()

    result = resample(scan, scan.geometry)

    np.testing.assert_array_equal(result.values, scan.values)


@given(st.tuples(*[st.floats(-40, 40)] * 3))
def test_a_linear_field_is_sampled_exactly(turn: tuple[float, float, float]) -> None:
    scan = field(phantoms.centred((20, 20, 20), (2.0, 2.0, 2.0)))
    target = phantoms.centred((7, 6, 5), (1.3, 1.7, 2.1), phantoms.rotation(*turn))

    result = resample(scan, target)

    expected = phantoms.field_hu(phantoms.voxel_centres_mm(target))
    assert np.abs(result.values - expected).max() <= 1.01


def test_edge_voxels_hold_for_half_a_voxel_and_air_lies_beyond() -> None:
    geometry = Geometry((2, 2, 2), np.eye(4))
    scan = Volume(np.full((2, 2, 2), 100, np.int16), Unit.HU, geometry, "x")
    affine = np.diag([0.25, 1, 1, 1.0])
    affine[0, 3] = -0.75

    result = resample(scan, Geometry((3, 2, 2), affine))

    np.testing.assert_array_equal(result.values[:, 0, 0], [AIR_HU, 100, 100])


def test_outside_arbitrary_values_lies_the_lowest_of_them() -> None:
    scan = Volume(np.arange(5, 13, dtype=np.int16).reshape(2, 2, 2), Unit.ARBITRARY,
                  Geometry((2, 2, 2), np.eye(4)), "x")  # fmt: skip
    affine = np.eye(4)
    affine[0, 3] = 50

    assert (resample(scan, Geometry((2, 2, 2), affine)).values == 5).all()


def test_a_straight_even_volume_is_returned_as_it_is() -> None:
    scan = phantoms.oblique_grid()

    assert straighten(scan) is scan


@pytest.mark.parametrize("degrees", [-20.0, 5.0, 25.0])
def test_a_tilted_stack_becomes_straight_and_every_point_keeps_its_value(degrees: float) -> None:
    scan = field(tilted(degrees))

    straight = straighten(scan)

    assert not straight.geometry.is_sheared
    np.testing.assert_allclose(straight.geometry.directions[:, 2], [0, 0, 1], atol=1e-12)
    inside = straight.values > AIR_HU
    expected = phantoms.field_hu(phantoms.voxel_centres_mm(straight.geometry))
    index = scan.geometry.to_index(phantoms.voxel_centres_mm(straight.geometry))
    within = ((index >= 0) & (index <= np.array(scan.geometry.shape) - 1)).all(axis=-1)
    assert within.sum() > 500
    assert inside[within].all()
    assert np.abs(straight.values - expected)[within].max() <= 1.01
    assert straight.notices[-1].code == "resampled"


def test_a_missing_slice_is_filled_between_its_neighbours() -> None:
    values = np.zeros((2, 2, 3), np.int16, order="F")
    values[:, :, 1:] = [100, 300]
    geometry = Geometry((2, 2, 3), np.diag([1, 1, 1.5, 1]), (0.0, 1.0, 3.0))

    straight = straighten(Volume(values, Unit.HU, geometry, "x"))

    assert straight.geometry.slice_offsets_mm is None
    assert straight.geometry.spacing_mm[2] == pytest.approx(1.5)
    np.testing.assert_array_equal(straight.values[0, 0], [0, 150, 300])


def test_one_gap_in_an_even_series_keeps_the_even_step() -> None:
    offsets = (0.0, 1.0, 2.0, 4.0, 5.0)
    geometry = Geometry((3, 3, 5), np.diag([1, 1, 1.25, 1]), offsets)

    straight = straight_geometry(geometry)

    assert straight.shape == (3, 3, 6)
    assert straight.spacing_mm[2] == pytest.approx(1.0)


def test_axes_so_oblique_that_the_grid_would_explode_are_refused() -> None:
    affine = np.eye(4)
    affine[:3, 0] = [0.1, 0, 0]
    affine[:3, 1] = [7, 7, 0]

    with pytest.raises(InvalidVolumeError, match="right angles"):
        straight_geometry(Geometry((10, 50, 5), affine))


def test_a_raised_token_stops_the_work() -> None:
    token = CancelToken()
    token.cancel()

    with pytest.raises(Cancelled):
        resample(phantoms.air(), phantoms.centred((4, 4, 4)), cancel=token)


def test_progress_rises_to_one() -> None:
    seen: list[float] = []

    resample(phantoms.air(), phantoms.centred((4, 4, 4)), on_progress=seen.append)

    assert seen == [0.25, 0.5, 0.75, 1.0]
