"""What the mouse does over a slice: two profiles, and the arithmetic of dragging."""

import math
from dataclasses import dataclass
from enum import Enum

from medct_core.volume.window import Window

_PIXELS_PER_WIDTH = 250.0
_PIXELS_PER_DOUBLING = 120.0
_NARROWEST_HU = 2.0
_WIDEST_HU = 65536.0


class DragAction(Enum):
    """What dragging with a button does."""

    WINDOW = "window"
    PAN = "pan"
    ZOOM = "zoom"
    SCROLL = "scroll"
    CROSSHAIR = "crosshair"


@dataclass(frozen=True, slots=True)
class MouseProfile:
    """What each button does when dragged.

    In both profiles a plain left click sets the crosshair, the wheel scrolls, Ctrl and wheel
    zooms at the cursor, Shift and moving takes the crosshair along, and a double-click
    maximises a view.
    """

    name: str
    left: DragAction
    middle: DragAction
    right: DragAction


RADIOLOGY = MouseProfile("Radiology", DragAction.WINDOW, DragAction.PAN, DragAction.ZOOM)
RESEARCH = MouseProfile("Research", DragAction.CROSSHAIR, DragAction.PAN, DragAction.ZOOM)
PROFILES: tuple[MouseProfile, ...] = (RADIOLOGY, RESEARCH)
"""All profiles, the default one first."""


def dragged_window(start: Window, right_px: float, down_px: float) -> Window:
    """Window after a drag: to the right widens, upwards lowers the level.

    Parameters
    ----------
    start
        The window when the button went down.
    right_px, down_px
        Logical pixels since then. The gain is proportional to the width.
    """
    width = start.width_hu * math.exp(min(max(right_px / _PIXELS_PER_WIDTH, -20), 20))
    centre = start.centre_hu + down_px * start.width_hu / _PIXELS_PER_WIDTH
    held = min(max(round(width), _NARROWEST_HU), _WIDEST_HU)
    return Window(centre_hu=float(round(centre)), width_hu=held)


def dragged_zoom(down_px: float) -> float:
    """Magnification for a vertical drag in logical pixels: upwards comes closer."""
    return math.pow(2.0, -down_px / _PIXELS_PER_DOUBLING)
