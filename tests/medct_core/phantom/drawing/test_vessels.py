"""Arterial calcium is bright and lies on the walls of the aorta and its branches."""

import numpy as np
import pytest

from medct_core.phantom.drawing.heart import draw_coronary_calcification
from medct_core.phantom.drawing.shapes import ellipsoid_distance, tube_field, whole
from medct_core.phantom.drawing.vessels import draw_arterial_calcification
from tests.medct_core.phantom.drawing.conftest import Pencil


def test_plaques_lie_on_the_wall_of_an_artery(pencil: Pencil) -> None:
    drawing = pencil.draw_fine(draw_arterial_calcification, "severe")
    grid = drawing.body.canvas.grid
    arteries = (drawing.body.aorta, drawing.body.great_vessels[1])

    field = tube_field(grid, arteries, 40.0, whole(grid))
    from_wall = (field.distance_mm - field.radius_mm)[drawing.mask > 0.3]

    assert np.abs(from_wall).max() < 8
    assert np.median(drawing.after[drawing.mask > 0.6]) > 250


def test_the_part_of_the_aorta_is_named(pencil: Pencil) -> None:
    places = {
        pencil.draw(draw_arterial_calcification, "mild", seed).drawn.location for seed in range(12)
    }

    assert places <= {"aortic arch", "thoracic aorta", "aortic arch and thoracic aorta"}
    assert len(places) > 1


@pytest.mark.parametrize("seed", range(4))
def test_arterial_and_coronary_calcium_lie_in_different_places(seed: int, pencil: Pencil) -> None:
    arterial = pencil.draw(draw_arterial_calcification, "severe", seed).mask
    coronary = pencil.draw(draw_coronary_calcification, "severe", seed)
    grid = coronary.body.canvas.grid

    distance = np.abs(ellipsoid_distance(grid.coordinates(whole(grid)), coronary.body.heart))

    near = [float(np.average(distance, weights=mask)) for mask in (arterial, coronary.mask)]
    assert near[0] > 4 * near[1]
