"""Harmless things that resemble a finding, drawn so that a negative is not an empty chest."""

import numpy as np

from medct_core.phantom.body import Body, Ellipsoid
from medct_core.phantom.canvas import coverage_of
from medct_core.phantom.drawing.painting import Painting, painting
from medct_core.phantom.drawing.places import (
    LOBES_OF_SIDE,
    by_severity,
    count_by_severity,
    direction,
    in_lobes,
    lobe_at,
    lobes_in_words,
    lung_box,
    lung_share,
    one_side_of,
    preferred,
    rod,
    scatter,
    side_of_lobes,
)
from medct_core.phantom.drawing.shapes import (
    ellipsoid_box,
    ellipsoid_distance,
    rod_coverage,
    slab_coverage,
    smoothstep,
    tube_field,
)
from medct_core.phantom.drawing.texture import ripple
from medct_core.phantom.request import Drawn, DrawRequest

BLOOD_HU = 40.0
FAT_HU = -100.0


def draw_vessel_end_on(body: Body, request: DrawRequest) -> Drawn:
    """Draw a thick vessel that runs across the slices: a nodule in one slice, a line in another."""
    paint = painting(body)
    rng = request.rng
    lobes = []
    for _ in range(count_by_severity(request, ((1, 1), (1, 2), (2, 3)))):
        sites = scatter(body, rng, 400)
        site = preferred(sites, sites.depth_mm > 12)
        way = np.array([0.5, 0.5, 0.0]) * direction(rng) + np.array([0.0, 0.0, 1.0])
        way = way / np.linalg.norm(way) * rng.uniform(20, 30)
        bend = 3 * direction(rng)
        middle = site.points_mm[0]
        # Thinner than any nodule and far longer: on slices of 5 mm it goes on over many.
        radius = rng.uniform(1.4, 2.2)
        tube = rod(
            [middle - way + bend, middle, middle + way + bend], radius * np.array([1.1, 1, 0.7])
        )
        field = tube_field(body.canvas.grid, (tube,), 6.0)
        coverage = rod_coverage(field.distance_mm, field.radius_mm, paint.edge_mm)
        paint.fill(field.box, coverage, body.lung[field.box], BLOOD_HU)
        lobes.append(lobe_at(int(site.lobe[0])))
    return paint.drawn(request, lobes_in_words(lobes), side_of_lobes(lobes))


def draw_dependent_density(body: Body, request: DrawRequest) -> Drawn:
    """Draw the faint, even haze along the back of both lungs that gravity makes."""
    paint = painting(body)
    box = lung_box(body, "both")
    thickness = by_severity(request, ((5, 8), (8, 12), (12, 18)))
    # Well below what ground glass adds: a denser haze could be told from it by nobody.
    haze_hu = by_severity(request, ((25, 45), (40, 65), (60, 95)))
    grid = body.canvas.grid
    dependency = np.broadcast_to(body.dependency, grid.shape)[box]
    height = np.broadcast_to(body.height, grid.shape)[box]
    wave = 1 + 0.3 * ripple(request.rng, 50.0).at(grid.coordinates(box))
    reach = thickness * wave
    haze = smoothstep(dependency, 0.72, 0.92) * (1 - smoothstep(body.depth_mm[box] - reach, 0, 6))
    haze = (
        haze * (1 - smoothstep(height, 0.35, 0.75)) * lung_share(body, box, LOBES_OF_SIDE["both"])
    )
    target = np.minimum(body.canvas.hu[box] + np.float32(haze_hu), np.float32(60))
    paint.raise_to(box, haze.astype(np.float32), target.astype(np.float32))
    return paint.drawn(request, "dependent lung", "both")


