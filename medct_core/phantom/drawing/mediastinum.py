"""Findings of the mediastinum: hiatal hernia and enlarged lymph nodes."""

import numpy as np

from medct_core.phantom.body import Body, Ellipsoid, Points, Tube
from medct_core.phantom.canvas import Box, Float, coverage_of
from medct_core.phantom.drawing.painting import Painting, painting
from medct_core.phantom.drawing.places import by_severity, count_by_severity, indices
from medct_core.phantom.drawing.shapes import (
    distance_to_segment,
    ellipsoid_box,
    ellipsoid_distance,
    smoothstep,
    tubes_in,
)
from medct_core.phantom.drawing.texture import ripple
from medct_core.phantom.request import Drawn, DrawRequest

WALL_HU = 42.0
GAS_HU = -960.0
# Between these, tissue begins to share the voxel with the air of a bronchus.
OPEN_AIR_HU = (-945.0, -905.0)
# Places tried for each node.
_TRIED = 12


def draw_hiatal_hernia(body: Body, request: DrawRequest) -> Drawn:
    """Draw a piece of stomach behind the heart, with a wall, contents and often gas on top."""
    paint = painting(body)
    rng = request.rng
    size = by_severity(request, ((11, 15), (18, 25), (29, 40)))
    hiatus = _hiatus(body)
    wide = rng.uniform(0.9, 1.2)
    shape = Ellipsoid(
        (
            float(hiatus[0] + rng.uniform(0.0, 0.5) * size),
            float(hiatus[1] - 0.35 * size),
            float(hiatus[2] + 0.75 * size),
        ),
        (wide * size, 0.85 * size, rng.uniform(0.95, 1.25) * size),
    )
    box = ellipsoid_box(body.canvas.grid, shape, 14)
    distance = _sac(body, box, shape, hiatus, 0.5 * size)
    room = 1 - _solid_neighbours(body, box)
    sac = coverage_of(distance, paint.edge_mm) * room
    paint.cover(box, sac, WALL_HU)
    _contents(paint, request, box, distance, shape)
    return paint.drawn(request, "behind the heart", "middle", round(2 * size * wide, 1))


def _hiatus(body: Body) -> Points:
    """Point of the oesophagus at the height of the diaphragm."""
    points = body.oesophagus.points_mm
    i, j, _ = indices(body.canvas.grid, points)
    above = points[:, 2] - body.diaphragm_mm[i, j]
    return np.asarray(points[int(np.argmin(np.abs(above)))], np.float64)


def _sac(body: Body, box: Box, shape: Ellipsoid, hiatus: Points, neck_mm: float) -> Float:
    """Signed distance to the sac joined with its neck down through the diaphragm."""
    coordinates = body.canvas.grid.coordinates(box)
    sac = ellipsoid_distance(coordinates, shape)
    below = hiatus - np.array([0.0, 0.0, 12.0])
    neck, _ = distance_to_segment(coordinates, shape.centre_mm, below)
    joined: Float = np.minimum(sac, neck - np.float32(neck_mm))
    return joined


def _contents(
    paint: Painting, request: DrawRequest, box: Box, distance: Float, shape: Ellipsoid
) -> None:
    rng = request.rng
    coordinates = paint.body.canvas.grid.coordinates(box)
    wall = rng.uniform(3.0, 4.5)
    room = 1 - _solid_neighbours(paint.body, box)
    hollow = coverage_of(distance + np.float32(wall), paint.edge_mm) * room
    food = rng.uniform(5, 30) + 18 * ripple(rng, 12.0).at(coordinates)
    paint.cover(box, hollow.astype(np.float32), food.astype(np.float32))
    # The patient lies on the back: gas collects in front, above a flat level.
    gas_share, surface = rng.uniform(0.25, 0.6), rng.uniform() < 0.75
    if surface:
        front = shape.centre_mm[1] - shape.radii_mm[1]
        flat = coordinates[1] - np.float32(front + 2 * gas_share * shape.radii_mm[1])
        gas = hollow * coverage_of(flat, paint.edge_mm)
        paint.cover(box, gas.astype(np.float32), GAS_HU)


