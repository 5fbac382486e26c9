"""Calcium in the walls of the aorta and the arteries that leave it."""

from dataclasses import replace

import numpy as np

from medct_core.phantom.body import Body, Points, Tube
from medct_core.phantom.drawing.painting import painting
from medct_core.phantom.drawing.places import by_severity, count_by_severity, rod
from medct_core.phantom.drawing.shapes import rod_coverage, tube_field
from medct_core.phantom.request import Drawn, DrawRequest

# The first part of the aorta lies inside the heart's shadow, beside the coronary arteries.
FIRST_SHARE_OF_AORTA = 0.2
# How far below its top the aorta still counts as its arch.
ARCH_HEIGHT_MM = 28.0


def draw_arterial_calcification(body: Body, request: DrawRequest) -> Drawn:
    """Draw plaques on the wall of the arch, the descending aorta and the arch branches."""
    paint = painting(body)
    rng = request.rng
    count = count_by_severity(request, ((3, 5), (6, 10), (12, 20)))
    branches = tuple(tube for tube in body.great_vessels if _is_arterial(tube))
    aorta = _within_chest(body)
    plaques = []
    for _ in range(count):
        branch = rng.uniform() < 0.2 and bool(branches)
        tube = branches[int(rng.integers(len(branches)))] if branch else aorta
        start = float(rng.uniform(0.0 if branch else FIRST_SHARE_OF_AORTA, 0.97))
        plaques.append(_plaque(request, tube, start))
    field = tube_field(body.canvas.grid, tuple(plaques), 4.0 + paint.edge_mm)
    coverage = rod_coverage(field.distance_mm, field.radius_mm, paint.edge_mm)
    paint.raise_to(field.box, coverage, rng.uniform(650, 1300))
    return paint.drawn(request, _part_of_aorta(aorta, plaques), "middle")


def _within_chest(body: Body) -> Tube:
    """Aorta down to just below the diaphragm: what lies lower may not be on the scan."""
    z = body.aorta.points_mm[:, 2]
    lowest = body.chest_wall.centre_mm[2] - body.chest_wall.radii_mm[2] - 15
    last = max(int(np.flatnonzero(z > lowest)[-1]) + 1, 3)
    return replace(
        body.aorta,
        points_mm=body.aorta.points_mm[:last],
        radii_mm=body.aorta.radii_mm[:last],
    )


def _part_of_aorta(aorta: Tube, plaques: list[Tube]) -> str:
    limit = float(aorta.points_mm[:, 2].max()) - ARCH_HEIGHT_MM
    arch = any(float(plaque.points_mm[0, 2]) > limit for plaque in plaques)
    descending = any(float(plaque.points_mm[0, 2]) <= limit for plaque in plaques)
    if arch and descending:
        return "aortic arch and thoracic aorta"
    return "aortic arch" if arch else "thoracic aorta"


def _is_arterial(tube: Tube) -> bool:
    words = ("subclavian", "carotid", "brachiocephalic artery", "innominate")
    return any(word in tube.name for word in words)


def _plaque(request: DrawRequest, tube: Tube, start: float) -> Tube:
    """Arc on the wall of a tube: along it and around it at once."""
    rng = request.rng
    turn = by_severity(request, ((0.3, 0.7), (0.5, 1.2), (0.7, 1.8)))
    length = by_severity(request, ((7, 12), (12, 24), (20, 40)))
    thick = by_severity(request, ((1.6, 2.1), (2.0, 2.7), (2.5, 3.3)))
    angle = rng.uniform(0, 2 * np.pi)
    share = np.linspace(0, 1, 11)
    steps = np.linalg.norm(np.diff(tube.points_mm, axis=0), axis=1)
    along = np.concatenate([[0], np.cumsum(steps)])
    place = np.clip(start * along[-1] + share * length, 0, along[-1])
    centre = np.stack([np.interp(place, along, tube.points_mm[:, n]) for n in range(3)], axis=1)
    radius = np.interp(place, along, tube.radii_mm) - 0.6 * thick
    first, second = _across(tube.points_mm, along, start * along[-1])
    round_it = angle + (share - 0.5) * turn
    out = np.cos(round_it)[:, None] * first + np.sin(round_it)[:, None] * second
    # A long plaque follows the bend of the arch: its points stay square to the flow there.
    flow = np.gradient(centre, axis=0)
    flow = flow / np.maximum(np.linalg.norm(flow, axis=1), 1e-6)[:, None]
    out = out - (out * flow).sum(axis=1)[:, None] * flow
    out = out / np.maximum(np.linalg.norm(out, axis=1), 1e-6)[:, None]
    return rod(centre + radius[:, None] * out, thick)


def _across(points_mm: Points, along_mm: Points, place_mm: float) -> tuple[Points, Points]:
    """Two unit vectors across a curved line at a place along it."""
    n = int(np.clip(np.searchsorted(along_mm, place_mm) - 1, 0, len(points_mm) - 2))
    flow = points_mm[n + 1] - points_mm[n]
    flow = flow / max(float(np.linalg.norm(flow)), 1e-6)
    first = np.cross(flow, np.eye(3)[int(np.argmin(np.abs(flow)))])
    first /= np.linalg.norm(first)
    return first, np.cross(flow, first)
