"""A hernia sits behind the heart; nodes are wide enough to be called enlarged."""

import numpy as np
import pytest

from medct_core.phantom.drawing.mediastinum import draw_hiatal_hernia, draw_lymphadenopathy
from medct_core.phantom.drawing.shapes import ellipsoid_distance, tubes_in, whole
from tests.medct_core.phantom.drawing.conftest import Pencil


@pytest.mark.parametrize("severity", ["mild", "severe"])
def test_a_hernia_lies_low_behind_the_heart(severity: str, pencil: Pencil) -> None:
    drawing = pencil.draw(draw_hiatal_hernia, severity)

    x, y, z = drawing.centre_mm

    assert abs(x) < 40
    assert y > drawing.body.heart.centre_mm[1]
    assert z < -40


def test_a_hernia_takes_nothing_from_heart_aorta_or_spine(pencil: Pencil) -> None:
    drawing = pencil.draw(draw_hiatal_hernia, "severe")
    body, grid = drawing.body, drawing.body.canvas.grid
    box = whole(grid)

    taken = tubes_in(grid, box, (body.aorta, body.spine)) > 0.99
    taken |= ellipsoid_distance(grid.coordinates(box), body.heart) < -3

    assert np.abs(drawing.change[taken]).max() < 1


def test_most_hernias_hold_gas_in_front_of_their_contents(pencil: Pencil) -> None:
    drawings = [pencil.draw_fine(draw_hiatal_hernia, "severe", seed) for seed in range(6)]

    with_gas = [d for d in drawings if ((d.after < -700) & (d.mask > 0.95)).sum() > 50]

    assert len(with_gas) >= 3
    for drawing in with_gas:
        gas = np.nonzero((drawing.after < -700) & (drawing.mask > 0.95))[1].mean()
        food = np.nonzero((drawing.after > -50) & (drawing.mask > 0.95))[1].mean()
        assert gas < food


def test_nodes_are_wider_than_ten_millimetres(pencil: Pencil) -> None:
    sizes = [pencil.draw(draw_lymphadenopathy, "mild", seed).drawn.size_mm for seed in range(6)]

    assert all(size is not None and size > 10 for size in sizes)


def test_nodes_lie_near_a_station_and_leave_the_trachea_open(pencil: Pencil) -> None:
    drawing = pencil.draw(draw_lymphadenopathy, "severe")
    body, grid = drawing.body, drawing.body.canvas.grid
    axes = grid.coordinates(whole(grid))

    away = np.min(
        [
            (axes[0] - station[0]) ** 2 + (axes[1] - station[1]) ** 2 + (axes[2] - station[2]) ** 2
            for station in body.node_stations_mm.values()
        ],
        axis=0,
    )
    lumen = tubes_in(grid, whole(grid), (body.trachea,)) > 0.99

    assert np.sqrt(away[drawing.mask > 0.5]).max() < 50
    assert np.abs(drawing.change[lumen]).max() < 1


def test_the_location_names_a_station_of_the_body(pencil: Pencil) -> None:
    drawing = pencil.draw(draw_lymphadenopathy, "mild")

    first = drawing.drawn.location.split(" and ")[0]

    assert first in drawing.body.node_stations_mm


@pytest.mark.parametrize("seed", range(4))
def test_little_of_a_node_is_lost_in_vessels(seed: int, pencil: Pencil) -> None:
    drawing = pencil.draw_fine(draw_lymphadenopathy, "mild", seed)

    assert drawing.drawn.size_mm is not None
    ball = 4 / 3 * np.pi * (drawing.drawn.size_mm / 2) ** 3 / 1000
    assert drawing.volume_ml > 0.5 * ball
