"""Opening masks: label maps in NIfTI, NRRD and MetaImage, and DICOM segmentations."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from medct_core.cancel import CancelToken
from medct_core.errors import UnsupportedImageError, UsageError
from medct_core.io.dicom_header import read_header, text, without_warnings
from medct_core.io.dicom_seg import read_segmentation
from medct_core.io.files import ScanFile, files_below, require_existing
from medct_core.io.label_map import MOST_LABELS, LabelMap, numbers_in, renumbered
from medct_core.io.label_names import (
    NamedLabel,
    Names,
    labels_of,
    names_beside,
    names_in_caret,
    names_in_segments,
)
from medct_core.io.nifti import (
    header_beside,
    nifti_description,
    nifti_extensions,
    read_nifti_as_stored,
)
from medct_core.io.sniff import FileKind, head_of, kind_of_head, open_plain, refusal
from medct_core.io.stored import Stored
from medct_core.io.study import Series
from medct_core.io.watch import Watch
from medct_core.volume.notice import Notice

_LARGEST_HEADER_BYTES = 1024 * 1024
# 3D Slicer puts structures that overlap into a fourth dimension.
_LAYERS = re.compile(rb"^Segment\d+_Layer:=\s*[1-9]", re.MULTILINE)
_ENDINGS = re.compile(r"\.nii(\.gz)?$", re.IGNORECASE)
_HALF_PERCENT = 50
PERCENT_DESCRIPTION = "mask in percent"
"""How the description of a NIfTI ends whose values say how much of each voxel is marked."""

_REMEDY = "Open a mask in which every structure has a whole number of its own."


def open_masks(
    path: Path,
    *,
    cancel: CancelToken | None = None,
    on_progress: Callable[[float], None] | None = None,
) -> tuple[LabelMap, ...]:
    """Read the masks of a file; its name decides nothing.

    Parameters
    ----------
    path
        A file, or a folder that holds one.
    cancel
        Checked while reading.
    on_progress
        Called with the fraction done, in [0, 1].

    Returns
    -------
    One map; several for a DICOM segmentation whose segments overlap.

    Raises
    ------
    UsageError
        If there is nothing at this path, or several files.
    ScanRefusedError
        If it holds no mask: another kind of image, nothing marked, too many values.
    Cancelled
        If `cancel` was raised.
    """
    require_existing(path)
    file = _only_file(path) if path.is_dir() else ScanFile(path)
    head = head_of(file)
    kind = kind_of_head(head)
    watch = Watch(cancel, on_progress)
    if kind is FileKind.DICOM:
        maps = read_segmentation(file, watch)
    else:
        maps = (_read_volume_file(file, head, kind, watch),)
    if not any(one.values.any() for one in maps):
        raise UnsupportedImageError(
            f"{file.name} is an empty mask: no voxel is marked.",
            remedy="Check with the program that made it whether it was saved.",
        )
    return maps


def read_frame_of_reference(series: Series) -> str:
    """UID of the frame that the positions of a series are given in; empty where it has none.

    Raises
    ------
    NotAnImageError
        If the file can no longer be read.
    """
    if series.kind is not FileKind.DICOM:
        return ""
    with without_warnings():
        return text(read_header(series.files[0]), "FrameOfReferenceUID")


def _only_file(folder: Path) -> ScanFile:
    files = files_below(folder)
    if len(files) != 1:
        raise UsageError(
            f"The folder {folder.name!r} holds {len(files)} files, not one mask.",
            remedy="Choose the file of the mask.",
        )
    return files[0]


def _read_volume_file(file: ScanFile, head: bytes, kind: FileKind | None, watch: Watch) -> LabelMap:
    if kind is FileKind.NIFTI:
        stored = read_nifti_as_stored(file, watch=watch)
        if nifti_description(file).endswith(PERCENT_DESCRIPTION):
            return _from_percent(file, stored)
        return _from_stored(file, stored, _nifti_names(file))
    header = header_beside(file) if kind is None else None
    if header is not None:
        return _from_stored(file, read_nifti_as_stored(header, watch=watch), {})
    if kind not in {FileKind.NRRD, FileKind.METAIMAGE}:
        if kind is None:
            raise refusal(file.name, head)
        raise UsageError(f"{file.name} is a zip archive.", remedy="Unpack it and open the mask.")
    names = _nrrd_names(file) if kind is FileKind.NRRD else {}
    # SimpleITK takes half a second to import, and most masks do not need it.
    from medct_core.io import nrrd_mha  # noqa: PLC0415

    return _from_stored(file, nrrd_mha.read_itk_as_stored(file, kind, watch=watch), names)


def _nifti_names(file: ScanFile) -> Names:
    return names_in_caret(nifti_extensions(file))


def _nrrd_names(file: ScanFile) -> Names:
    with open_plain(file) as stream:
        header = stream.read(_LARGEST_HEADER_BYTES).partition(b"\n\n")[0]
    if _LAYERS.search(header):
        raise UnsupportedImageError(
            f"{file.name} keeps overlapping structures in layers, which cannot be read here.",
            remedy="Export it as a DICOM segmentation with the program that made it.",
        )
    return names_in_segments(header.decode("utf-8", "replace"))


def _from_stored(file: ScanFile, stored: Stored, own: Names) -> LabelMap:
    values, numbers = _compact(stored, file.name)
    names = own or names_beside(file)
    return LabelMap(
        values=values,
        geometry=stored.geometry,
        labels=labels_of(numbers, names),
        source=file.name,
        notices=stored.notices,
    )


def _from_percent(file: ScanFile, stored: Stored) -> LabelMap:
    """Mark what lies at least by half within one structure, which is named after its file."""
    marked = np.asfortranarray(stored.voxels.values >= _HALF_PERCENT).astype(np.uint8)
    name = _ENDINGS.sub("", file.name).replace("-", " ").capitalize()
    shares = Notice("mask-shares", "Voxels that lie at least by half within it are marked.")
    return LabelMap(
        values=marked,
        geometry=stored.geometry,
        labels=labels_of((1,), {1: NamedLabel(name)}),
        source=file.name,
        notices=(*stored.notices, shares),
    )


def _compact(stored: Stored, name: str) -> tuple[npt.NDArray[np.uint8], tuple[int, ...]]:
    """Return labels numbered without gaps, and the number that each has in the file."""
    seen = stored.voxels.seen
    if seen.is_fractional or seen.not_finite:
        raise _no_mask(name, "its values have fractions or are no numbers")
    if seen.lowest < 0:
        raise _no_mask(name, f"its values begin at {seen.lowest:.0f}")
    if not seen.fits_int16:
        raise _no_mask(name, f"its values reach {seen.highest:.0f}")
    numbers = numbers_in(stored.voxels.values)
    if len(numbers) > MOST_LABELS:
        raise _no_mask(name, f"it has {len(numbers)} different values, as a scan has")
    return renumbered(stored.voxels.values, numbers), numbers


def _no_mask(name: str, why: str) -> UnsupportedImageError:
    return UnsupportedImageError(f"{name} is an image, not a mask: {why}.", remedy=_REMEDY)
