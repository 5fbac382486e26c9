"""Findings of the heart: a large one, fluid around it, calcium in its arteries."""

from dataclasses import replace

import numpy as np
from scipy.ndimage import map_coordinates

from medct_core.phantom.body import Body, Ellipsoid, Tube
from medct_core.phantom.canvas import Box, Float, coverage_of
from medct_core.phantom.drawing.painting import Painting, painting
from medct_core.phantom.drawing.places import (
    LARGEST_RATIO,
    by_severity,
    count_by_severity,
    heart_as_wide,
    rod,
)
from medct_core.phantom.drawing.shapes import (
    ellipsoid_box,
    ellipsoid_distance,
    rod_coverage,
    smoothstep,
    tube_field,
)
from medct_core.phantom.request import Drawn, DrawRequest

MYOCARDIUM_HU = 48.0
FAT_COAT_MM = 5.0
SOFT_HU = 47.0
# Below this it is the air of a bronchus or of the gullet, which stays open.
AIRWAY_HU = -925.0


def enlarge_heart(body: Body, request: DrawRequest) -> tuple[Body, Drawn]:
    """Draw a heart too wide for its chest and return the body that has it.

    What was inside and on the heart grows with it; lung gives way. Whoever paints next must
    use the body returned, in which the heart, its arteries and the lung are as drawn.
    """
    ratio = by_severity(request, ((0.54, 0.57), (0.58, 0.62), (0.63, LARGEST_RATIO)))
    large = heart_as_wide(body, ratio)
    paint = painting(body)
    box = ellipsoid_box(body.canvas.grid, large, 6)
    inside = coverage_of(
        ellipsoid_distance(body.canvas.grid.coordinates(box), large), paint.edge_mm
    )
    heart = inside * _may_give_way(body, box)
    grown = _grown(body, box, large)
    paint.cover(box, heart, grown)
    lung = body.lung.copy()
    lung[box] *= 1 - heart
    coronaries = tuple(_moved(tube, body.heart, large) for tube in body.coronaries)
    wider = replace(body, heart=large, lung=lung, coronaries=coronaries)
    return wider, paint.drawn(request, "heart", "middle")


def draw_cardiomegaly(body: Body, request: DrawRequest) -> Drawn:
    """Draw a heart too wide for its chest."""
    return enlarge_heart(body, request)[1]


def _may_give_way(body: Body, box: Box) -> Float:
    """Share of each voxel that is lung, old heart, or fat inside the rib cage."""
    coordinates = body.canvas.grid.coordinates(box)
    distance, edge = ellipsoid_distance(coordinates, body.heart), body.canvas.edge_mm()
    old = coverage_of(distance, edge)
    # Voxels across the edge of the heart are neither heart nor fat, but go with both.
    edge_of_old = coverage_of(distance - FAT_COAT_MM, edge) * (body.canvas.hu[box] < SOFT_HU)
    fat = np.maximum(_soft_room(body, box), edge_of_old)
    room: Float = np.maximum(np.maximum(old, np.minimum(4 * body.lung[box], 1)), fat)
    return room


def _soft_room(body: Body, box: Box) -> Float:
    """Share of each voxel that is fat or lung tissue beside the heart, inside the rib cage."""
    present = body.canvas.hu[box]
    light = smoothstep(-present, 20.0, 60.0) * (present > AIRWAY_HU)
    x, y, _ = body.canvas.grid.coordinates(box)
    centre, radii = body.chest_wall.centre_mm, body.chest_wall.radii_mm
    inner = ((x - centre[0]) / radii[0]) ** 2 + ((y - centre[1]) / radii[1]) ** 2 < 0.95
    return np.asarray(light * inner, np.float32)


