"""Findings that no model is taught: a broken rib and a nodule of the thyroid."""

import numpy as np

from medct_core.phantom.body import Body, Ellipsoid, Points, Tube
from medct_core.phantom.canvas import coverage_of
from medct_core.phantom.drawing.painting import Painting, painting
from medct_core.phantom.drawing.places import by_severity, direction, one_side_of, rod
from medct_core.phantom.drawing.shapes import (
    ellipsoid_box,
    ellipsoid_distance,
    rod_coverage,
    tube_field,
)
from medct_core.phantom.request import Drawn, DrawRequest

MUSCLE_HU = 45.0
CORTEX_HU = 700.0
MARROW_HU = 250.0


def draw_rib_fracture(body: Body, request: DrawRequest) -> Drawn:
    """Draw ribs broken with a gap and a step; more ribs when severe."""
    paint = painting(body)
    side = one_side_of(request)
    own = [rib for rib in body.ribs if rib.side == side] or list(body.ribs)
    count = {"mild": 1, "moderate": 2, "severe": 4}[request.severity]
    first = int(request.rng.integers(max(1, len(own) - count)))
    broken = own[first : first + count]
    place = request.rng.uniform(0.35, 0.7)
    for rib in broken:
        _break(paint, request, rib, place + request.rng.normal() * 0.03)
    words = broken[0].name or f"{side} rib"
    return paint.drawn(request, words if side in words else f"{side} {words}", side)


def _break(paint: Painting, request: DrawRequest, rib: Tube, place: float) -> None:
    """Take out a short piece and set its outer end back beside the gap."""
    steps = np.linalg.norm(np.diff(rib.points_mm, axis=0), axis=1)
    along = np.concatenate([[0], np.cumsum(steps)])
    middle = place * along[-1]
    radius = float(np.interp(middle, along, rib.radii_mm))
    gap = by_severity(request, ((2.5, 4), (3.5, 6), (5, 9)))
    step = by_severity(request, ((3, 4.5), (4.5, 7), (6, 10)))
    removed = rod(_points(rib, along, middle - gap / 2, middle + 16), radius + 1.2)
    field = tube_field(paint.body.canvas.grid, (removed,), radius + 4)
    old = rod_coverage(field.distance_mm, field.radius_mm, paint.edge_mm)
    paint.cover(field.box, old * (1 - paint.body.lung[field.box]), MUSCLE_HU)
    shift = direction(request.rng)
    tangent = removed.points_mm[-1] - removed.points_mm[0]
    shift = np.cross(tangent, shift)
    shift = step * shift / max(float(np.linalg.norm(shift)), 1e-6)
    loose = _points(rib, along, middle + gap / 2, middle + 16)
    loose = loose + shift * np.linspace(1.0, 0.1, len(loose))[:, None]
    paint.rods((rod(loose, radius),), CORTEX_HU)
    paint.rods((rod(loose, 0.55 * radius),), MARROW_HU)


def _points(rib: Tube, along: Points, first_mm: float, last_mm: float) -> Points:
    wanted = np.linspace(max(first_mm, 0), min(last_mm, along[-1]), 7)
    return np.stack([np.interp(wanted, along, rib.points_mm[:, n]) for n in range(3)], axis=1)


def draw_thyroid_nodule(body: Body, request: DrawRequest) -> Drawn:
    """Draw a nodule darker than the gland, sometimes with a speck of calcium."""
    paint = painting(body)
    rng = request.rng
    side = one_side_of(request)
    gland = body.thyroid[side]
    size = by_severity(request, ((4, 5.5), (6, 9), (10, 16)))
    x, y, z = gland.centre_mm
    a, b, c = gland.radii_mm
    shape = Ellipsoid(
        (
            x + rng.uniform(-0.2, 0.2) * a,
            y - rng.uniform(0, 0.3) * b,
            z + rng.uniform(-0.4, 0.4) * c,
        ),
        (0.9 * size, 0.9 * size, 1.1 * size),
    )
    box = ellipsoid_box(body.canvas.grid, shape, 2)
    distance = ellipsoid_distance(body.canvas.grid.coordinates(box), shape)
    paint.cover(box, coverage_of(distance, paint.edge_mm), rng.uniform(15, 45))
    if rng.uniform() < 0.35:
        centre = np.asarray(shape.centre_mm)
        paint.rods((rod([centre, centre + 0.3 * size * direction(rng)], 1.2),), 450.0)
    return paint.drawn(request, f"{side} thyroid lobe", side, round(2 * size, 1))
