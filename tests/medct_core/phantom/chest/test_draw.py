"""A whole harmless chest, and what it tells to findings."""

import numpy as np
import pytest

from medct_core.phantom.body import LOBES, Body, Tube
from medct_core.phantom.canvas import Grid
from medct_core.phantom.chest.draw import draw_chest
from medct_core.phantom.scanner import SCANNERS

SMALL = Grid((48, 48, 32), (8.0, 8.0, 10.0))


def hu_at(body: Body, point_mm: tuple[float, ...]) -> float:
    grid = body.canvas.grid
    index = [
        int(np.clip(round(p / s + (n - 1) / 2), 0, n - 1))
        for p, s, n in zip(point_mm, grid.spacing_mm, grid.shape, strict=True)
    ]
    return float(body.canvas.hu[tuple(index)])


@pytest.mark.parametrize("domain", SCANNERS)
@pytest.mark.parametrize("seed", range(8))
def test_every_patient_has_two_lungs_of_five_lobes(seed: int, domain: str) -> None:
    body = draw_chest(SMALL, seed, SCANNERS[domain])

    litres = np.prod(SMALL.spacing_mm) / 1e6
    volumes = [(body.lobes == 1 + n).sum() * litres for n in range(len(LOBES))]
    assert all(0.05 < volume < 2.6 for volume in volumes)
    assert 1.5 < body.lung.sum() * litres < 7.5


def test_lungs_are_filled_with_air_and_hearts_with_blood(body: Body) -> None:
    deep = body.depth_mm > 15

    assert -930 < np.median(body.canvas.hu[deep]) < -720
    assert 20 < hu_at(body, body.heart.centre_mm) < 350
    assert 20 < hu_at(body, body.liver.centre_mm) < 200


def test_depth_lobes_and_coverage_agree(body: Body) -> None:
    inside = body.lobes > 0

    assert (body.depth_mm[~inside] <= 0).all()
    assert (body.lung[inside] >= 0.5).all()
    assert body.lung.min() >= 0
    assert body.lung.max() <= 1


def test_right_lobes_lie_to_the_right(body: Body) -> None:
    x = np.broadcast_to(body.canvas.grid.axis_mm(0)[:, None, None], body.lobes.shape)

    for number, lobe in enumerate(LOBES, start=1):
        assert (x[body.lobes == number].mean() < 0) == lobe.startswith("R")


def test_height_and_dependency_run_from_base_and_front(body: Body) -> None:
    height, back = np.ravel(body.height), np.ravel(body.dependency)

    assert (np.diff(height) >= 0).all()
    assert (np.diff(back) >= 0).all()
    assert height[0] == back[0] == 0
    assert height[-1] == back[-1] == 1


def test_lung_lies_above_the_diaphragm(body: Body) -> None:
    z = body.canvas.grid.axis_mm(2)

    below = z[None, None, :] < body.diaphragm_mm[:, :, None] - 1

    assert not (below & (body.lobes > 0)).any()


def test_vessels_run_beside_their_bronchi(body: Body) -> None:
    for airway, vessel in zip(body.bronchi, body.vessels, strict=False):
        apart = np.linalg.norm(airway.points_mm[0] - vessel.points_mm[0])
        assert apart < 3 * (airway.radii_mm[0] + vessel.radii_mm[0])
        assert airway.lobe == vessel.lobe


def test_trachea_and_bronchi_are_open(body: Body) -> None:
    assert hu_at(body, tuple(body.trachea.points_mm[1])) < -500


def test_the_spine_and_ribs_are_bone(body: Body) -> None:
    tubes: tuple[Tube, ...] = (body.spine, *body.ribs)

    densities = [hu_at(body, tuple(tube.points_mm[5])) for tube in tubes]

    assert np.mean(np.array(densities) > 110) > 0.9


def test_the_table_is_curved_in_domain_b_alone() -> None:
    grid = Grid((96, 96, 4), (5.0, 5.0, 5.0))
    lows = {}
    for domain, scanner in SCANNERS.items():
        hu = draw_chest(grid, 2, scanner).canvas.hu[:, 60:, 1]
        behind = (hu > -600) & (np.arange(60, 96)[None, :] >= 66)
        lows[domain] = [int(np.flatnonzero(row).max()) for row in behind if row.any()]

    assert np.ptp(lows["a"][20:-20]) < np.ptp(lows["b"][20:-20])