def _grown(body: Body, box: Box, large: Ellipsoid) -> Float:
    """HU of the old heart, stretched over the large one; lung inside the old edge is filled."""
    grid = body.canvas.grid
    source = []
    for axis, place in enumerate(grid.coordinates(box)):
        part = (place - large.centre_mm[axis]) / large.radii_mm[axis]
        old = body.heart.centre_mm[axis] + 0.96 * part * body.heart.radii_mm[axis]
        source.append(old / grid.spacing_mm[axis] + (grid.shape[axis] - 1) / 2)
    where = np.stack(np.broadcast_arrays(*source)).astype(np.float32)
    stretched = map_coordinates(body.canvas.hu, where, order=1, mode="nearest")
    # Air or fat that reaches into the old heart would be a large hole in the new one.
    return np.where(stretched < 0, np.float32(MYOCARDIUM_HU), stretched).astype(np.float32)


def _moved(tube: Tube, old: Ellipsoid, new: Ellipsoid) -> Tube:
    part = (tube.points_mm - np.asarray(old.centre_mm)) / np.asarray(old.radii_mm)
    points = np.asarray(new.centre_mm) + part * np.asarray(new.radii_mm)
    return replace(tube, points_mm=points)


def draw_pericardial_effusion(body: Body, request: DrawRequest) -> Drawn:
    """Draw fluid around the heart, thicker behind and below."""
    paint = painting(body)
    rng = request.rng
    thickness = by_severity(request, ((4.5, 7), (8, 13), (15, 25)))
    heart = body.heart
    box = ellipsoid_box(body.canvas.grid, heart, 1.5 * thickness + 4)
    x, y, z = body.canvas.grid.coordinates(box)
    distance = ellipsoid_distance((x, y, z), heart)
    back = (y - heart.centre_mm[1]) / heart.radii_mm[1]
    below = (heart.centre_mm[2] - z) / heart.radii_mm[2]
    left = (x - heart.centre_mm[0]) / heart.radii_mm[0]
    lean = 0.35 * back + 0.2 * below + rng.uniform(-0.15, 0.3) * left
    layer = np.float32(thickness) * np.clip(0.8 + lean, 0.25, 1.3)
    fluid = coverage_of(distance - layer, paint.edge_mm)
    fluid = fluid - np.minimum(coverage_of(distance, paint.edge_mm), fluid)
    room = np.maximum(np.minimum(4 * body.lung[box], 1), _soft_room(body, box))
    # The sac ends at the great vessels: no fluid above the heart's shoulders.
    room = room * (1 - smoothstep(-below, 0.85, 1.05))
    paint.cover(box, (fluid * room).astype(np.float32), rng.uniform(2, 20))
    return paint.drawn(request, "pericardium", "middle", round(thickness, 1))


def draw_coronary_calcification(body: Body, request: DrawRequest) -> Drawn:
    """Draw specks and tracks of calcium along the coronary arteries."""
    paint = painting(body)
    rng = request.rng
    count = count_by_severity(request, ((2, 4), (5, 8), (9, 14)))
    bits = []
    for _ in range(count):
        artery = body.coronaries[int(rng.integers(len(body.coronaries)))]
        length = by_severity(request, ((6, 10), (12, 24), (20, 42)))
        radius = by_severity(request, ((1.4, 1.8), (1.8, 2.4), (2.3, 3.0)))
        bits.append(stretch_of(artery, rng.uniform(0.0, 0.75), length, radius))
    _calcify(paint, tuple(bits), rng.uniform(550, 1200))
    return paint.drawn(request, "coronary arteries", "middle")


def _calcify(paint: Painting, bits: tuple[Tube, ...], density: float) -> None:
    field = tube_field(paint.body.canvas.grid, bits, 3.0 + paint.edge_mm)
    coverage = rod_coverage(field.distance_mm, field.radius_mm, paint.edge_mm)
    paint.raise_to(field.box, coverage, density)


def stretch_of(tube: Tube, start: float, length_mm: float, radius_mm: float) -> Tube:
    """Piece of a tube's centreline from a share of its length onwards, as a rod."""
    steps = np.linalg.norm(np.diff(tube.points_mm, axis=0), axis=1)
    along = np.concatenate([[0], np.cumsum(steps)])
    first = start * along[-1]
    wanted = np.linspace(first, min(first + length_mm, along[-1]), 5)
    points = np.stack([np.interp(wanted, along, tube.points_mm[:, n]) for n in range(3)], axis=1)
    return rod(points, radius_mm)
