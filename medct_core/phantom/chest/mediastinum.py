"""Heart, great vessels, oesophagus, thyroid, and the organs below the diaphragm."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from medct_core.phantom.body import Ellipsoid, Tube
from medct_core.phantom.canvas import Canvas, coverage_of
from medct_core.phantom.chest.habitus import Habitus
from medct_core.phantom.chest.heart import Heart, coronaries, draw_heart, plan_heart
from medct_core.phantom.drawing.shapes import (
    ellipsoid_box,
    ellipsoid_distance,
    rod_coverage,
    tube_field,
)

_OESOPHAGUS_HU, _AIR_HU, _THYROID_HU = 38.0, -960.0, 105.0


_GREAT_VESSELS: tuple[tuple[str, float, tuple[tuple[float, float, float], ...]], ...] = (
    ("SVC", 9.0, ((-22, -12, -8), (-24, -14, 30), (-22, -20, 66))),
    ("right brachiocephalic vein", 6.5, ((-22, -20, 66), (-34, -22, 92), (-44, -30, 110))),
    ("left brachiocephalic vein", 6.5, ((-22, -20, 66), (6, -30, 74), (38, -28, 96))),
    ("IVC", 11.5, ((-26, -6, -40), (-28, 2, -110))),
    ("pulmonary trunk", 0.0, ((12, -32, -8), (16, -22, 14), (20, -4, 26))),
    ("right pulmonary artery", 9.5, ((20, -4, 24), (-10, 2, 20), (-38, 12, 10))),
    ("left pulmonary artery", 9.5, ((20, -4, 26), (34, 14, 18))),
    ("brachiocephalic artery", 6.0, ((-2, -8, 60), (-10, -10, 84), (-16, -8, 112))),
    ("left common carotid artery", 4.2, ((6, 4, 62), (10, -2, 90), (14, -4, 140))),
    ("left subclavian artery", 5.0, ((14, 20, 60), (22, 14, 90), (46, 2, 116))),
    ("azygos vein", 4.0, ((-14, 44, -160), (-12, 42, -20), (-12, 42, 38), (-20, 10, 44))),
)
"""Name, radius in mm (0 where it varies between patients), line in an average chest."""

BORDERING = ("SVC", "IVC", "pulmonary trunk")
"""Great vessels that, besides the aorta, the lungs lie against."""


@dataclass(frozen=True, slots=True, eq=False)
class Mediastinum:
    """What lies between and below the lungs."""

    heart: Heart
    aorta: Tube
    great_vessels: tuple[Tube, ...]
    coronaries: tuple[Tube, ...]
    oesophagus: Tube
    stomach: Ellipsoid
    liver: Ellipsoid
    thyroid: dict[str, Ellipsoid]
    node_stations_mm: dict[str, tuple[float, float, float]]


def plan_mediastinum(habitus: Habitus, rng: np.random.Generator) -> Mediastinum:
    """Place every organ; nothing is painted."""
    heart = plan_heart(habitus, rng)
    dome = habitus.dome_mm / habitus.scale
    stomach = Ellipsoid(
        habitus.point(58, -8, dome - rng.uniform(48, 60)),
        (rng.uniform(36, 50), rng.uniform(36, 48), rng.uniform(28, 40)),
    )
    liver = Ellipsoid(
        habitus.point(-62, -4, dome - 66), (94.0 * habitus.scale, 96.0 * habitus.scale, 74.0)
    )
    thyroid = {
        side: Ellipsoid(habitus.point(sign * 17, -20, 126), (8.5, 10.0, 20.0))
        for side, sign in (("right", -1.0), ("left", 1.0))
    }
    return Mediastinum(
        heart=heart,
        aorta=_aorta(habitus, rng),
        great_vessels=_great_vessels(habitus, rng),
        coronaries=coronaries(heart.outline),
        oesophagus=_tube(
            habitus,
            [(0, 28, 140), (4, 28, 60), (6, 32, 0), (12, 34, -50), (34, 16, dome - 40)],
            7.0,
            "oesophagus",
        ),
        stomach=stomach,
        liver=liver,
        thyroid=thyroid,
        node_stations_mm=_stations(habitus),
    )


def _tube(
    habitus: Habitus,
    points: Sequence[tuple[float, float, float]],
    radius_mm: float,
    name: str,
    side: str = "middle",
) -> Tube:
    placed = np.array([habitus.point(*point) for point in points])
    smooth = _smoothed(placed)
    return Tube(smooth, np.full(len(smooth), radius_mm), side, name=name)


def _smoothed(points: np.ndarray) -> np.ndarray:
    """Catmull-Rom through the points, four steps a piece."""
    if len(points) < 3:
        return points
    padded = np.concatenate([[2 * points[0] - points[1]], points, [2 * points[-1] - points[-2]]])
    pieces = []
    for n in range(1, len(padded) - 2):
        a, b, c, d = padded[n - 1 : n + 3]
        for t in (0.0, 0.25, 0.5, 0.75):
            pieces.append(
                0.5
                * (
                    2 * b
                    + (c - a) * t
                    + (2 * a - 5 * b + 4 * c - d) * t**2
                    + (3 * b - a - 3 * c + d) * t**3
                )
            )
    return np.array([*pieces, points[-1]])


def _aorta(habitus: Habitus, rng: np.random.Generator) -> Tube:
    radius = rng.uniform(12.0, 16.5) * habitus.scale
    height = rng.uniform(-4, 5)
    line = [
        (0, -10, -14),
        (-12, -24, 14),
        (-12, -22, 38 + height),
        (0, -6, 56 + height),
        (16, 22, 54 + height),
        (24, 38, 34),
        (25, 42, 0),
        (23, 44, -50),
        (18, 44, -170),
    ]
    tube = _tube(habitus, line, radius, "aorta")
    taper = np.linspace(1.08, 0.78, len(tube.points_mm))
    return Tube(tube.points_mm, radius * taper, name="aorta")


def _great_vessels(habitus: Habitus, rng: np.random.Generator) -> tuple[Tube, ...]:
    trunk_mm = rng.uniform(11.5, 14.5)
    return tuple(
        _tube(habitus, line, (radius_mm or trunk_mm) * habitus.scale, name)
        for name, radius_mm, line in _GREAT_VESSELS
    )


def _stations(habitus: Habitus) -> dict[str, tuple[float, float, float]]:
    return {
        "right paratracheal": habitus.point(-17, -6, 60),
        "left paratracheal": habitus.point(14, 6, 74),
        "aortopulmonary window": habitus.point(26, -4, 42),
        "subcarinal": habitus.point(-1, 18, 18),
        "prevascular": habitus.point(2, -52, 56),
        "right hilar": habitus.point(-40, 10, 4),
        "left hilar": habitus.point(41, 12, 2),
        "paraoesophageal": habitus.point(-6, 42, -20),
    }


def draw_mediastinum(
    canvas: Canvas, habitus: Habitus, organs: Mediastinum, rng: np.random.Generator
) -> None:
    """Paint heart, vessels, oesophagus and thyroid."""
    draw_heart(canvas, habitus, organs.heart)
    arteries = ("aorta", "artery", "trunk")
    for tube in (*organs.great_vessels, organs.aorta):
        arterial = tube.name.endswith(arteries)
        _draw_tube(canvas, tube, habitus.arterial_hu if arterial else habitus.blood_hu)
    _draw_tube(canvas, organs.oesophagus, _OESOPHAGUS_HU)
    _draw_oesophageal_air(canvas, organs.oesophagus, rng)
    for gland in organs.thyroid.values():
        _draw_ellipsoid(canvas, gland, _THYROID_HU)


def _draw_ellipsoid(canvas: Canvas, shape: Ellipsoid, hu: float) -> None:
    box = ellipsoid_box(canvas.grid, shape, 6)
    distance = ellipsoid_distance(canvas.grid.coordinates(box), shape)
    canvas.blend(box, coverage_of(distance, canvas.edge_mm()), hu)


def _draw_tube(canvas: Canvas, tube: Tube, hu: float) -> None:
    edge = canvas.edge_mm()
    field = tube_field(canvas.grid, (tube,), float(tube.radii_mm.max()) + edge)
    canvas.blend(field.box, rod_coverage(field.distance_mm, field.radius_mm, edge), hu)


def _draw_oesophageal_air(canvas: Canvas, oesophagus: Tube, rng: np.random.Generator) -> None:
    count = len(oesophagus.points_mm)
    for start in rng.integers(0, count - 3, size=int(rng.integers(0, 3))):
        part = slice(int(start), int(start) + 3)
        radii = np.full(3, rng.uniform(1.5, 4.0))
        _draw_tube(canvas, Tube(oesophagus.points_mm[part], radii), _AIR_HU)
