"""Regions on scans with known answers, on every plane and every grid."""

import math
from itertools import permutations, product

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from medct_core.errors import UsageError
from medct_core.measurement.plane import DrawingPlane
from medct_core.measurement.roi import roi_statistics, sample_roi
from medct_core.volume.geometry import Geometry
from medct_core.volume.orientation import reorient
from medct_core.volume.volume import Unit, Volume
from tests import phantoms
from tests.drawn_samples import (
    AXIAL,
    CORONAL,
    SAGITTAL,
    TURNS,
    ellipse,
    rectangle,
    turned_plane,
)

ORIENTATIONS = [
    "".join(letters) for axes in permutations(("LR", "PA", "SI")) for letters in product(*axes)
]


def tilted() -> Geometry:
    """Make a left-handed grid under 20 degrees of gantry tilt, with uneven slices."""
    angle = np.deg2rad(20)
    affine = np.eye(4)
    affine[:3, 0] = [-2, 0, 0]
    affine[:3, 1] = [0, 2 * np.cos(angle), -2 * np.sin(angle)]
    affine[:3, 2] = [0, 0, 3.0]
    affine[:3, 3] = affine[:3, :3] @ [-20, -20, -14]
    offsets = tuple(3.0 * k + math.sin(k) for k in range(28))
    offsets = tuple(offset - offsets[0] for offset in offsets)
    affine[:3, 2] *= offsets[-1] / 27 / 3.0
    return Geometry((40, 40, 28), affine, offsets)


def constant(value: int, geometry: Geometry) -> Volume:
    values = np.full(geometry.shape, value, dtype=np.int16)
    return Volume(values, Unit.HU, geometry, "constant")


def test_water_is_zero_and_air_is_minus_a_thousand() -> None:
    scan = phantoms.water_cylinder()

    water = roi_statistics(scan, ellipse(20.0, 16.0))
    air = roi_statistics(scan, ellipse(6.0, 6.0, AXIAL, (26.0, 26.0)))

    assert (water.mean, water.sd, water.minimum, water.maximum) == (0.0, 0.0, 0, 0)
    assert (air.mean, air.sd, air.minimum, air.maximum) == (-1000.0, 0.0, -1000, -1000)


def test_whole_voxels_of_a_ramp_give_the_numbers_of_school_arithmetic() -> None:
    statistics = roi_statistics(phantoms.ramp(), rectangle(10.0, 8.0))

    assert statistics.mean == pytest.approx(95.0)
    assert statistics.sd == pytest.approx(10 * math.sqrt((10**2 - 1) / 12))
    assert (statistics.minimum, statistics.maximum) == (50, 140)
    assert statistics.voxel_count == 80
    assert (statistics.area_mm2, statistics.outside_share) == (80.0, 0.0)


def test_thick_slices_count_by_their_thickness_on_a_coronal_plane() -> None:
    values = np.broadcast_to(10 * np.arange(6), (20, 18, 6)).astype(np.int16)
    scan = Volume(values, Unit.HU, phantoms.centred((20, 18, 6), (1.0, 1.0, 5.0)), "slices")

    statistics = roi_statistics(scan, rectangle(10.0, 10.0, CORONAL))

    assert (statistics.mean, statistics.sd) == (25.0, 5.0)
    assert (statistics.minimum, statistics.maximum) == (20, 30)
    assert statistics.voxel_count == 10 * 2


def test_a_voxel_half_covered_counts_half() -> None:
    # From 0 to 1.5 mm: the voxel of 100 HU whole, the one of 110 HU to one half.
    statistics = roi_statistics(phantoms.ramp(), rectangle(1.5, 4.0, AXIAL, (0.75, 0.0)))

    assert statistics.mean == pytest.approx((100 * 2 + 110) / 3, abs=0.1)


@given(TURNS, st.floats(2, 20), st.floats(2, 20), st.integers(-1024, 3071))
def test_a_constant_scan_has_no_spread_and_the_area_is_that_of_geometry(
    turn: tuple[float, float, float], width: float, height: float, value: int
) -> None:
    scan = constant(value, phantoms.centred((20, 20, 20), (2.0, 2.0, 2.0)))

    statistics = roi_statistics(scan, ellipse(width, height, turned_plane(turn)))

    assert (statistics.mean, statistics.sd) == (value, 0.0)
    assert statistics.measured_area_mm2 == pytest.approx(statistics.area_mm2, rel=0.01)
    assert statistics.outside_share == 0.0


@given(
    st.sampled_from(ORIENTATIONS),
    st.sampled_from([AXIAL, CORONAL, SAGITTAL, turned_plane((10.0, 25.0, -40.0))]),
    st.floats(1, 30),
    st.tuples(st.floats(-6, 6), st.floats(-6, 6)),
)
def test_the_order_in_which_voxels_are_stored_changes_nothing(
    orientation: str, plane: DrawingPlane, size: float, centre: tuple[float, float]
) -> None:
    scan = phantoms.oblique_grid()
    region = ellipse(size, size / 2, plane, centre)

    expected = roi_statistics(scan, region)
    statistics = roi_statistics(reorient(scan, orientation), region)

    assert statistics == expected


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_a_plane_between_two_slices_reads_the_same_one_in_every_orientation(
    orientation: str,
) -> None:
    scan = phantoms.ramp(axis=2)

    statistics = roi_statistics(reorient(scan, orientation), rectangle(4.0, 4.0))

    assert (statistics.minimum, statistics.maximum) == (80, 80)


