"""Places lie where they are said to lie."""

from dataclasses import replace

import numpy as np
import pytest

from medct_core.phantom.body import LOBES
from medct_core.phantom.canvas import Grid
from medct_core.phantom.drawing.places import (
    LARGEST_RATIO,
    LOBES_OF_SIDE,
    by_severity,
    count_by_severity,
    direction,
    heart_as_wide,
    in_lobes,
    indices,
    kept,
    lobe_at,
    lobes_in_words,
    lung_box,
    lung_share,
    one_side_of,
    preferred,
    rod,
    scatter,
    side_of,
    side_of_lobes,
    sides,
    sites_at,
)
from medct_core.phantom.drawing.shapes import whole
from medct_core.phantom.request import SEVERITIES, DrawRequest
from tests.medct_core.phantom.drawing.conftest import BodyStore

RANGES = ((1.0, 2.0), (3.0, 4.0), (5.0, 6.0))


def _request(severity: str = "mild", side: str | None = None, seed: int = 0) -> DrawRequest:
    return DrawRequest(np.random.default_rng(seed), severity, side)


@pytest.mark.parametrize(("severity", "limits"), list(zip(SEVERITIES, RANGES, strict=True)))
def test_a_number_comes_from_the_range_of_its_severity(
    severity: str, limits: tuple[float, float]
) -> None:
    drawn = [by_severity(_request(severity, seed=n), RANGES) for n in range(20)]
    counted = {count_by_severity(_request(severity, seed=n), RANGES) for n in range(40)}

    assert limits[0] <= min(drawn) < max(drawn) <= limits[1]
    assert counted == {int(limits[0]), int(limits[1])}


@pytest.mark.parametrize("wish", ["right", "left", "both"])
def test_a_side_asked_for_is_taken(wish: str) -> None:
    assert side_of(_request(side=wish), both=0.5) == wish


def test_without_a_wish_every_side_occurs() -> None:
    drawn = {side_of(_request(seed=n), both=0.4) for n in range(40)}
    single = {one_side_of(_request(seed=n)) for n in range(40)}

    assert drawn == {"right", "left", "both"}
    assert single == {"right", "left"}
    assert sides("both") == ("right", "left")


def test_asking_for_a_side_does_not_shift_the_random_stream() -> None:
    free, bound = _request(seed=4), _request(seed=4, side="left")

    side_of(free, both=0.5)
    side_of(bound, both=0.5)

    assert free.rng.uniform() == bound.rng.uniform()


def test_scattered_sites_lie_in_the_lung_and_beside_any_heart(bodies: BodyStore) -> None:
    body = bodies.fresh()
    sites = scatter(body, np.random.default_rng(0))
    largest = heart_as_wide(body, LARGEST_RATIO)

    from_heart = (sites.points_mm - largest.centre_mm) / np.asarray(largest.radii_mm)

    assert len(sites.points_mm) > 100
    assert (sites.lobe > 0).all()
    assert ((from_heart**2).sum(axis=1) > 1).all()


def test_a_heart_grown_twice_is_the_heart_grown_once(bodies: BodyStore) -> None:
    body = bodies.fresh()
    between = replace(body, heart=heart_as_wide(body, 0.56))

    once, twice = heart_as_wide(body, 0.68), heart_as_wide(between, 0.68)

    np.testing.assert_allclose(once.centre_mm, twice.centre_mm)
    np.testing.assert_allclose(once.radii_mm, twice.radii_mm)


def test_preferred_gives_up_the_last_wish_first(bodies: BodyStore) -> None:
    sites = scatter(bodies.fresh(), np.random.default_rng(1))
    left = in_lobes(sites, LOBES_OF_SIDE["left"])
    impossible = np.zeros(len(left), bool)

    chosen = preferred(sites, left, impossible)

    assert len(chosen.lobe) == left.sum()
    assert len(preferred(sites, impossible).lobe) == len(sites.lobe)


def test_sites_are_kept_by_flag_or_by_number(bodies: BodyStore) -> None:
    sites = scatter(bodies.fresh(), np.random.default_rng(1))

    by_number = kept(sites, np.array([2, 0]))

    np.testing.assert_array_equal(by_number.points_mm, sites.points_mm[[2, 0]])


def test_a_point_looks_up_its_own_voxel() -> None:
    grid = Grid((5, 7, 9), (2.0, 3.0, 4.0))

    i, j, k = indices(grid, np.array([[0.0, 0.0, 0.0], [999.0, -999.0, 4.0]]))

    np.testing.assert_array_equal(i, [2, 4])
    np.testing.assert_array_equal(j, [3, 0])
    np.testing.assert_array_equal(k, [4, 5])


def test_sites_know_their_lobe(bodies: BodyStore) -> None:
    sites = sites_at(bodies.fresh(), np.array([[-70.0, 0.0, 70.0], [70.0, 60.0, -40.0]]))

    assert [lobe_at(int(lobe)) for lobe in sites.lobe] == ["RUL", "LLL"]


def test_lobes_share_the_lung_among_them(bodies: BodyStore) -> None:
    body = bodies.fresh()
    box = whole(body.canvas.grid)

    parts = sum(lung_share(body, box, (lobe,)) for lobe in LOBES)

    deep = body.depth_mm > 8
    np.testing.assert_allclose(np.asarray(parts)[deep], body.lung[deep], atol=1e-6)
    assert lung_share(body, box, LOBES) is not None


def test_the_rim_of_a_lobe_belongs_to_it(bodies: BodyStore) -> None:
    body = bodies.fresh()
    body.lobes[body.lung < 0.5] = 0
    box = whole(body.canvas.grid)

    right = lung_share(body, box, LOBES_OF_SIDE["right"])

    rim = (body.lung > 0.1) & (body.lung < 0.5) & (body.canvas.grid.axis_mm(0) < 0)[:, None, None]
    assert (right[rim] > 0).mean() > 0.9


@pytest.mark.parametrize(("side", "sign"), [("right", -1), ("left", 1)])
def test_a_box_of_one_lung_lies_on_its_side(side: str, sign: int, bodies: BodyStore) -> None:
    body = bodies.fresh()

    x, _, _ = body.canvas.grid.coordinates(lung_box(body, side))

    assert (sign * x).mean() > 40
    assert (sign * x).min() > -20


def test_lobes_are_named_in_words() -> None:
    assert lobes_in_words(["LLL", "RLL"]) == "both lower lobes"
    assert lobes_in_words(["LUL", "RUL"]) == "both upper lobes"
    assert lobes_in_words(["RML"]) == "right middle lobe"
    assert lobes_in_words(["RLL", "RUL"]) == "right upper lobe and right lower lobe"
    assert lobes_in_words(["RUL", "RML", "RLL"]) == "right lung"
    assert lobes_in_words(["RUL", "RML", "LUL"]) == "both lungs"
    assert side_of_lobes(["LUL", "LLL"]) == "left"


def test_directions_have_unit_length() -> None:
    assert np.linalg.norm(direction(np.random.default_rng(0))) == pytest.approx(1.0)


def test_a_rod_takes_one_radius_or_one_for_each_point() -> None:
    even, uneven = rod([[0, 0, 0], [1, 0, 0]], 2.0), rod([[0, 0, 0], [1, 0, 0]], [1.0, 3.0])

    np.testing.assert_array_equal(even.radii_mm, [2.0, 2.0])
    np.testing.assert_array_equal(uneven.radii_mm, [1.0, 3.0])
