"""Tests of the tiny scans: their answers must be right before others rely on them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medct_core.volume.volume import Unit, Volume
from tests.phantoms import (
    AIR_HU,
    FIELD_HU_PER_MM,
    LETTER_F_MM,
    air,
    centred,
    field_hu,
    letter_f,
    letter_f_hu,
    oblique_grid,
    ramp,
    rotation,
    voxel_centres_mm,
    water_cylinder,
)

ANGLES = st.floats(-180, 180, allow_nan=False)


@pytest.mark.parametrize("scan", [air(), water_cylinder(), ramp(), oblique_grid(), letter_f()])
def test_every_scan_is_small_and_in_hounsfield_units(scan: Volume) -> None:
    assert scan.unit is Unit.HU
    assert scan.values.size < 50_000


def test_the_cylinder_holds_as_much_water_as_its_formula() -> None:
    scan = water_cylinder(shape=(64, 64, 4), spacing_mm=(1.0, 1.0, 5.0), radius_mm=25.0)

    water_mm3 = float((scan.values == 0).sum()) * scan.geometry.voxel_volume_mm3

    assert water_mm3 == pytest.approx(np.pi * 25.0**2 * 20.0, rel=0.01)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_a_ramp_rises_along_one_axis_only(axis: int) -> None:
    scan = ramp(axis=axis, step_hu=7)

    steps = [np.unique(np.diff(scan.values, axis=other)).tolist() for other in range(3)]

    assert steps == [[7] if other == axis else [0] for other in range(3)]


def test_the_oblique_grid_shows_the_field_at_every_voxel() -> None:
    scan = oblique_grid()

    expected = field_hu(voxel_centres_mm(scan.geometry))

    assert np.abs(scan.values - expected).max() <= 0.5
    assert not np.allclose(np.abs(scan.geometry.directions), np.eye(3))


def test_the_field_rises_along_left_falls_along_posterior_and_rises_along_superior() -> None:
    np.testing.assert_array_equal(field_hu(np.eye(3)), FIELD_HU_PER_MM)


@given(ANGLES, ANGLES, ANGLES)
def test_a_rotation_keeps_lengths_and_hands(yaw: float, pitch: float, roll: float) -> None:
    turn = rotation(yaw, pitch, roll)

    np.testing.assert_allclose(turn @ turn.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(turn) == pytest.approx(1.0)


def test_no_turn_and_no_mirror_maps_the_letter_onto_itself() -> None:
    geometry = centred((24, 24, 24), (2.5, 2.5, 2.5))
    letter = letter_f(geometry).values
    views = [
        np.flip(letter.transpose(order), tuple(axis for axis in range(3) if signs >> axis & 1))
        for order in ((0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0))
        for signs in range(8)
    ]

    assert sum(np.array_equal(view, letter) for view in views) == 1


def test_the_letter_is_the_same_in_patient_space_on_any_grid() -> None:
    turned = letter_f(centred((24, 22, 20), (2.0, 2.5, 3.0), rotation(90.0, 0.0, 0.0)))

    for low, high, hu in LETTER_F_MM:
        middle = (np.asarray(low) + np.asarray(high)) / 2
        i, j, k = np.round(turned.geometry.to_index(middle)).astype(int)
        assert turned.values[i, j, k] == hu


def test_beyond_the_letter_is_air() -> None:
    assert letter_f_hu([30.0, 30.0, 30.0]) == AIR_HU
