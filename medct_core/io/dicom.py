"""DICOM series: headers into studies, slices into one volume in Hounsfield units."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from pydicom.dataset import FileDataset

from medct_core.errors import NotAnImageError, UnsupportedImageError
from medct_core.io.dicom_group import studies_of
from medct_core.io.dicom_header import (
    DICOMDIR_CLASS,
    SliceHeader,
    frame_count,
    items_of,
    number,
    read_header,
    read_whole,
    slices_of,
    spelled,
    text,
    without_warnings,
)
from medct_core.io.dicom_pixels import Scale, has_rescale, slice_hu
from medct_core.io.dicom_sort import Stack, by_plane, coincident, stack
from medct_core.io.files import ScanFile, contents
from medct_core.io.frames import choose_frame
from medct_core.io.intensity import settle
from medct_core.io.memory import require_memory
from medct_core.io.study import Series, Study
from medct_core.io.voxels import ValueRange, Voxels
from medct_core.io.watch import Watch
from medct_core.volume.notice import Notice
from medct_core.volume.volume import Unit, Volume

_HEADERS_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of reading headers: studies, and the files that could not be read."""

    studies: tuple[Study, ...]
    unreadable: tuple[ScanFile, ...]


def studies_in(files: Iterable[ScanFile]) -> Reading:
    """Read headers and sort them into studies; DICOMDIR files are left out."""
    slices: list[SliceHeader] = []
    unreadable: list[ScanFile] = []
    with without_warnings():
        for file in files:
            try:
                dataset = read_header(file)
            except NotAnImageError:
                unreadable.append(file)
                continue
            if not is_directory(dataset):
                slices.extend(slices_of(file, dataset))
        return Reading(studies_of(slices), tuple(unreadable))


def is_directory(dataset: FileDataset) -> bool:
    """Whether a file is a DICOMDIR: a list of other files."""
    return text(dataset.file_meta, "MediaStorageSOPClassUID") == DICOMDIR_CLASS


def listed_in(file: ScanFile) -> tuple[ScanFile, ...]:
    """Files that a DICOMDIR names, whether they exist or not; empty if it is none.

    Raises
    ------
    NotAnImageError
        If the file is damaged.
    """
    with without_warnings():
        dataset = read_header(file)
        if not is_directory(dataset):
            return ()
        parts = (
            spelled(record, "ReferencedFileID")
            for record in items_of(dataset, "DirectoryRecordSequence")
        )
        return tuple(ScanFile(file.path.parent.joinpath(*names)) for names in parts if names)


def read_dicom(series: Series, *, frame: int | None, watch: Watch) -> Volume:
    """Read one series.

    Parameters
    ----------
    series
        From `studies_in`, without a refusal.
    frame
        Which volume of a 4D multi-frame file, counted from 1; None for others.
    watch
        Asked and told after every slice.

    Raises
    ------
    ScanRefusedError
        If slices contradict each other, are damaged, or do not fit into memory.
    Cancelled
        If the watch says so.
    """
    with without_warnings():
        index = choose_frame(frame, series.frame_count, name=series.description or series.uid)
        arrangement = _arrange(series, index)
        require_memory(arrangement.geometry.shape, name=series.description or "The series")
        voxels = _read(arrangement, Scale(), watch)

    def reread(slope: float, intercept: float) -> Voxels:
        with without_warnings():
            return _read(arrangement, Scale(slope, intercept), watch)

    settled = settle(voxels, reread, declared=_declared(arrangement))
    return Volume(
        values=settled.values,
        unit=settled.meaning.unit,
        geometry=arrangement.geometry,
        source=series.description or series.files[0].name,
        notices=(
            *series.notices,
            *arrangement.notices,
            *_lossy_notice(arrangement),
            *settled.meaning.notices,
        ),
    )


def _lossy_notice(arrangement: Stack) -> tuple[Notice, ...]:
    if all(text(item.dataset, "LossyImageCompression") != "01" for item in arrangement.slices):
        return ()
    return (Notice("lossy", "The pictures were compressed with loss before they were stored."),)


def _arrange(series: Series, index: int) -> Stack:
    slices = [item for file in series.files for item in slices_of(file, read_header(file))]
    slices = _of_one_stack(slices, series)
    if series.frame_count > 1:
        slices = [group[index] for group in coincident(slices)]
    first = slices[0].dataset
    columns, rows = number(first, "Columns") or 0, number(first, "Rows") or 0
    return stack(slices, columns=columns, rows=rows)


def _of_one_stack(slices: Sequence[SliceHeader], series: Series) -> list[SliceHeader]:
    """Return the slices that form the series; a multi-frame file may hold others beside them."""
    expected = series.slice_count * series.frame_count
    found = [
        group for group in by_plane(slices) if group[0].plane is not None and len(group) == expected
    ]
    if len(found) != 1:
        raise UnsupportedImageError(
            f"{series.files[0].name} holds several stacks of slices in one file.",
            remedy="Export each stack as a series of its own.",
        )
    return list(found[0])


def _declared(arrangement: Stack) -> Unit:
    item = arrangement.slices[0]
    kind = text(item.dataset, "RescaleType").upper()
    says_hu = has_rescale(item.dataset, item.frame) and kind in {"", "HU", "US"}
    return Unit.HU if says_hu else Unit.ARBITRARY


def _read(arrangement: Stack, scale: Scale, watch: Watch) -> Voxels:
    values = np.empty(arrangement.geometry.shape, dtype=np.int16, order="F")
    seen = ValueRange()
    places = {(item.file, item.frame): k for k, item in enumerate(arrangement.slices)}
    files = tuple(dict.fromkeys(item.file for item in arrangement.slices))
    done = 0
    for file, content in zip(files, contents(files), strict=True):
        dataset = read_whole(content, name=file.name)
        for frame in range(frame_count(dataset)):
            k = places.get((file, frame))
            if k is None:
                continue
            plane = slice_hu(dataset, frame, scale=scale, seen=seen, name=file.name)
            values[:, :, k] = _checked(plane, values)
            done += 1
            watch.step(_HEADERS_SHARE + (1 - _HEADERS_SHARE) * done / len(places))
    return Voxels(values, seen)


def _checked(plane: npt.NDArray[np.int16], values: npt.NDArray[np.int16]) -> npt.NDArray[np.int16]:
    if plane.shape != values.shape[:2]:
        raise UnsupportedImageError(
            "The slices of the series differ in size.", remedy="Export the series again."
        )
    return plane
