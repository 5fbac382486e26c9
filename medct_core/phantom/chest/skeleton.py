"""Spine, ribs with their cartilage, sternum, clavicles and shoulder blades."""

import numpy as np

from medct_core.phantom.body import Points, Tube
from medct_core.phantom.canvas import Canvas, Float, coverage_of
from medct_core.phantom.chest.habitus import Habitus
from medct_core.phantom.chest.trunk import cage_profile, spine_x
from medct_core.phantom.drawing.shapes import (
    Coordinates,
    rod_coverage,
    smoothstep,
    tube_field,
    whole,
)
from medct_core.phantom.drawing.texture import ripple

_CORTEX_HU, _CARTILAGE_HU, _DISC_HU, _CORD_HU = 720.0, 95.0, 80.0, 25.0
_VERTEBRA_MM = 25.0
_RIBS = 10
_CARTILAGE_SHARE = 0.22


def draw_spine(canvas: Canvas, habitus: Habitus, rng: np.random.Generator) -> Tube:
    """Paint vertebrae, discs, canal and processes; returns the line of the bodies' centres."""
    box = whole(canvas.grid)
    x, y, z = canvas.grid.coordinates(box)
    back = habitus.centre_mm[1] + 0.63 * habitus.cage_mm[1]
    u, v = x - spine_x(habitus, z), y - np.float32(back)
    radius = (15.5 + 3.0 * smoothstep(-z, -60.0, 120.0)) * habitus.scale
    phase = (z + np.float32(rng.uniform(0, 25))) / np.float32(_VERTEBRA_MM * habitus.scale)
    from_disc = np.abs(phase - np.rint(phase)) * np.float32(_VERTEBRA_MM * habitus.scale)
    body = np.sqrt(u**2 + (v * np.float32(1.15)) ** 2) - radius
    edge = canvas.edge_mm()
    inner = coverage_of(body + 1.8, edge) * coverage_of(3.5 - from_disc, edge)
    marrow = habitus.marrow_hu + 25 * ripple(rng, 9).at((x, y, z))
    canvas.blend(box, coverage_of(body, edge), 0.55 * _CORTEX_HU)
    canvas.blend(box, inner, marrow)
    canvas.blend(box, coverage_of(body, edge) * coverage_of(from_disc - 2.6, edge), _DISC_HU)
    _draw_arch(canvas, (u, v, from_disc), habitus)
    heights = np.linspace(-170, 170, 24)
    points = np.stack([_spine_line(habitus, heights), np.full(24, back), heights], axis=1)
    return Tube(points, np.full(24, 16.0 * habitus.scale), name="spine")


def _spine_line(habitus: Habitus, heights: Points) -> Points:
    return np.asarray(spine_x(habitus, heights.astype(np.float32)), np.float64)


def _draw_arch(canvas: Canvas, frame: Coordinates, habitus: Habitus) -> None:
    u, v, from_disc = frame
    box, edge, scale = whole(canvas.grid), canvas.edge_mm(), habitus.scale
    canal: Float = np.sqrt(u**2 + (v - np.float32(25 * scale)) ** 2)
    segments = 0.35 + 0.65 * coverage_of(6.0 - from_disc, edge)
    off_ring: Float = np.abs(canal - 11.5 * scale) - 3.5
    ring = coverage_of(off_ring, edge) * segments
    process: Float = np.maximum(np.abs(u) - 3.5, np.abs(v - np.float32(43 * scale)) - 11 * scale)
    wings: Float = np.maximum(np.abs(v - np.float32(24 * scale)) - 5.0, np.abs(u) - 30 * scale)
    wings = np.maximum(wings, 9.5 * scale - canal)
    bone = np.maximum(ring, coverage_of(np.minimum(process, wings), edge) * segments)
    canvas.blend(box, bone, 0.5 * _CORTEX_HU)
    canvas.blend(box, coverage_of(canal - 8.5 * scale, edge), _CORD_HU)


