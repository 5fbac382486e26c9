"""The spine: bodies with their rims, discs, canal, arches and processes."""

from dataclasses import dataclass

import numpy as np

from medct_core.phantom.body import Tube
from medct_core.phantom.canvas import Box, Canvas, Float, coverage_of
from medct_core.phantom.chest.cavity import spine_x, spine_y
from medct_core.phantom.chest.habitus import Habitus
from medct_core.phantom.drawing.shapes import slab_coverage, smoothstep
from medct_core.phantom.drawing.texture import ripple

_CORTEX_HU, _DISC_HU, _CORD_HU, _CANAL_FAT_HU = 650.0, 85.0, 32.0, -40.0
_VERTEBRA_MM = 24.0
_HALF_WIDTH_MM, _HALF_DEPTH_MM = 17.5, 14.0
_CANAL_MM = 23.0
_REACH_MM = 52.0


@dataclass(frozen=True, slots=True, eq=False)
class _Frame:
    """Places about the middle of the vertebral bodies, in mm of an average adult.

    Attributes
    ----------
    aside, behind
        ``(i, j, k)`` float32; distance from the midline, and how far behind the bodies' middle.
    from_disc, level
        ``(1, 1, k)`` float32; distance from the nearest disc, and share of the way from one
        disc up to the next.
    """

    aside: Float
    behind: Float
    from_disc: Float
    level: Float


def draw_spine(canvas: Canvas, habitus: Habitus, rng: np.random.Generator) -> Tube:
    """Paint the spine; returns the line of the bodies' centres."""
    top = float(canvas.grid.axis_mm(2)[-1]) + 1
    middle = np.asarray(habitus.placed(np.array([[0.0, spine_y(habitus) + 14, 0.0]]))[0])
    reach = _REACH_MM * habitus.scale + abs(habitus.sway_mm)
    low, high = middle - reach, middle + reach
    low[2], high[2] = -top, top
    box = canvas.grid.box_around(low, high)
    frame = _frame(canvas, habitus, box, rng.uniform(0, _VERTEBRA_MM))
    _draw_arches(canvas, box, frame, habitus)
    _draw_bodies(canvas, box, frame, habitus, rng)
    heights = np.linspace(-170, 170, 24)
    own = np.stack(
        [
            np.asarray(spine_x(habitus, heights.astype(np.float32)), np.float64),
            np.full(24, spine_y(habitus)),
            heights,
        ],
        axis=1,
    )
    return Tube(habitus.placed(own), np.full(24, 16.0 * habitus.scale), name="spine")


def _frame(canvas: Canvas, habitus: Habitus, box: Box, shift_mm: float) -> _Frame:
    x, y, z = habitus.frame(canvas.grid.coordinates(box))
    scale = np.float32(habitus.scale)
    phase = (z / scale + np.float32(shift_mm)) / np.float32(_VERTEBRA_MM)
    level = phase - np.floor(phase)
    from_disc = np.minimum(level, 1 - level) * np.float32(_VERTEBRA_MM)
    aside = np.abs(x - spine_x(habitus, z)) / scale
    behind = (y - np.float32(spine_y(habitus))) / scale + 0 * z
    return _Frame(aside, behind, from_disc, level)


def _draw_bodies(
    canvas: Canvas, box: Box, frame: _Frame, habitus: Habitus, rng: np.random.Generator
) -> None:
    edge = canvas.edge_mm()
    # Bodies are waisted between their end plates and hollow towards the canal.
    waist = 1.5 * smoothstep(frame.from_disc, 2.0, 10.0)
    u = frame.aside / (np.float32(_HALF_WIDTH_MM) - waist)
    v = frame.behind / (np.float32(_HALF_DEPTH_MM) - np.float32(0.5) * waist)
    round_off = (u**2 * u**0.5 + np.abs(v) ** 2.5) ** np.float32(0.4)
    body = (round_off - 1) * np.float32(_HALF_DEPTH_MM + 1)
    body = np.maximum(body, 11.5 - np.hypot(frame.aside, frame.behind - _CANAL_MM))
    inside = coverage_of(body, edge)
    plates = coverage_of(frame.from_disc - np.float32(4.2), edge)
    marrow = habitus.marrow_hu + 25 * ripple(rng, 9, count=4).at(canvas.grid.coordinates(box))
    canvas.blend(box, inside, marrow)
    rim = slab_coverage(body + 0.9, 1.8, edge)
    plate = slab_coverage(frame.from_disc - np.float32(3.2), 1.5, edge) * inside
    canvas.blend(box, np.maximum(rim, 0.8 * plate * plates), _CORTEX_HU)
    disc = coverage_of(body - 1.0, edge) * coverage_of(frame.from_disc - np.float32(2.4), edge)
    canvas.blend(box, disc, _DISC_HU)


def _draw_arches(canvas: Canvas, box: Box, frame: _Frame, habitus: Habitus) -> None:
    """Paint pedicles, laminae, transverse and spinous processes, and what the canal holds."""
    edge, u, v = canvas.edge_mm(), frame.aside, frame.behind
    canal = np.hypot(u, v - np.float32(_CANAL_MM))
    upper = smoothstep(frame.level, 0.3, 0.45) * (1 - smoothstep(frame.level, 0.85, 0.95))
    # Laminae roof the canal like a tent, lower than the pedicles they hang on.
    pedicle = np.maximum(np.abs(u - 12.5) - 3.2, np.abs(v - 19.0) - 8.5)
    lamina = np.maximum(np.abs(v + 0.75 * u - 37.0) * 0.8 - 3.2, u - 16.0)
    spinous = np.maximum(u - 3.2, np.abs(v - 46.0) - 12.0)
    along = (u - 14.0) * 0.8 + (v - 25.0) * 0.6
    across = np.abs(-(u - 14.0) * 0.6 + (v - 25.0) * 0.8) - 4.2
    wing = np.maximum(across, np.abs(along - 10.0) - 14.0)
    bone = coverage_of(np.minimum(pedicle, wing), edge) * upper
    lower = 1 - smoothstep(frame.level, 0.75, 0.95)
    bone = np.maximum(bone, coverage_of(np.minimum(lamina, spinous), edge) * (0.25 + 0.75 * lower))
    canvas.blend(box, bone, 0.55 * habitus.marrow_hu + 0.45 * _CORTEX_HU)
    hollow = coverage_of(canal - 9.0, edge)
    canvas.blend(box, hollow, _CANAL_FAT_HU)
    canvas.blend(box, coverage_of(canal - 7.0, edge), _CORD_HU)
