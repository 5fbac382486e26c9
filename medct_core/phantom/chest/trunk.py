"""The trunk: skin, fat, muscle, the space inside the ribs, and the lungs in it."""

from dataclasses import dataclass

import numpy as np

from medct_core.phantom.body import Ellipsoid
from medct_core.phantom.canvas import Canvas, Float, coverage_of
from medct_core.phantom.chest.cavity import (
    cage_distance,
    diaphragm,
    fissures,
    front_y,
    lobe_numbers,
    lung_distance,
    section_distance,
)
from medct_core.phantom.chest.habitus import Habitus
from medct_core.phantom.drawing.shapes import (
    Coordinates,
    ellipsoid_distance,
    slab_coverage,
    smoothstep,
    whole,
)
from medct_core.phantom.drawing.texture import ripple

_SKIN_HU, _FAT_HU, _MUSCLE_HU, _GLAND_HU = 15.0, -100.0, 52.0, 20.0
_FISSURE_MM, _FISSURE_HU = 1.0, -600.0
# Ribs and what runs between them take this much of the chest wall.
_RIB_LAYER_MM = 12.0


@dataclass(frozen=True, slots=True, eq=False)
class Trunk:
    """Where the lungs of one body lie; all arrays ``(i, j, k)`` or broadcastable.

    Attributes
    ----------
    lung_mm
        float32 signed distance to the lungs' surface, negative inside.
    cage_mm
        float32 signed distance to the inner surface of the rib cage.
    diaphragm_mm
        ``(i, j)`` float32 z of the diaphragm.
    lobes
        int8, 0 outside.
    """

    lung_mm: Float
    cage_mm: Float
    diaphragm_mm: Float
    lobes: np.ndarray


def draw_trunk(canvas: Canvas, habitus: Habitus, rng: np.random.Generator) -> Trunk:
    """Paint everything from skin to the fat inside the ribs; lungs are not filled yet."""
    box = whole(canvas.grid)
    frame = habitus.frame(canvas.grid.coordinates(box))
    cage = cage_distance(habitus, frame)
    _draw_wall(canvas, habitus, frame, cage, rng)
    canvas.blend(box, coverage_of(cage, canvas.edge_mm()), -92.0)
    lung = lung_distance(habitus, frame, cage)
    floor = diaphragm(habitus, frame[0], frame[1])[0] + np.float32(habitus.centre_mm[2])
    lobes = np.where(lung < 0, lobe_numbers(habitus, frame) + np.int8(1), np.int8(0))
    return Trunk(lung, cage, floor[:, :, 0], lobes.astype(np.int8))


def flesh_thickness(habitus: Habitus, frame: Coordinates) -> Float:
    """Thickness in mm of the chest wall without its fat, from the cage's widest section."""
    x, y, z = frame
    wide, deep = habitus.cage_mm
    muscle, scale = habitus.muscle_mm, habitus.scale
    back = smoothstep(y, 0.3 * deep, 0.9 * deep)
    beside_spine = back * (1 - smoothstep(np.abs(x), 42 * scale, 78 * scale))
    front = 1 - smoothstep(y, -0.85 * deep, -0.35 * deep)
    breast_bone = front * (1 - smoothstep(np.abs(x), 8 * scale, 40 * scale))
    aside = smoothstep(np.abs(x), 0.5 * wide, wide)
    upper, shoulder = smoothstep(z, -40 * scale, 30 * scale), smoothstep(z, 45 * scale, 100 * scale)
    neck = smoothstep(z, habitus.apex_mm + 5, habitus.apex_mm + 65)
    flat = _RIB_LAYER_MM + 0.45 * muscle + beside_spine * (9 + 0.8 * muscle) - 4 * breast_bone
    upwards = muscle * (0.8 * (front - breast_bone) + 0.4 * aside)
    upwards = upwards + (back - beside_spine) * (8 + 0.8 * muscle)
    thickness: Float = flat + upwards * upper + aside * (24 + muscle) * shoulder - 62 * neck
    return thickness.astype(np.float32)


def fat_thickness(habitus: Habitus, frame: Coordinates) -> Float:
    """Thickness in mm of the subcutaneous fat: more in front and below, less over the spine."""
    x, y, z = frame
    deep = habitus.cage_mm[1]
    front = 1 - smoothstep(y, -0.8 * deep, 0.2 * deep)
    spine = smoothstep(y, 0.5 * deep, deep) * (1 - smoothstep(np.abs(x), 10.0, 60.0))
    low = smoothstep(-z, -20 * habitus.scale, 110 * habitus.scale)
    share = 0.8 - 0.25 * spine + (0.15 + 0.35 * front) * low
    thickness: Float = (habitus.fat_mm * share).astype(np.float32)
    return thickness


def skin_of_back(habitus: Habitus) -> float:
    """Where the patient's back ends, as y in mm: the table lies behind it."""
    x = np.linspace(-90, 90, 19, dtype=np.float32)[:, None, None]
    y = np.linspace(60, 220, 81, dtype=np.float32)[None, :, None]
    frame = (x, y, np.linspace(-120, 90, 8, dtype=np.float32)[None, None, :])
    flesh = section_distance(habitus, x, y) - flesh_thickness(habitus, frame)
    inside = (flesh < fat_thickness(habitus, frame)).any(axis=2)
    i, j = np.nonzero(inside)
    own = np.stack([x[i, 0, 0], y[0, j, 0], 0 * y[0, j, 0]], axis=1)
    return float(habitus.placed(own)[:, 1].max())


