"""From Hounsfield units to grey levels on the screen, through a table of all 65536 values."""

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from app.viewer.sampling import OUTSIDE_HU
from medct_core.volume.window import Window, to_grey

GreyTable = npt.NDArray[np.uint8]
"""``(65536,)`` uint8, read-only; grey level of every int16, at its bit pattern as uint16."""

PixelTable = npt.NDArray[np.uint32]
"""``(65536,)`` uint32, read-only; the same as pixels 0xffRRGGBB, which Qt draws twice as fast."""

OUTSIDE_GREY = 0
"""Outside the scan is black, also where the picture is inverted."""

# Values in the order of their bit patterns: 0 to 32767, then -32768 to -1.
_ALL_VALUES = np.arange(65536, dtype=np.uint16).view(np.int16)


def grey_table(window: Window, *, inverted: bool = False) -> GreyTable:
    """Build the table of a window; it takes well under a millisecond.

    Parameters
    ----------
    window
        The window to look through.
    inverted
        Dense tissue is black.
    """
    table = np.rint(to_grey(_ALL_VALUES, window) * 255).astype(np.uint8)
    if inverted:
        table = 255 - table
    table[np.uint16(OUTSIDE_HU & 0xFFFF)] = OUTSIDE_GREY
    table.flags.writeable = False
    return table


def apply_grey(hu: npt.NDArray[np.int16], table: GreyTable) -> npt.NDArray[np.uint8]:
    """Look up the grey levels of a slice; same shape, uint8, C-contiguous."""
    return table.take(np.ascontiguousarray(hu).view(np.uint16))


@lru_cache(maxsize=4)
def pixel_table(window: Window, *, inverted: bool = False) -> PixelTable:
    """Build the table of `grey_table` as pixels; all views of a window share it."""
    grey = grey_table(window, inverted=inverted).astype(np.uint32)
    table = grey * np.uint32(0x010101) + np.uint32(0xFF000000)
    table.flags.writeable = False
    return table


def apply_pixels(hu: npt.NDArray[np.int16], table: PixelTable) -> npt.NDArray[np.uint32]:
    """Look up the pixels of a slice; same shape, uint32, C-contiguous."""
    return table.take(np.ascontiguousarray(hu).view(np.uint16))