def draw_costal_cartilage_calcification(body: Body, request: DrawRequest) -> Drawn:
    """Draw calcium in the cartilage at the front ends of ribs."""
    paint = painting(body)
    rng = request.rng
    bits = []
    middle = body.chest_wall.centre_mm[0]
    for rib in body.ribs:
        if rng.uniform() > by_severity(request, ((0.2, 0.3), (0.4, 0.6), (0.7, 0.9))):
            continue
        points = (
            rib.points_mm if rib.points_mm[0, 1] < rib.points_mm[-1, 1] else rib.points_mm[::-1]
        )
        inwards = np.array([np.sign(middle - points[0, 0]), -0.15, 0.1])
        tip = points[0] + inwards * rng.uniform(4, 9)
        bits.append(rod([points[0], tip], rng.uniform(1.2, 2.6)))
    if bits:
        field = tube_field(body.canvas.grid, tuple(bits), 4.0 + paint.edge_mm)
        coverage = rod_coverage(field.distance_mm, field.radius_mm, paint.edge_mm)
        outside = 1 - body.lung[field.box]
        paint.raise_to(field.box, coverage * outside, rng.uniform(250, 520))
    return paint.drawn(request, "costal cartilages", "both")


def draw_pericardial_fat(body: Body, request: DrawRequest) -> Drawn:
    """Draw pads of fat in the angles between heart and diaphragm."""
    paint = painting(body)
    rng = request.rng
    x, y, z = body.heart.centre_mm
    a, b, c = body.heart.radii_mm
    size = by_severity(request, ((12, 17), (17, 23), (23, 31)))
    side = one_side_of(request)
    for s in (-1.0, 1.0):
        share = 1.0 if (s > 0) == (side == "left") else rng.uniform(0.4, 0.8)
        centre = (x + s * 0.85 * a, y - 0.65 * b, z - 0.55 * c)
        shape = Ellipsoid(centre, (size * share, 0.8 * size * share, 1.1 * size * share))
        _fat(paint, shape)
    return paint.drawn(request, "cardiophrenic angles", "both")


def _fat(paint: Painting, shape: Ellipsoid) -> None:
    body = paint.body
    box = ellipsoid_box(body.canvas.grid, shape, 2)
    distance = ellipsoid_distance(body.canvas.grid.coordinates(box), shape)
    paint.cover(box, coverage_of(distance, paint.edge_mm) * body.lung[box], FAT_HU)


def draw_paraseptal_air(body: Body, request: DrawRequest) -> Drawn:
    """Draw two to six small blebs under the pleura of the apex."""
    paint = painting(body)
    rng = request.rng
    side = one_side_of(request)
    sites = scatter(body, rng)
    own = in_lobes(sites, LOBES_OF_SIDE[side])
    apex = preferred(sites, own, sites.height > 0.75, sites.depth_mm < 6)
    for centre in apex.points_mm[: count_by_severity(request, ((2, 3), (3, 4), (4, 6)))]:
        x, y, z = (float(v) for v in centre)
        r = float(rng.uniform(2.4, 3.4))
        shape = Ellipsoid((x, y, z), (r, r, r))
        box = ellipsoid_box(body.canvas.grid, shape, 2)
        distance = ellipsoid_distance(body.canvas.grid.coordinates(box), shape)
        share = body.lung[box]
        paint.lower_to(box, coverage_of(distance, paint.edge_mm) * share, -975.0)
    return paint.drawn(request, f"{side} apex", side)


def draw_accessory_fissure(body: Body, request: DrawRequest) -> Drawn:
    """Draw an extra fissure, of the azygos lobe or at the base: a line that looks like a plate."""
    paint = painting(body)
    rng = request.rng
    side = one_side_of(request)
    apical = side == "right" and rng.uniform() < 0.5
    box = lung_box(body, side)
    outwards = np.float32(-1.0 if side == "right" else 1.0)
    x, y, z = body.canvas.grid.coordinates(box)
    centre, radii = body.chest_wall.centre_mm, body.chest_wall.radii_mm
    aside = outwards * (x - centre[0]) - np.float32(rng.uniform(0.3, 0.5) * radii[0])
    tilt = rng.uniform(-0.25, 0.25) if apical else rng.uniform(0.3, 0.7)
    bow = np.float32(0.004) * (y - centre[1]) ** 2
    plane = (aside + tilt * (y - centre[1]) + bow).astype(np.float32) + 0 * z
    thickness = by_severity(request, ((0.5, 0.7), (0.7, 0.9), (0.9, 1.2)))
    height = np.broadcast_to(body.height, body.canvas.grid.shape)[box]
    zone = smoothstep(height, 0.66, 0.7) if apical else 1 - smoothstep(height, 0.2, 0.26)
    sheet = slab_coverage(np.abs(plane), thickness, paint.edge_mm) * zone
    paint.fill(box, sheet, lung_share(body, box, LOBES_OF_SIDE[side]), -150.0)
    return paint.drawn(request, f"{side} {'apex' if apical else 'base'}", side)


