"""What anatomy offers to findings."""

from dataclasses import FrozenInstanceError

import numpy as np
import pytest

from medct_core.phantom.body import LOBES, SIDES, Ellipsoid, Tube


def test_a_tube_belongs_to_no_side_unless_said() -> None:
    tube = Tube(np.zeros((2, 3)), np.ones(2))

    assert (tube.side, tube.lobe, tube.name) == ("middle", "", "")
    assert tube.side not in SIDES


def test_every_lobe_names_its_side_first() -> None:
    sides = {"R": "right", "L": "left"}

    assert [sides[lobe[0]] for lobe in LOBES] == ["right"] * 3 + ["left"] * 2
    assert set(sides.values()) == set(SIDES)


def test_shapes_cannot_be_changed() -> None:
    ball = Ellipsoid((0.0, 0.0, 0.0), (1.0, 1.0, 1.0))

    with pytest.raises(FrozenInstanceError):
        ball.centre_mm = (1.0, 0.0, 0.0)  # type: ignore[misc]
