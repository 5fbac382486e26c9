"""Findings that fill air spaces: ground glass, consolidation and nodules."""

from dataclasses import replace

import numpy as np

from medct_core.phantom.body import Body, Points, Tube
from medct_core.phantom.canvas import coverage_of
from medct_core.phantom.drawing.painting import Painting, painting
from medct_core.phantom.drawing.places import (
    LOBES_OF_SIDE,
    Flags,
    Sites,
    by_severity,
    count_by_severity,
    direction,
    in_lobes,
    kept,
    lobe_at,
    lobes_in_words,
    lung_share,
    one_side_of,
    preferred,
    rod,
    scatter,
    side_of,
    side_of_lobes,
    sides,
)
from medct_core.phantom.drawing.shapes import (
    box_of_points,
    cloud,
    distance_to_segment,
    rod_coverage,
    smoothstep,
    tube_field,
    tubes_in,
)
from medct_core.phantom.drawing.texture import ripple
from medct_core.phantom.request import Drawn, DrawRequest

AIR_IN_BRONCHUS_HU = -950.0
SPICULE_HU = 0.0
# Share of the chest's half width within which the large vessels of the hilum lie.
_HILAR_SHARE = 0.42


def draw_opacity(body: Body, request: DrawRequest) -> Drawn:
    """Draw ground glass: hazy patches through which vessels stay visible."""
    side = side_of(request, both=0.6)
    paint = painting(body)
    sites = _opacity_sites(body, request, side)
    density = request.rng.uniform(-630, -420)
    for centre in sites.points_mm:
        size = by_severity(request, ((11, 17), (16, 26), (22, 36)))
        _haze(paint, request, _patch(request, centre, size), density, side)
    lobes = [lobe_at(int(lobe)) for lobe in sites.lobe]
    return paint.drawn(request, lobes_in_words(lobes), side_of_lobes(lobes))


def _opacity_sites(body: Body, request: DrawRequest, side: str) -> Sites:
    rng = request.rng
    count = count_by_severity(request, ((1, 3), (3, 6), (6, 10)))
    pattern = int(rng.choice(4, p=(0.4, 0.25, 0.15, 0.2)))
    sites = scatter(body, rng)
    wishes = (
        (sites.depth_mm < 14) & (sites.dependency > 0.35),
        sites.depth_mm > 0,
        sites.depth_mm > 22,
        sites.height > 0.55,
    )
    picks = []
    for n in range(max(count, len(sides(side)))):
        one = sides(side)[n % len(sides(side))]
        own = in_lobes(sites, LOBES_OF_SIDE[one])
        fitting = np.flatnonzero(own & wishes[pattern])
        fitting = fitting if len(fitting) else np.flatnonzero(own)
        picks.append(int(fitting[n % len(fitting)]))
    return kept(sites, np.array(picks))


def _patch(request: DrawRequest, centre: Points, size: float) -> tuple[Points, Points]:
    count = int(request.rng.integers(3, 6))
    offsets = request.rng.normal(size=(count, 3)) * size * (0.55, 0.55, 0.45)
    offsets[0] = 0
    return centre + offsets, size * request.rng.uniform(0.55, 1.0, count)


def _haze(
    paint: Painting,
    request: DrawRequest,
    patch: tuple[Points, Points],
    density: float,
    side: str,
) -> None:
    centres, radii = patch
    box = box_of_points(paint.body.canvas.grid, centres, 2.0 * float(radii.max()))
    field = cloud(paint.body.canvas.grid, box, centres, radii)
    coordinates = paint.body.canvas.grid.coordinates(box)
    edge = ripple(request.rng, 19.0, count=9).at(coordinates)
    grain = ripple(request.rng, 9.0, count=9).at(coordinates)
    haze = smoothstep(field + 0.17 * edge * (field > 0.1), 0.4, 0.85)
    share = lung_share(paint.body, box, LOBES_OF_SIDE[side])
    paint.fill(box, haze, share, np.float32(density) + 35 * grain)


def draw_consolidation(body: Body, request: DrawRequest) -> Drawn:
    """Draw filled air spaces, cut by the fissure, with open bronchi inside."""
    side = side_of(request, both=0.25)
    paint = painting(body)
    lobes = []
    for one in sides(side):
        sites = scatter(body, request.rng)
        own = in_lobes(sites, LOBES_OF_SIDE[one])
        near = (sites.depth_mm < 22) & (sites.depth_mm > 4)
        site = preferred(sites, own, near)
        lobe = lobe_at(int(site.lobe[0]))
        _fill(paint, request, site.points_mm[0], lobe)
        lobes.append(lobe)
    return paint.drawn(request, lobes_in_words(lobes), side_of_lobes(lobes))


