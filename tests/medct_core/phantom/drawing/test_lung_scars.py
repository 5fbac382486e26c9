"""Plates are flat and low, scars hug the pleura, septa make a net at the edge of the lung."""

import numpy as np
import pytest

from medct_core.phantom.drawing.lung_scars import (
    draw_atelectasis,
    draw_fibrosis,
    draw_septal_thickening,
)
from tests.medct_core.phantom.drawing.conftest import Pencil


@pytest.mark.parametrize("severity", ["mild", "severe"])
def test_atelectasis_lies_low(severity: str, pencil: Pencil) -> None:
    heights = [pencil.draw(draw_atelectasis, severity, seed).centre_mm[2] for seed in range(6)]

    assert np.mean(heights) < -15


def test_a_plate_is_wider_than_it_is_high(pencil: Pencil) -> None:
    drawing = pencil.draw_fine(draw_atelectasis, "mild", seed=3)

    i, j, k = np.nonzero(drawing.mask > 0.5)
    spread = np.sqrt(np.linalg.eigvalsh(np.cov(np.stack([i * 2.5, j * 2.5, k * 2.75]))))

    assert spread[0] < 0.6 * spread[1]


def test_a_collapsed_lobe_lies_at_the_back_and_is_airless(pencil: Pencil) -> None:
    drawing = pencil.draw(draw_atelectasis, "severe", side="left")

    posterior = drawing.mask[:, 60:, :]

    assert posterior.sum() > 0.3 * drawing.mask.sum()
    assert np.median(drawing.core()) > -30


def test_scars_lie_near_the_pleura(pencil: Pencil) -> None:
    drawing = pencil.draw(draw_fibrosis, "moderate")

    depth = np.average(drawing.body.depth_mm, weights=drawing.mask)

    assert depth < 14


def test_a_scar_is_coarse_bright_and_dark_side_by_side(pencil: Pencil) -> None:
    drawing = pencil.draw_fine(draw_fibrosis, "severe")

    changed = drawing.after[drawing.mask > 0.3]

    assert np.percentile(changed, 95) > -100
    assert np.percentile(changed, 5) < -600


def test_thick_septa_stay_in_the_outer_lung(pencil: Pencil) -> None:
    mild = pencil.draw(draw_septal_thickening, "mild")

    assert mild.body.depth_mm[mild.mask > 0.05].max() < 25


def test_thick_septa_leave_the_lobules_between_them_as_they_were(pencil: Pencil) -> None:
    drawing = pencil.draw_fine(draw_septal_thickening, "moderate", seed=2)

    zone = np.percentile(drawing.mask[drawing.mask > 0], 50)
    share = float((drawing.mask > 0.3).sum() / (drawing.mask > 0).sum())

    assert zone < 0.6
    assert 0.1 < share < 0.8


def test_a_line_follows_the_pleura_where_septa_are_thick(pencil: Pencil) -> None:
    drawing = pencil.draw_fine(draw_septal_thickening, "severe", seed=2)

    depth, mask = drawing.body.depth_mm, drawing.mask
    along = mask[(depth > 7) & (depth < 10) & (mask > 0)].mean()
    deeper = mask[(depth > 14) & (depth < 20) & (mask > 0)].mean()

    assert along > 1.1 * deeper
