"""Painting: one finding on its way into a body's canvas, with its mask."""

from dataclasses import dataclass

import numpy as np

from medct_core.phantom.body import Body, Tube
from medct_core.phantom.canvas import Box, Float
from medct_core.phantom.drawing.shapes import edge_of, rod_coverage, tube_field
from medct_core.phantom.request import Drawn, DrawRequest

_MOSTLY_LUNG = 0.75


@dataclass(frozen=True, slots=True, eq=False)
class Painting:
    """Paints into the canvas of a body and gathers the mask of what it changed.

    Attributes
    ----------
    body
        Whose canvas is painted.
    mask
        ``(i, j, k)`` float32 in [0, 1], written in place.
    """

    body: Body
    mask: Float

    @property
    def edge_mm(self) -> float:
        """Width of a painted edge: the mean voxel size."""
        return edge_of(self.body.canvas.grid)

    def cover(self, box: Box, coverage: Float, value_hu: float | Float) -> None:
        """Replace a share of each voxel of `box` by a density and add it to the mask."""
        self.body.canvas.blend(box, coverage, value_hu)
        np.maximum(self.mask[box], coverage, out=self.mask[box])

    def raise_to(self, box: Box, coverage: Float, value_hu: float | Float) -> None:
        """Cover with a density but darken nothing, so vessels stay visible in a haze."""
        present = self.body.canvas.hu[box]
        self.cover(box, coverage, np.maximum(present, np.float32(value_hu)).astype(np.float32))

    def fill(self, box: Box, coverage: Float, lung: Float, value_hu: float | Float) -> None:
        """Fill part of the air spaces, out to the pleura, with something denser.

        A voxel half in the lung and half in the wall gets denser as if its lung half alone
        were filled; scaling by the share of lung would leave a dark rim along the wall.
        """
        present = self.body.canvas.hu[box]
        target = np.maximum(present, np.asarray(value_hu, np.float32))
        self.body.canvas.blend(box, coverage * np.minimum(4 * lung, 1), target)
        np.maximum(self.mask[box], coverage * lung, out=self.mask[box])

    def flood(self, box: Box, coverage: Float, lung: Float, value_hu: float) -> None:
        """Put fluid where lung was, out to the pleura: nothing of the lung shows through it."""
        present = self.body.canvas.hu[box]
        # At the rim of the lung a voxel holds chest wall too, which is denser than fluid.
        wall = (lung < _MOSTLY_LUNG) * np.maximum(present - np.float32(value_hu), 0)
        self.body.canvas.blend(box, coverage * np.minimum(4 * lung, 1), np.float32(value_hu) + wall)
        np.maximum(self.mask[box], coverage * lung, out=self.mask[box])

    def lower_to(self, box: Box, coverage: Float, value_hu: float | Float) -> None:
        """Cover with a density but brighten nothing."""
        present = self.body.canvas.hu[box]
        self.cover(box, coverage, np.minimum(present, np.float32(value_hu)).astype(np.float32))

    def rods(self, tubes: tuple[Tube, ...], value_hu: float) -> None:
        """Cover solid round rods: wires, strands, bits of calcium."""
        if not tubes:
            return
        reach = max(float(tube.radii_mm.max()) for tube in tubes) + self.edge_mm
        field = tube_field(self.body.canvas.grid, tubes, reach)
        coverage = rod_coverage(field.distance_mm, field.radius_mm, self.edge_mm)
        self.cover(field.box, coverage, value_hu)

    def drawn(
        self, request: DrawRequest, location: str, side: str, size_mm: float | None = None
    ) -> Drawn:
        """Say what was painted."""
        return Drawn(self.mask, request.severity, location, side, size_mm)


def painting(body: Body) -> Painting:
    """Start painting into a body."""
    return Painting(body, np.zeros(body.canvas.grid.shape, np.float32))
