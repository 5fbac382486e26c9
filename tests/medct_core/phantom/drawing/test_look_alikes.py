"""What is harmless stays small, faint or in its usual place."""

import numpy as np
import pytest

from medct_core.phantom.drawing.look_alikes import (
    draw_accessory_fissure,
    draw_azygos_arch,
    draw_costal_cartilage_calcification,
    draw_dependent_density,
    draw_nipple_shadow,
    draw_paraseptal_air,
    draw_pericardial_fat,
    draw_small_nodes,
    draw_vessel_end_on,
)
from tests.medct_core.phantom.drawing.conftest import Pencil


def test_dependent_density_is_faint_even_and_at_the_back(pencil: Pencil) -> None:
    drawing = pencil.draw(draw_dependent_density, "severe")

    x = drawing.body.canvas.grid.axis_mm(0)[:, None, None]
    right, left = ((drawing.mask * side).sum() for side in (x < 0, x > 0))

    # Ground glass of the lightest kind adds more than 200 HU to this lung.
    assert drawing.change.max() < 100
    assert drawing.centre_mm[1] > 30
    assert 0.7 < right / left < 1.4


def test_a_vessel_is_longer_than_it_is_wide(pencil: Pencil) -> None:
    drawing = pencil.draw_fine(draw_vessel_end_on, "mild", seed=3)

    where = np.stack(np.nonzero(drawing.mask > 0.3)).astype(float) * 2.5
    spread = np.sqrt(np.linalg.eigvalsh(np.cov(where)))

    assert spread[2] > 2.5 * spread[1]


@pytest.mark.parametrize("seed", range(6))
def test_a_vessel_is_narrower_than_a_nodule_and_goes_on_over_slices(
    seed: int, pencil: Pencil
) -> None:
    seen = pencil.draw_fine(draw_vessel_end_on, "mild", seed).mask > 0.3

    voxels = seen.sum(axis=(0, 1))
    height_mm = 2.75 * np.count_nonzero(voxels)
    area_mm2 = 2.5**2 * np.median(voxels[voxels > 0])

    assert height_mm > 20
    assert area_mm2 < np.pi * 4**2


def test_calcified_cartilage_lies_outside_the_lungs_at_the_front(pencil: Pencil) -> None:
    drawing = pencil.draw(draw_costal_cartilage_calcification, "severe")

    assert drawing.centre_mm[1] < -30
    assert drawing.body.lung[drawing.mask > 0.5].max(initial=0) < 0.5


def test_fat_beside_the_heart_is_as_dense_as_fat(pencil: Pencil) -> None:
    drawing = pencil.draw(draw_pericardial_fat, "severe")

    assert -110 < np.median(drawing.core()) < -90


def test_blebs_are_few_small_and_high(pencil: Pencil) -> None:
    drawing = pencil.draw(draw_paraseptal_air, "severe")

    assert drawing.volume_ml < 2.5
    assert drawing.centre_mm[2] > 40


def test_a_fissure_is_a_thin_line(pencil: Pencil) -> None:
    drawing = pencil.draw(draw_accessory_fissure, "severe")

    assert drawing.mask.max() < 0.6
    assert (drawing.mask > 0).sum() > 100


def test_the_azygos_arch_lies_right_of_the_trachea(pencil: Pencil) -> None:
    drawing = pencil.draw(draw_azygos_arch, "moderate")

    assert drawing.centre_mm[0] < drawing.body.trachea.points_mm[0, 0] - 8


def test_nipples_lie_on_the_skin_of_both_sides(pencil: Pencil) -> None:
    drawing = pencil.draw(draw_nipple_shadow, "severe")

    x = drawing.body.canvas.grid.axis_mm(0)[:, None, None]

    assert drawing.centre_mm[1] < -70
    assert (drawing.mask * (x > 0)).sum() > 0
    assert (drawing.mask * (x < 0)).sum() > 0


def test_ordinary_nodes_are_far_smaller_than_enlarged_ones(pencil: Pencil) -> None:
    drawing = pencil.draw(draw_small_nodes, "severe")

    assert drawing.volume_ml < 2.0