@pytest.mark.parametrize("plane", [AXIAL, CORONAL, SAGITTAL])
@pytest.mark.parametrize("geometry", [phantoms.letter_f().geometry, tilted()])
def test_the_stem_of_the_letter_is_found_on_every_plane_and_grid(
    plane: DrawingPlane, geometry: Geometry
) -> None:
    scan = phantoms.letter_f(geometry)
    stem = DrawingPlane((-9.0, 0.0, -8.0), plane.right, plane.down)
    bar = DrawingPlane((3.0, 0.0, 21.0), plane.right, plane.down)
    beside = DrawingPlane((9.0, 0.0, -8.0), plane.right, plane.down)

    means = [roi_statistics(scan, ellipse(0.5, 0.5, one)).mean for one in (stem, bar, beside)]

    assert means == [300.0, 500.0, -1000.0]


@given(TURNS, st.floats(3, 60), st.floats(3, 60))
def test_every_cell_takes_the_voxel_that_holds_its_centre(
    turn: tuple[float, float, float], width: float, height: float
) -> None:
    geometry = tilted()
    field = phantoms.field_hu(phantoms.voxel_centres_mm(geometry))
    scan = Volume(np.rint(field).astype(np.int16), Unit.HU, geometry, "field")
    plane = turned_plane(turn)
    box = rectangle(width, height, plane)

    sample = sample_roi(scan, box, pitch_mm=1.0)

    right, down = sample.pitch_mm
    columns, rows = round(width / right), round(height / down)
    points = [
        plane.to_patient_mm((i + 0.5) * right - width / 2, (j + 0.5) * down - height / 2)
        for i in range(columns)
        for j in range(rows)
    ]
    exact = geometry.to_index(points)
    # A centre on the side of a voxel may go either way, and takes its whole column with it.
    assume(np.abs(exact - np.floor(exact) - 0.5).min() > 1e-6)
    index = np.rint(exact).astype(int)
    held = index[((index >= 0) & (index < geometry.shape)).all(axis=1)]
    expected = scan.values[tuple(held.T)]
    assert sample.cells_in_all == columns * rows
    assert int(sample.cells.sum()) == len(held)
    counted = (sample.values * sample.cells).sum() / sample.cells.sum()
    assert counted == pytest.approx(expected.mean(), abs=0.5)


def test_a_region_partly_outside_says_how_much() -> None:
    scan = phantoms.air((16, 16, 12))

    statistics = roi_statistics(scan, rectangle(8.0, 4.0, AXIAL, (8.0, 0.0)))

    assert statistics.outside_share == pytest.approx(0.5, abs=0.01)
    assert statistics.measured_area_mm2 == pytest.approx(16.0, rel=0.02)
    assert statistics.area_mm2 == 32.0


def test_a_region_wholly_outside_is_refused() -> None:
    with pytest.raises(UsageError, match="wholly outside"):
        roi_statistics(phantoms.air(), ellipse(5.0, 5.0, AXIAL, (100.0, 0.0)))


def test_a_scan_of_one_slice_is_as_thick_as_its_voxels() -> None:
    scan = constant(40, phantoms.centred((20, 20, 1), (1.0, 1.0, 5.0)))

    axial = roi_statistics(scan, ellipse(8.0, 8.0))
    coronal = roi_statistics(scan, rectangle(8.0, 10.0, CORONAL))

    assert (axial.mean, axial.outside_share) == (40.0, 0.0)
    assert coronal.mean == 40.0
    assert coronal.outside_share == pytest.approx(0.5, abs=0.02)


def test_the_pitch_is_kept_and_told() -> None:
    statistics = roi_statistics(phantoms.ramp(), rectangle(10.0, 8.0), pitch_mm=0.03)

    assert max(statistics.pitch_mm) <= 0.03


def test_a_large_region_still_meets_every_voxel() -> None:
    scan = phantoms.ramp((300, 8, 8), step_hu=1)

    statistics = roi_statistics(scan, rectangle(300.0, 8.0))

    assert statistics.voxel_count == 300 * 8
    assert (statistics.minimum, statistics.maximum) == (0, 299)


def test_a_pitch_without_size_is_refused() -> None:
    with pytest.raises(ValueError, match="greater than zero"):
        roi_statistics(phantoms.ramp(), rectangle(10.0, 8.0), pitch_mm=0.0)


def test_values_that_are_no_hounsfield_units_are_not_called_so() -> None:
    scan = phantoms.ramp()
    other = Volume(scan.values, Unit.ARBITRARY, scan.geometry, "magnetic resonance")

    assert roi_statistics(other, ellipse(4.0, 4.0)).unit is Unit.ARBITRARY
