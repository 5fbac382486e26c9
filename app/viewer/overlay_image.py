"""Colour over a slice: heatmaps and masks, cut along the same plane."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from app.state.view import Overlay
from app.viewer.pixel_grid import PixelGrid
from app.viewer.sampling import OUTSIDE_HU, Sampling
from app.viewer.slice_scene import Reslicer
from medct_core.volume.geometry import Geometry

ColourTable = npt.NDArray[np.uint8]
"""``(256, 4)`` uint8: red, green, blue and opacity of every level."""


@dataclass(frozen=True, slots=True, eq=False)
class OverlayImage:
    """Values that are shown in colour over a scan.

    Attributes
    ----------
    kind
        `Overlay.HEATMAP` (opacity from the view) or `Overlay.MASKS`.
    values
        ``(i, j, k)``, i fastest; float32, or labels 0 to 255 as uint8 or int16.
    geometry
        Its own grid, LPS mm.
    colours
        Colour of every level; for labels, of every label.
    low, high
        Values with the first and the last colour; 0 and 255 for labels.
    caption
        Written beside the picture while it is shown.
    opacity
        In [0, 1]; of masks only.
    meaning
        What the numbers of the colour bar are.
    """

    kind: Overlay
    values: npt.NDArray[Any]
    geometry: Geometry
    colours: ColourTable
    low: float = 0.0
    high: float = 255.0
    caption: str = ""
    opacity: float = 0.5
    meaning: str = ""

    @property
    def has_labels(self) -> bool:
        """Whether the values are labels, which are never blended."""
        return bool(np.issubdtype(self.values.dtype, np.integer))


class OverlayScene:
    """Cuts one overlay along the pixels of a slice."""

    def __init__(self, overlay: OverlayImage) -> None:
        self.overlay = overlay
        sampling = Sampling.NEAREST if overlay.has_labels else Sampling.LINEAR
        self._reslicer = Reslicer(overlay.values, overlay.geometry, sampling)

    def cut(self, grid: PixelGrid) -> npt.NDArray[np.uint8]:
        """``(rows, columns, 4)`` uint8 colours and opacities; transparent outside."""
        return coloured(self._reslicer.sample(grid), self.overlay)


def coloured(values: npt.NDArray[Any], overlay: OverlayImage) -> npt.NDArray[np.uint8]:
    """Look up colours; any shape gains a last axis of red, green, blue and opacity."""
    if values.dtype == np.uint8 and (overlay.low, overlay.high) == (0.0, 255.0):
        return _by_label(values, overlay.colours)
    is_outside = values == OUTSIDE_HU if overlay.has_labels else np.isnan(values)
    # A map of one value has no span; all of it gets the first colour.
    span: float = overlay.high - overlay.low if overlay.high > overlay.low else 1.0
    inside = np.where(is_outside, overlay.low, values).astype(np.float32)
    levels = (inside - overlay.low) * (255.0 / span)
    colours: npt.NDArray[np.uint8] = overlay.colours[np.rint(levels.clip(0, 255)).astype(np.uint8)]
    colours[is_outside] = 0
    return colours


def _by_label(values: npt.NDArray[np.uint8], colours: ColourTable) -> npt.NDArray[np.uint8]:
    """Colours of bytes, which are levels already; outside a mask of bytes lies label 0."""
    # Four bytes are looked up as one number.
    packed = np.ascontiguousarray(colours).view(np.uint32)[:, 0].take(values)
    return packed.view(np.uint8).reshape(*values.shape, 4)
