"""The heart between its coats."""

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from medct_core.phantom.canvas import Canvas
from medct_core.phantom.chest.habitus import Habitus, sample_habitus
from medct_core.phantom.chest.heart import (
    Heart,
    coronaries,
    draw_heart,
    heart_distance,
    muscle_distance,
    plan_heart,
)
from medct_core.phantom.drawing.shapes import ellipsoid_distance, whole
from medct_core.phantom.streams import stream

SEEDS = st.integers(0, 10**6)


def heart_of(seed: int) -> tuple[Habitus, Heart]:
    habitus = sample_habitus(stream(seed, "habitus"), 0.5)
    return habitus, plan_heart(habitus, stream(seed, "organs"))


@given(SEEDS)
def test_no_healthy_heart_is_wider_than_half_of_the_chest(seed: int) -> None:
    habitus, heart = heart_of(seed)

    ratio = heart.outline.radii_mm[0] / habitus.cage_mm[0]

    assert 0.35 < ratio < 0.47


@given(SEEDS)
def test_the_apex_points_left_front_and_down(seed: int) -> None:
    _, heart = heart_of(seed)

    left, back, up = heart.axes[0]

    assert left > 0.5
    assert back < -0.2
    assert up < -0.2
    np.testing.assert_allclose(heart.axes @ heart.axes.T, np.eye(3), atol=1e-9)


@given(SEEDS)
def test_the_muscle_stays_near_the_outline_that_findings_use(seed: int) -> None:
    _, heart = heart_of(seed)
    ways = np.random.default_rng(seed).normal(size=(200, 3))
    ways /= np.linalg.norm(ways, axis=1)[:, None]
    points = heart.outline.centre_mm + ways * np.array(heart.outline.radii_mm)
    x, y, z = points.astype(np.float32).T

    off = muscle_distance((x, y, z), heart)

    assert np.abs(off).max() < 13
    assert np.abs(off).mean() < 4.5


@given(SEEDS)
def test_three_coronaries_run_on_the_surface_of_the_heart(seed: int) -> None:
    _, heart = heart_of(seed)
    outline = heart.outline

    tubes = coronaries(outline)

    assert len(tubes) == 3
    for tube in tubes:
        scaled = (tube.points_mm - outline.centre_mm) / np.array(outline.radii_mm)
        np.testing.assert_allclose(np.linalg.norm(scaled, axis=1), 0.99, atol=1e-6)


def test_muscle_and_outline_lie_inside_the_shadow(habitus: Habitus, canvas: Canvas) -> None:
    heart = plan_heart(habitus, stream(17, "organs"))
    coordinates = canvas.grid.coordinates(whole(canvas.grid))

    shadow = heart_distance(coordinates, heart)

    assert (shadow <= muscle_distance(coordinates, heart)).all()
    assert (shadow <= ellipsoid_distance(coordinates, heart.outline) + 1.6).all()


def test_contrast_tells_the_left_chambers_from_the_right(habitus: Habitus, canvas: Canvas) -> None:
    enhanced = replace(habitus, blood_hu=120.0, arterial_hu=300.0)
    heart = plan_heart(enhanced, stream(17, "organs"))

    draw_heart(canvas, enhanced, heart)

    inside = muscle_distance(canvas.grid.coordinates(whole(canvas.grid)), heart) < -6
    hu = canvas.hu[inside]
    assert np.mean(hu > 280) > 0.05
    assert np.mean(np.abs(hu - 120) < 15) > 0.05
    assert np.mean(np.abs(hu - 80) < 15) > 0.05


def test_fat_and_pericardium_coat_the_heart(habitus: Habitus, canvas: Canvas) -> None:
    heart = replace(plan_heart(habitus, stream(17, "organs")), fat_mm=9.0)
    canvas.hu[:] = -850.0

    draw_heart(canvas, habitus, heart)

    shadow = heart_distance(canvas.grid.coordinates(whole(canvas.grid)), heart)
    inner = canvas.hu[(shadow > 2) & (shadow < 2.6)]
    sac = canvas.hu[(shadow > 5) & (shadow < 5.8)]
    assert np.median(inner) < -50
    assert np.median(sac) > np.median(inner) + 15
