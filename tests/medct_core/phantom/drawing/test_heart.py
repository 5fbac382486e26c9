"""A large heart is wide and takes its arteries along; fluid surrounds it."""

import numpy as np
import pytest

from medct_core.phantom.drawing.heart import (
    draw_cardiomegaly,
    draw_coronary_calcification,
    draw_pericardial_effusion,
    enlarge_heart,
    stretch_of,
)
from medct_core.phantom.drawing.places import rod
from medct_core.phantom.drawing.shapes import ellipsoid_distance, whole
from medct_core.phantom.request import DrawRequest
from tests.medct_core.phantom.drawing.conftest import BodyStore, Pencil


@pytest.mark.parametrize(
    ("severity", "limits"),
    [("mild", (0.5, 0.6)), ("moderate", (0.55, 0.65)), ("severe", (0.6, 0.74))],
)
def test_the_heart_fills_more_than_half_of_the_chest(
    severity: str, limits: tuple[float, float], pencil: Pencil
) -> None:
    drawing = pencil.draw(draw_cardiomegaly, severity)

    columns = np.flatnonzero((drawing.mask > 0.5).any(axis=(1, 2)))
    width = 4.0 * (columns[-1] - columns[0] + 1)
    ratio = width / (2 * drawing.body.chest_wall.radii_mm[0])

    assert limits[0] < ratio < limits[1]


def test_lung_gives_way_to_the_heart(bodies: BodyStore) -> None:
    body = bodies.fresh()
    request = DrawRequest(np.random.default_rng(0), "severe")

    wider, drawn = enlarge_heart(body, request)

    gone = (body.lung > 0.9) & (drawn.mask > 0.9)
    assert gone.sum() > 300
    assert wider.lung[gone].max() < 0.15
    assert np.median(wider.canvas.hu[gone]) > 0


def test_arteries_lie_on_the_surface_of_the_large_heart(bodies: BodyStore) -> None:
    body = bodies.fresh()

    wider, _ = enlarge_heart(body, DrawRequest(np.random.default_rng(0), "severe"))

    for tube in wider.coronaries:
        level = (tube.points_mm - wider.heart.centre_mm) / np.asarray(wider.heart.radii_mm)
        np.testing.assert_allclose(np.linalg.norm(level, axis=1), 1.0, atol=0.02)


def test_fluid_lies_around_the_heart_and_not_inside(pencil: Pencil) -> None:
    drawing = pencil.draw(draw_pericardial_effusion, "severe")
    grid = drawing.body.canvas.grid

    distance = ellipsoid_distance(grid.coordinates(whole(grid)), drawing.body.heart)

    assert distance[drawing.mask > 0.5].min() > -4
    assert distance[drawing.mask > 0.5].max() < 36
    assert 0 <= np.median(drawing.core()) <= 22


def test_fluid_is_thicker_behind_the_heart_than_before_it(pencil: Pencil) -> None:
    drawing = pencil.draw(draw_pericardial_effusion, "moderate")

    assert drawing.centre_mm[1] > drawing.body.heart.centre_mm[1]


def test_coronary_calcium_is_bright_and_on_the_heart(pencil: Pencil) -> None:
    drawing = pencil.draw_fine(draw_coronary_calcification, "severe")
    grid = drawing.body.canvas.grid

    distance = ellipsoid_distance(grid.coordinates(whole(grid)), drawing.body.heart)

    assert np.abs(distance[drawing.mask > 0.2]).max() < 8
    assert drawing.after[drawing.mask > 0.5].max() > 250


def test_a_stretch_of_a_tube_has_its_length() -> None:
    tube = rod([[0, 0, 0], [100, 0, 0]], 2.0)

    piece = stretch_of(tube, 0.5, 20.0, 1.0)

    np.testing.assert_allclose(piece.points_mm[[0, -1], 0], [50, 70])
    np.testing.assert_allclose(stretch_of(tube, 0.9, 50.0, 1.0).points_mm[-1, 0], 100)
