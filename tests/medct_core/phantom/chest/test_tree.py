"""Airways and vessels of the lungs."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medct_core.phantom.body import LOBES, Tube
from medct_core.phantom.canvas import Canvas, Grid
from medct_core.phantom.chest.habitus import Habitus
from medct_core.phantom.chest.tree import Tree, draw_tree, grow_tree, lobe_at, splatted
from medct_core.phantom.streams import stream


@pytest.fixture(scope="module")
def tree(habitus: Habitus) -> Tree:
    """Lines of one tree."""
    return grow_tree(habitus, stream(17, "tree"))


def test_every_lobe_has_airways_arteries_and_more_vessels(tree: Tree) -> None:
    for tubes in (tree.bronchi, tree.arteries, tree.others):
        assert {tube.lobe for tube in tubes} == set(LOBES)
    assert len(tree.bronchi) == len(tree.arteries)


def test_vessels_taper_towards_the_pleura(tree: Tree) -> None:
    for tube in (*tree.arteries, *tree.others):
        # The finest twigs are kept visible: none is thinner than this.
        thinnest = 0.85
        assert (np.diff(np.maximum(tube.radii_mm, thinnest)) <= 1e-9).all()
        assert tube.radii_mm[-1] < 1.6


def test_vessels_end_inside_their_lobes(tree: Tree, habitus: Habitus) -> None:
    ends = np.array([tube.points_mm[-1] for tube in tree.bronchi])

    distance, _ = lobe_at(habitus, np.array([tube.points_mm[-1] for tube in tree.arteries]))

    assert len(ends) == len(distance)
    assert np.mean(distance < 3) > 0.95


def test_the_trachea_parts_into_two_main_bronchi(tree: Tree) -> None:
    sides = [tube.side for tube in tree.main_bronchi]

    assert sorted(sides) == ["left", "right"]
    for tube in tree.main_bronchi:
        np.testing.assert_allclose(tube.points_mm[0], tree.trachea.points_mm[-1])


def test_painted_vessels_are_denser_than_the_lung_around(tree: Tree, canvas: Canvas) -> None:
    canvas.hu[:] = -860.0

    draw_tree(canvas, tree, np.ones(canvas.grid.shape, np.float32), 45.0)

    assert canvas.hu.max() > -100
    assert np.median(canvas.hu) == pytest.approx(-860.0, abs=1)
    assert canvas.hu[48, 48, 48:].min() < -500


@given(st.floats(-20, 20), st.floats(-20, 20), st.floats(0.3, 1.5))
def test_thin_tubes_keep_their_volume(x: float, y: float, radius: float) -> None:
    grid = Grid((24, 24, 24), (4.0, 4.0, 5.0))
    tube = Tube(np.array([[x, y, -18.0], [y, x, 15.0]]), np.full(2, radius))

    coverage = splatted(grid, (tube,), 1.0)

    length = float(np.linalg.norm(tube.points_mm[1] - tube.points_mm[0]))
    volume = float(coverage.sum(dtype=np.float64)) * float(np.prod(grid.spacing_mm))
    assert volume == pytest.approx(np.pi * radius**2 * length, rel=1e-3)
