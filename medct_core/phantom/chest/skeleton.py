"""Ribs with their cartilage, breast bone, collar bones and shoulder blades."""

from collections.abc import Sequence

import numpy as np

from medct_core.phantom.body import Points, Tube
from medct_core.phantom.canvas import Canvas, Float, coverage_of
from medct_core.phantom.chest.cavity import (
    cage_distance,
    front_y,
    section_distance,
    spine_x,
    spine_y,
)
from medct_core.phantom.chest.habitus import Habitus
from medct_core.phantom.drawing.shapes import (
    Coordinates,
    rod_coverage,
    slab_coverage,
    smoothstep,
    tube_field,
    whole,
)

_CORTEX_HU, _CARTILAGE_HU, _MUSCLE_HU = 720.0, 95.0, 55.0
_RIBS = 12
_CARTILAGE_SHARE = 0.22
# The middle of a rib lies this far outside the inner surface of the cage.
_RIB_MM = 6.0
_STEPS = 15
# Where each rib ends, as a share of the way round from the spine to the breast bone.
_LAST_SHARE = (0.86, 0.90, 0.92, 0.93, 0.93, 0.92, 0.90, 0.88, 0.84, 0.78, 0.58, 0.40)


def rib_tubes(habitus: Habitus, rng: np.random.Generator) -> tuple[Tube, ...]:
    """Lines of the twelve pairs of ribs, from the spine to the end of their cartilage."""
    gap = rng.uniform(22.5, 25.0) * habitus.scale
    tops, drops, radii = [], [], []
    for number in range(_RIBS):
        tops.append(habitus.apex_mm - 2 - number * gap + rng.uniform(-2, 2))
        drops.append(min(34 + 13 * number, 108) * habitus.scale * rng.uniform(0.9, 1.1))
        radii.append(rng.uniform(4.6, 6.0) * habitus.scale)
    tubes = []
    for side, sign in (("right", -1.0), ("left", 1.0)):
        lines = _rib_lines(habitus, np.array(tops), np.array(drops), sign)
        tubes.append(
            [
                Tube(line, np.full(_STEPS, radius), side, name=f"rib {number + 1}")
                for number, (line, radius) in enumerate(zip(lines, radii, strict=True))
            ]
        )
    return tuple(tube for pair in zip(*tubes, strict=True) for tube in pair)


def _rib_lines(habitus: Habitus, tops: Points, drops: Points, sign: float) -> Points:
    """Points ``(rib, step, 3)`` along the ribs of one side."""
    last = np.array(_LAST_SHARE)[:, None]
    angles = np.pi * (0.10 + (last - 0.10) * np.linspace(0, 1, _STEPS - 1)[None, :])
    z = tops[:, None] - drops[:, None] * (1 - np.cos(angles)) / 2
    ways = np.stack([sign * np.sin(angles), np.cos(angles)])
    # Above the inlet there is no cage: the first ribs go round the apex just below it.
    z = np.minimum(z, habitus.apex_mm - 16 * habitus.scale)
    radius = _onto_cage(habitus, ways, z)
    own = np.stack([ways[0] * radius, ways[1] * radius, z], axis=2)
    root = np.empty((_RIBS, 1, 3))
    root[:, 0, 2] = tops
    root[:, 0, 0] = spine_x(habitus, tops.astype(np.float32)) + sign * 18 * habitus.scale
    root[:, 0, 1] = spine_y(habitus) + 9 * habitus.scale
    joined = np.concatenate([root, own], axis=1)
    return habitus.placed(joined.reshape(-1, 3)).reshape(joined.shape)


def _onto_cage(habitus: Habitus, ways: Points, z: Points) -> Points:
    """Distance from the middle at which a way meets the ribs, by halving."""
    low, high = np.full(z.shape, 20.0), np.full(z.shape, 220.0)
    for _ in range(9):
        middle = (low + high) / 2
        x, y = (way * middle for way in ways)
        frame = (x.astype(np.float32), y.astype(np.float32), z.astype(np.float32))
        outside = cage_distance(habitus, frame) > _RIB_MM
        low, high = np.where(outside, low, middle), np.where(outside, middle, high)
    return np.asarray((low + high) / 2)


def draw_ribs(canvas: Canvas, habitus: Habitus, ribs: tuple[Tube, ...]) -> None:
    """Paint the bony part of the ribs, and their cartilage in front."""
    floating = tuple(rib for rib in ribs if rib.name in ("rib 11", "rib 12"))
    joined = tuple(rib for rib in ribs if rib not in floating)
    bony = tuple(_part(rib, 0.0, 1 - _CARTILAGE_SHARE) for rib in joined)
    soft = tuple(_part(rib, 1 - _CARTILAGE_SHARE, 1.0) for rib in joined)
    _draw_rods(canvas, soft, _CARTILAGE_HU, _CARTILAGE_HU)
    _draw_rods(canvas, bony + floating, _CORTEX_HU, habitus.marrow_hu)


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
    """Paint breast bone, shoulder blades and collar bones; returns the lines of the last."""
    _draw_breast_bone(canvas, habitus)
    _draw_shoulder_blades(canvas, habitus, rng)
    tubes = _shoulder_tubes(habitus, rng)
    _draw_rods(canvas, tubes, 0.8 * _CORTEX_HU, habitus.marrow_hu)
    return tubes


