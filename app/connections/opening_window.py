"""The grey-level window that a scan opens with, and the one that shows all of its values."""

import numpy as np

from app.state.session import OpenScan
from medct_core.volume.volume import Unit, Volume
from medct_core.volume.window import Window

_OUTER_PERCENT = (0.1, 99.9)
_STRIDE = 4
_NARROWEST = 2.0


def opening_window(scan: OpenScan, before: Window) -> Window:
    """Give the window that a scan opens with.

    The first one of its header; else, for a CT, the one in use before, so that a reader's choice
    outlasts a change of series; else one that fits the values, where the header says nothing and
    the values are no Hounsfield units.
    """
    if scan.series.windows:
        return scan.series.windows[0].window
    if scan.volume.unit is Unit.HU:
        return before
    values = scan.volume.values[::_STRIDE, ::_STRIDE, ::_STRIDE]
    low, high = (float(value) for value in np.percentile(values, _OUTER_PERCENT))
    return _between(low, high)


def full_range(volume: Volume) -> Window:
    """Give the window from the lowest to the highest value of a scan."""
    return _between(float(volume.values.min()), float(volume.values.max()))


def _between(low: float, high: float) -> Window:
    return Window(centre_hu=(low + high) / 2, width_hu=max(high - low, _NARROWEST))
