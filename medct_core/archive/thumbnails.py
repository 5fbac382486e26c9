"""Thumbnails: three small pictures through the middle of a scan, for the library."""

import numpy as np
import numpy.typing as npt
from PIL import Image

from medct_core.retrieval.library_case import Thumbnails
from medct_core.volume.geometry import Geometry
from medct_core.volume.orientation import reorient
from medct_core.volume.volume import Unit, Volume
from medct_core.volume.window import MEDIASTINUM, Window, to_grey

LONGEST_SIDE = 96
"""Pixels; three pictures take about 15 kB in the library."""

_STRIDE = 8


def thumbnails(volume: Volume) -> Thumbnails:
    """Draw the three planes through the middle, each with square pixels.

    In Hounsfield units through the mediastinal window, else between the 1st and 99th percentile.
    """
    small = reorient(_thinned(volume), "LPS")
    window = _window(small)
    x, y, z = (count // 2 for count in small.values.shape)
    right_left, front_back, up_down = small.geometry.spacing_mm
    values = small.values
    return Thumbnails(
        axial=_picture(values[:, :, z].T, (front_back, right_left), window),
        coronal=_picture(values[:, y, ::-1].T, (up_down, right_left), window),
        sagittal=_picture(values[x, :, ::-1].T, (up_down, front_back), window),
    )


def _thinned(volume: Volume) -> Volume:
    """Leave out voxels that no picture of `LONGEST_SIDE` can show."""
    steps = [max(1, count // (2 * LONGEST_SIDE)) for count in volume.geometry.shape]
    values = volume.values[:: steps[0], :: steps[1], :: steps[2]]
    affine = volume.geometry.affine @ np.diag([*map(float, steps), 1.0])
    a, b, c = values.shape
    # Uneven slices are drawn as if evenly spaced: nobody measures on a thumbnail.
    geometry = Geometry((a, b, c), affine)
    return Volume(np.asfortranarray(values), volume.unit, geometry, volume.source)


def _window(small: Volume) -> Window:
    if small.unit is Unit.HU:
        return MEDIASTINUM
    low, high = np.percentile(small.values[::_STRIDE, ::_STRIDE], (1, 99))
    return Window(centre_hu=float(low + high) / 2, width_hu=max(float(high - low), 2.0))


def _picture(
    plane: npt.NDArray[np.int16], spacing_mm: tuple[float, float], window: Window
) -> npt.NDArray[np.uint8]:
    """``(rows, columns)`` with a spacing of its own along each, to square pixels."""
    height, width = (count * mm for count, mm in zip(plane.shape, spacing_mm, strict=True))
    scale = LONGEST_SIDE / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    grey = Image.fromarray(np.rint(to_grey(plane, window) * 255).astype(np.uint8))
    return np.array(grey.resize(size, Image.Resampling.BOX), dtype=np.uint8)