def _fill(paint: Painting, request: DrawRequest, centre: Points, lobe: str) -> None:
    rng, grid = request.rng, paint.body.canvas.grid
    size = by_severity(request, ((13, 19), (20, 30), (32, 52)))
    centres, radii = _patch(request, centre, size)
    box = box_of_points(grid, centres, 2.0 * float(radii.max()))
    field = cloud(grid, box, centres, radii)
    edge = ripple(rng, 17.0, count=9).at(grid.coordinates(box))
    filled = smoothstep(field + 0.13 * edge * (field > 0.1), 0.42, 0.62)
    share = lung_share(paint.body, box, (lobe,))
    air = tubes_in(
        grid, box, (*_open_bronchi(paint.body, lobe), *_twigs(request, centre, size, lobe))
    )
    grain = ripple(rng, 9.0).at(grid.coordinates(box))
    paint.fill(box, filled, share, np.float32(rng.uniform(15, 50)) + 12 * grain)
    paint.lower_to(box, filled * air * share, AIR_IN_BRONCHUS_HU)


def _twigs(request: DrawRequest, centre: Points, size: float, lobe: str) -> tuple[Tube, ...]:
    rng = request.rng
    inwards = np.array([1.0 if lobe[0] == "R" else -1.0, -0.1, 0.1])
    root = centre + inwards * 0.7 * size
    twigs = []
    for _ in range(int(rng.integers(3, 6))):
        tip = centre - inwards * size * rng.uniform(0.1, 0.6) + rng.normal(size=3) * 0.4 * size
        middle = (root + tip) / 2 + rng.normal(size=3) * 0.1 * size
        twigs.append(rod([root, middle, tip], np.array([2.4, 1.9, 1.2])))
    return tuple(twigs)


def _open_bronchi(body: Body, lobe: str) -> tuple[Tube, ...]:
    own = (tube for tube in body.bronchi if tube.lobe == lobe)
    return tuple(replace(tube, radii_mm=np.maximum(0.8 * tube.radii_mm, 1.2)) for tube in own)


def draw_nodule(body: Body, request: DrawRequest) -> Drawn:
    """Draw one to three round lesions: solid or part-solid, smooth, lobulated or spiculated."""
    paint = painting(body)
    count = int(request.rng.choice((1, 2, 3), p=(0.6, 0.25, 0.15)))
    lobes, largest = [], 0.0
    side = one_side_of(request) if request.side != "both" else "both"
    for n in range(max(count, len(sides(side)))):
        one = side if side != "both" else sides(side)[n % 2]
        diameter = by_severity(request, ((8, 12), (12, 20), (20, 30))) * (1.0 if n == 0 else 0.75)
        sites = scatter(body, request.rng, 400)
        juxtapleural = request.rng.uniform() < 0.35
        deep = sites.depth_mm > 0.7 * diameter
        # Half of a nodule on the pleura lies in the lung at least, or nothing of it would show.
        beside = (sites.depth_mm > 0.25 * diameter) & (sites.depth_mm < 0.5 * diameter)
        wish = beside if juxtapleural else deep
        own, outer = in_lobes(sites, LOBES_OF_SIDE[one]), _away_from_hilum(body, sites)
        site = preferred(sites, own, wish, outer)
        _nodule(paint, request, site.points_mm[0], diameter / 2)
        lobes.append(lobe_at(int(site.lobe[0])))
        largest = max(largest, diameter)
    return paint.drawn(request, lobes_in_words(lobes), side_of_lobes(lobes), round(largest, 1))


def _away_from_hilum(body: Body, sites: Sites) -> Flags:
    """Tell which sites lie so far out that vessels are thinner than any nodule."""
    aside = np.abs(sites.points_mm[:, 0] - body.chest_wall.centre_mm[0])
    return np.asarray(aside > _HILAR_SHARE * body.chest_wall.radii_mm[0])


def _nodule(paint: Painting, request: DrawRequest, centre: Points, radius: float) -> None:
    rng = request.rng
    kind = int(rng.choice(4, p=(0.35, 0.25, 0.25, 0.15)))
    density = rng.uniform(15, 70)
    if kind == 3 and radius > 4:
        _ball(paint, centre, radius, rng.uniform(-620, -480))
        _ball(paint, centre + rng.normal(size=3) * 0.15 * radius, 0.62 * radius, density)
        return
    _ball(paint, centre, radius, density)
    if kind == 1:
        for _ in range(int(rng.integers(2, 5))):
            _ball(paint, centre + direction(rng) * 0.6 * radius, 0.6 * radius, density)
    if kind == 2:
        _spicules(paint, request, centre, radius)


def _ball(paint: Painting, centre: Points, radius: float, density: float) -> None:
    grid = paint.body.canvas.grid
    box = box_of_points(grid, centre, radius + paint.edge_mm)
    distance, _ = distance_to_segment(grid.coordinates(box), centre, centre)
    coverage = coverage_of(distance - np.float32(radius), paint.edge_mm)
    paint.fill(box, coverage, paint.body.lung[box], density)


def _spicules(paint: Painting, request: DrawRequest, centre: Points, radius: float) -> None:
    rng = request.rng
    spicules = []
    for _ in range(int(rng.integers(8, 15))):
        way = direction(rng)
        tip = centre + way * radius * rng.uniform(1.5, 2.1)
        spicules.append(rod([centre + way * 0.7 * radius, tip], np.array([0.16, 0.05]) * radius))
    field = tube_field(paint.body.canvas.grid, tuple(spicules), 0.2 * radius + paint.edge_mm)
    coverage = rod_coverage(field.distance_mm, field.radius_mm, paint.edge_mm)
    paint.fill(field.box, coverage, paint.body.lung[field.box], SPICULE_HU)
