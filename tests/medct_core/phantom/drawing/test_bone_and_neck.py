"""A broken rib has a gap and a step; a thyroid nodule is darker than its gland."""

import numpy as np

from medct_core.phantom.drawing.bone_and_neck import draw_rib_fracture, draw_thyroid_nodule
from medct_core.phantom.drawing.shapes import tubes_in, whole
from tests.medct_core.phantom.drawing.conftest import Pencil


def test_bone_is_lost_in_the_gap_and_found_beside_the_rib(pencil: Pencil) -> None:
    drawing = pencil.draw_fine(draw_rib_fracture, "severe")

    assert (drawing.change < -200).sum() > 20
    assert (drawing.change > 200).sum() > 20


def test_a_fracture_stays_at_its_ribs(pencil: Pencil) -> None:
    drawing = pencil.draw(draw_rib_fracture, "moderate", side="left")
    body, grid = drawing.body, drawing.body.canvas.grid
    wide = tuple(rib for rib in body.ribs if rib.side == "left")

    near = tubes_in(grid, whole(grid), wide) > 0

    assert (drawing.mask * near).sum() > 0.4 * drawing.mask.sum()
    assert "left" in drawing.drawn.location


def test_a_thyroid_nodule_lies_in_the_gland_and_is_darker_than_it(pencil: Pencil) -> None:
    drawing = pencil.draw(draw_thyroid_nodule, "moderate", side="right")
    gland = drawing.body.thyroid["right"]

    away = np.abs(drawing.centre_mm - np.asarray(gland.centre_mm))

    assert (away < gland.radii_mm).all()
    assert 10 < np.median(drawing.core()) < 50
