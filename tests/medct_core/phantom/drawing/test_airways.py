"""Thick walls keep the lumen; bronchiectasis widens it."""

import numpy as np
import pytest

from medct_core.phantom.drawing.airways import (
    draw_bronchiectasis,
    draw_peribronchial_thickening,
)
from medct_core.phantom.drawing.shapes import tube_field, whole
from medct_core.phantom.request import Drawer
from tests.medct_core.phantom.drawing.conftest import Drawing, Pencil


def _distance(drawing: Drawing) -> np.ndarray:
    grid = drawing.body.canvas.grid
    return tube_field(grid, drawing.body.bronchi, 30.0, whole(grid)).distance_mm


def test_cuffs_are_soft_tissue_along_the_bronchi(pencil: Pencil) -> None:
    drawing = pencil.draw_fine(draw_peribronchial_thickening, "severe")

    cuff = drawing.mask > 0.8

    assert np.median(drawing.after[cuff]) > -150
    # Cuffs run on for 16 mm beyond where a normal bronchus is seen.
    assert _distance(drawing)[cuff].max() < 16 + 10


def test_bronchiectasis_brings_air_where_the_wall_was(pencil: Pencil) -> None:
    drawing = pencil.draw_fine(draw_bronchiectasis, "severe")

    assert (drawing.core() < -850).sum() > 200
    assert (drawing.core() > -300).sum() > 50


@pytest.mark.parametrize("drawer", [draw_bronchiectasis, draw_peribronchial_thickening])
def test_findings_of_the_bronchi_stay_inside_the_lung(drawer: Drawer, pencil: Pencil) -> None:
    drawing = pencil.draw(drawer, "severe")

    assert drawing.body.lung[drawing.mask > 0].min() > 0


def test_bronchiectasis_prefers_lower_lobes(pencil: Pencil) -> None:
    places = [pencil.draw(draw_bronchiectasis, "mild", n).drawn.location for n in range(20)]

    assert sum("lower" in place for place in places) > 10


def test_wide_bronchi_reach_further_out_than_normal_ones(pencil: Pencil) -> None:
    drawing = pencil.draw_fine(draw_bronchiectasis, "moderate")

    beyond = (drawing.mask > 0.9) & (_distance(drawing) > 12)

    assert (drawing.after[beyond] < -850).sum() > 20
