"""Findings of the pleural space: fluid and air."""

import numpy as np

from medct_core.phantom.body import Body
from medct_core.phantom.canvas import Float, coverage_of
from medct_core.phantom.drawing.painting import Painting, painting
from medct_core.phantom.drawing.places import (
    LOBES_OF_SIDE,
    by_severity,
    lung_box,
    lung_share,
    one_side_of,
    side_of,
    sides,
)
from medct_core.phantom.drawing.shapes import slab_coverage, smoothstep
from medct_core.phantom.drawing.texture import ripple
from medct_core.phantom.request import Drawn, DrawRequest

FREE_AIR_HU = -1000.0


def draw_effusion(body: Body, request: DrawRequest) -> Drawn:
    """Draw free fluid: a crescent along the back that thins upwards and to the front."""
    side = side_of(request, both=0.4)
    paint = painting(body)
    fluid_hu = request.rng.uniform(0, 22)
    for one in sides(side):
        _pool(paint, request, one, fluid_hu)
    words = "right pleural space" if side == "right" else "left pleural space"
    return paint.drawn(request, "both pleural spaces" if side == "both" else words, side)


def _pool(paint: Painting, request: DrawRequest, side: str, fluid_hu: float) -> None:
    body = paint.body
    box = lung_box(body, side)
    deepest = by_severity(request, ((9, 14), (18, 30), (36, 60)))
    front = by_severity(request, ((0.66, 0.74), (0.5, 0.6), (0.2, 0.4)))
    top = by_severity(request, ((0.3, 0.45), (0.5, 0.7), (0.75, 0.95)))
    height = np.broadcast_to(body.height, body.canvas.grid.shape)[box]
    dependency = np.broadcast_to(body.dependency, body.canvas.grid.shape)[box]
    back = smoothstep(dependency, front, min(front + 0.3, 0.95))
    thickness = np.float32(deepest) * back * (1 - smoothstep(height, 0.15 * top, top))
    pool = coverage_of(body.depth_mm[box] - thickness, paint.edge_mm) * (thickness > 0.8)
    paint.flood(box, pool, lung_share(body, box, LOBES_OF_SIDE[side]), fluid_hu)


def draw_pneumothorax(body: Body, request: DrawRequest) -> Drawn:
    """Draw free air in front of and above the lung, behind a thin visceral line."""
    side = one_side_of(request)
    paint = painting(body)
    box = lung_box(body, side)
    thickness = _air_thickness(body, request, box)
    distance = body.depth_mm[box] - thickness
    there = (thickness > 1.5) * lung_share(body, box, LOBES_OF_SIDE[side])
    air = coverage_of(distance, paint.edge_mm) * there
    line = slab_coverage(np.abs(distance), 1.0, paint.edge_mm) * there
    paint.cover(box, air.astype(np.float32), FREE_AIR_HU)
    paint.raise_to(box, line.astype(np.float32), -100.0)
    return paint.drawn(request, f"{side} pleural space", side)


def _air_thickness(body: Body, request: DrawRequest, box: tuple[slice, slice, slice]) -> Float:
    grid = body.canvas.grid
    deepest = by_severity(request, ((4, 7), (12, 20), (26, 42)))
    dependency = np.broadcast_to(body.dependency, grid.shape)[box]
    height = np.broadcast_to(body.height, grid.shape)[box]
    front = 1 - smoothstep(dependency, 0.25, 0.6)
    apex = smoothstep(height, 0.75, 0.95)
    wave = 1 + 0.2 * ripple(request.rng, 60.0).at(grid.coordinates(box))
    thickness: Float = (deepest * np.maximum(front, 0.8 * apex) * wave).astype(np.float32)
    return thickness
