"""Ground glass stays translucent, consolidation is solid with open bronchi, nodules are round."""

import numpy as np
import pytest

from medct_core.phantom.drawing.lung_opacity import (
    draw_consolidation,
    draw_nodule,
    draw_opacity,
)
from tests.medct_core.phantom.drawing.conftest import Pencil


@pytest.mark.parametrize("seed", range(4))
def test_ground_glass_is_denser_than_lung_and_lighter_than_tissue(
    seed: int, pencil: Pencil
) -> None:
    drawing = pencil.draw(draw_opacity, "severe", seed)

    lung = drawing.before < -800
    haze = drawing.after[(drawing.mask > 0.95) & lung]

    assert -720 < np.median(haze) < -380


def test_vessels_stay_visible_through_ground_glass(pencil: Pencil) -> None:
    drawing = pencil.draw(draw_opacity, "severe")

    vessels = (drawing.mask > 0.5) & (drawing.before > -200)

    np.testing.assert_allclose(drawing.after[vessels], drawing.before[vessels], atol=60)


@pytest.mark.parametrize("seed", range(4))
def test_consolidation_is_as_dense_as_soft_tissue(seed: int, pencil: Pencil) -> None:
    drawing = pencil.draw(draw_consolidation, "severe", seed)

    assert -20 < np.median(drawing.core(0.97)) < 80


def test_consolidation_keeps_air_in_its_bronchi(pencil: Pencil) -> None:
    drawing = pencil.draw_fine(draw_consolidation, "severe")

    assert (drawing.core() < -300).sum() > 20


def test_consolidation_stays_in_its_lobe(pencil: Pencil) -> None:
    drawing = pencil.draw(draw_consolidation, "moderate", side="right")

    lobes = drawing.body.lobes[(drawing.mask > 0.6)]

    assert len(set(lobes[lobes > 0].tolist())) == 1


@pytest.mark.parametrize(
    ("severity", "limits"), [("mild", (8, 12)), ("moderate", (12, 20)), ("severe", (20, 30))]
)
def test_a_nodule_is_as_wide_as_it_says(
    severity: str, limits: tuple[int, int], pencil: Pencil
) -> None:
    size = pencil.draw(draw_nodule, severity).drawn.size_mm

    assert size is not None
    assert limits[0] <= size <= limits[1]


def test_nodules_are_solid_at_least_in_their_middle(pencil: Pencil) -> None:
    brightest = [pencil.draw(draw_nodule, "severe", seed).core(0.99).max() for seed in range(6)]

    assert min(brightest) > 0


@pytest.mark.parametrize("seed", range(6))
def test_most_of_a_nodule_lies_in_the_lung(seed: int, pencil: Pencil) -> None:
    drawing = pencil.draw_fine(draw_nodule, "moderate", seed)

    assert drawing.drawn.size_mm is not None
    ball = 4 / 3 * np.pi * (drawing.drawn.size_mm / 2) ** 3 / 1000
    assert drawing.volume_ml > 0.5 * ball


@pytest.mark.parametrize("seed", range(6))
def test_a_nodule_lies_away_from_the_vessels_of_the_hilum(seed: int, pencil: Pencil) -> None:
    drawing = pencil.draw(draw_nodule, "moderate", seed)

    x = np.abs(drawing.body.canvas.grid.axis_mm(0))
    near = drawing.mask[x < 0.3 * drawing.body.chest_wall.radii_mm[0]]

    assert near.max() == 0
