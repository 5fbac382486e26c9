"""The heart: an ovoid that points to the left and to the front, its chambers and its coats."""

from dataclasses import dataclass

import numpy as np

from medct_core.phantom.body import Ellipsoid, Points, Tube
from medct_core.phantom.canvas import Canvas, Float, coverage_of
from medct_core.phantom.chest.habitus import Habitus
from medct_core.phantom.drawing.shapes import (
    Coordinates,
    ellipsoid_box,
    ellipsoid_distance,
    slab_coverage,
    turned,
)

_FAT_HU, _MYOCARDIUM_HU, _PERICARDIUM_HU = -95.0, 48.0, 35.0
_PERICARDIUM_MM = 1.4
# From base to apex, in the patient's own frame: to the left, to the front and down.
_LONG_AXIS = (0.74, -0.52, -0.42)
_TAPER = 0.20


@dataclass(frozen=True, slots=True, eq=False)
class Heart:
    """Where the heart lies.

    Attributes
    ----------
    outline
        What findings take for the heart: its muscle stays within a few mm of this.
    axes
        ``(3, 3)`` float64, rows: to the apex, to the side of the left ventricle, upwards.
    length_mm, radius_mm
        Half axes of the ovoid along and across its long axis.
    fat_mm
        Thickness of the fat between muscle and lung.
    """

    outline: Ellipsoid
    axes: Points
    length_mm: float
    radius_mm: float
    fat_mm: float


def plan_heart(habitus: Habitus, rng: np.random.Generator) -> Heart:
    """Place the heart on the diaphragm, most of it left of the midline; nothing is painted."""
    # Width over the cage's: 0.37 to 0.45, so that no healthy heart passes for a large one.
    half = habitus.cage_mm[0] * rng.uniform(0.37, 0.45)
    # It rests on the diaphragm, but hangs on the great vessels.
    height = -16 + 0.55 * (habitus.dome_mm / habitus.scale + 38)
    centre = habitus.point(20 + rng.uniform(-5, 5), -28, height)
    b, c = half * rng.uniform(0.76, 0.88), half * rng.uniform(0.82, 0.95)
    long = habitus.placed(np.array([_LONG_AXIS]))[0] - np.asarray(habitus.centre_mm)
    long = long / np.linalg.norm(long)
    aside = np.cross([0.0, 0.0, 1.0], long)
    aside /= np.linalg.norm(aside)
    return Heart(
        outline=Ellipsoid(centre, (half, b, c)),
        axes=np.stack([long, aside, np.cross(long, aside)]),
        length_mm=1.06 * half,
        radius_mm=0.485 * (b + c),
        fat_mm=rng.uniform(1.5, 4.5) * habitus.mediastinal_width,
    )


def muscle_distance(coordinates: Coordinates, heart: Heart) -> Float:
    """Signed distance in mm to the surface of the heart's muscle, negative inside."""
    along, p, q = turned(coordinates, heart.outline.centre_mm, heart.axes)
    t = along / np.float32(heart.length_mm)
    slim = np.float32(1 + 0.3 * _TAPER) - np.float32(_TAPER) * np.clip(t, -1.0, 1.0)
    across = np.sqrt(p**2 + q**2) / (np.float32(heart.radius_mm) * slim)
    distance: Float = (np.sqrt(t**2 + across**2) - 1) * np.float32(heart.radius_mm)
    return distance


def heart_distance(coordinates: Coordinates, heart: Heart) -> Float:
    """Signed distance in mm to the shadow of the heart without its outer fat."""
    outline = ellipsoid_distance(coordinates, heart.outline)
    distance: Float = np.minimum(outline + np.float32(1.5), muscle_distance(coordinates, heart))
    return distance


def draw_heart(canvas: Canvas, habitus: Habitus, heart: Heart) -> None:
    """Paint fat, pericardium, muscle and the blood in the chambers."""
    edge = canvas.edge_mm()
    box = ellipsoid_box(canvas.grid, heart.outline, 20)
    coordinates = canvas.grid.coordinates(box)
    muscle = muscle_distance(coordinates, heart)
    shadow = heart_distance(coordinates, heart)
    canvas.blend(box, coverage_of(shadow - heart.fat_mm, edge), _FAT_HU)
    sac = slab_coverage(shadow - np.float32(0.6 * heart.fat_mm), _PERICARDIUM_MM, edge)
    canvas.blend(box, sac, _PERICARDIUM_HU)
    perfused = _MYOCARDIUM_HU + 0.4 * (habitus.blood_hu - 40)
    canvas.blend(box, coverage_of(muscle, edge), perfused)
    left, right = _ventricles(coordinates, heart, muscle)
    canvas.blend(box, coverage_of(right, edge), habitus.blood_hu)
    canvas.blend(box, coverage_of(left, edge), habitus.arterial_hu)
    for atrium, hu in _atria(heart.outline, habitus):
        inside = np.maximum(ellipsoid_distance(coordinates, atrium), muscle + 2.5)
        canvas.blend(box, coverage_of(inside, edge), hu)


def _ventricles(coordinates: Coordinates, heart: Heart, muscle: Float) -> tuple[Float, Float]:
    """Signed distances in mm to the cavities of the left and of the right ventricle."""
    along, p, q = turned(coordinates, heart.outline.centre_mm, heart.axes)
    length, radius = np.float32(heart.length_mm), np.float32(heart.radius_mm)
    left = np.sqrt(
        ((along - 0.26 * length) / (0.50 * length)) ** 2
        + ((p - 0.30 * radius) / (0.40 * radius)) ** 2
        + ((q + 0.08 * radius) / (0.42 * radius)) ** 2
    )
    left = (left - 1) * np.float32(0.42) * radius
    # The right one wraps round the wall of the left one.
    right = np.maximum(np.maximum(muscle + 4.5, np.float32(9.5) - left), -(along + 0.3 * length))
    return left, np.maximum(right, p - np.float32(0.25) * radius)


def _atria(outline: Ellipsoid, habitus: Habitus) -> tuple[tuple[Ellipsoid, float], ...]:
    x, y, z = outline.centre_mm
    a, b, c = outline.radii_mm
    rows = (
        (-0.55, 0.08, 0.20, 0.34, 0.52, 0.50, habitus.blood_hu),
        (0.02, 0.56, 0.35, 0.58, 0.36, 0.42, habitus.arterial_hu),
    )
    return tuple(
        (Ellipsoid((x + u * a, y + v * b, z + w * c), (p * a, q * b, r * c)), hu)
        for u, v, w, p, q, r, hu in rows
    )


def coronaries(heart: Ellipsoid) -> tuple[Tube, ...]:
    """Left anterior descending, circumflex and right coronary on the heart's surface."""
    arcs = {
        "left anterior descending": ((35, 60), (300, 285)),
        "left circumflex": ((45, 95), (340, 420)),
        "right coronary": ((45, 110), (215, 160)),
    }
    tubes = []
    for name, (polar, azimuth) in arcs.items():
        theta = np.deg2rad(np.linspace(*polar, 9))
        phi = np.deg2rad(np.linspace(*azimuth, 9))
        unit = np.stack(
            [np.sin(theta) * np.cos(phi), np.sin(theta) * np.sin(phi), np.cos(theta)], axis=1
        )
        points = np.array(heart.centre_mm) + unit * np.array(heart.radii_mm) * 0.99
        side = "right" if name.startswith("right") else "left"
        tubes.append(Tube(points, np.linspace(2.2, 1.3, 9), side, name=name))
    return tuple(tubes)
