"""Findings made of sheets and strands: atelectasis, fibrotic sequela, septal thickening."""

import numpy as np

from medct_core.phantom.body import Body, Ellipsoid, Points
from medct_core.phantom.canvas import coverage_of
from medct_core.phantom.drawing.painting import Painting, painting
from medct_core.phantom.drawing.places import (
    LOBES_OF_SIDE,
    LUNG_WORDS,
    by_severity,
    count_by_severity,
    direction,
    in_lobes,
    level,
    lobe_at,
    lobes_in_words,
    lung_box,
    lung_share,
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
    ellipsoid_box,
    ellipsoid_distance,
    rod_coverage,
    slab_coverage,
    smoothstep,
    tube_field,
    turned,
)
from medct_core.phantom.drawing.texture import lobules, ripple
from medct_core.phantom.request import Drawn, DrawRequest


def draw_atelectasis(body: Body, request: DrawRequest) -> Drawn:
    """Draw airless lung: plates near the base and, when severe, a collapsed lower lobe."""
    side = side_of(request, both=0.35)
    paint = painting(body)
    lobes = []
    for one in sides(side):
        if level(request) == 2 or (level(request) == 1 and request.rng.uniform() < 0.35):
            lobes.append(_collapse(paint, request, one))
        for _ in range(count_by_severity(request, ((1, 2), (2, 3), (2, 4)))):
            lobes.append(_plate(paint, request, one))
    return paint.drawn(request, lobes_in_words(lobes), side_of_lobes(lobes))


def _plate(paint: Painting, request: DrawRequest, side: str) -> str:
    rng, grid = request.rng, paint.body.canvas.grid
    sites = scatter(paint.body, rng, 600)
    own = in_lobes(sites, LOBES_OF_SIDE[side])
    low = (sites.height < 0.45) & (sites.depth_mm < 16)
    site = preferred(sites, own, low)
    half_length = by_severity(request, ((16, 26), (22, 36), (28, 42)))
    thickness = by_severity(request, ((3.0, 4.5), (4.5, 7.0), (6.0, 10.0)))
    axes = _tilted(rng)
    box = box_of_points(grid, site.points_mm[0], half_length + 4)
    u, v, w = turned(grid.coordinates(box), site.points_mm[0], axes)
    out = np.sqrt((u / half_length) ** 2 + (v / (rng.uniform(0.45, 0.8) * half_length)) ** 2)
    bend = np.float32(rng.uniform(-0.006, 0.006)) * (u * u + v * v)
    taper = thickness * (1.15 - 0.6 * np.minimum(out, 1.0))
    sheet = slab_coverage(np.abs(w - bend), taper, paint.edge_mm)
    share = lung_share(paint.body, box, LOBES_OF_SIDE[side])
    sheet = sheet * (1 - smoothstep(out, 0.9, 1.05))
    paint.fill(box, sheet, share, rng.uniform(-20, 40))
    return lobe_at(int(site.lobe[0]))


def _tilted(rng: np.random.Generator) -> Points:
    normal = np.array([rng.normal() * 0.35, rng.normal() * 0.35, 1.0])
    normal /= np.linalg.norm(normal)
    first = np.cross(normal, direction(rng))
    first /= np.linalg.norm(first)
    return np.stack([first, np.cross(normal, first), normal])


def _collapse(paint: Painting, request: DrawRequest, side: str) -> str:
    """Wedge of a collapsed lower lobe against the spine, with a concave outer border."""
    rng, body = request.rng, paint.body
    lobe = "RLL" if side == "right" else "LLL"
    outwards = -1.0 if side == "right" else 1.0
    sites = scatter(body, rng, 900)
    own = preferred(sites, in_lobes(sites, (lobe,)), sites.height < 0.4)
    x = np.quantile(outwards * own.points_mm[:, 0], 0.08) * outwards
    y = np.quantile(own.points_mm[:, 1], 0.85)
    z = np.quantile(own.points_mm[:, 2], 0.3)
    width = by_severity(request, ((10, 14), (16, 22), (24, 36)))
    wedge = Ellipsoid((x, y, z), (width, 1.5 * width, 1.9 * width))
    hollow = Ellipsoid((x + outwards * 2.3 * width, y - 0.9 * width, z), (1.7 * width,) * 3)
    box = ellipsoid_box(body.canvas.grid, wedge, 3)
    coordinates = body.canvas.grid.coordinates(box)
    outside = np.maximum(
        ellipsoid_distance(coordinates, wedge), -ellipsoid_distance(coordinates, hollow)
    )
    airless = coverage_of(outside, paint.edge_mm)
    paint.fill(box, airless, lung_share(body, box, (lobe,)), rng.uniform(40, 65))
    return lobe


def draw_fibrosis(body: Body, request: DrawRequest) -> Drawn:
    """Draw old scars: apical or peripheral strands, an irregular cap, traction and reticulation."""
    side = side_of(request, both=0.4)
    paint = painting(body)
    lobes = []
    for one in sides(side):
        for _ in range(count_by_severity(request, ((1, 1), (2, 2), (3, 4)))):
            lobes.append(_scar(paint, request, one))
    return paint.drawn(request, lobes_in_words(lobes), side_of_lobes(lobes))


