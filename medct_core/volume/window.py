"""Window: the range of Hounsfield units shown as grey, and the one table of presets."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class Window:
    """A grey-level window.

    Attributes
    ----------
    centre_hu
        Value shown as middle grey, HU.
    width_hu
        Span from black to white, HU; greater than 1.

    Raises
    ------
    ValueError
        If the width is not greater than 1, the smallest the standard's formula allows.
    """

    centre_hu: float
    width_hu: float

    def __post_init__(self) -> None:
        if not self.width_hu > 1:
            raise ValueError(f"the width of a window must be greater than 1, not {self.width_hu}")


@dataclass(frozen=True, slots=True)
class WindowPreset:
    """A window with a name and the number key that selects it."""

    key: int
    name: str
    window: Window


LUNG = Window(centre_hu=-600, width_hu=1500)
MEDIASTINUM = Window(centre_hu=40, width_hu=400)
BONE = Window(centre_hu=400, width_hu=1800)

PRESETS: tuple[WindowPreset, ...] = (
    WindowPreset(1, "Lung", LUNG),
    WindowPreset(2, "Mediastinum", MEDIASTINUM),
    WindowPreset(3, "Bone", BONE),
    WindowPreset(4, "Abdomen", Window(centre_hu=50, width_hu=400)),
    WindowPreset(5, "Liver", Window(centre_hu=60, width_hu=160)),
    WindowPreset(6, "Brain", Window(centre_hu=40, width_hu=80)),
    WindowPreset(7, "Angiography", Window(centre_hu=300, width_hu=600)),
    WindowPreset(8, "Emphysema", Window(centre_hu=-850, width_hu=500)),
    WindowPreset(9, "Pulmonary embolism", Window(centre_hu=100, width_hu=700)),
)
"""The only table of presets; a chest CT opens with `MEDIASTINUM`."""


def to_grey(hu: npt.NDArray[np.int16], window: Window) -> npt.NDArray[np.float32]:
    """Map Hounsfield units to grey levels.

    Parameters
    ----------
    hu
        Any shape, Hounsfield units.
    window
        The window to look through.

    Returns
    -------
    Same shape as `hu`, float32 in [0, 1]: 0 is black, 1 is white.

    References
    ----------
    DICOM PS3.3 C.11.2.1.2.1, VOI LUT function LINEAR.
    """
    # The standard's half-unit shift keeps integer inputs symmetric about the centre.
    ramp = (hu.astype(np.float32) - (window.centre_hu - 0.5)) / (window.width_hu - 1) + 0.5
    grey: npt.NDArray[np.float32] = ramp.clip(0.0, 1.0)
    return grey
