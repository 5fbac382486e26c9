"""Bones."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medct_core.phantom.canvas import Canvas
from medct_core.phantom.chest.cavity import cage_distance
from medct_core.phantom.chest.habitus import Habitus, sample_habitus
from medct_core.phantom.chest.skeleton import (
    draw_front_and_shoulders,
    draw_ribs,
    rib_tubes,
)
from medct_core.phantom.streams import stream


@given(st.integers(0, 10**6))
def test_ribs_come_in_pairs_and_fall_towards_the_front(seed: int) -> None:
    habitus = sample_habitus(stream(seed, "habitus"), 0.5)

    ribs = rib_tubes(habitus, stream(seed, "ribs"))

    assert len(ribs) == 24
    assert [rib.name for rib in ribs[::2]] == [rib.name for rib in ribs[1::2]]
    for rib in ribs:
        own = np.stack(habitus.frame((*rib.points_mm.T,)), axis=1)
        back, front = own[0], own[-1]
        assert back[1] > front[1]
        assert back[2] > front[2]
        assert (np.sign(own[:, 0]) == np.sign({"right": -1, "left": 1}[rib.side])).all()


def test_ribs_run_along_the_wall_of_the_cage(habitus: Habitus) -> None:
    for rib in rib_tubes(habitus, stream(17, "ribs")):
        x, y, z = rib.points_mm[1:].astype(np.float32).T
        distance = cage_distance(habitus, habitus.frame((x, y, z)))
        np.testing.assert_allclose(distance, 6.0, atol=1.5)


def test_cartilage_is_softer_than_bone(habitus: Habitus, canvas: Canvas) -> None:
    canvas.hu[:] = 50.0
    ribs = rib_tubes(habitus, stream(17, "ribs"))

    draw_ribs(canvas, habitus, ribs)

    front = canvas.hu[:, :20].max()
    assert canvas.hu.max() > 200
    assert front < 120


def test_sternum_clavicles_and_shoulder_blades_are_drawn(habitus: Habitus, canvas: Canvas) -> None:
    canvas.hu[:] = 50.0

    tubes = draw_front_and_shoulders(canvas, habitus, stream(17, "shoulders"))

    assert sorted(tube.name for tube in tubes) == [
        "clavicle",
        "clavicle",
        "shoulder blade",
        "shoulder blade",
        "upper arm",
        "upper arm",
    ]
    assert canvas.hu.max() > 250
    assert canvas.hu.min() == pytest.approx(50.0)
