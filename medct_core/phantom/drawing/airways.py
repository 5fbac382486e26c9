"""Findings of the bronchi: thick walls and wide lumens."""

from dataclasses import replace

import numpy as np

from medct_core.phantom.body import Body, Tube
from medct_core.phantom.canvas import Float
from medct_core.phantom.drawing.painting import Painting, painting
from medct_core.phantom.drawing.places import (
    LOBES_OF_SIDE,
    by_severity,
    count_by_severity,
    lobes_in_words,
    rod,
    side_of,
    side_of_lobes,
)
from medct_core.phantom.drawing.shapes import TubeField, rod_coverage, smoothstep, tube_field
from medct_core.phantom.request import Drawn, DrawRequest

LUMEN_HU = -970.0
# A normal bronchus keeps about seven tenths of its outer radius as lumen.
LUMEN_SHARE = 0.7


def draw_peribronchial_thickening(body: Body, request: DrawRequest) -> Drawn:
    """Draw cuffs of soft tissue around bronchi whose lumens stay as they are."""
    side = side_of(request, both=0.7)
    paint = painting(body)
    lobes = _lobes(request, side, ((1, 2), (2, 4), (4, 5)), 0.5)
    wall = by_severity(request, ((1.5, 2.1), (2.3, 3.2), (3.2, 4.4)))
    # A thick wall shows a bronchus further out than a normal one is seen.
    tubes = tuple(_further(request, tube, 16.0) for tube in body.bronchi if tube.lobe in lobes)
    field = tube_field(body.canvas.grid, tubes, wall + 6)
    outer = rod_coverage(field.distance_mm, field.radius_mm + np.float32(wall), paint.edge_mm)
    lumen = rod_coverage(field.distance_mm, LUMEN_SHARE * field.radius_mm, paint.edge_mm)
    cuff = np.maximum(outer - lumen, 0)
    paint.fill(field.box, cuff, body.lung[field.box], request.rng.uniform(-60, 30))
    return paint.drawn(request, lobes_in_words(lobes), side_of_lobes(lobes))


def draw_bronchiectasis(body: Body, request: DrawRequest) -> Drawn:
    """Draw bronchi wider than their vessels, with walls, out towards the pleura."""
    side = side_of(request, both=0.5)
    paint = painting(body)
    lobes = _lobes(request, side, ((1, 1), (2, 3), (3, 5)), 0.7)
    lumen = by_severity(request, ((2.6, 3.3), (3.6, 4.8), (5.0, 7.0)))
    wall = by_severity(request, ((1.2, 1.6), (1.6, 2.2), (2.0, 2.8)))
    tubes = tuple(
        _widened(request, bronchus, lumen) for bronchus in body.bronchi if bronchus.lobe in lobes
    )
    field = tube_field(body.canvas.grid, tubes, 1.5 * lumen + wall + 3)
    _draw_wide_tubes(paint, field, wall, request.rng.uniform(-20, 40))
    return paint.drawn(request, lobes_in_words(lobes), side_of_lobes(lobes))


def _draw_wide_tubes(paint: Painting, field: TubeField, wall: float, wall_hu: float) -> None:
    share = _peripheral(paint.body.depth_mm[field.box]) * paint.body.lung[field.box]
    outer = rod_coverage(field.distance_mm, field.radius_mm + np.float32(wall), paint.edge_mm)
    lumen = rod_coverage(field.distance_mm, field.radius_mm, paint.edge_mm)
    paint.raise_to(field.box, (outer * share).astype(np.float32), wall_hu)
    paint.cover(field.box, (lumen * share).astype(np.float32), LUMEN_HU)


def _peripheral(depth_mm: Float) -> Float:
    return smoothstep(depth_mm, 0.5, 2.5)


def _widened(request: DrawRequest, bronchus: Tube, lumen_mm: float) -> Tube:
    """Bronchus with a wide, beaded lumen that runs on beyond its end, towards the pleura."""
    longer = _further(request, bronchus, 26.0)
    # The first piece lies among the vessels of the hilum, where nothing could be told apart.
    points = longer.points_mm[1:]
    beads = request.rng.uniform(0.75, 1.3, len(points))
    shape = np.interp(np.linspace(0, 1, len(points)), [0, 0.25, 0.8, 1], [0.7, 1, 1, 0.8])
    return rod(points, lumen_mm * beads * shape)


def _further(request: DrawRequest, bronchus: Tube, length_mm: float) -> Tube:
    """Bronchus that runs on by two more points."""
    last = bronchus.points_mm[-1] - bronchus.points_mm[-2]
    onwards = last / max(float(np.linalg.norm(last)), 1e-6)
    bends = np.cumsum(0.2 * request.rng.normal(size=(2, 3)), axis=0)
    steps = np.array([[0.5], [1.0]]) * length_mm
    points = np.vstack([bronchus.points_mm, bronchus.points_mm[-1] + steps * (onwards + bends)])
    radii = np.append(bronchus.radii_mm, bronchus.radii_mm[-1] * np.array([0.9, 0.8]))
    return replace(bronchus, points_mm=points, radii_mm=radii)


def _lobes(
    request: DrawRequest, side: str, counts: tuple[tuple[int, int], ...], lower: float
) -> list[str]:
    """Lobes with a finding of the bronchi; lower lobes come first with chance `lower`."""
    names = list(LOBES_OF_SIDE[side])
    order = request.rng.permutation(len(names))
    count = count_by_severity(request, (counts[0], counts[1], counts[2]))
    ranked = sorted(order, key=lambda n: names[n] not in ("RLL", "LLL"))
    chosen = ranked if request.rng.uniform() < lower else list(order)
    return [names[n] for n in chosen[: max(count, 2 if side == "both" else 1)]]
