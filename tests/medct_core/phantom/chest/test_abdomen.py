"""Organs below the diaphragm."""

from dataclasses import replace

import numpy as np

from medct_core.phantom.canvas import Canvas
from medct_core.phantom.chest.abdomen import draw_abdomen
from medct_core.phantom.chest.habitus import Habitus
from medct_core.phantom.chest.mediastinum import plan_mediastinum
from medct_core.phantom.chest.trunk import draw_trunk
from medct_core.phantom.drawing.shapes import ellipsoid_distance, whole
from medct_core.phantom.streams import stream


def test_abdominal_organs_stay_below_the_diaphragm(habitus: Habitus, canvas: Canvas) -> None:
    organs = plan_mediastinum(habitus, stream(17, "organs"))
    trunk = draw_trunk(canvas, habitus, stream(17, "trunk"))
    before = canvas.hu.copy()

    draw_abdomen(canvas, habitus, organs, trunk, stream(17, "abdomen"))

    z = canvas.grid.axis_mm(2)[None, None, :]
    above = z > trunk.diaphragm_mm[:, :, None] + 5
    np.testing.assert_array_equal(canvas.hu[np.broadcast_to(above, before.shape)], before[above])
    assert not np.array_equal(canvas.hu, before)


def test_the_stomach_holds_air_in_front_and_fluid_behind(habitus: Habitus, canvas: Canvas) -> None:
    organs = plan_mediastinum(habitus, stream(17, "organs"))
    trunk = draw_trunk(canvas, habitus, stream(17, "trunk"))

    draw_abdomen(canvas, habitus, organs, trunk, stream(17, "abdomen"))

    coordinates = canvas.grid.coordinates(whole(canvas.grid))
    lumen = ellipsoid_distance(coordinates, organs.stomach) < -10
    lumen &= coordinates[2] < trunk.diaphragm_mm[:, :, None] - 12
    y = np.broadcast_to(coordinates[1], lumen.shape)
    air, fluid = lumen & (canvas.hu < -700), lumen & (np.abs(canvas.hu - 20) < 40)
    assert air.any()
    assert fluid.any()
    assert y[air].mean() < y[fluid].mean()


def test_kidneys_take_up_contrast_medium_and_lie_in_fat(habitus: Habitus, canvas: Canvas) -> None:
    enhanced = replace(habitus, dome_mm=-20.0, blood_hu=140.0, arterial_hu=200.0)
    organs = plan_mediastinum(enhanced, stream(17, "organs"))
    trunk = draw_trunk(canvas, enhanced, stream(17, "trunk"))

    draw_abdomen(canvas, enhanced, organs, trunk, stream(17, "abdomen"))

    x, y, z = enhanced.frame(canvas.grid.coordinates(whole(canvas.grid)))
    retroperitoneum = (y > 30) & (y < 75) & (abs(x) > 30) & (abs(x) < 90) & (z < -120)
    hu = canvas.hu[retroperitoneum & (trunk.cage_mm < -8)]
    assert np.mean(hu > 125) > 0.1
    assert np.mean(hu < -60) > 0.1
