"""Bones."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medct_core.phantom.canvas import Canvas
from medct_core.phantom.chest.habitus import Habitus, sample_habitus
from medct_core.phantom.chest.skeleton import (
    draw_front_and_shoulders,
    draw_ribs,
    draw_spine,
    rib_tubes,
)
from medct_core.phantom.chest.trunk import cage_distance
from medct_core.phantom.streams import stream


@given(st.integers(0, 10**6))
def test_ribs_come_in_pairs_and_fall_towards_the_front(seed: int) -> None:
    habitus = sample_habitus(stream(seed, "habitus"), 0.5)

    ribs = rib_tubes(habitus, stream(seed, "ribs"))

    assert len(ribs) == 20
    assert [rib.name for rib in ribs[::2]] == [rib.name for rib in ribs[1::2]]
    for rib in ribs:
        back, front = rib.points_mm[0], rib.points_mm[-1]
        assert back[1] > front[1]
        assert back[2] > front[2]
        assert (
            np.sign(rib.points_mm[:, 0] - habitus.centre_mm[0])
            == np.sign({"right": -1, "left": 1}[rib.side])
        ).all()


def test_ribs_run_along_the_wall_of_the_cage(habitus: Habitus) -> None:
    for rib in rib_tubes(habitus, stream(17, "ribs")):
        x, y, z = rib.points_mm.astype(np.float32).T
        distance = cage_distance(habitus, (x, y, z))
        assert (distance > -4).all()
        assert (distance < 16).all()


def test_cartilage_is_softer_than_bone(habitus: Habitus, canvas: Canvas) -> None:
    canvas.hu[:] = 50.0
    ribs = rib_tubes(habitus, stream(17, "ribs"))

    draw_ribs(canvas, habitus, ribs)

    front = canvas.hu[:, :20].max()
    assert canvas.hu.max() > 200
    assert front < 120


def test_the_spine_has_discs_between_its_bodies(habitus: Habitus, canvas: Canvas) -> None:
    canvas.hu[:] = 50.0

    spine = draw_spine(canvas, habitus, stream(17, "spine"))

    grid = canvas.grid
    along = []
    for point in spine.points_mm:
        i, j, k = (
            int(np.clip(round(p / s + (n - 1) / 2), 0, n - 1))
            for p, s, n in zip(point, grid.spacing_mm, grid.shape, strict=True)
        )
        along.append(canvas.hu[i, j, k])
    assert np.ptp(along) > 20
    assert np.median(along) > 70


def test_sternum_clavicles_and_shoulder_blades_are_drawn(habitus: Habitus, canvas: Canvas) -> None:
    canvas.hu[:] = 50.0

    tubes = draw_front_and_shoulders(canvas, habitus, stream(17, "shoulders"))

    assert sorted(tube.name for tube in tubes) == [
        "clavicle",
        "clavicle",
        "shoulder blade",
        "shoulder blade",
        "sternum",
    ]
    assert canvas.hu.max() > 250
    assert canvas.hu.min() == pytest.approx(50.0)
