"""Rib cage, inlet, diaphragm, mediastinum and spine as the lungs meet them."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from medct_core.phantom.canvas import Canvas
from medct_core.phantom.chest.cavity import (
    cage_distance,
    diaphragm,
    fissures,
    front_y,
    inlet,
    lobe_numbers,
    lung_distance,
    mediastinum_distance,
    section_distance,
    spine_distance,
    spine_x,
    spine_y,
)
from medct_core.phantom.chest.habitus import Habitus, sample_habitus
from medct_core.phantom.drawing.shapes import Coordinates, whole
from medct_core.phantom.streams import stream

SEEDS = st.integers(0, 10**6)


def patient(seed: int) -> Habitus:
    return sample_habitus(stream(seed, "habitus"), 0.5)


def places(*points: tuple[float, float, float]) -> Coordinates:
    x, y, z = np.array(points, np.float32).T
    return x, y, z


@given(SEEDS)
def test_the_section_of_the_cage_has_the_size_of_the_patient(seed: int) -> None:
    habitus = patient(seed)
    wide, deep = habitus.cage_mm
    shift = deep + front_y(habitus)

    x, y, _ = places((wide, shift / 2, 0), (-wide, shift / 2, 0), (0, front_y(habitus), 0))

    np.testing.assert_allclose(section_distance(habitus, x, y), 0, atol=0.1)


@given(SEEDS, st.floats(2.0, 25.0))
def test_moving_outward_by_a_length_moves_the_surface_by_it(seed: int, length: float) -> None:
    habitus = patient(seed)
    frame = places((habitus.cage_mm[0] + length, 4.0, -60.0))

    assert abs(float(cage_distance(habitus, frame, length)[0])) < 0.06 * length + 0.5


@given(SEEDS)
def test_each_apex_has_its_own_dome(seed: int) -> None:
    habitus = patient(seed)
    wide, deep = habitus.cage_mm
    x, y, _ = places(
        (-0.42 * wide, 0.2 * deep, 0), (0, 0.2 * deep, 0), (0.42 * wide, 0.2 * deep, 0)
    )

    (right, middle, left), steepness = inlet(habitus, x, y)

    assert abs(right - left) < 0.1
    assert right > middle + 10
    assert abs(right - habitus.apex_mm) < 1
    assert steepness[1] > steepness[0]


@given(SEEDS)
def test_the_right_dome_stands_higher_and_falls_to_the_wall(seed: int) -> None:
    habitus = patient(seed)
    wide = habitus.cage_mm[0]
    x, y, _ = places((-0.95 * wide, 0, 0), (-0.48 * wide, 0, 0), (0.48 * wide, 0, 0))

    (wall, right, left), _ = diaphragm(habitus, x, y)

    assert right > left
    assert right > wall + 15


@given(SEEDS)
def test_lungs_reach_into_the_gutters_beside_the_spine(seed: int) -> None:
    habitus = patient(seed)
    behind_middle_of_body = spine_y(habitus) + 8 * habitus.scale
    middle = float(spine_x(habitus, np.zeros(1, np.float32))[0])
    frame = places(
        *((middle + s * 42 * habitus.scale, behind_middle_of_body, 0.0) for s in (-1, 1))
    )

    distance = lung_distance(habitus, frame, cage_distance(habitus, frame))

    assert (distance < -2).all()


@given(SEEDS)
def test_no_lung_lies_in_a_vertebra(seed: int) -> None:
    habitus = patient(seed)
    frame = places((0.0, spine_y(habitus), 0.0), (0.0, spine_y(habitus) + 25, 30.0))

    assert (spine_distance(habitus, frame) < 0).all()
    assert (lung_distance(habitus, frame, cage_distance(habitus, frame)) > 0).all()


@given(SEEDS)
def test_the_lungs_nearly_touch_in_front_of_the_great_vessels(seed: int) -> None:
    habitus = patient(seed)
    high, low = 40 * habitus.scale, -40 * habitus.scale
    front = -0.75 * habitus.cage_mm[1]
    x = np.linspace(-80, 80, 641, dtype=np.float32)
    widths = [
        (mediastinum_distance(habitus, (x, np.full(641, y), np.full(641, z))) < 0).sum() * 0.25
        for y, z in ((front, high), (0.0, high), (front, low))
    ]

    junction, vessels, heart = widths

    assert junction < 9
    assert vessels > 4 * junction
    assert heart > 2.5 * junction


def test_the_fissures_part_front_from_back(habitus: Habitus) -> None:
    frame = places((0, -60, 0), (0, 60, 0))

    oblique, horizontal = fissures(habitus, frame)

    assert oblique[0] > 0 > oblique[1]
    assert abs(horizontal).max() < 24


@given(SEEDS)
def test_lobes_are_numbered_by_side(seed: int) -> None:
    habitus = patient(seed)
    frame = places((-60, -50, 60), (-60, -60, -30), (-60, 70, -30), (60, -60, 60), (60, 70, -30))

    assert lobe_numbers(habitus, frame).tolist() == [0, 1, 2, 3, 4]


def test_distances_agree_between_volumes_and_lists(habitus: Habitus, canvas: Canvas) -> None:
    coordinates = canvas.grid.coordinates(whole(canvas.grid))
    frame = habitus.frame(coordinates)
    volume = lung_distance(habitus, frame, cage_distance(habitus, frame))
    i, j, k = np.array([[30, 60, 40], [50, 52, 20], [31, 33, 12]])
    x, y, z = coordinates

    listed = habitus.frame((x[i, 0, 0], y[0, j, 0], z[0, 0, k]))

    distance = lung_distance(habitus, listed, cage_distance(habitus, listed))
    np.testing.assert_allclose(distance, volume[i, j, k], atol=1e-3)