def _draw_wall(
    canvas: Canvas, habitus: Habitus, frame: Coordinates, cage: Float, rng: np.random.Generator
) -> None:
    box, edge = whole(canvas.grid), canvas.edge_mm()
    section = section_distance(habitus, frame[0], frame[1])
    flesh = section - flesh_thickness(habitus, frame)
    skin = flesh - fat_thickness(habitus, frame)
    breasts = _breasts(habitus, frame)
    skin = skin if breasts is None else np.minimum(skin, breasts)
    canvas.blend(box, coverage_of(skin, edge), _FAT_HU)
    canvas.blend(box, slab_coverage(skin + 1.0, 2.0, edge), _SKIN_HU)
    if breasts is not None:
        _draw_glands(canvas, frame, (breasts, flesh), rng)
    _draw_muscles(canvas, frame, (cage, flesh), rng)
    _draw_armpits(canvas, habitus, frame, (cage, flesh), rng)


def _draw_muscles(
    canvas: Canvas,
    frame: Coordinates,
    layers: tuple[Float, Float],
    rng: np.random.Generator,
) -> None:
    box, edge = whole(canvas.grid), canvas.edge_mm()
    cage, flesh = layers
    inside = coverage_of(flesh, edge)
    waves = ripple(rng, 36).at(frame)
    canvas.blend(box, inside, _MUSCLE_HU + 8 * waves)
    # Fat lies between the muscles: one plane on the ribs, others winding between the rest.
    on_ribs = 0.75 * slab_coverage(cage - np.float32(_RIB_LAYER_MM), 2.4, edge)
    winding = slab_coverage(waves * np.float32(9.0) + (flesh + 9) * np.float32(0.8), 3.5, edge)
    outside_ribs = coverage_of(np.float32(_RIB_LAYER_MM - 2) - cage, edge)
    planes = np.maximum(on_ribs, 0.75 * winding * outside_ribs) * inside
    canvas.blend(box, planes, _FAT_HU)


def _draw_armpits(
    canvas: Canvas,
    habitus: Habitus,
    frame: Coordinates,
    layers: tuple[Float, Float],
    rng: np.random.Generator,
) -> None:
    """Paint the fat between the upper ribs and the muscles of breast and shoulder."""
    cage, flesh = layers
    y, z, edge = frame[1], frame[2], canvas.edge_mm()
    muscle = np.float32(8 + rng.uniform(0.7, 1.4) * habitus.muscle_mm)
    deep = np.minimum(cage - np.float32(_RIB_LAYER_MM), -flesh - muscle)
    strands = np.float32(rng.uniform(4, 10)) * ripple(rng, 30).at(frame)
    front = 1 - smoothstep(y, 0.05 * habitus.cage_mm[1], 0.45 * habitus.cage_mm[1])
    high = smoothstep(z, 0.0, 35.0) * (1 - smoothstep(z, habitus.apex_mm, habitus.apex_mm + 45))
    fat: Float = coverage_of(strands + np.float32(1.0) - deep, max(edge, 4.0)) * front * high
    canvas.blend(whole(canvas.grid), fat, -90.0)


def _draw_glands(
    canvas: Canvas,
    frame: Coordinates,
    layers: tuple[Float, Float],
    rng: np.random.Generator,
) -> None:
    """Paint strands of gland in the fat of the breasts."""
    breasts, flesh = layers
    amount = rng.uniform(-0.9, 0.5)
    inner = coverage_of(breasts + np.float32(9.0), 6.0) * coverage_of(4.0 - flesh, 4.0)
    strands = smoothstep(ripple(rng, 22, count=5).at(frame) + np.float32(amount), 0.0, 0.8)
    canvas.blend(whole(canvas.grid), 0.8 * inner * strands, _GLAND_HU)


def _breasts(habitus: Habitus, frame: Coordinates) -> Float | None:
    if not habitus.breast_mm:
        return None
    wall = _RIB_LAYER_MM + habitus.muscle_mm + 0.8 * habitus.fat_mm
    front, scale = front_y(habitus) - wall, habitus.scale
    size = (56.0 * scale, habitus.breast_mm + 8, 56.0 * scale)
    both = [
        ellipsoid_distance(frame, Ellipsoid((side * 74 * scale, front + 14, -14 * scale), size))
        for side in (-1, 1)
    ]
    return np.minimum(*both)


def fill_lungs(canvas: Canvas, habitus: Habitus, trunk: Trunk, rng: np.random.Generator) -> None:
    """Paint air spaces and fissures; the back is denser, as in a patient who lies on it."""
    box, edge = whole(canvas.grid), canvas.edge_mm()
    coordinates = canvas.grid.coordinates(box)
    frame = habitus.frame(coordinates)
    deep = np.float32(habitus.cage_mm[1])
    depth = coordinates[1] - np.float32(habitus.centre_mm[1])
    back = np.clip((depth + deep) / (2 * deep), 0.0, 1.0)
    density = habitus.lung_hu + habitus.gravity_hu * back**1.5
    density = density + 12 * ripple(rng, 45, count=8).at(coordinates)
    inside = coverage_of(trunk.lung_mm, edge)
    canvas.blend(box, inside, density.astype(np.float32))
    oblique, horizontal = fissures(habitus, frame)
    wave = 3 * ripple(rng, 90, count=4).at(coordinates)
    lines = slab_coverage(oblique + wave, _FISSURE_MM, edge)
    short = (frame[0] < 0) & (oblique > 0)
    lines = np.maximum(lines, slab_coverage(horizontal + wave, _FISSURE_MM, edge) * short)
    canvas.blend(box, lines * inside, _FISSURE_HU)