def rib_tubes(habitus: Habitus, rng: np.random.Generator) -> tuple[Tube, ...]:
    """Lines of the ribs, from the spine to the end of their cartilage."""
    gap = 0.105 * (habitus.apex_mm - habitus.dome_mm + 70)
    tubes = []
    for number in range(1, _RIBS + 1):
        top = habitus.apex_mm - 4 - (number - 1) * gap + rng.uniform(-2, 2)
        drop = (30 + 5 * number) * habitus.scale * rng.uniform(0.9, 1.1)
        for side, sign in (("right", -1.0), ("left", 1.0)):
            points = _rib_line(habitus, top, drop, sign)
            radii = np.full(len(points), rng.uniform(4.6, 6.0) * habitus.scale)
            tubes.append(Tube(points, radii, side, name=f"rib {number}"))
    return tuple(tubes)


def _rib_line(habitus: Habitus, top_mm: float, drop_mm: float, sign: float) -> Points:
    cx, cy, cz = habitus.centre_mm
    angles = np.linspace(0.18, 0.93, 15) * np.pi
    z = top_mm - drop_mm * (1 - np.cos(angles)) / 2
    narrow = cage_profile(habitus, z.astype(np.float32), 6.0).astype(np.float64)
    wide, deep = (size + 6.0 for size in habitus.cage_mm)
    power = 2 / 2.3
    u = np.abs(np.sin(angles)) ** power
    v = np.sign(np.cos(angles)) * np.abs(np.cos(angles)) ** power
    return np.stack(
        [cx + sign * wide * narrow * u, cy + deep * (0.35 + 0.65 * narrow) * v, cz + z], axis=1
    )


def draw_ribs(canvas: Canvas, habitus: Habitus, ribs: tuple[Tube, ...]) -> None:
    """Paint the bony part of the ribs, and their cartilage in front."""
    bony = tuple(_part(rib, 0.0, 1 - _CARTILAGE_SHARE) for rib in ribs)
    soft = tuple(_part(rib, 1 - _CARTILAGE_SHARE, 1.0) for rib in ribs)
    _draw_rods(canvas, soft, _CARTILAGE_HU, _CARTILAGE_HU)
    _draw_rods(canvas, bony, _CORTEX_HU, habitus.marrow_hu)


def _part(tube: Tube, first: float, last: float) -> Tube:
    count = len(tube.points_mm)
    kept = slice(round(first * (count - 1)), round(last * (count - 1)) + 1)
    return Tube(tube.points_mm[kept], tube.radii_mm[kept], tube.side, name=tube.name)


def _draw_rods(canvas: Canvas, tubes: tuple[Tube, ...], shell_hu: float, core_hu: float) -> None:
    edge = canvas.edge_mm()
    field = tube_field(canvas.grid, tubes, float(max(t.radii_mm.max() for t in tubes)) + edge)
    # Ribs are flat: half as thick as they are tall; a thinner rod has the same bone.
    outer = rod_coverage(field.distance_mm, 0.85 * field.radius_mm, edge)
    inner = rod_coverage(field.distance_mm, 0.60 * field.radius_mm, edge)
    canvas.blend(field.box, outer, shell_hu)
    canvas.blend(field.box, inner, core_hu)


def draw_front_and_shoulders(
    canvas: Canvas, habitus: Habitus, rng: np.random.Generator
) -> tuple[Tube, ...]:
    """Paint sternum, clavicles and shoulder blades; returns their lines."""
    tubes = (
        _line(habitus, [(0, -101, 62), (0, -104, 20), (0, -104, -40)], 8.5, "sternum"),
        *(
            _line(
                habitus,
                [(s * 16, -92, 80), (s * 60, -84, 98), (s * 125, -50, 112)],
                rng.uniform(5, 6.5),
                "clavicle",
            )
            for s in (-1, 1)
        ),
        *(
            _line(
                habitus,
                [(s * 104, 84, 98), (s * 108, 88, 45), (s * 96, 98, 0)],
                4.5,
                "shoulder blade",
            )
            for s in (-1, 1)
        ),
    )
    _draw_rods(canvas, tubes, 0.8 * _CORTEX_HU, habitus.marrow_hu)
    return tubes


def _line(
    habitus: Habitus, points: list[tuple[float, float, float]], radius: float, name: str
) -> Tube:
    placed = np.array([habitus.point(*point) for point in points])
    return Tube(placed, np.full(len(points), radius * habitus.scale), name=name)
