"""Airways and lung vessels: from the hilum into every lobe, ever thinner."""

from dataclasses import dataclass

import numpy as np

from medct_core.phantom.body import LOBES, Points, Tube
from medct_core.phantom.canvas import Canvas, Float, Grid
from medct_core.phantom.chest.cavity import cage_distance, lobe_numbers, lung_distance
from medct_core.phantom.chest.habitus import Habitus
from medct_core.phantom.drawing.shapes import rod_coverage, tube_field, whole

_PATHS_PER_LOBE = {"RUL": 12, "RML": 7, "RLL": 15, "LUL": 14, "LLL": 13}
_TWIGS_PER_PATH = 8
_VEINS_PER_LOBE = 8
_STEPS = 6
# Up to this share of a voxel a tube is density alone: summing volumes is exact and quick there.
_SPLAT_SHARE = 1.3
_SPLATS = 6
_AIR_HU, _WALL_HU = -990.0, 10.0


@dataclass(frozen=True, slots=True, eq=False)
class Tree:
    """Tubes in the lungs; ``arteries[n]`` runs beside ``bronchi[n]``.

    Attributes
    ----------
    bronchi, arteries
        Same length.
    others
        Twigs and veins.
    main_bronchi
        From the carina to both hila.
    trachea
        From the neck to the carina.
    """

    bronchi: tuple[Tube, ...]
    arteries: tuple[Tube, ...]
    others: tuple[Tube, ...]
    main_bronchi: tuple[Tube, ...]
    trachea: Tube


def grow_tree(habitus: Habitus, rng: np.random.Generator) -> Tree:
    """Draw the lines of airways and vessels; nothing is painted."""
    bronchi: list[Tube] = []
    arteries: list[Tube] = []
    others: list[Tube] = []
    for lobe in LOBES:
        targets = _targets(habitus, lobe, rng)
        hilum = np.array(_hilum(habitus, lobe))
        for target in targets[: _PATHS_PER_LOBE[lobe]]:
            airway, artery = _pair(habitus, hilum, target, lobe, rng)
            bronchi.append(airway)
            arteries.append(artery)
            others += _twigs(artery, targets, rng)
        for target in targets[-_VEINS_PER_LOBE:]:
            others.append(_vein(habitus, hilum, target, lobe, rng))
    main, trachea = _central(habitus)
    return Tree(tuple(bronchi), tuple(arteries), tuple(others), main, trachea)


def _side(lobe: str) -> str:
    return "right" if lobe.startswith("R") else "left"


def _hilum(habitus: Habitus, lobe: str) -> tuple[float, float, float]:
    sign = -1.0 if lobe.startswith("R") else 1.0
    height = {"RUL": 14.0, "LUL": 12.0, "RML": -8.0}.get(lobe, -14.0)
    return habitus.point(sign * 37, 14, height)


def _targets(habitus: Habitus, lobe: str, rng: np.random.Generator) -> Points:
    """Points within a lobe, spread out, most of them near its surface."""
    wide, deep = habitus.cage_mm
    low = np.array([-wide, -deep, habitus.dome_mm - habitus.dome_height_mm])
    high = np.array([wide, deep, habitus.apex_mm])
    points = habitus.placed(rng.uniform(low, high, (4000, 3)))
    distance, number = lobe_at(habitus, points)
    own = (number == LOBES.index(lobe)) & (distance < -4.0)
    # Paths lead out to the pleura; twigs and veins fill what lies between.
    outer = points[own & (distance > -20.0)][: _PATHS_PER_LOBE[lobe]]
    wanted = _PATHS_PER_LOBE[lobe] * _TWIGS_PER_PATH + _VEINS_PER_LOBE
    return np.concatenate([outer, points[own][:wanted]])


def lobe_at(habitus: Habitus, points_mm: Points) -> tuple[Float, np.ndarray]:
    """Distance to the lung's surface and lobe number at points ``(n, 3)``."""
    x, y, z = (points_mm[:, axis].astype(np.float32) for axis in range(3))
    frame = habitus.frame((x, y, z))
    distance = lung_distance(habitus, frame, cage_distance(habitus, frame))
    return distance, lobe_numbers(habitus, frame)


def _bent(start: Points, end: Points, rng: np.random.Generator) -> Points:
    """Curve between two points, bent by a tenth of its length."""
    t = np.linspace(0, 1, _STEPS)[:, None]
    length = float(np.linalg.norm(end - start))
    middle = (start + end) / 2 + rng.normal(size=3) * 0.12 * length
    curve: Points = (1 - t) ** 2 * start + 2 * t * (1 - t) * middle + t**2 * end
    return curve


def _pair(
    habitus: Habitus, hilum: Points, target: Points, lobe: str, rng: np.random.Generator
) -> tuple[Tube, Tube]:
    line = _bent(hilum, target, rng)
    t = np.linspace(0, 1, _STEPS)
    radii = habitus.calibre * (2.7 * (1 - t) ** 1.2 + 1.15)
    aside = rng.normal(size=3)
    aside /= np.linalg.norm(aside)
    beside = line + aside * (2.1 * radii[:, None])
    kept = 4  # An airway is seen over two thirds of its way, its vessel to the end.
    airway = Tube(line[:kept], 0.92 * radii[:kept], _side(lobe), lobe, "bronchus")
    return airway, Tube(beside, radii, _side(lobe), lobe, "artery")


def _twigs(artery: Tube, targets: Points, rng: np.random.Generator) -> list[Tube]:
    twigs = []
    for _ in range(_TWIGS_PER_PATH):
        at = int(rng.integers(1, _STEPS))
        start = artery.points_mm[at]
        near = targets[np.argsort(((targets - start) ** 2).sum(axis=1))]
        end = near[int(rng.integers(min(50, len(near))))]
        end = start + (end - start) * min(1.0, 50 / max(float(np.linalg.norm(end - start)), 1.0))
        radii = np.linspace(0.7 * artery.radii_mm[at], 0.85, _STEPS)
        line = _bent(start, end, rng)
        twigs.append(Tube(line, radii, artery.side, artery.lobe, "artery"))
    return twigs


