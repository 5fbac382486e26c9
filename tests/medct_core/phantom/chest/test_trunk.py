"""Skin, fat, muscle and the lungs."""

import numpy as np

from medct_core.phantom.canvas import Canvas
from medct_core.phantom.chest.cavity import section_distance
from medct_core.phantom.chest.habitus import Habitus
from medct_core.phantom.chest.trunk import (
    draw_trunk,
    fat_thickness,
    fill_lungs,
    flesh_thickness,
    skin_of_back,
)
from medct_core.phantom.drawing.shapes import whole
from medct_core.phantom.streams import stream


def test_layers_follow_each_other_from_the_skin_inwards(habitus: Habitus, canvas: Canvas) -> None:
    trunk = draw_trunk(canvas, habitus, stream(1, "trunk"))
    fill_lungs(canvas, habitus, trunk, stream(1, "lungs"))

    frame = habitus.frame(canvas.grid.coordinates(whole(canvas.grid)))
    section = section_distance(habitus, frame[0], frame[1])
    flesh = section - flesh_thickness(habitus, frame)
    skin = flesh - fat_thickness(habitus, frame)
    fat = (flesh > 3) & (skin < -5)
    muscle = (trunk.cage_mm > 3) & (section + 0 * flesh < 8) & (flesh < -4)
    assert np.median(canvas.hu[fat]) < -60
    assert np.median(canvas.hu[muscle]) > 20
    assert np.median(canvas.hu[trunk.lung_mm < -10]) < -700
    assert (canvas.hu[0, 0] == -1000).all()


def test_muscle_is_thickest_beside_the_spine_and_thin_on_the_breast_bone(habitus: Habitus) -> None:
    deep = habitus.cage_mm[1]
    x = np.array([20.0, 0.0], np.float32)
    y = np.array([0.95 * deep, -0.95 * deep], np.float32)

    beside_spine, breast_bone = flesh_thickness(habitus, (x, y, np.zeros(2, np.float32)))

    assert beside_spine > breast_bone + 10
    assert breast_bone > 4


def test_the_back_ends_where_its_fat_does(habitus: Habitus, canvas: Canvas) -> None:
    draw_trunk(canvas, habitus, stream(1, "trunk"))

    solid = np.flatnonzero((canvas.hu[:, :, :50] > -500).any(axis=(0, 2)))

    last = canvas.grid.axis_mm(1)[solid[-1]]
    assert abs(skin_of_back(habitus) - last) < 8


def test_the_dependent_lung_is_denser(habitus: Habitus, canvas: Canvas) -> None:
    trunk = draw_trunk(canvas, habitus, stream(1, "trunk"))
    fill_lungs(canvas, habitus, trunk, stream(1, "lungs"))

    deep = trunk.lung_mm < -8
    front, back = deep.copy(), deep.copy()
    front[:, 48:] = False
    back[:, :48] = False
    assert canvas.hu[back].mean() > canvas.hu[front].mean() + 0.2 * habitus.gravity_hu
