"""The trunk: skin, fat, muscle, the space inside the ribs, and the lungs in it."""

from dataclasses import dataclass

import numpy as np

from medct_core.phantom.body import LOBES, Ellipsoid
from medct_core.phantom.canvas import Canvas, Float, coverage_of
from medct_core.phantom.chest.habitus import Habitus
from medct_core.phantom.drawing.shapes import (
    Coordinates,
    ellipsoid_distance,
    slab_coverage,
    smoothstep,
    whole,
)
from medct_core.phantom.drawing.texture import ripple

_SKIN_HU, _FAT_HU, _MUSCLE_HU = 15.0, -100.0, 52.0
_FISSURE_MM, _FISSURE_HU = 1.0, -600.0


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


def spine_x(habitus: Habitus, z: Float) -> Float:
    """Where the spine runs, in mm."""
    cx, _, cz = habitus.centre_mm
    bend: Float = np.asarray(cx + habitus.sway_mm * np.sin((z - cz) / np.float32(90.0)), np.float32)
    return bend


def cage_distance(habitus: Habitus, coordinates: Coordinates, outward_mm: float = 0.0) -> Float:
    """Signed distance in mm to the inner surface of the rib cage, moved outward."""
    x, y, z = coordinates
    cx, cy, cz = habitus.centre_mm
    wide, deep = (size + outward_mm for size in habitus.cage_mm)
    narrow = cage_profile(habitus, z - np.float32(cz), outward_mm)
    u = np.abs(x - np.float32(cx)) / (np.float32(wide) * narrow)
    # The chest is flatter in front and notched by the spine behind.
    v = np.abs(y - np.float32(cy)) / (np.float32(deep) * (0.35 + 0.65 * narrow))
    level = (u**2.3 + v**2.3) ** np.float32(1 / 2.3)
    distance: Float = (level - 1) * np.float32(min(wide, deep)) * narrow
    return distance


def cage_profile(habitus: Habitus, z: Float, outward_mm: float = 0.0) -> Float:
    """Width of the rib cage at a height over its widest, in (0, 1]."""
    top = habitus.apex_mm + outward_mm
    up = np.clip((z - np.float32(0.1 * top)) / np.float32(0.9 * top), 0.0, 0.995)
    down = np.clip(-z / np.float32(180.0), 0.0, 1.0)
    profile: Float = np.sqrt(1 - up**2.4) * (1 - 0.06 * down)
    return profile


def diaphragm(habitus: Habitus, x: Float, y: Float) -> Float:
    """Height z of the diaphragm below the lungs, in mm."""
    cx, cy, cz = habitus.centre_mm
    wide, deep = habitus.cage_mm
    surfaces = []
    for side, lower in ((-1.0, 0.0), (1.0, 13.0)):
        u = (x - np.float32(cx + side * 0.46 * wide)) / np.float32(0.58 * wide)
        v = (y - np.float32(cy - 0.12 * deep)) / np.float32(1.05 * deep)
        dome = habitus.dome_mm + cz - lower - habitus.dome_height_mm * (u**2 + v**2)
        surfaces.append(np.maximum(dome, habitus.dome_mm + cz - 1.5 * habitus.dome_height_mm))
    right, left = surfaces
    height: Float = np.maximum(right, left).astype(np.float32)
    return height


def mediastinum_distance(habitus: Habitus, coordinates: Coordinates) -> Float:
    """Signed distance in mm to the space between the lungs, negative inside."""
    x, y, z = coordinates
    _, cy, cz = habitus.centre_mm
    deep = habitus.cage_mm[1]
    middle = spine_x(habitus, z) * np.float32(0.5) + np.float32(0.5 * habitus.centre_mm[0])
    height = (z - np.float32(cz)) / np.float32(habitus.scale)
    half = 24 + 9 * smoothstep(-height, -40.0, 40.0) - 5 * smoothstep(height, 50.0, 110.0)
    front = smoothstep(y - np.float32(cy), -0.95 * deep, -0.35 * deep)
    back = 1 - 0.3 * smoothstep(y - np.float32(cy), 0.0, 0.5 * deep)
    distance: Float = np.abs(x - middle) - half * habitus.scale * (0.2 + 0.8 * front) * back
    return distance


def draw_trunk(canvas: Canvas, habitus: Habitus, rng: np.random.Generator) -> Trunk:
    """Paint everything from skin to lung parenchyma, without organs, bones and vessels."""
    grid = canvas.grid
    coordinates = grid.coordinates(whole(grid))
    _draw_wall(canvas, habitus, coordinates, rng)
    cage = cage_distance(habitus, coordinates)
    canvas.blend(whole(grid), coverage_of(cage, canvas.edge_mm()), -92.0)
    floor = diaphragm(habitus, coordinates[0], coordinates[1])
    between = mediastinum_distance(habitus, coordinates)
    spine = _spine_distance(habitus, coordinates)
    lung = np.maximum(np.maximum(cage + 2.0, floor - coordinates[2]), -np.minimum(between, spine))
    lobes = _lobes(habitus, coordinates, lung)
    _fill_lungs(canvas, habitus, coordinates, lung, rng)
    return Trunk(lung.astype(np.float32), cage, floor[:, :, 0], lobes)


