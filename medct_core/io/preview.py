"""One slice of a scan, shown while the rest is read, and small pictures of series."""

import numpy as np
import numpy.typing as npt

from medct_core.cancel import CancelToken
from medct_core.errors import UnsupportedImageError
from medct_core.io.choose import remedy_for
from medct_core.io.dicom import slice_of_dicom
from medct_core.io.intensity import settle
from medct_core.io.nifti import slice_of_nifti
from medct_core.io.one_slice import OneSlice
from medct_core.io.slice_preview import SlicePreview
from medct_core.io.sniff import FileKind
from medct_core.io.study import Series
from medct_core.io.watch import Watch
from medct_core.volume.notice import Notice
from medct_core.volume.orientation import axis_codes
from medct_core.volume.volume import Unit, Volume
from medct_core.volume.window import MEDIASTINUM, Window, to_grey

PREVIEW_CODE = "preview"
"""Code of the notice on a slice that is shown while the rest is read."""

THUMBNAIL_PIXELS = 96
"""Longer side of a thumbnail."""

_LETTERS = ("LR", "PA", "SI")
# Screen axes (to the right, down) by the side of the patient that the slices look at.
_AXIAL, _CORONAL, _SAGITTAL = ("L", "P"), ("L", "I"), ("P", "I")
_SCREEN = {
    "S": _AXIAL,
    "I": _AXIAL,
    "A": _CORONAL,
    "P": _CORONAL,
    "L": _SAGITTAL,
    "R": _SAGITTAL,
}
_DARKEST_PERCENT, _BRIGHTEST_PERCENT = 1.0, 99.5


def read_middle_slice(series: Series, *, cancel: CancelToken | None = None) -> SlicePreview | None:
    """Read the middle slice of a series along the axis in which it is stored, and nothing else.

    Of a long packed file the slice nearest to the middle is read that is unpacked quickly. Of a
    4D scan it is one of the first volume.

    Parameters
    ----------
    series
        From `open.open_study`.
    cancel
        Checked while unpacking.

    Returns
    -------
    None where only reading the whole file would give a slice.

    Raises
    ------
    ScanRefusedError
        If the series cannot be shown, or is damaged.
    Cancelled
        If `cancel` was raised.
    """
    if not series.can_be_shown:
        raise UnsupportedImageError(series.refusal, remedy=remedy_for((series,)))
    found = _find(series, Watch(cancel))
    if found is None:
        return None
    settled = settle(found.read(1.0, 0.0), found.read, declared=found.declared)
    number = found.index + 1
    text = f"Slice {number} of {found.count} is shown while the rest is read."
    volume = Volume(
        values=settled.values,
        unit=settled.meaning.unit,
        geometry=found.geometry,
        source=series.description or series.files[0].name,
        notices=(Notice(PREVIEW_CODE, text),),
    )
    return SlicePreview(volume, number, found.count)


def thumbnail(series: Series, *, cancel: CancelToken | None = None) -> npt.NDArray[np.uint8] | None:
    """Draw the middle slice of a series small, through the window its header recommends.

    Returns
    -------
    As `draw_thumbnail`; None as for `read_middle_slice`, whose errors are those here.
    """
    found = read_middle_slice(series, cancel=cancel)
    window = series.windows[0].window if series.windows else None
    return None if found is None else draw_thumbnail(found.volume, window)


def draw_thumbnail(volume: Volume, window: Window | None = None) -> npt.NDArray[np.uint8]:
    """Draw the middle slice of a volume small, as radiologists look at it.

    Parameters
    ----------
    volume
        One slice or many.
    window
        To look through; None takes the mediastinal one for a CT, and the range of the values
        for everything else.

    Returns
    -------
    ``(rows, columns)`` uint8, 0 is black; at most 96 by 96. The patient's right is on the left
    of an axial or coronal slice, the front on the left of a sagittal one; the front or the head
    is on top. Pixels are square.
    """
    values = volume.values[:, :, volume.values.shape[2] // 2]
    codes, spacing = axis_codes(volume.geometry), volume.geometry.spacing_mm
    right, down = _SCREEN[codes[2]]
    if _axis(codes[0]) != _axis(right):
        values, codes = values.T, codes[1] + codes[0]
        spacing = (spacing[1], spacing[0], spacing[2])
    flips = [-1 if codes[0] != right else 1, -1 if codes[1] != down else 1]
    turned = values[:: flips[0], :: flips[1]]
    small = _shrunk(turned.astype(np.float32), (spacing[0], spacing[1]))
    shown = window or _window(volume, turned)
    return np.round(to_grey(np.rint(small).astype(np.int16), shown) * 255).astype(np.uint8).T


def _find(series: Series, watch: Watch) -> OneSlice | None:
    if series.kind is FileKind.DICOM:
        return slice_of_dicom(series, watch)
    if series.kind is FileKind.NIFTI:
        return slice_of_nifti(series.files[0], watch)
    # SimpleITK takes half a second to import, and most scans do not need it.
    from medct_core.io import nrrd_mha  # noqa: PLC0415

    return nrrd_mha.slice_of_itk(series.files[0], series.kind, watch)


def _axis(letter: str) -> int:
    return next(axis for axis, pair in enumerate(_LETTERS) if letter in pair)


def _shrunk(
    values: npt.NDArray[np.float32], spacing_mm: tuple[float, float]
) -> npt.NDArray[np.float32]:
    """``(columns, rows)`` of square pixels, each the mean of what it covers."""
    extent = np.array(values.shape) * spacing_mm
    pixel_mm = extent.max() / THUMBNAIL_PIXELS
    counts = np.maximum(1, np.round(extent / pixel_mm).astype(int))
    step = np.array(values.shape) / counts
    # A window is painted before anybody needs it, and it takes long to import.
    from scipy import ndimage  # noqa: PLC0415

    smooth = ndimage.uniform_filter(values, np.maximum(1, np.round(step)).astype(int).tolist())
    places = [
        np.clip(((np.arange(count) + 0.5) * width).astype(int), 0, size - 1)
        for count, width, size in zip(counts, step, values.shape, strict=True)
    ]
    small: npt.NDArray[np.float32] = smooth[np.ix_(*places)]
    return small


def _window(volume: Volume, values: npt.NDArray[np.int16]) -> Window:
    if volume.unit is Unit.HU:
        return MEDIASTINUM
    low, high = np.percentile(values, [_DARKEST_PERCENT, _BRIGHTEST_PERCENT])
    return Window(float(low + high) / 2, max(2.0, float(high - low)))
