"""Key images: a few slices that show what kind of scan was scored."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from medct_core.volume.geometry import Geometry
from medct_core.volume.orientation import direction_letters, reorient
from medct_core.volume.resample import straighten
from medct_core.volume.volume import Unit, Volume
from medct_core.volume.window import LUNG, MEDIASTINUM, Window, to_grey

_LEVELS = (0.3, 0.5, 0.72)
"""Of the height of the lungs from their apex: aortic arch, below the carina, ventricles."""

_LUNG_HU = (-950, -500)
_LUNG_SHARE = 0.03
_STRIDE = 8
_FINEST_MM = 0.25
_OPPOSITE = str.maketrans("LRPASI", "RLAPIS")


@dataclass(frozen=True, slots=True, eq=False)
class KeyImage:
    """One axial slice, seen from the feet: the patient's right is on the left.

    Attributes
    ----------
    grey
        ``(rows, columns)`` uint8, read-only; row 0 is at the front of the patient.
    pixel_mm
        Side of the square pixels.
    letters
        Side of the patient at the (left, right, top, bottom) edge, such as
        ``("R", "L", "A", "P")``.
    window_name
        For people: ``Lung 1500/-600``.
    caption
        Where the slice lies.
    """

    grey: npt.NDArray[np.uint8]
    pixel_mm: float
    letters: tuple[str, str, str, str]
    window_name: str
    caption: str

    def __post_init__(self) -> None:
        frozen = self.grey.view()
        frozen.flags.writeable = False
        object.__setattr__(self, "grey", frozen)


def key_images(volume: Volume) -> tuple[KeyImage, ...]:
    """Three axial slices in the lung window, then the same in the mediastinal window.

    The levels follow the lungs where there are any, else the scan. A scan that is not in
    Hounsfield units is shown once, between its 1st and 99th percentile.
    """
    axis = int(np.argmax(np.abs(volume.geometry.directions[2])))
    if volume.geometry.slice_offsets_mm is not None and axis != 2:
        volume = straighten(volume)
        axis = int(np.argmax(np.abs(volume.geometry.directions[2])))
    slices = [(_slice(volume, axis, n), n) for n in _chosen(volume, axis)]
    total = volume.geometry.shape[axis]
    return tuple(
        _picture(one, window=window, name=name, place=f"slice {number + 1} of {total}")
        for window, name in _windows(volume)
        for one, number in slices
    )


def _windows(volume: Volume) -> list[tuple[Window, str]]:
    if volume.unit is Unit.HU:
        named = ((LUNG, "Lung"), (MEDIASTINUM, "Mediastinum"))
        return [(one, f"{name} {one.width_hu:g}/{one.centre_hu:g}") for one, name in named]
    low, high = np.percentile(volume.values[::_STRIDE, ::_STRIDE], (1, 99))
    window = Window(centre_hu=float(low + high) / 2, width_hu=max(float(high - low), 2.0))
    return [(window, f"Values {low:.0f} to {high:.0f}, not HU")]


def _chosen(volume: Volume, axis: int) -> list[int]:
    """Slice indices along `axis`, from head to feet."""
    others = [slice(None, None, _STRIDE)] * 3
    others[axis] = slice(None)
    sample = np.moveaxis(volume.values[tuple(others)], axis, 0)
    in_lung = (sample >= _LUNG_HU[0]) & (sample <= _LUNG_HU[1])
    with_lung = np.flatnonzero(in_lung.mean(axis=(1, 2)) >= _LUNG_SHARE)
    low, high = (with_lung[0], with_lung[-1]) if len(with_lung) else (0, len(sample) - 1)
    if volume.geometry.directions[2, axis] > 0:
        low, high = high, low
    return list(dict.fromkeys(round(float(low + (high - low) * part)) for part in _LEVELS))


def _slice(volume: Volume, axis: int, number: int) -> Volume:
    """One slice along `axis` as an LPS volume of its own."""
    where = [slice(None)] * 3
    where[axis] = slice(number, number + 1)
    first = [0, 0, 0]
    first[axis] = number
    affine = volume.geometry.affine.copy()
    affine[:3, 3] = volume.geometry.to_patient(first)
    values = np.asfortranarray(volume.values[tuple(where)])
    shape = (values.shape[0], values.shape[1], values.shape[2])
    one = Volume(values, volume.unit, Geometry(shape, affine), volume.source)
    return reorient(one, "LPS")


def _picture(one: Volume, *, window: Window, name: str, place: str) -> KeyImage:
    geometry = one.geometry
    pixel_mm = max(min(geometry.spacing_mm[:2]), _FINEST_MM)
    columns, rows = (
        max(1, round(count * mm / pixel_mm))
        for count, mm in zip(geometry.shape[:2], geometry.spacing_mm[:2], strict=True)
    )
    # Rows run to the back of the patient, columns to the left: the view from the feet.
    image = Image.fromarray(np.ascontiguousarray(one.values[:, :, 0].T, dtype=np.float32))
    square = np.asarray(image.resize((columns, rows), Image.Resampling.BILINEAR))
    grey = to_grey(np.rint(square).astype(np.int16), window)
    right, bottom = (direction_letters(geometry.directions[:, axis]) for axis in (0, 1))
    left, top = right.translate(_OPPOSITE), bottom.translate(_OPPOSITE)
    level_mm = float(geometry.to_patient([n / 2 for n in (*geometry.shape[:2], 0)])[2])
    return KeyImage(
        grey=np.rint(grey * 255).astype(np.uint8),
        pixel_mm=pixel_mm,
        letters=(left, right, top, bottom),
        window_name=name,
        caption=f"{place}, {'S' if level_mm >= 0 else 'I'} {abs(level_mm):.0f} mm",
    )