def _vein(
    habitus: Habitus, hilum: Points, target: Points, lobe: str, rng: np.random.Generator
) -> Tube:
    start = hilum + np.array([0.0, -9.0, -8.0])
    t = np.linspace(0, 1, _STEPS)
    radii = habitus.calibre * (4.4 * (1 - t) + 0.8)
    return Tube(_bent(start, target, rng), radii, _side(lobe), lobe, "vein")


def _central(habitus: Habitus) -> tuple[tuple[Tube, ...], Tube]:
    carina = np.array(habitus.point(2, 10, 34))
    trachea = np.array([habitus.point(0, -2, 150), habitus.point(0, 4, 90), carina])
    tubes = []
    for side, radius in (("right", 6.8), ("left", 5.8)):
        end = np.array(habitus.point((-1 if side == "right" else 1) * 37, 14, 2))
        line = np.linspace(carina, end, 4)
        tubes.append(Tube(line, np.full(4, radius * habitus.scale), side, "", "main bronchus"))
    return tuple(tubes), Tube(trachea, np.full(3, 8.8 * habitus.scale), name="trachea")


def draw_tree(canvas: Canvas, tree: Tree, lung: Float, blood_hu: float) -> None:
    """Paint the vessels inside the lungs, then the airways with their walls."""
    vessels = tree.arteries + tree.others
    canvas.blend(whole(canvas.grid), _solid(canvas, vessels, 1.0) * lung, blood_hu)
    canvas.blend(whole(canvas.grid), _solid(canvas, tree.bronchi, 1.0) * lung, _WALL_HU)
    canvas.blend(whole(canvas.grid), _solid(canvas, tree.bronchi, 0.80) * lung, _AIR_HU)
    draw_airways(canvas, (*tree.main_bronchi, tree.trachea), 0.87)


def _solid(canvas: Canvas, tubes: tuple[Tube, ...], radius_share: float) -> Float:
    """Coverage ``(i, j, k)`` of tubes thinned to a share of their radius."""
    edge = canvas.edge_mm()
    thick = tuple(tube for tube in tubes if tube.radii_mm.max() > _SPLAT_SHARE * edge)
    thin = tuple(tube for tube in tubes if tube.radii_mm.max() <= _SPLAT_SHARE * edge)
    coverage = np.zeros(canvas.grid.shape, np.float32)
    if thin:
        coverage += splatted(canvas.grid, thin, radius_share)
    if thick:
        field = tube_field(canvas.grid, thick, max(float(t.radii_mm.max()) for t in thick) + edge)
        rods = rod_coverage(field.distance_mm, radius_share * field.radius_mm, edge)
        coverage[field.box] = np.maximum(coverage[field.box], rods)
    return coverage


def splatted(grid: Grid, tubes: tuple[Tube, ...], radius_share: float) -> Float:
    """Coverage of many tubes thinner than a voxel, by the volume they put into each voxel.

    Returns
    -------
    ``(i, j, k)`` float32 in [0, 1].
    """
    starts = np.concatenate([tube.points_mm[:-1] for tube in tubes])
    ends = np.concatenate([tube.points_mm[1:] for tube in tubes])
    first = np.concatenate([tube.radii_mm[:-1] for tube in tubes])
    last = np.concatenate([tube.radii_mm[1:] for tube in tubes])
    lengths = np.linalg.norm(ends - starts, axis=1)
    along = (np.arange(_SPLATS) + 0.5) / _SPLATS
    points = starts[:, None] + along[None, :, None] * (ends - starts)[:, None]
    radii = radius_share * (first[:, None] + along * (last - first)[:, None])
    volumes = np.pi * radii**2 * lengths[:, None] / _SPLATS
    deposited = _deposit(grid, points.reshape(-1, 3), volumes.ravel())
    coverage: Float = np.minimum(deposited / np.float32(np.prod(grid.spacing_mm)), 1.0)
    return coverage


def _deposit(grid: Grid, points_mm: Points, amounts: Points) -> Float:
    """Share an amount at each point ``(n, 3)`` among the eight voxels around it."""
    shape = np.array(grid.shape)
    place = points_mm / np.array(grid.spacing_mm) + (shape - 1) / 2
    low = np.floor(place).astype(np.int64)
    part = place - low
    total = np.zeros(int(shape.prod()))
    for corner in np.ndindex(2, 2, 2):
        index = low + corner
        inside = ((index >= 0) & (index < shape)).all(axis=1)
        weight = np.where(np.array(corner) == 1, part, 1 - part).prod(axis=1) * amounts
        flat = np.ravel_multi_index(tuple(index[inside].T), grid.shape)
        total += np.bincount(flat, weight[inside], minlength=len(total))
    return total.reshape(grid.shape).astype(np.float32)


def draw_airways(canvas: Canvas, tubes: tuple[Tube, ...], lumen_share: float) -> None:
    """Paint walls and air of airways; the lumen's radius is a share of the outer one."""
    edge = canvas.edge_mm()
    reach = float(max(tube.radii_mm.max() for tube in tubes)) + edge
    field = tube_field(canvas.grid, tubes, reach)
    outer = rod_coverage(field.distance_mm, field.radius_mm, edge)
    lumen = rod_coverage(field.distance_mm, lumen_share * field.radius_mm, edge)
    canvas.blend(field.box, outer, _WALL_HU)
    canvas.blend(field.box, lumen, _AIR_HU)
