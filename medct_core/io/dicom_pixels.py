"""DICOM pixels: any transfer syntax in, stored numbers out; Hounsfield units exactly once."""

from dataclasses import dataclass
from math import isfinite

import numpy as np
import numpy.typing as npt
from pydicom.dataset import Dataset, FileDataset
from pydicom.pixels.utils import pixel_array

from medct_core.errors import NotAnImageError, UnsupportedImageError
from medct_core.io.dicom_header import UNREADABLE, frame_value, number, text, value_of
from medct_core.io.voxels import Layout, ValueRange, convert

_RESCALE_GROUP = "PixelValueTransformationSequence"
_DENSEST_HU = 3500
_SIGNED_IF_INTERCEPT_ABOVE = -500


@dataclass(frozen=True, slots=True)
class Scale:
    """A linear change of values, for those that do not fit int16 as they are."""

    slope: float = 1.0
    intercept: float = 0.0


def has_rescale(dataset: Dataset, frame: int) -> bool:
    """Whether the header says how stored numbers become Hounsfield units."""
    return frame_value(dataset, frame, _RESCALE_GROUP, "RescaleIntercept") is not None


def slice_hu(
    dataset: FileDataset, frame: int, *, scale: Scale, seen: ValueRange, name: str
) -> npt.NDArray[np.int16]:
    """Values of one slice, with its own slope and intercept.

    MONOCHROME1 changes how a picture is shown, not what its numbers mean, so it is no concern
    here.

    Parameters
    ----------
    dataset
        With pixels, compressed or not.
    frame
        Index from 0.
    scale
        Applied on top of the header's own rescaling.
    seen
        Widened by the values before clipping.
    name
        For messages.

    Returns
    -------
    ``(i, j)`` int16: column, row.

    Raises
    ------
    NotAnImageError
        If the pixels are missing, cut off or damaged.
    UnsupportedImageError
        If no decoder for their compression is installed.

    References
    ----------
    DICOM PS3.3 C.7.6.3.1 (pixel description), C.11.1 (rescale).
    """
    stored = _stored(dataset, frame, name)
    slope, intercept = _rescale(dataset, frame)
    if stored.ndim != 2:
        raise UnsupportedImageError(
            f"{name} holds colours (RGB), not grey values.", remedy="Open the original grey scan."
        )
    stored = _without_padding(stored, dataset, slope, intercept)
    stored = _sign_extended(stored, dataset)
    layout = Layout(
        (1, 1, 1), stored.dtype, slope * scale.slope, intercept * scale.slope + scale.intercept
    )
    return convert(stored, layout, seen).T


def _stored(dataset: FileDataset, frame: int, name: str) -> npt.NDArray[np.generic]:
    try:
        _complete(dataset)
        # Unused bits are judged by `_sign_extended`: pydicom would cut off values above 2047.
        array: npt.NDArray[np.generic] = pixel_array(
            dataset, index=frame, raw=True, correct_unused_bits=False
        )
    except RuntimeError as error:
        raise _undecodable(dataset, name) from error
    except UNREADABLE as error:
        raise NotAnImageError(
            f"The pixels of {name} are missing, cut off or damaged.",
            remedy="Export or copy the series again.",
        ) from error
    return array


def _complete(dataset: FileDataset) -> None:
    """Fill in what some writers leave out but decoding needs."""
    if number(dataset, "PixelRepresentation") not in {0, 1}:
        _, intercept = _rescale(dataset, 0)
        dataset.PixelRepresentation = int(intercept > _SIGNED_IF_INTERCEPT_ABOVE)
    if not number(dataset, "SamplesPerPixel"):
        dataset.SamplesPerPixel = 1
    if not text(dataset, "PhotometricInterpretation"):
        dataset.PhotometricInterpretation = "MONOCHROME2"
    if not number(dataset, "BitsStored") and number(dataset, "BitsAllocated"):
        dataset.BitsStored = dataset.BitsAllocated


def _undecodable(dataset: FileDataset, name: str) -> UnsupportedImageError | NotAnImageError:
    syntax = dataset.file_meta.TransferSyntaxUID
    return UnsupportedImageError(
        f"{name} is compressed ({syntax.name}) and could not be unpacked: it is damaged, or the "
        "decoder for it is not installed.",
        remedy="Install MedCT with its 'dicom' extra, or export the series without compression.",
    )


def _rescale(dataset: Dataset, frame: int) -> tuple[float, float]:
    slope = _float(frame_value(dataset, frame, _RESCALE_GROUP, "RescaleSlope"), 1.0)
    intercept = _float(frame_value(dataset, frame, _RESCALE_GROUP, "RescaleIntercept"), 0.0)
    return (slope if slope != 0 else 1.0), intercept


def _float(value: object, otherwise: float) -> float:
    try:
        number = float(str(value))
    except ValueError:
        return otherwise
    return number if isfinite(number) else otherwise


def _sign_extended(stored: npt.NDArray[np.generic], dataset: Dataset) -> npt.NDArray[np.generic]:
    """Repair numbers of fewer bits than they are stored in.

    Negative numbers of 12 bits may come as 2048 ... 4095, and old files keep graphics in the
    unused bits. Where the numbers fit, or plainly use more bits than the header says, they stay.
    """
    bits = int(dataset.BitsStored)
    if not 0 < bits < 8 * stored.dtype.itemsize:
        return stored
    full, half = 1 << bits, 1 << (bits - 1)
    lowest, highest = int(stored.min()), int(stored.max())
    whole = stored.astype(np.int32)
    if not dataset.PixelRepresentation:
        return np.where(whole >= full, whole & (full - 1), whole) if highest >= full else stored
    if lowest >= 0 and half <= highest < full:
        return np.where(whole >= half, whole - full, whole)
    return stored


def _without_padding(
    stored: npt.NDArray[np.generic], dataset: Dataset, slope: float, intercept: float
) -> npt.NDArray[np.generic]:
    """Turn padding that would shine like metal into the lowest value.

    Only impossibly high padding is touched: low padding is clipped later anyway, and some
    headers name a padding value that real tissue has.
    """
    value = value_of(dataset, "PixelPaddingValue")
    if not isinstance(value, int) or stored.dtype.kind not in "iu":
        return stored
    padding = np.int64(value).astype(stored.dtype, casting="unsafe")
    if float(padding) * slope + intercept <= _DENSEST_HU:
        return stored
    values = stored.astype(np.int32)
    values[stored == padding] = round((-1024 - intercept) / slope)
    return values