def _solid_neighbours(body: Body, box: Box) -> Float:
    """Coverage of what a hernia cannot enter: heart, aorta and spine."""
    grid, edge = body.canvas.grid, body.canvas.edge_mm()
    taken = coverage_of(ellipsoid_distance(grid.coordinates(box), body.heart), edge)
    lines = tubes_in(grid, box, (body.aorta, body.spine))
    return np.maximum(taken, lines, out=taken)


def draw_lymphadenopathy(body: Body, request: DrawRequest) -> Drawn:
    """Draw lymph nodes wider than 10 mm across at mediastinal and hilar stations."""
    paint = painting(body)
    rng = request.rng
    stations = list(body.node_stations_mm)
    count = count_by_severity(request, ((1, 2), (3, 5), (5, 8)))
    order = [stations[n] for n in rng.permutation(len(stations))]
    used, largest = [], 0.0
    density = rng.uniform(32, 60)
    for n in range(count):
        name = order[n % max(1, min(len(order), (count + 1) // 2 + 1))]
        short = by_severity(request, ((11, 14), (15, 21), (21, 30)))
        centre = _beside_vessels(body, rng, np.asarray(body.node_stations_mm[name]), short)
        _node(paint, centre, short * rng.permutation([0.5, 0.55, rng.uniform(0.6, 0.8)]), density)
        used.append(name)
        largest = max(largest, short)
    location = " and ".join(dict.fromkeys(used[:2]))
    return paint.drawn(request, location, _side_of_stations(used), round(largest, 1))


def _beside_vessels(
    body: Body, rng: np.random.Generator, station: Points, short_mm: float
) -> Points:
    """Place near a station that lies outside vessels and airways: a node displaces neither."""
    places = station + rng.normal(size=(_TRIED, 3)) * 0.4 * short_mm
    lines = (body.aorta, body.trachea, *body.great_vessels)
    room = np.min([_clearance_mm(places, tube) for tube in lines], axis=0)
    best: Points = places[int(np.argmax(np.minimum(room, 0.5 * short_mm)))]
    return best


def _clearance_mm(points_mm: Points, tube: Tube) -> Points:
    """Distance ``(n,)`` of points from the wall of a tube, negative inside."""
    start, step = tube.points_mm[:-1], np.diff(tube.points_mm, axis=0)
    offset = points_mm[:, None] - start
    along = np.clip((offset * step).sum(axis=2) / (step**2).sum(axis=1), 0, 1)
    away = np.linalg.norm(offset - along[..., None] * step, axis=2)
    radii = tube.radii_mm[:-1] + along * np.diff(tube.radii_mm)
    nearest: Points = (away - radii).min(axis=1)
    return nearest


def _side_of_stations(names: list[str]) -> str:
    right = any("right" in name for name in names)
    left = any("left" in name for name in names)
    if right and left:
        return "both"
    return "right" if right else "left" if left else "middle"


def _node(paint: Painting, centre: Points, radii: Points, density: float) -> None:
    body = paint.body
    x, y, z = (float(v) for v in centre)
    a, b, c = (float(v) for v in radii)
    shape = Ellipsoid((x, y, z), (a, b, c))
    box = ellipsoid_box(body.canvas.grid, shape, 3)
    distance = ellipsoid_distance(body.canvas.grid.coordinates(box), shape)
    trachea = tubes_in(body.canvas.grid, box, (body.trachea,))
    node = coverage_of(distance, paint.edge_mm) * (1 - trachea)
    # Vessels with contrast medium stay as they are; bone cannot lie here.
    spared = smoothstep(body.canvas.hu[box], 70, 110)
    node = node * (1 - spared) * smoothstep(body.canvas.hu[box], *OPEN_AIR_HU)
    paint.raise_to(box, node, density)
