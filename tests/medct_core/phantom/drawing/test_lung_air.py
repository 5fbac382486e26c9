"""Emphysema is empty and high up; mosaic attenuation is a patchwork with a steady mean."""

import numpy as np

from medct_core.phantom.drawing.lung_air import draw_emphysema, draw_mosaic
from tests.medct_core.phantom.drawing.conftest import Pencil


def test_emphysema_holds_almost_nothing_but_air(pencil: Pencil) -> None:
    drawing = pencil.draw_fine(draw_emphysema, "severe")

    assert drawing.core().size > 1000
    assert np.median(drawing.core()) < -950


def test_emphysema_prefers_the_upper_lung(pencil: Pencil) -> None:
    heights = [pencil.draw(draw_emphysema, "moderate", seed).centre_mm[2] for seed in range(8)]

    assert np.mean(heights) > 10


def test_emphysema_leaves_vessels_standing(pencil: Pencil) -> None:
    drawing = pencil.draw(draw_emphysema, "severe")

    vessels = (drawing.before > -400) & (drawing.body.lung > 0.9)
    assert np.mean(np.abs(drawing.change[vessels]) > 100) < 0.05


def test_mosaic_has_lobules_darker_and_lobules_denser_than_before(pencil: Pencil) -> None:
    change = pencil.draw(draw_mosaic, "severe").change

    assert (change < -50).sum() > 500
    assert (change > 30).sum() > 500


def test_mosaic_hardly_moves_the_mean_density_of_the_lung(pencil: Pencil) -> None:
    drawings = [pencil.draw(draw_mosaic, "severe", seed) for seed in range(6)]

    means = [float(d.change[d.mask > 0.5].mean()) for d in drawings]

    assert abs(np.mean(means)) < 15


def test_severity_raises_the_contrast_of_the_mosaic(pencil: Pencil) -> None:
    spread = [
        np.mean([np.std(pencil.draw(draw_mosaic, s, n).change) for n in range(4)])
        for s in ("mild", "severe")
    ]

    assert spread[1] > 1.5 * spread[0]


def test_vessels_of_lucent_lobules_lose_brightness_and_no_vessel_gains_any(pencil: Pencil) -> None:
    drawing = pencil.draw(draw_mosaic, "severe")

    vessels = (drawing.before > -450) & (drawing.mask > 0.5) & (drawing.body.lung > 0.9)

    assert (drawing.change[vessels] < -100).sum() > 5
    assert drawing.change[vessels].max() < 1
