"""Fluid sinks to the back, air rises to the front."""

import numpy as np
import pytest

from medct_core.phantom.drawing.pleura import draw_effusion, draw_pneumothorax
from tests.medct_core.phantom.drawing.conftest import Pencil


@pytest.mark.parametrize("severity", ["mild", "moderate", "severe"])
def test_fluid_is_as_dense_as_water_and_lies_at_the_back(severity: str, pencil: Pencil) -> None:
    drawing = pencil.draw(draw_effusion, severity)

    assert 0 <= np.median(drawing.core()) <= 25
    assert drawing.centre_mm[1] > 5
    assert drawing.centre_mm[2] < 0


def test_free_air_lies_in_front_and_is_darker_than_lung(pencil: Pencil) -> None:
    drawing = pencil.draw(draw_pneumothorax, "moderate")

    assert np.median(drawing.core(0.99)) < -980
    assert drawing.centre_mm[1] < 0


def test_a_collapsing_lung_has_a_visible_border(pencil: Pencil) -> None:
    drawing = pencil.draw_fine(draw_pneumothorax, "moderate")

    assert (drawing.change > 100).sum() > 500


def test_fluid_touches_the_chest_wall(pencil: Pencil) -> None:
    drawing = pencil.draw(draw_effusion, "moderate")

    assert drawing.body.depth_mm[drawing.mask > 0.5].min() < 5