def _draw_breast_bone(canvas: Canvas, habitus: Habitus) -> None:
    """Paint manubrium and body, with the joint between them."""
    scale, edge = habitus.scale, canvas.edge_mm()
    front = front_y(habitus) - 7.0
    low, high = (
        habitus.placed(np.array([[x * scale, front + aside, z * scale]]))[0]
        for x, aside, z in ((-34, -16, -85), (34, 34, 84))
    )
    box = canvas.grid.box_around(np.minimum(low, high), np.maximum(low, high))
    x, y, z = (axis / np.float32(scale) for axis in habitus.frame(canvas.grid.coordinates(box)))
    # The manubrium leans back towards the neck.
    depth = y - np.float32(front / scale) - np.float32(0.3) * np.maximum(z - 15, 0)
    width = 13.0 + 10 * smoothstep(z, 40.0, 62.0) + 3 * smoothstep(-z, 5.0, 40.0)
    ends = np.maximum(z - 74, -78 - z)
    joint = 1.5 - np.abs(z - 38)
    shape = np.maximum(np.maximum(np.abs(x) - width, np.abs(depth) - 5.5), np.maximum(ends, joint))
    canvas.blend(box, coverage_of(shape, edge), habitus.marrow_hu)
    canvas.blend(box, slab_coverage(shape + 0.8, 1.6, edge), 0.7 * _CORTEX_HU)


def _draw_shoulder_blades(canvas: Canvas, habitus: Habitus, rng: np.random.Generator) -> None:
    """Paint the flat of the shoulder blades between the muscles that hold it."""
    edge, scale = canvas.edge_mm(), habitus.scale
    box = _back_box(canvas, habitus)
    frame = habitus.frame(canvas.grid.coordinates(box))
    off = section_distance(habitus, frame[0], frame[1]) - np.float32(habitus.muscle_mm + 11)
    inside = _blade(frame, scale, rng.uniform(-14, 12), rng.uniform(-6, 8))
    canvas.blend(box, coverage_of(np.abs(off) - 9, edge) * coverage_of(inside - 8, 6.0), _MUSCLE_HU)
    flat = slab_coverage(off, 3.6, edge) * coverage_of(inside, edge)
    # Its outer border is thick, the rest thin enough to see through.
    border = slab_coverage(inside + 4, 8.0, edge) * slab_coverage(off, 8.0, edge)
    canvas.blend(box, np.maximum(flat, border), 0.6 * _CORTEX_HU)
    canvas.blend(box, coverage_of(inside + 2, edge) * slab_coverage(off, 3.0, edge), 160.0)


def _back_box(canvas: Canvas, habitus: Habitus) -> tuple[slice, slice, slice]:
    i, j, k = whole(canvas.grid)
    middle = habitus.centre_mm
    low = canvas.grid.box_around([0, middle[1] - 30, middle[2] - 45], [0, 0, 0])
    return i, slice(low[1].start, j.stop), slice(low[2].start, k.stop)


def _blade(frame: Coordinates, scale: float, lift_mm: float, apart_mm: float) -> Float:
    """Signed distance in mm to a triangle on either side of the back, its tip below."""
    x, y, z = frame
    medial = np.abs(x) - np.float32((62 + apart_mm) * scale)
    height = z - np.float32(lift_mm)
    outer = (medial - np.float32(14) - np.float32(0.62) * np.maximum(height, -22)) * np.float32(0.8)
    ends = np.maximum(height - np.float32(100 * scale), np.float32(-22) - height)
    flat: Float = np.maximum(np.maximum(-medial, outer), np.maximum(ends, -y - 12))
    return flat


def _shoulder_tubes(habitus: Habitus, rng: np.random.Generator) -> tuple[Tube, ...]:
    lines: list[Tube] = []
    collar, lift = rng.uniform(5, 6.5), rng.uniform(-6, 10)
    back = habitus.muscle_mm + 20
    for s in (-1.0, 1.0):
        way = [
            (s * 16, -76.0, 80.0),
            (s * 50, -80.0, 92.0),
            (s * 95, -52.0, 106.0),
            (s * 140, -22.0, 112 + lift),
        ]
        lines.append(_line(habitus, way, collar, "clavicle"))
    for s in (-1.0, 1.0):
        way = [(s * 70.0, 88 + back, 72.0), (s * 110, 70 + back, 88.0), (s * 148, 30.0, 108 + lift)]
        lines.append(_line(habitus, way, 5.0, "shoulder blade"))
    for s in (-1.0, 1.0):
        way = [(s * 150, 4.0, 112 + lift), (s * 165, 0.0, 122 + lift), (s * 178, -4.0, 150 + lift)]
        lines.append(_line(habitus, way, 15.0, "upper arm"))
    return tuple(lines)


def _line(
    habitus: Habitus, points: Sequence[tuple[float, float, float]], radius: float, name: str
) -> Tube:
    placed = np.array([habitus.point(*point) for point in points])
    return Tube(placed, np.full(len(points), radius * habitus.scale), name=name)
