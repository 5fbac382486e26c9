"""Skin, fat, muscle, rib cage, diaphragm and lungs."""

import numpy as np
import pytest

from medct_core.phantom.canvas import Canvas
from medct_core.phantom.chest.habitus import Habitus
from medct_core.phantom.chest.trunk import (
    cage_distance,
    cage_profile,
    diaphragm,
    draw_trunk,
    fissures,
    mediastinum_distance,
)
from medct_core.phantom.drawing.shapes import whole
from medct_core.phantom.streams import stream

Z = np.linspace(-150, 150, 61, dtype=np.float32)


def test_the_rib_cage_narrows_towards_the_apex(habitus: Habitus) -> None:
    profile = cage_profile(habitus, Z)

    assert profile.max() == pytest.approx(1.0, abs=0.06)
    above = profile[(0.1 * habitus.apex_mm + 5) < Z]
    assert (np.diff(above) <= 1e-6).all()
    assert above[-1] < 0.3


def test_the_middle_of_the_chest_lies_inside_the_cage(habitus: Habitus, canvas: Canvas) -> None:
    distance = cage_distance(habitus, canvas.grid.coordinates(whole(canvas.grid)))
    wider = cage_distance(habitus, canvas.grid.coordinates(whole(canvas.grid)), 9.0)

    assert distance[48, 48, 32] < -40
    assert distance[0, 0, 32] > 0
    np.testing.assert_array_less(wider[48, :, 32], distance[48, :, 32])


def test_the_right_dome_stands_higher_and_falls_to_the_wall(habitus: Habitus) -> None:
    cx, cy, _ = habitus.centre_mm
    wide = habitus.cage_mm[0]
    x = np.array([cx - 0.95 * wide, cx - 0.46 * wide, cx + 0.46 * wide], np.float32)

    wall, right, left = diaphragm(habitus, x, np.full(3, cy, np.float32))

    assert right > left
    assert right > wall + 15


def test_the_fissures_part_front_from_back(habitus: Habitus) -> None:
    _, cy, cz = habitus.centre_mm
    y = np.array([cy - 60, cy + 60], np.float32)

    oblique, horizontal = fissures(habitus, (y * 0, y, np.full(2, cz, np.float32)))

    assert oblique[0] > 0 > oblique[1]
    assert abs(horizontal).max() < 20


def test_the_mediastinum_lies_between_the_lungs(habitus: Habitus) -> None:
    cx, cy, cz = (np.float32(c) for c in habitus.centre_mm)
    x = np.array([cx - 90, cx, cx + 90], np.float32)

    right, middle, left = mediastinum_distance(habitus, (x, np.full(3, cy), np.full(3, cz)))

    assert right > 0 > middle
    assert left > 0


def test_layers_follow_each_other_from_the_skin_inwards(habitus: Habitus, canvas: Canvas) -> None:
    trunk = draw_trunk(canvas, habitus, stream(1, "trunk"))

    cage = trunk.cage_mm
    fat = (cage > habitus.muscle_mm + 9 + 8) & (canvas.hu > -500)
    muscle = (cage > 3) & (cage < habitus.muscle_mm)
    assert np.median(canvas.hu[fat]) < -60
    assert np.median(canvas.hu[muscle]) > 20
    assert np.median(canvas.hu[trunk.lung_mm < -10]) < -700
    assert (canvas.hu[0, 0] == -1000).all()