def draw_azygos_arch(body: Body, request: DrawRequest) -> Drawn:
    """Draw the azygos vein as it bends over the right main bronchus: round, like a node."""
    paint = painting(body)
    rng = request.rng
    points = body.trachea.points_mm
    low = points[int(np.argmin(points[:, 2]))]
    wide = float(body.trachea.radii_mm.max())
    radius = by_severity(request, ((3.0, 3.5), (3.4, 4.0), (3.8, 4.4)))
    start = low + np.array([-wide - radius - 1.0, 22.0, 12.0])
    middle = low + np.array([-wide - radius - 2.5, 4.0, 17.0 + rng.uniform(-3, 3)])
    end = low + np.array([-wide - radius - 1.0, -10.0, 12.0])
    field = tube_field(body.canvas.grid, (rod([start, middle, end], radius),), 8.0)
    coverage = rod_coverage(field.distance_mm, field.radius_mm, paint.edge_mm)
    paint.raise_to(field.box, coverage, BLOOD_HU)
    return paint.drawn(request, "azygos arch", "right")


def draw_nipple_shadow(body: Body, request: DrawRequest) -> Drawn:
    """Draw small round densities on the skin of the front: nodules on a thick slice."""
    paint = painting(body)
    rng = request.rng
    grid = body.canvas.grid
    heart = body.heart
    radius = by_severity(request, ((2.5, 3.2), (3.2, 4), (4, 4.8)))
    z = heart.centre_mm[2] + rng.uniform(-10, 15)
    for aside in (-95.0 + rng.normal() * 5, 95.0 + rng.normal() * 5):
        x = body.chest_wall.centre_mm[0] + aside
        i = int(np.argmin(np.abs(grid.axis_mm(0) - x)))
        k = int(np.argmin(np.abs(grid.axis_mm(2) - z)))
        solid = np.flatnonzero(body.canvas.hu[i, :, k] > -300)
        if len(solid) == 0:
            continue
        shape = Ellipsoid((x, float(grid.axis_mm(1)[solid[0]]), z), (radius, radius, radius))
        box = ellipsoid_box(grid, shape, 2)
        distance = ellipsoid_distance(grid.coordinates(box), shape)
        paint.raise_to(box, coverage_of(distance, paint.edge_mm), 40.0)
    return paint.drawn(request, "nipples", "both")


def draw_small_nodes(body: Body, request: DrawRequest) -> Drawn:
    """Draw ordinary lymph nodes, under 8 mm across, some with a fatty middle."""
    paint = painting(body)
    rng = request.rng
    stations = list(body.node_stations_mm.values())
    for n in rng.permutation(len(stations))[: count_by_severity(request, ((2, 3), (3, 5), (4, 7)))]:
        x, y, z = (float(v) for v in np.asarray(stations[n]) + 3 * rng.normal(size=3))
        short = float(rng.uniform(1.8, 3.0))
        shape = Ellipsoid((x, y, z), (short, 1.5 * short, short))
        box = ellipsoid_box(body.canvas.grid, shape, 2)
        distance = ellipsoid_distance(body.canvas.grid.coordinates(box), shape)
        outside = 1 - body.lung[box]
        paint.raise_to(box, coverage_of(distance, paint.edge_mm) * outside, 40.0)
    return paint.drawn(request, "mediastinum", "middle")
