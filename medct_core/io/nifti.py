"""NIfTI: geometry from the header as nibabel reads it, voxels by our own chunked reader."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import prod
from pathlib import Path

import nibabel as nib
import numpy as np

from medct_core.errors import NotAnImageError, UnsupportedImageError
from medct_core.io.files import ScanFile
from medct_core.io.frames import choose_frame
from medct_core.io.intensity import settle
from medct_core.io.memory import require_memory
from medct_core.io.nifti_geometry import grid_of
from medct_core.io.one_slice import (
    OneSlice,
    nearest_to_middle,
    read_one_slice,
    slice_geometry,
)
from medct_core.io.reduction import FULL, Reduction, read_reduced
from medct_core.io.sniff import FileKind, open_plain
from medct_core.io.stored import Stored, require_one_volume
from medct_core.io.study import Series
from medct_core.io.voxels import UNREADABLE, Layout, Voxels, check_end, skip, truncated
from medct_core.io.watch import Watch
from medct_core.volume.notice import PHANTOM_DESCRIPTION, PHANTOM_NOTICE, Notice
from medct_core.volume.volume import Volume

FEWEST = 2
"""Voxels along each axis of a volume; a picture has as many along two."""

_HEADER_BYTES = 540
_SINGLE_FILE_MAGIC = (b"n+1", b"n+2")
_SMALLEST_OFFSET = {348: 352, 540: 544}
# Deflate cannot pack better than this, so a smaller file cannot hold what its header says.
_LARGEST_PACKING = 1032
_LARGEST_INTENSITY_FACTOR = 1e30
_LARGEST_EXTENSION_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Plan:
    """Everything the header says about reading."""

    header: nib.Nifti1Header
    data: ScanFile
    layout: Layout
    frame_count: int
    offset: int


def describe_nifti(file: ScanFile) -> Series:
    """Say what the header says, without reading voxels.

    Raises
    ------
    NotAnImageError
        If the header is damaged or the image half of a pair is missing.
    UnsupportedImageError
        If it holds colours, complex numbers, vectors or a single line.
    """
    plan = _plan(file)
    shape = plan.layout.shape
    is_thin = min(shape) < FEWEST
    return Series(
        uid=file.name,
        kind=FileKind.NIFTI,
        files=(file,),
        slice_count=plan.layout.shape[2],
        frame_count=plan.frame_count,
        description=stem(file.name),
        refusal=thin_refusal(file.name, shape) if is_thin else "",
        is_picture=is_thin,
    )


def thin_refusal(name: str, shape: Sequence[int]) -> str:
    """Say that an image is too thin to be a volume."""
    size = " x ".join(str(count) for count in shape)
    return f"{name} is a single slice or line ({size} voxels), not a volume."


def shape_of_nifti(file: ScanFile) -> tuple[int, int, int]:
    """(i, j, k) of one volume, by the header.

    Raises
    ------
    ScanRefusedError
        As `describe_nifti`.
    """
    return _plan(file).layout.shape


def read_nifti(
    file: ScanFile, *, frame: int | None, reduction: Reduction = FULL, watch: Watch
) -> Volume:
    """Read one volume.

    Parameters
    ----------
    file
        ``.nii``, ``.nii.gz`` or the ``.hdr`` of a pair, whatever its name.
    frame
        Which volume of a 4D file, counted from 1; None for a 3D file.
    reduction
        Which voxels of it.
    watch
        Asked and told between chunks.

    Raises
    ------
    ScanRefusedError
        If it is no grey 3D image, is damaged, or does not fit into memory.
    Cancelled
        If the watch says so.
    """
    plan = _plan(file)
    index = choose_frame(frame, plan.frame_count, name=file.name)
    require_memory(reduction.shape_of(plan.layout.shape), name=file.name)
    _check_size(plan)
    grid = grid_of(plan.header, plan.layout.shape)
    geometry = reduction.geometry_of(grid.geometry)

    def reread(slope: float, intercept: float) -> Voxels:
        scaled = plan.layout.scaled(slope, intercept)
        return _read(replace(plan, layout=scaled), index, reduction, watch)

    settled = settle(_read(plan, index, reduction, watch), reread)
    said = (*grid.notices, *_phantom_notice(plan.header), *reduction.notices(geometry))
    return Volume(
        values=settled.values,
        unit=settled.meaning.unit,
        geometry=geometry,
        source=file.name,
        notices=(*said, *settled.meaning.notices),
    )


def slice_of_nifti(file: ScanFile, watch: Watch, k: int | None = None) -> OneSlice:
    """Find one slice of the first volume.

    Parameters
    ----------
    file
        As for `read_nifti`.
    watch
        Asked while the slice is read.
    k
        Which slice, from 0; None takes the one nearest to the middle that is quick to read.

    Raises
    ------
    ScanRefusedError
        As `read_nifti`, when it is found or when it is read.
    """
    plan = _plan(file)
    layout = plan.layout
    if k is None:
        with open_plain(plan.data) as stream:
            k = nearest_to_middle(stream, layout, plan.offset)
    place = k

    def read(slope: float, intercept: float) -> Voxels:
        scaled = layout if (slope, intercept) == (1, 0) else layout.scaled(slope, intercept)
        with open_plain(plan.data) as stream:
            return read_one_slice(
                stream, scaled, plan.offset, place, name=plan.data.name, watch=watch
            )

    geometry = grid_of(plan.header, layout.shape).geometry
    return OneSlice(read, slice_geometry(geometry, place), place, layout.shape[2])


def read_nifti_as_stored(file: ScanFile, *, watch: Watch) -> Stored:
    """Read the numbers of a file of one volume, without judging what they mean.

    Raises
    ------
    ScanRefusedError
        If it holds several volumes, no grey 3D image, is damaged, or does not fit into memory.
    Cancelled
        If the watch says so.
    """
    plan = _plan(file)
    require_one_volume(plan.frame_count, name=file.name)
    require_memory(plan.layout.shape, name=file.name)
    _check_size(plan)
    grid = grid_of(plan.header, plan.layout.shape)
    plan = replace(plan, layout=replace(plan.layout, fill=0.0))
    return Stored(_read(plan, 0, FULL, watch), grid.geometry, grid.notices)


def nifti_extensions(file: ScanFile) -> str:
    """Return the text between header and voxels, at most a MiB; empty where there is none."""
    header, is_single = _header(file)
    start = _SMALLEST_OFFSET[header.template_dtype.itemsize]
    count = min(_offset(header) - start, _LARGEST_EXTENSION_BYTES)
    if not is_single or count <= 0:
        return ""
    try:
        with open_plain(file) as stream:
            return stream.read(start + count)[start:].decode("utf-8", "replace")
    except UNREADABLE as error:
        raise truncated(file.name) from error


def nifti_description(file: ScanFile) -> str:
    """Return what the header says about the file, in at most 80 letters; empty where nothing."""
    header, _ = _header(file)
    return _field_text(header["descrip"])


def header_fields(file: ScanFile) -> tuple[tuple[str, str, str], ...]:
    """Name, type and value as text of every header field, then the text of extensions.

    Raises
    ------
    NotAnImageError
        If the header is damaged.
    """
    header, _ = _header(file)
    fields = [(name, str(header[name].dtype), _field_text(header[name])) for name in header]
    extension = nifti_extensions(file).strip("\0 \n")
    return (*fields, ("extension", "text", extension)) if extension else tuple(fields)


def header_beside(file: ScanFile) -> ScanFile | None:
    """Return the header of an image half (``.img``), or None if `file` is none or has none."""
    lower = file.name.lower()
    for ending, headers in ((".img", (".hdr", ".hdr.gz")), (".img.gz", (".hdr.gz", ".hdr"))):
        if lower.endswith(ending):
            base = file.name[: -len(ending)]
            found = [file.beside(base + header) for header in headers]
            return next((header for header in found if header.exists()), None)
    return None


def stem(name: str) -> str:
    """File name without the endings of scan formats: ``a.nii.gz`` becomes ``a``."""
    base = name[:-3] if name.lower().endswith(".gz") else name
    return Path(base).stem


def _read(plan: _Plan, index: int, reduction: Reduction, watch: Watch) -> Voxels:
    layout, name = plan.layout, plan.data.name
    with open_plain(plan.data) as stream:
        skip(stream, plan.offset + index * layout.stored_bytes, name=name, watch=watch)
        voxels = read_reduced(stream, layout, reduction, name=name, watch=watch)
        if index == plan.frame_count - 1:
            check_end(stream, name=name)
    return voxels


def _plan(file: ScanFile) -> _Plan:
    header, is_single = _header(file)
    shape, frame_count = _shape(header, file.name)
    layout = Layout(shape, _dtype(header, file.name), *_scaling(header))
    offset = _offset(header) if is_single else max(0, _offset_field(header))
    data = file if is_single else _image_half(file)
    return _Plan(header, data, layout, frame_count, offset)


def _header(file: ScanFile) -> tuple[nib.Nifti1Header, bool]:
    try:
        with open_plain(file) as stream:
            block = stream.read(_HEADER_BYTES)
    except UNREADABLE as error:
        raise truncated(file.name) from error
    is_second = 540 in struct.unpack("<i", block[:4]) + struct.unpack(">i", block[:4])
    if len(block) < (540 if is_second else 348):
        raise truncated(file.name)
    if is_second:
        return nib.Nifti2Header(block, check=False), block[4:7] in _SINGLE_FILE_MAGIC
    header = nib.Nifti1Header(block[:348], check=False)
    return header, block[344:347] in _SINGLE_FILE_MAGIC


def _shape(header: nib.Nifti1Header, name: str) -> tuple[tuple[int, int, int], int]:
    """(i, j, k) and the number of frames."""
    dimensions = [int(count) for count in header["dim"]]
    counts = dimensions[1 : 1 + dimensions[0]] if 1 <= dimensions[0] <= 7 else []
    if not counts or min(counts) < 1:
        raise NotAnImageError(
            f"{name} has a damaged header: its size is {dimensions}.",
            remedy="Copy or download the file again.",
        )
    while len(counts) > 3 and counts[-1] == 1:
        counts.pop()
    counts += [1] * (3 - len(counts))
    if sorted(counts[:3])[1] < FEWEST:
        raise UnsupportedImageError(thin_refusal(name, counts), remedy="Open the whole series.")
    return (counts[0], counts[1], counts[2]), prod(counts[3:])


def _dtype(header: nib.Nifti1Header, name: str) -> np.dtype[np.generic]:
    try:
        dtype: np.dtype[np.generic] = header.get_data_dtype()
    except (KeyError, ValueError, nib.spatialimages.HeaderDataError) as error:
        raise UnsupportedImageError(
            f"{name} stores its voxels in an unknown way (type {int(header['datatype'])}).",
            remedy="Convert it to 16-bit integers with the program that wrote it.",
        ) from error
    if dtype.kind in "iuf" and dtype.itemsize > 0:
        return dtype
    what = {"c": "complex numbers", "V": "colours (RGB)"}.get(dtype.kind, "single bits")
    raise UnsupportedImageError(
        f"{name} holds {what}, not grey values.", remedy="Open the original grey scan."
    )


def _scaling(header: nib.Nifti1Header) -> tuple[float, float]:
    """Slope and intercept; a slope of 0 or NaN means none, as the standard says."""
    slope, intercept = float(header["scl_slope"]), float(header["scl_inter"])
    if slope == 0 or not np.isfinite(slope) or abs(slope) > _LARGEST_INTENSITY_FACTOR:
        return 1.0, 0.0
    return slope, intercept if np.isfinite(intercept) else 0.0


def _offset_field(header: nib.Nifti1Header) -> int:
    offset = float(header["vox_offset"])
    return int(offset) if np.isfinite(offset) else 0


def _offset(header: nib.Nifti1Header) -> int:
    return max(_offset_field(header), _SMALLEST_OFFSET[header.template_dtype.itemsize])


def _image_half(file: ScanFile) -> ScanFile:
    base = file.name[: file.name.lower().rfind(".hdr")] if ".hdr" in file.name.lower() else ""
    for ending in (".img", ".img.gz"):
        half = file.beside(base + ending)
        if base and half.exists():
            return half
    raise NotAnImageError(
        f"{file.name} is only the header of a scan; the image file {base or file.name}.img is "
        "missing.",
        remedy="Put both files into the same folder.",
    )


def _field_text(value: np.ndarray[tuple[int, ...], np.dtype[np.generic]]) -> str:
    if value.dtype.kind == "S":
        return bytes(value.item()).decode("latin-1").rstrip("\0 ")
    return " ".join(f"{number:.10g}" for number in np.atleast_1d(value).ravel().tolist())


def _check_size(plan: _Plan) -> None:
    needed = plan.offset + plan.layout.stored_bytes * plan.frame_count
    with plan.data.open() as stream:
        is_packed = stream.read(2) == b"\x1f\x8b"
    size = plan.data.size * (_LARGEST_PACKING if is_packed else 1)
    if size < needed:
        raise NotAnImageError(
            f"{plan.data.name} is cut off: it has {plan.data.size / 1e6:.2f} MB, its header "
            f"promises {needed / 1e6:.2f} MB.",
            remedy="Copy or download the file again.",
        )


def _phantom_notice(header: nib.Nifti1Header) -> tuple[Notice, ...]:
    description = bytes(header["descrip"].item()).decode("latin-1")
    return (PHANTOM_NOTICE,) if description.startswith(PHANTOM_DESCRIPTION) else ()
