"""Findings that make the lung darker: emphysema and mosaic attenuation."""

import numpy as np

from medct_core.phantom.body import Body, Ellipsoid, Points
from medct_core.phantom.canvas import Box, Float, coverage_of
from medct_core.phantom.drawing.painting import Painting, painting
from medct_core.phantom.drawing.places import (
    LOBES_OF_SIDE,
    LUNG_WORDS,
    by_severity,
    count_by_severity,
    in_lobes,
    level,
    lung_box,
    lung_share,
    preferred,
    scatter,
    side_of,
)
from medct_core.phantom.drawing.shapes import (
    ball_coverage,
    cloud,
    ellipsoid_box,
    ellipsoid_distance,
    points_where,
    slab_coverage,
    smoothstep,
)
from medct_core.phantom.drawing.texture import lobules
from medct_core.phantom.request import Drawn, DrawRequest

# Destroyed lung holds air only; -950 HU is the usual threshold of emphysema on CT.
EMPTY_HU = -985.0
BULLA_WALL_HU = -350.0

# Share of its brightness that a vessel of a lucent lobule loses, away from the hilum.
_THINNED, _CENTRAL_MM, _BONE_HU = 0.5, 8.0, 300.0


def draw_emphysema(body: Body, request: DrawRequest) -> Drawn:
    """Draw centrilobular holes, subpleural cysts and bullae, mostly in the upper lobes."""
    side = side_of(request, both=0.8)
    paint = painting(body)
    box = lung_box(body, side)
    share = lung_share(body, box, LOBES_OF_SIDE[side]) * _without_vessels(body, box)
    where = _upper_sites(body, request, side)
    _centrilobular(paint, request, box, share, where)
    if level(request) > 0 or request.rng.uniform() < 0.4:
        _paraseptal(paint, request, box, share, where)
    _bullae(paint, request, side, where)
    return paint.drawn(request, "upper lobes" if side == "both" else f"{side} upper lung", side)


def _without_vessels(body: Body, box: Box) -> Float:
    return 1 - smoothstep(body.canvas.hu[box], -720, -450)


def _upper_sites(body: Body, request: DrawRequest, side: str) -> Points:
    count = count_by_severity(request, ((5, 7), (9, 13), (15, 22)))
    sites = scatter(body, request.rng)
    lobes = in_lobes(sites, LOBES_OF_SIDE[side])
    upper = sites.height > request.rng.uniform(0.35, 0.55)
    return preferred(sites, lobes, upper).points_mm[:count]


def _centrilobular(
    paint: Painting, request: DrawRequest, box: Box, share: Float, where: Points
) -> None:
    size = by_severity(request, ((11, 13), (12, 15), (13, 18)))
    widest = by_severity(request, ((0.34, 0.4), (0.4, 0.46), (0.45, 0.52)))
    pattern = lobules(request.rng, size)
    grid = paint.body.canvas.grid
    radii = request.rng.uniform(16, 32, len(where))
    strength = np.minimum(cloud(grid, box, where, radii), 1.0)
    sick = (strength > 0.25) & (share > 0)
    cells = pattern.at(points_where(grid, box, sick))
    radius = np.float32(size * widest) * np.sqrt(strength[sick]) * (0.55 + 0.6 * cells.key)
    hole = np.zeros_like(share)
    hole[sick] = share[sick] * ball_coverage(cells.centre_mm, radius, paint.edge_mm)
    paint.lower_to(box, hole, EMPTY_HU)


def _paraseptal(
    paint: Painting, request: DrawRequest, box: Box, share: Float, where: Points
) -> None:
    size = by_severity(request, ((7, 9), (9, 13), (12, 18)))
    pattern = lobules(request.rng, size)
    grid = paint.body.canvas.grid
    strength = cloud(grid, box, where, np.full(len(where), 30.0))
    depth = paint.body.depth_mm[box]
    row = coverage_of(depth - np.float32(0.8 * size), paint.edge_mm) * share * (depth > 0)
    sick = (strength > 0.4) & (row > 0)
    cells = pattern.at(points_where(grid, box, sick))
    hollow = np.zeros_like(share)
    hollow[sick] = row[sick] * (1 - slab_coverage(cells.wall_mm, 1.2, paint.edge_mm))
    paint.lower_to(box, hollow, EMPTY_HU)


def _bullae(paint: Painting, request: DrawRequest, side: str, where: Points) -> None:
    count = count_by_severity(request, ((0, 1), (1, 3), (2, 5)))
    for centre in where[:count]:
        size = by_severity(request, ((5, 8), (7, 13), (12, 24)))
        radii = size * request.rng.uniform(0.75, 1.25, 3)
        _bulla(paint, Ellipsoid(tuple(centre), tuple(radii)), side)


def _bulla(paint: Painting, shape: Ellipsoid, side: str) -> None:
    box = ellipsoid_box(paint.body.canvas.grid, shape, 2)
    distance = ellipsoid_distance(paint.body.canvas.grid.coordinates(box), shape)
    share = lung_share(paint.body, box, LOBES_OF_SIDE[side])
    paint.lower_to(box, coverage_of(distance, paint.edge_mm) * share, EMPTY_HU)
    wall = slab_coverage(np.abs(distance), 1.0, paint.edge_mm)
    paint.fill(box, wall, share, BULLA_WALL_HU)


def draw_mosaic(body: Body, request: DrawRequest) -> Drawn:
    """Draw a patchwork of lucent and denser lobules with sharp, polygonal borders."""
    side = side_of(request, both=0.8)
    paint = painting(body)
    box = lung_box(body, side)
    grid = body.canvas.grid
    contrast = by_severity(request, ((100, 130), (145, 180), (185, 225)))
    pattern = lobules(request.rng, request.rng.uniform(22, 38))
    zone = _mosaic_zone(body, request, box, side) * lung_share(body, box, LOBES_OF_SIDE[side])
    tissue = _without_vessels(body, box)
    sick = zone > 0
    lucent = np.zeros(sick.shape, bool)
    part = request.rng.uniform(0.4, 0.55)
    lucent[sick] = pattern.at(points_where(grid, box, sick)).key < part
    # Lucent lobules trap air, their neighbours take more blood, so the mean hardly moves.
    change = np.where(lucent, np.float32(-0.52 * contrast), np.float32(0.48 * contrast))
    present = body.canvas.hu[box]
    target = np.maximum(present + change, np.float32(-1000))
    # Blood avoids what is not ventilated: vessels in lucent lobules are thin.
    thin = _THINNED * lucent * (body.depth_mm[box] > _CENTRAL_MM) * (present < _BONE_HU)
    narrowed = np.where(present > -720, present + thin * (-880 - present), present)
    changed = np.where(tissue > 0.5, target, narrowed).astype(np.float32)
    share = zone * np.where(tissue > 0.5, tissue, np.float32(1) * (thin > 0))
    paint.cover(box, share.astype(np.float32), changed)
    return paint.drawn(request, LUNG_WORDS[side], side)


def _mosaic_zone(body: Body, request: DrawRequest, box: Box, side: str) -> Float:
    count = count_by_severity(request, ((2, 3), (4, 6), (8, 12)))
    sites = scatter(body, request.rng)
    chosen = preferred(sites, in_lobes(sites, LOBES_OF_SIDE[side])).points_mm[:count]
    radii = request.rng.uniform(35, 55, len(chosen))
    return smoothstep(cloud(body.canvas.grid, box, chosen, radii), 0.3, 0.5)
