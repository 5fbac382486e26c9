"""The space of the lungs: rib cage, thoracic inlet, diaphragm, mediastinum and spine.

All functions take coordinates in the patient's own frame (`Habitus.frame`): mm about the middle
of the chest, x to the left, y to the back and z to the head of the patient, however the patient
lies. They accept axes to broadcast or lists of one length.
"""

import numpy as np

from medct_core.phantom.canvas import Float
from medct_core.phantom.chest.habitus import Habitus
from medct_core.phantom.drawing.shapes import Coordinates, smoothstep

_POWER = 2.35
_FRONT_SHARE = 0.92
# The pleura lies this far inside the ribs.
_PLEURA_MM = 2.0
_INLET_MM = 140.0
_DEPTHS = (-1.0, -0.75, -0.5, -0.1, 0.25, 0.45, 0.62)
_LEVELS: tuple[tuple[float, tuple[float, ...], tuple[float, ...]], ...] = (
    (-110.0, (30, 28, 26, 24, 16, 12, 12), (50, 45, 35, 25, 20, 18, 14)),
    (-40.0, (14, 7, 12, 20, 12, 7, 9), (46, 40, 32, 24, 15, 13, 13)),
    (-5.0, (9, 3, 16, 27, 16, 8, 9), (26, 16, 24, 27, 17, 13, 13)),
    (30.0, (6, 2.5, 18, 28, 18, 11, 10), (6, 2.5, 20, 27, 18, 14, 13)),
    (60.0, (6, 2.5, 24, 25, 18, 12, 12), (6, 3, 24, 28, 20, 15, 14)),
    (90.0, (20, 20, 30, 26, 17, 15, 14), (20, 20, 28, 27, 20, 16, 16)),
    (125.0, (34, 34, 34, 28, 20, 18, 18), (34, 34, 34, 28, 20, 18, 18)),
)
"""Height in an average chest, then half widths of the mediastinum to the right and to the left
at the depths above (shares of the half depth of the cage), in mm. In front of the great vessels
the lungs nearly touch; beside the heart the left one keeps away from the midline."""


def spine_x(habitus: Habitus, z: Float) -> Float:
    """Where the spine runs, in mm."""
    bend: Float = np.asarray(habitus.sway_mm * np.sin(z / np.float32(90.0)), np.float32)
    return bend


def spine_y(habitus: Habitus) -> float:
    """How far behind the middle of the chest the vertebral bodies lie, in mm."""
    return 0.64 * habitus.cage_mm[1]


def front_y(habitus: Habitus) -> float:
    """Inner surface of the rib cage in front, in mm (negative)."""
    return -_FRONT_SHARE * habitus.cage_mm[1]


def section_distance(habitus: Habitus, x: Float, y: Float) -> Float:
    """Signed distance in mm to the widest section of the rib cage, seen from above."""
    wide, deep = habitus.cage_mm
    # The widest place lies behind the middle; in front the chest is flatter.
    shift = np.float32((1 - _FRONT_SHARE) * deep / 2)
    half = np.float32((1 + _FRONT_SHARE) * deep / 2)
    u, v = np.abs(x) / np.float32(wide), np.abs(y - shift) / half
    level = np.maximum((u**_POWER + v**_POWER) ** (1 / _POWER), np.float32(1e-3))
    rise = _POWER - 1
    slope = np.hypot((u / level) ** rise / np.float32(wide), (v / level) ** rise / half)
    distance: Float = ((level - 1) / slope).astype(np.float32)
    return distance


def inlet(habitus: Habitus, x: Float, y: Float) -> tuple[Float, Float]:
    """Height in mm of the surface that closes the cage above, and its steepness.

    Two domes, one for the apex of each lung, that fall to the front with the first ribs.
    """
    wide, deep = habitus.cage_mm
    aside = np.abs(x) / np.float32(wide) - np.float32(0.42)
    behind = y / np.float32(deep) - np.float32(0.2)
    across = np.where(aside < 0, np.float32(1.1), np.float32(1.72))
    along = np.where(behind < 0, np.float32(0.7), np.float32(0.81))
    t, q = aside * across, behind * along
    square = t**2 + q**2 + np.float32(1e-6)
    fall = np.float32(_INLET_MM * habitus.scale)
    height = np.float32(habitus.apex_mm) - fall * square ** np.float32(1.3)
    slope = np.hypot(t * across / np.float32(wide), q * along / np.float32(deep))
    steep = 2.6 * fall * square ** np.float32(0.3) * slope
    return height.astype(np.float32), steep.astype(np.float32)


def cage_distance(habitus: Habitus, frame: Coordinates, outward_mm: float = 0.0) -> Float:
    """Signed distance in mm to the inner surface of the rib cage, moved outward."""
    x, y, z = frame
    height, steep = inlet(habitus, x, y)
    lean = 1 / np.sqrt(1 + steep**2)
    distance: Float = np.maximum(section_distance(habitus, x, y), (z - height) * lean)
    return distance - np.float32(outward_mm)


