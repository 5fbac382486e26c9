"""What lies below the diaphragm: liver, spleen, kidneys, stomach and the fat between them."""

import numpy as np

from medct_core.phantom.body import Ellipsoid
from medct_core.phantom.canvas import Canvas, Float, coverage_of
from medct_core.phantom.chest.habitus import Habitus
from medct_core.phantom.chest.mediastinum import Mediastinum
from medct_core.phantom.chest.trunk import Trunk
from medct_core.phantom.drawing.shapes import ellipsoid_box, ellipsoid_distance, whole
from medct_core.phantom.drawing.texture import Ripple, ripple

_FAT_HU, _MUSCLE_HU, _AIR_HU, _STOMACH_HU = -98.0, 48.0, -960.0, 20.0
_SPLEEN_HU, _STOMACH_WALL_HU, _KIDNEY_HU, _SINUS_HU = 48.0, 45.0, 32.0, -60.0
_LIVER_HU = (38.0, 68.0)
_DIAPHRAGM_MM, _STOMACH_WALL_MM = 3.5, 5.0

Organ = tuple[Ellipsoid, float, float]
"""Shape, density without contrast medium, and how much of the blood's enhancement it takes."""


def draw_abdomen(
    canvas: Canvas,
    habitus: Habitus,
    organs: Mediastinum,
    trunk: Trunk,
    rng: np.random.Generator,
) -> None:
    """Paint the organs, each only below the diaphragm and inside the ribs."""
    box, edge = whole(canvas.grid), canvas.edge_mm()
    deep = canvas.grid.coordinates(box)[2] - trunk.diaphragm_mm[:, :, None]
    inside = coverage_of(trunk.cage_mm + np.float32(2.0), edge)
    canvas.blend(box, coverage_of(deep, edge) * inside, _MUSCLE_HU)
    below: Float = coverage_of(deep + np.float32(_DIAPHRAGM_MM), edge) * inside
    # What the organs leave free is fat.
    canvas.blend(box, below, _FAT_HU)
    marbling = ripple(rng, 20)
    for organ in _organs(habitus, organs, rng):
        _draw_organ(canvas, organ, below, habitus.blood_hu - 40, marbling)
    _fill_stomach(canvas, organs.stomach, below, rng)


def _organs(habitus: Habitus, organs: Mediastinum, rng: np.random.Generator) -> tuple[Organ, ...]:
    dome, scale = habitus.dome_mm / habitus.scale, habitus.scale
    left = dome - habitus.left_dome_mm / scale
    liver_hu, size = rng.uniform(*_LIVER_HU), rng.uniform(0.85, 1.15)
    lobe = Ellipsoid(
        habitus.point(rng.uniform(0, 16), -44, dome - 42),
        (rng.uniform(48, 66) * scale, 34.0 * scale, 30.0 * scale),
    )
    spleen = Ellipsoid(
        habitus.point(97, 44, left - rng.uniform(46, 62)),
        (32.0 * scale * size, 46.0 * scale * size, 46.0 * scale * size),
    )
    shapes: list[Organ] = [(lobe, liver_hu, 0.6), (organs.liver, liver_hu, 0.6)]
    shapes += [(spleen, _SPLEEN_HU, 0.7), (organs.stomach, _STOMACH_WALL_HU, 0.3)]
    for sign, top in ((-1.0, dome - 132), (1.0, left - 118)):
        place = (sign * rng.uniform(54, 62), 52.0, top + rng.uniform(-10, 10))
        kidney = (25.0 * scale, 24.0 * scale, 50.0 * scale)
        # Fat surrounds the kidney, and fills its hollow towards the spine.
        coat = tuple(radius + rng.uniform(8, 16) for radius in kidney)
        shapes.append((Ellipsoid(habitus.point(*place), (coat[0], coat[1], coat[2])), _FAT_HU, 0.0))
        shapes.append((Ellipsoid(habitus.point(*place), kidney), _KIDNEY_HU, 1.1))
        inner = habitus.point(place[0] - sign * 9, 50.0, place[2])
        shapes.append((Ellipsoid(inner, (11.0 * scale, 8.0 * scale, 24.0 * scale)), _SINUS_HU, 0.1))
    return tuple(shapes)


def _draw_organ(
    canvas: Canvas, organ: Organ, below: Float, enhancement_hu: float, marbling: Ripple
) -> None:
    shape, density, uptake = organ
    box = ellipsoid_box(canvas.grid, shape, 6)
    coordinates = canvas.grid.coordinates(box)
    inside = coverage_of(ellipsoid_distance(coordinates, shape), canvas.edge_mm())
    value = np.float32(density + uptake * enhancement_hu) + 6 * marbling.at(coordinates)
    canvas.blend(box, inside * below[box], value)


def _fill_stomach(
    canvas: Canvas, stomach: Ellipsoid, below: Float, rng: np.random.Generator
) -> None:
    a, b, c = (radius - _STOMACH_WALL_MM for radius in stomach.radii_mm)
    inner = Ellipsoid(stomach.centre_mm, (a, b, c))
    box, edge = ellipsoid_box(canvas.grid, inner, 6), canvas.edge_mm()
    coordinates = canvas.grid.coordinates(box)
    lumen = coverage_of(ellipsoid_distance(coordinates, inner), edge) * below[box]
    level = stomach.centre_mm[1] + rng.uniform(-0.6, 0.4) * stomach.radii_mm[1]
    air = coverage_of(coordinates[1] - np.float32(level), edge)
    canvas.blend(box, lumen, _STOMACH_HU)
    canvas.blend(box, lumen * air, _AIR_HU)