def _spine_distance(habitus: Habitus, coordinates: Coordinates) -> Float:
    x, y, z = coordinates
    back = np.float32(habitus.centre_mm[1] + 0.63 * habitus.cage_mm[1])
    across = np.sqrt((x - spine_x(habitus, z)) ** 2 + (y - back) ** 2)
    distance: Float = across - np.float32(24 * habitus.scale)
    return distance


def _draw_wall(
    canvas: Canvas, habitus: Habitus, coordinates: Coordinates, rng: np.random.Generator
) -> None:
    box, edge = whole(canvas.grid), canvas.edge_mm()
    x, y, z = coordinates
    cx, cy, cz = habitus.centre_mm
    wall = habitus.muscle_mm + 9.0
    shoulders = 1 + 0.10 * smoothstep(z - np.float32(cz), 60.0, 120.0)
    neck = 1 - 0.35 * smoothstep(z - np.float32(cz), habitus.apex_mm, habitus.apex_mm + 45)
    skin = _oval(habitus, (x - cx, y - cy, shoulders * neck), wall + habitus.fat_mm)
    breasts = _breasts(habitus, coordinates)
    skin = np.minimum(skin, breasts)
    canvas.blend(box, coverage_of(skin, edge), _FAT_HU + 8 * ripple(rng, 60).at(coordinates))
    canvas.blend(box, slab_coverage(skin + 1.0, 2.0, edge), _SKIN_HU)
    flesh = _oval(habitus, (x - cx, y - cy, shoulders * neck), wall)
    marbled = _MUSCLE_HU + 12 * ripple(rng, 25).at(coordinates)
    canvas.blend(box, coverage_of(flesh, edge), marbled)
    # Fat planes between the muscles.
    layers = ripple(rng, 38).at(coordinates) + (flesh + 5) / np.float32(6.0)
    planes = slab_coverage(layers * np.float32(6.0), 3.0, edge) * coverage_of(flesh, edge)
    canvas.blend(box, 0.7 * planes, _FAT_HU)


def _oval(habitus: Habitus, coordinates: Coordinates, outward_mm: float) -> Float:
    x, y, widen = coordinates
    wide, deep = (size + outward_mm for size in habitus.cage_mm)
    level = (np.abs(x / (wide * widen)) ** 2.25 + np.abs(y / deep) ** 2.25) ** np.float32(1 / 2.25)
    distance: Float = (level - 1) * np.float32(deep)
    return distance


def _breasts(habitus: Habitus, coordinates: Coordinates) -> Float:
    if not habitus.breast_mm:
        return np.full((1, 1, 1), 1e4, np.float32)
    cx, cy, cz = habitus.centre_mm
    front = cy - habitus.cage_mm[1] - habitus.muscle_mm - habitus.fat_mm
    size = habitus.breast_mm
    both = [
        ellipsoid_distance(
            coordinates,
            Ellipsoid((cx + side * 72, front + 4, cz - 12), (58.0, size + 6, 52.0)),
        )
        for side in (-1, 1)
    ]
    return np.minimum(*both)


def _lobes(habitus: Habitus, coordinates: Coordinates, lung: Float) -> np.ndarray:
    x = coordinates[0]
    cx = habitus.centre_mm[0]
    oblique, horizontal = fissures(habitus, coordinates)
    right = x < np.float32(cx)
    lower = oblique < 0
    middle = ~lower & (horizontal < 0)
    number = np.where(
        right,
        np.where(lower, 1 + LOBES.index("RLL"), np.where(middle, 2, 1)),
        np.where(lower, 1 + LOBES.index("LLL"), 1 + LOBES.index("LUL")),
    )
    return np.where(lung < 0, number, 0).astype(np.int8)


def fissures(habitus: Habitus, coordinates: Coordinates) -> tuple[Float, Float]:
    """Signed distances in mm to the oblique and horizontal fissures, positive above."""
    _, y, z = coordinates
    _, cy, cz = habitus.centre_mm
    slope = np.float32(1.15)
    oblique = (z - cz + 8.0 - slope * (y - np.float32(cy))) / np.sqrt(1 + slope**2)
    horizontal = z - np.float32(cz + 2.0) + 0.12 * (y - np.float32(cy))
    return oblique.astype(np.float32), horizontal.astype(np.float32)


def _fill_lungs(
    canvas: Canvas,
    habitus: Habitus,
    coordinates: Coordinates,
    lung: Float,
    rng: np.random.Generator,
) -> None:
    box, edge = whole(canvas.grid), canvas.edge_mm()
    x, y, _ = coordinates
    _, cy, _ = habitus.centre_mm
    deep = habitus.cage_mm[1]
    back = np.clip((y - np.float32(cy) + deep) / np.float32(2 * deep), 0.0, 1.0)
    density = habitus.lung_hu + habitus.gravity_hu * back**1.5
    density = density + 11 * ripple(rng, 30).at(coordinates) + 9 * ripple(rng, 75).at(coordinates)
    inside = coverage_of(lung, edge)
    canvas.blend(box, inside, density.astype(np.float32))
    oblique, horizontal = fissures(habitus, coordinates)
    right = (x < np.float32(habitus.centre_mm[0])) & (oblique > 0)
    lines = slab_coverage(oblique + 3 * ripple(rng, 90).at(coordinates), _FISSURE_MM, edge)
    lines = np.maximum(lines, slab_coverage(horizontal, _FISSURE_MM, edge) * right)
    canvas.blend(box, lines * inside, _FISSURE_HU)
