"""Whether a file is a mask rather than a scan, by its header and at most two of its slices."""

import struct
from pathlib import Path

import numpy as np
import numpy.typing as npt

from medct_core.cancel import CancelToken
from medct_core.errors import MedctError
from medct_core.io.dicom_header import read_header, text, without_warnings
from medct_core.io.files import ScanFile
from medct_core.io.nifti import slice_of_nifti
from medct_core.io.one_slice import OneSlice
from medct_core.io.sniff import FileKind, head_of, kind_of_head
from medct_core.io.watch import Watch

_MOST_VALUES = 256
_LABEL_INTENT = 1002
_INTENT = slice(68, 70)
_NIFTI1_BYTES = 348
# As in preprocess.suitability: neighbours inside a structure carry its number, noise does not.
_LEAST_AGREEMENT = 0.5


def is_mask(path: Path, *, cancel: CancelToken | None = None) -> bool:
    """Whether a file names structures instead of showing a patient; its name decides nothing.

    A scan is told by its first slice, a mask by the middle one too. A file that is damaged, or
    is no image, is no mask: opening it says why.

    Parameters
    ----------
    path
        A file.
    cancel
        Checked while unpacking.

    Raises
    ------
    Cancelled
        If `cancel` was raised.
    """
    file = ScanFile(path)
    try:
        head = head_of(file)
        kind = kind_of_head(head)
        if kind is FileKind.DICOM:
            return _is_segmentation(file)
        if _is_declared(head, kind):
            return True
        watch = Watch(cancel)
        return all(_holds_labels(_slice(file, kind, k, watch)) for k in (0, None))
    except MedctError:
        return False


def _is_segmentation(file: ScanFile) -> bool:
    with without_warnings():
        return text(read_header(file), "Modality").upper() == "SEG"


def _is_declared(head: bytes, kind: FileKind | None) -> bool:
    if kind is FileKind.NIFTI:
        return len(head) >= _NIFTI1_BYTES and _LABEL_INTENT in _intents(head)
    return kind is FileKind.NRRD and b"\nSegment0_" in head


def _intents(head: bytes) -> tuple[int, ...]:
    """Intent code of a NIfTI-1 header in either byte order."""
    return struct.unpack("<h", head[_INTENT]) + struct.unpack(">h", head[_INTENT])


def _slice(file: ScanFile, kind: FileKind | None, k: int | None, watch: Watch) -> OneSlice | None:
    if kind is FileKind.NIFTI:
        return slice_of_nifti(file, watch, k)
    if kind not in {FileKind.NRRD, FileKind.METAIMAGE}:
        return None
    # SimpleITK takes half a second to import, and most scans do not need it.
    from medct_core.io import nrrd_mha  # noqa: PLC0415

    return nrrd_mha.slice_of_itk(file, kind, watch, k)


def _holds_labels(found: OneSlice | None) -> bool:
    """Whether a slice holds few whole numbers in patches; one without any mark may."""
    if found is None:
        return False
    voxels = found.read(1.0, 0.0)
    seen = voxels.seen
    if seen.lowest < 0 or seen.is_fractional or seen.not_finite or not seen.fits_int16:
        return False
    values = voxels.values[:, :, 0]
    return len(np.unique(values)) <= _MOST_VALUES and _is_patched(values)


def _is_patched(values: npt.NDArray[np.int16]) -> bool:
    marked = values[1:] > 0
    agreement = (values[1:] == values[:-1])[marked]
    return agreement.size == 0 or bool(agreement.mean() > _LEAST_AGREEMENT)
