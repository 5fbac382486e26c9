"""Findings made of sheets and strands: atelectasis, fibrotic sequela, septal thickening."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from medct_core.phantom.body import Body, Points
from medct_core.phantom.canvas import Box, Float, coverage_of
from medct_core.phantom.drawing.painting import Painting, painting
from medct_core.phantom.drawing.places import (
    LOBES_OF_SIDE,
    LUNG_WORDS,
    Flags,
    Sites,
    by_severity,
    count_by_severity,
    direction,
    in_lobes,
    kept,
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
    ball_coverage,
    box_of_points,
    cloud,
    points_where,
    rod_coverage,
    slab_coverage,
    smoothstep,
    tube_field,
    turned,
)
from medct_core.phantom.drawing.texture import lobules, ripple
from medct_core.phantom.request import Drawn, DrawRequest


@dataclass(frozen=True, slots=True, eq=False)
class Scar:
    """Where one scar lies.

    Attributes
    ----------
    points_mm
        ``(n, 3)`` float64 points under the pleura, the first its middle.
    size_mm
        Half its width along the pleura.
    side
        Of the lung.
    """

    points_mm: Points
    size_mm: float
    side: str


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
    """Fill a collapsed lower lobe: a sail against spine and diaphragm, hollow on its outside."""
    rng, body = request.rng, paint.body
    lobe = "RLL" if side == "right" else "LLL"
    outwards = np.float32(-1.0 if side == "right" else 1.0)
    box = lung_box(body, side)
    x, y, z = body.canvas.grid.coordinates(box)
    spine, radius = body.spine.points_mm, float(body.spine.radii_mm.max())
    width = by_severity(request, ((14, 18), (22, 30), (34, 52)))
    base = body.chest_wall.centre_mm[2] - body.chest_wall.radii_mm[2]
    top = body.chest_wall.centre_mm[2] - rng.uniform(0.05, 0.3) * body.chest_wall.radii_mm[2]
    here = np.float32(width) * np.clip((top - z) / (top - base), 0.0, 1.2)
    aside = np.maximum(outwards * (x - np.float32(spine[:, 0].mean())) - 0.4 * radius, 0)
    back = np.float32(body.chest_wall.centre_mm[1] + 0.92 * body.chest_wall.radii_mm[1])
    ahead = np.maximum(back - y, 0)
    # Roots instead of squares bend the border inwards, as a lobe that has lost its air does.
    level = (aside / (1.5 * here + 1)) ** 0.7 + (ahead / (2.6 * here + 1)) ** 0.7
    outside = ((level - 1) * 0.6 * here + np.where(here < 1, 9, 0)).astype(np.float32)
    airless = coverage_of(outside, paint.edge_mm)
    paint.fill(box, airless, lung_share(body, box, (lobe,)), rng.uniform(40, 65))
    return lobe


def draw_fibrosis(body: Body, request: DrawRequest) -> Drawn:
    """Draw old scars: apical or peripheral strands, an irregular cap, traction and reticulation."""
    side = side_of(request, both=0.4)
    paint = painting(body)
    lobes = []
    for one in sides(side):
        sites = scatter(body, request.rng, 3000)
        for _ in range(count_by_severity(request, ((1, 1), (2, 2), (3, 4)))):
            lobes.append(_scar(paint, request, sites, one))
    return paint.drawn(request, lobes_in_words(lobes), side_of_lobes(lobes))


def _scar(paint: Painting, request: DrawRequest, sites: Sites, side: str) -> str:
    rng = request.rng
    sites = kept(sites, _nearest_first(paint.body, sites, rng))
    own = in_lobes(sites, LOBES_OF_SIDE[side])
    apical = rng.uniform() < 0.6
    place = (sites.height > 0.72) if apical else (sites.height < 0.6)
    site = preferred(sites, own, sites.depth_mm < 8, place)
    size = by_severity(request, ((11, 16), (15, 22), (20, 30)))
    scar = Scar(_along_pleura(sites, own, site.points_mm[0], size), size, side)
    _cap(paint, request, scar)
    _strands(paint, request, scar)
    _mesh(paint, request, scar)
    return lobe_at(int(site.lobe[0]))


def _nearest_first(body: Body, sites: Sites, rng: np.random.Generator) -> npt.NDArray[np.intp]:
    """Order sites by distance from a random point, which does not depend on their number."""
    wall = body.chest_wall
    anchor = np.asarray(wall.centre_mm) + np.asarray(wall.radii_mm) * rng.uniform(-1, 1, 3)
    return np.argsort(np.linalg.norm(sites.points_mm - anchor, axis=1))


def _along_pleura(sites: Sites, own: Flags, centre: Points, size: float) -> Points:
    """Centre of a scar and up to four more points under the pleura beside it."""
    away = np.linalg.norm(sites.points_mm - centre, axis=1)
    beside = own & (sites.depth_mm < 8) & (away < 1.7 * size) & (away > 0.5 * size)
    return np.vstack([centre, sites.points_mm[beside][:4]])


def _cap(paint: Painting, request: DrawRequest, scar: Scar) -> None:
    rng, grid, body = request.rng, paint.body.canvas.grid, paint.body
    box = box_of_points(grid, scar.points_mm, 1.3 * scar.size_mm)
    radii = np.full(len(scar.points_mm), 0.6 * scar.size_mm)
    near = np.minimum(cloud(grid, box, scar.points_mm, radii), 1.0)
    edge = ripple(rng, 9.0).at(grid.coordinates(box))
    thickness = np.float32(0.26 * scar.size_mm) * near * np.maximum(1 + 0.7 * edge, 0)
    cap = coverage_of(body.depth_mm[box] - thickness, paint.edge_mm) * (near > 0.2)
    share = lung_share(body, box, LOBES_OF_SIDE[scar.side])
    paint.fill(box, cap, share, rng.uniform(0, 60))


def _strands(paint: Painting, request: DrawRequest, scar: Scar) -> None:
    """Draw bands from the pleura towards the hilum."""
    rng = request.rng
    hilum = np.array([-32.0 if scar.side == "right" else 32.0, 10.0, 5.0])
    strands = []
    for n in range(count_by_severity(request, ((2, 3), (4, 6), (6, 9)))):
        start = scar.points_mm[n % len(scar.points_mm)]
        inwards = (hilum - start) / max(float(np.linalg.norm(hilum - start)), 1e-6)
        way = inwards + 0.6 * direction(rng)
        tip = start + way / np.linalg.norm(way) * scar.size_mm * rng.uniform(1.3, 2.8)
        middle = (start + tip) / 2 + rng.normal(size=3) * 0.1 * scar.size_mm
        thick = by_severity(request, ((1.0, 1.5), (1.3, 2.1), (1.6, 2.9)))
        strands.append(rod([start, middle, tip], np.array([1.4, 1.0, 0.4]) * thick))
    field = tube_field(paint.body.canvas.grid, tuple(strands), 4.5 + paint.edge_mm)
    coverage = rod_coverage(field.distance_mm, field.radius_mm, paint.edge_mm)
    share = lung_share(paint.body, field.box, LOBES_OF_SIDE[scar.side])
    paint.fill(field.box, coverage, share, rng.uniform(-30, 40))


def _mesh(paint: Painting, request: DrawRequest, scar: Scar) -> None:
    """Draw reticulation with small traction cysts in a thin layer under the pleura."""
    rng, grid = request.rng, paint.body.canvas.grid
    box = box_of_points(grid, scar.points_mm, 1.6 * scar.size_mm)
    pattern = lobules(rng, rng.uniform(5.5, 8.0))
    radii = np.full(len(scar.points_mm), 0.75 * scar.size_mm)
    near = cloud(grid, box, scar.points_mm, radii)
    reach = 0.62 * scar.size_mm
    shallow = 1 - smoothstep(paint.body.depth_mm[box], 0.5 * reach, reach)
    zone = smoothstep(near, 0.3, 0.6) * shallow
    share = lung_share(paint.body, box, LOBES_OF_SIDE[scar.side])
    sick = (zone > 0) & (share > 0)
    cells = pattern.at(points_where(grid, box, sick))
    net, cyst = np.zeros_like(share), np.zeros_like(share)
    net[sick] = slab_coverage(cells.wall_mm, 1.3, paint.edge_mm)
    cyst[sick] = ball_coverage(cells.centre_mm, 1.9, paint.edge_mm) * (cells.key < 0.3)
    paint.fill(box, net * zone, share, -60.0)
    paint.lower_to(box, cyst * zone * share, -930.0)


def draw_septal_thickening(body: Body, request: DrawRequest) -> Drawn:
    """Draw thick walls of secondary lobules: polygons and lines that reach the pleura."""
    side = side_of(request, both=0.75)
    paint = painting(body)
    rng, grid = request.rng, body.canvas.grid
    box = lung_box(body, side)
    thickness = by_severity(request, ((1.5, 2.0), (2.1, 2.9), (2.9, 4.0)))
    deepest = by_severity(request, ((16, 22), (22, 32), (32, 45)))
    pattern, unevenness = lobules(rng, rng.uniform(17, 24)), ripple(rng, 24.0)
    centres = _septal_sites(body, request, side)
    near = cloud(grid, box, centres, rng.uniform(28, 42, len(centres)))
    zone = smoothstep(near, 0.3, 0.45) * (
        1 - smoothstep(body.depth_mm[box], 0.75 * deepest, deepest)
    )
    # Some walls stay thin: an even net would be a honeycomb.
    share = lung_share(body, box, LOBES_OF_SIDE[side])
    sick = (zone > 0) & (share > 0)
    points = points_where(grid, box, sick)
    uneven = np.clip(0.75 + 0.6 * unevenness.at(points), 0.0, 1.3)
    walls = np.zeros_like(share)
    walls[sick] = slab_coverage(pattern.at(points).wall_mm, thickness * uneven, paint.edge_mm)
    walls = np.maximum(walls, _subpleural_line(body, rng, box, thickness) * (share > 0))
    paint.fill(box, walls * zone, share, 0.0)
    return paint.drawn(request, LUNG_WORDS[side], side)


def _subpleural_line(body: Body, rng: np.random.Generator, box: Box, thickness_mm: float) -> Float:
    """Cover a line that follows the pleura at a distance, here and there."""
    away = np.abs(body.depth_mm[box] - np.float32(rng.uniform(7, 10)))
    line = slab_coverage(away, np.float32(thickness_mm), body.canvas.edge_mm())
    broken = ripple(rng, 40.0).at(body.canvas.grid.coordinates(box))
    covered: Float = line * smoothstep(broken, 0.1, 0.4)
    return covered


def _septal_sites(body: Body, request: DrawRequest, side: str) -> Points:
    count = count_by_severity(request, ((3, 4), (5, 8), (10, 15)))
    basal = request.rng.uniform() < 0.65
    sites = scatter(body, request.rng)
    own = in_lobes(sites, LOBES_OF_SIDE[side])
    zone = (sites.height < 0.5) if basal else (sites.height > 0.4)
    return preferred(sites, own, zone, sites.depth_mm < 18).points_mm[:count]