def diaphragm(habitus: Habitus, x: Float, y: Float) -> tuple[Float, Float]:
    """Height in mm of the diaphragm below the lungs, and its steepness.

    Two domes that fall steeply to the ribs, furthest behind and at the sides.
    """
    wide, deep = habitus.cage_mm
    aside = np.abs(x) / np.float32(wide) - np.float32(0.48)
    behind = y / np.float32(deep) + np.float32(0.1)
    across = np.where(aside < 0, np.float32(1.25), np.float32(1.92))
    along = np.where(behind < 0, np.float32(0.9), np.float32(0.95))
    r, v = aside * across, behind * along
    square = r**2 + v**2
    fall = np.float32(habitus.dome_height_mm)
    drop = 0.4 * square + 0.6 * square**2
    slope = np.hypot(r * across / np.float32(wide), v * along / np.float32(deep))
    steep = np.where(drop < 1.6, fall * (0.8 + 2.4 * square) * slope, np.float32(0))
    left = np.float32(habitus.left_dome_mm) * smoothstep(x, -25.0, 35.0)
    height = np.float32(habitus.dome_mm) - left - fall * np.minimum(drop, np.float32(1.6))
    return height.astype(np.float32), steep.astype(np.float32)


def mediastinum_distance(habitus: Habitus, frame: Coordinates) -> Float:
    """Signed distance in mm to the space between the lungs, negative inside."""
    x, y, z = frame
    depth = y / np.float32(habitus.cage_mm[1])
    heights = np.array([level[0] for level in _LEVELS]) * habitus.scale
    right, left = np.float32(0), np.float32(0)
    for n, (_, right_row, left_row) in enumerate(_LEVELS):
        weight = np.interp(z, heights, np.eye(len(heights))[n]).astype(np.float32)
        right = right + weight * _at_depth(habitus, depth, right_row)
        left = left + weight * _at_depth(habitus, depth, left_row)
    aside = x - spine_x(habitus, z) * np.float32(0.5)
    # The borders run obliquely, so across is further than straight to them.
    distance: Float = np.maximum(-right - aside, aside - left) * np.float32(0.85)
    return distance


def _at_depth(habitus: Habitus, depth: Float, row: tuple[float, ...]) -> Float:
    size = habitus.scale * habitus.mediastinal_width
    return (np.interp(depth, _DEPTHS, row) * size).astype(np.float32)


def spine_distance(habitus: Habitus, frame: Coordinates) -> Float:
    """Signed distance in mm to the spine with what covers it, as the lungs meet it."""
    x, y, z = frame
    scale = np.float32(habitus.scale)
    u, v = np.abs(x - spine_x(habitus, z)), y - np.float32(spine_y(habitus))
    body = np.sqrt(u**2 + (v * np.float32(1.2)) ** 2) - 21 * scale
    # Heads of ribs and transverse processes widen the spine towards the back.
    wedge = np.maximum(-v, (u - 20 * scale - np.float32(0.6) * v) * np.float32(0.86))
    distance: Float = np.minimum(body, wedge)
    return distance


def lung_distance(habitus: Habitus, frame: Coordinates, cage: Float) -> Float:
    """Signed distance in mm to the surface of the lungs, negative inside, from that to the cage.

    Heart and great vessels are not taken out.
    """
    x, y, z = frame
    floor, steep = diaphragm(habitus, x, y)
    above = (floor - z) / np.sqrt(1 + steep**2)
    lung = np.maximum(cage + np.float32(_PLEURA_MM), above)
    between = np.minimum(mediastinum_distance(habitus, frame), spine_distance(habitus, frame))
    distance: Float = np.maximum(lung, -between).astype(np.float32)
    return distance


def fissures(habitus: Habitus, frame: Coordinates) -> tuple[Float, Float]:
    """Signed distances in mm to the oblique and horizontal fissures, positive above."""
    _, y, z = frame
    slope = np.float32(1.15)
    tilt = np.float32(1 / np.sqrt(1 + slope**2))
    oblique = (z + np.float32(8 + habitus.fissure_mm) - slope * y) * tilt
    horizontal = z - np.float32(2.0 - habitus.fissure_mm) + np.float32(0.12) * y
    return oblique.astype(np.float32), horizontal.astype(np.float32)


def lobe_numbers(habitus: Habitus, frame: Coordinates) -> np.ndarray:
    """Index into `LOBES` that a place would have, were it lung; int8."""
    oblique, horizontal = fissures(habitus, frame)
    lower = oblique < 0
    right = np.where(lower, np.int8(2), np.where(horizontal < 0, np.int8(1), np.int8(0)))
    left = np.where(lower, np.int8(4), np.int8(3))
    return np.where(frame[0] < 0, right, left).astype(np.int8)