def _scar(paint: Painting, request: DrawRequest, side: str) -> str:
    rng = request.rng
    sites = scatter(paint.body, rng)
    own = in_lobes(sites, LOBES_OF_SIDE[side])
    apical = rng.uniform() < 0.6
    place = (sites.height > 0.72) if apical else (sites.height < 0.6)
    site = preferred(sites, own, sites.depth_mm < 9, place)
    centre, lobe = site.points_mm[0], lobe_at(int(site.lobe[0]))
    size = by_severity(request, ((11, 16), (15, 22), (20, 30)))
    _cap(paint, request, centre, size, side)
    _strands(paint, request, centre, size, side)
    _mesh(paint, request, centre, size, side)
    return lobe


def _cap(paint: Painting, request: DrawRequest, centre: Points, size: float, side: str) -> None:
    rng, grid, body = request.rng, paint.body.canvas.grid, paint.body
    box = box_of_points(grid, centre, 1.6 * size)
    near = cloud(grid, box, centre[None], np.array([0.9 * size]))
    edge = ripple(rng, 7.0).at(grid.coordinates(box))
    thickness = np.float32(0.32 * size) * near * (1 + 0.6 * edge)
    cap = coverage_of(body.depth_mm[box] - thickness, paint.edge_mm) * (near > 0.2)
    share = lung_share(body, box, LOBES_OF_SIDE[side])
    paint.fill(box, cap, share, rng.uniform(0, 60))


def _strands(paint: Painting, request: DrawRequest, centre: Points, size: float, side: str) -> None:
    rng = request.rng
    inwards = np.array([1.0 if side == "right" else -1.0, 0.0, 0.0]) - 0.4 * np.sign(centre)
    strands = []
    for _ in range(count_by_severity(request, ((3, 4), (4, 6), (6, 9)))):
        way = inwards / np.linalg.norm(inwards) + 0.75 * direction(rng)
        tip = centre + way / np.linalg.norm(way) * size * rng.uniform(1.2, 2.4)
        middle = (centre + tip) / 2 + rng.normal(size=3) * 0.08 * size
        thick = by_severity(request, ((0.9, 1.4), (1.1, 1.9), (1.4, 2.5)))
        strands.append(rod([centre, middle, tip], np.array([1.3, 1.0, 0.4]) * thick))
    field = tube_field(paint.body.canvas.grid, tuple(strands), 4.5 + paint.edge_mm)
    coverage = rod_coverage(field.distance_mm, field.radius_mm, paint.edge_mm)
    share = lung_share(paint.body, field.box, LOBES_OF_SIDE[side])
    paint.fill(field.box, coverage, share, rng.uniform(-30, 40))


def _mesh(paint: Painting, request: DrawRequest, centre: Points, size: float, side: str) -> None:
    """Reticulation with small traction cysts around the scar."""
    rng, grid = request.rng, paint.body.canvas.grid
    box = box_of_points(grid, centre, 2.0 * size)
    cells = lobules(rng, rng.uniform(5.5, 8.0)).at(grid.coordinates(box))
    near = cloud(grid, box, centre[None], np.array([1.15 * size]))
    shallow = 1 - smoothstep(paint.body.depth_mm[box], 0.5 * size, 0.9 * size)
    zone = smoothstep(near, 0.3, 0.6) * shallow
    share = lung_share(paint.body, box, LOBES_OF_SIDE[side])
    paint.fill(box, slab_coverage(cells.wall_mm, 1.5, paint.edge_mm) * zone, share, -20.0)
    cyst = coverage_of(cells.centre_mm - np.float32(1.8), paint.edge_mm) * (cells.key < 0.3)
    paint.cover(box, cyst * zone * share, -930.0)


def draw_septal_thickening(body: Body, request: DrawRequest) -> Drawn:
    """Draw thick walls of secondary lobules: polygons and lines that reach the pleura."""
    side = side_of(request, both=0.75)
    paint = painting(body)
    rng, grid = request.rng, body.canvas.grid
    box = lung_box(body, side)
    thickness = by_severity(request, ((0.9, 1.2), (1.2, 1.7), (1.7, 2.5)))
    deepest = by_severity(request, ((16, 22), (22, 32), (32, 45)))
    cells = lobules(rng, rng.uniform(13, 19)).at(grid.coordinates(box))
    centres = _septal_sites(body, request, side)
    near = cloud(grid, box, centres, rng.uniform(28, 42, len(centres)))
    zone = smoothstep(near, 0.3, 0.45) * (
        1 - smoothstep(body.depth_mm[box], 0.75 * deepest, deepest)
    )
    # Some walls stay thin: an even net would be a honeycomb.
    uneven = np.clip(0.75 + 0.6 * ripple(rng, 24.0).at(grid.coordinates(box)), 0.0, 1.3)
    walls = slab_coverage(cells.wall_mm, thickness * uneven, paint.edge_mm)
    paint.fill(box, walls * zone, lung_share(body, box, LOBES_OF_SIDE[side]), 0.0)
    return paint.drawn(request, LUNG_WORDS[side], side)


def _septal_sites(body: Body, request: DrawRequest, side: str) -> Points:
    count = count_by_severity(request, ((3, 4), (5, 8), (10, 15)))
    basal = request.rng.uniform() < 0.65
    sites = scatter(body, request.rng)
    own = in_lobes(sites, LOBES_OF_SIDE[side])
    zone = (sites.height < 0.5) if basal else (sites.height > 0.4)
    return preferred(sites, own, zone, sites.depth_mm < 18).points_mm[:count]
