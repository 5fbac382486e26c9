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
from medct_core.io.one_slice import OneSlice
from medct_core.io.reduction import FULL, Reduction
from medct_core.io.study import Series, Study
from medct_core.io.voxels import ValueRange, Voxels
from medct_core.io.watch import Watch
from medct_core.volume.geometry import Geometry
from medct_core.volume.notice import Notice
from medct_core.volume.volume import Unit, Volume

_HEADERS_SHARE = 0.1
_LARGEST_FILE_BYTES = 512 * 1024 * 1024
"""A file of many slices has to be read as a whole for one of them."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of reading headers: studies, and the files that could not be read."""

    studies: tuple[Study, ...]
    unreadable: tuple[ScanFile, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Plan:
    """Slices in order, and which voxels of them are read."""

    stack: Stack
    reduction: Reduction

    @property
    def geometry(self) -> Geometry:
        return self.reduction.geometry_of(self.stack.geometry)


def studies_in(files: Iterable[ScanFile], watch: Watch | None = None) -> Reading:
    """Read headers and sort them into studies; DICOMDIR files are left out.

    Raises
    ------
    Cancelled
        If the watch says so, which is asked before every file.
    """
    watch = watch or Watch()
    slices: list[SliceHeader] = []
    unreadable: list[ScanFile] = []
    with without_warnings():
        for file in files:
            watch.check()
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


def read_dicom(
    series: Series, *, frame: int | None, reduction: Reduction = FULL, watch: Watch
) -> Volume:
    """Read one series.

    Parameters
    ----------
    series
        From `studies_in`; one that can be shown.
    frame
        Which volume of a 4D multi-frame file, counted from 1; None for others.
    reduction
        Which voxels of it.
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
        arrangement = _arrange(series, index, watch)
        plan = _Plan(arrangement, reduction)
        geometry = plan.geometry
        require_memory(geometry.shape, name=series.description or "The series")
        voxels = _read(plan, Scale(), watch)

    def reread(slope: float, intercept: float) -> Voxels:
        with without_warnings():
            return _read(plan, Scale(slope, intercept), watch)

    settled = settle(voxels, reread, declared=_declared(arrangement))
    return Volume(
        values=settled.values,
        unit=settled.meaning.unit,
        geometry=geometry,
        source=series.description or series.files[0].name,
        notices=(
            *series.notices,
            *arrangement.notices,
            *_lossy_notice(arrangement),
            *reduction.notices(geometry),
            *settled.meaning.notices,
        ),
    )


def shape_of_dicom(series: Series) -> tuple[int, int, int]:
    """(i, j, k) of one volume of a series, by the header of one file.

    Raises
    ------
    NotAnImageError
        If that file can no longer be read.
    """
    with without_warnings():
        data = read_header(series.files[0])
        return number(data, "Columns") or 0, number(data, "Rows") or 0, series.slice_count


def slice_of_dicom(series: Series, watch: Watch) -> OneSlice | None:
    """Find the middle slice of the first volume; None where only a huge file would give it.

    Raises
    ------
    ScanRefusedError
        If the slice cannot be found, now or when it is read.
    """
    k = series.slice_count // 2
    file = series.files[0 if len(series.files) == 1 else k]
    if file.size > _LARGEST_FILE_BYTES:
        return None
    with without_warnings():
        found = slices_of(file, read_header(file))
        if len(series.files) == 1:
            found = coincident(_of_one_stack(found, series))[k]
        item = found[0]
        columns, rows = number(item.dataset, "Columns") or 0, number(item.dataset, "Rows") or 0
        one = _Plan(stack([item], columns=columns, rows=rows), FULL)

    def read(slope: float, intercept: float) -> Voxels:
        with without_warnings():
            return _read(one, Scale(slope, intercept), watch)

    return OneSlice(read, one.geometry, k, series.slice_count, _declared(one.stack))


def _lossy_notice(arrangement: Stack) -> tuple[Notice, ...]:
    if all(text(item.dataset, "LossyImageCompression") != "01" for item in arrangement.slices):
        return ()
    return (Notice("lossy", "The pictures were compressed with loss before they were stored."),)


def _arrange(series: Series, index: int, watch: Watch) -> Stack:
    slices: list[SliceHeader] = []
    for count, file in enumerate(series.files):
        watch.step(_HEADERS_SHARE * count / len(series.files))
        slices.extend(slices_of(file, read_header(file)))
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
    is_ct = text(item.dataset, "Modality").upper() == "CT"
    says_hu = is_ct and has_rescale(item.dataset, item.frame) and kind in {"", "HU", "US"}
    return Unit.HU if says_hu else Unit.ARBITRARY


def _read(plan: _Plan, scale: Scale, watch: Watch) -> Voxels:
    values = np.empty(plan.geometry.shape, dtype=np.int16, order="F")
    seen = ValueRange()
    kept = plan.stack.slices[:: plan.reduction.slices]
    every = plan.reduction.in_plane
    places = {(item.file, item.frame): k for k, item in enumerate(kept)}
    files = tuple(dict.fromkeys(item.file for item in kept))
    done = 0
    for file, content in zip(files, contents(files), strict=True):
        dataset = read_whole(content, name=file.name)
        for frame in range(frame_count(dataset)):
            k = places.get((file, frame))
            if k is None:
                continue
            plane = slice_hu(dataset, frame, scale=scale, seen=seen, name=file.name)
            values[:, :, k] = _checked(plane, plan.stack.geometry.shape)[::every, ::every]
            done += 1
            watch.step(_HEADERS_SHARE + (1 - _HEADERS_SHARE) * done / len(places))
    return Voxels(values, seen)


def _checked(plane: npt.NDArray[np.int16], shape: tuple[int, int, int]) -> npt.NDArray[np.int16]:
    if plane.shape != shape[:2]:
        raise UnsupportedImageError(
            "The slices of the series differ in size.", remedy="Export the series again."
        )
    return plane
