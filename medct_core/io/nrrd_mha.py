"""NRRD and MetaImage through SimpleITK; imported only when such a file is met."""

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import prod
from pathlib import Path

import numpy as np
import numpy.typing as npt
import SimpleITK as sitk  # noqa: N813 - its own name for itself

from medct_core.errors import NotAnImageError, UnsupportedImageError
from medct_core.io.files import ScanFile
from medct_core.io.frames import choose_frame
from medct_core.io.intensity import settle
from medct_core.io.memory import require_memory
from medct_core.io.nifti import FEWEST, thin_refusal
from medct_core.io.one_slice import OneSlice, nearest_to_middle, read_one_slice, slice_geometry
from medct_core.io.plain_data import PlainData, find_plain_data
from medct_core.io.reduction import FULL, Reduction, read_reduced
from medct_core.io.sniff import FileKind, head_of
from medct_core.io.stored import Stored, require_one_volume
from medct_core.io.study import Series
from medct_core.io.voxels import Layout, ValueRange, Voxels, check_end, convert
from medct_core.io.watch import Watch
from medct_core.volume.geometry import Geometry
from medct_core.volume.notice import Notice
from medct_core.volume.volume import Volume

Read = Callable[[float, float], Voxels]

_READ_SHARE = 0.5
# ITK chooses its reader by name; the first ending serves for a copy.
_ENDINGS = {FileKind.NRRD: (".nrrd", ".nhdr"), FileKind.METAIMAGE: (".mha", ".mhd")}
_GEOMETRY_WORDS = {
    FileKind.NRRD: (b"space directions",),
    FileKind.METAIMAGE: (b"TransformMatrix", b"Rotation", b"Orientation"),
}


@dataclass(frozen=True, slots=True)
class _Plan:
    """What the header says: size of one volume, volumes in time, and the open reader."""

    shape: tuple[int, int, int]
    frame_count: int
    geometry: Geometry


def describe_itk(file: ScanFile, kind: FileKind) -> Series:
    """Say what the header says, without reading voxels.

    Raises
    ------
    NotAnImageError
        If the file is damaged or its data file is missing.
    UnsupportedImageError
        If it holds colours, complex numbers, vectors or a single line.
    """
    with _reader(file, kind) as reader:
        plan = _plan(reader, file.name)
    is_thin = min(plan.shape) < FEWEST
    return Series(
        uid=file.name,
        kind=kind,
        files=(file,),
        slice_count=plan.shape[2],
        frame_count=plan.frame_count,
        description=Path(file.name).stem,
        refusal=thin_refusal(file.name, plan.shape) if is_thin else "",
        is_picture=is_thin,
    )


def shape_of_itk(file: ScanFile, kind: FileKind) -> tuple[int, int, int]:
    """(i, j, k) of one volume, by the header.

    Raises
    ------
    ScanRefusedError
        As `describe_itk`.
    """
    with _reader(file, kind) as reader:
        return _plan(reader, file.name).shape


def read_itk(
    file: ScanFile,
    kind: FileKind,
    *,
    frame: int | None,
    reduction: Reduction = FULL,
    watch: Watch,
) -> Volume:
    """Read one volume.

    Parameters
    ----------
    file
        NRRD or MetaImage, whatever its name.
    kind
        Which of the two.
    frame
        Which volume of a 4D file, counted from 1; None for a 3D file.
    reduction
        Which voxels of it.
    watch
        Asked and told after every slice.

    Raises
    ------
    ScanRefusedError
        If it is no grey 3D image, is damaged, or does not fit into memory.
    Cancelled
        If the watch says so.
    """
    with _reader(file, kind) as reader:
        plan = _plan(reader, file.name)
        index = choose_frame(frame, plan.frame_count, name=file.name)
        plain = find_plain_data(file, kind, plan.shape)
        watch.step(0.0)
        if plain is not None:
            require_memory(reduction.shape_of(plan.shape), name=file.name)
            read = _streamed(plain, reduction, watch)
        else:
            require_memory(plan.shape, name=file.name)
            read = _thinned(_stored(reader, plan, index, file.name), reduction, watch)
    settled = settle(read(1.0, 0.0), read)
    geometry = reduction.geometry_of(plan.geometry)
    said = (*_unknown_geometry(file, kind), *reduction.notices(geometry))
    return Volume(
        values=settled.values,
        unit=settled.meaning.unit,
        geometry=geometry,
        source=file.name,
        notices=(*said, *settled.meaning.notices),
    )


def slice_of_itk(
    file: ScanFile, kind: FileKind, watch: Watch, k: int | None = None
) -> OneSlice | None:
    """Find one slice; None where only the whole file would give it.

    Parameters
    ----------
    file, kind
        As for `read_itk`.
    watch
        Asked while the slice is read.
    k
        Which slice, from 0; None takes the one nearest to the middle that is quick to read.

    Raises
    ------
    ScanRefusedError
        As `read_itk`, when it is found or when it is read.
    """
    with _reader(file, kind) as reader:
        plan = _plan(reader, file.name)
    plain = find_plain_data(file, kind, plan.shape)
    if plain is None:
        return None
    if k is None:
        with plain.open() as stream:
            k = nearest_to_middle(stream, plain.layout, 0)
    place = k

    def read(slope: float, intercept: float) -> Voxels:
        with plain.open() as stream:
            layout = _scaled(plain.layout, slope, intercept)
            return read_one_slice(stream, layout, 0, place, name=file.name, watch=watch)

    return OneSlice(read, slice_geometry(plan.geometry, place), place, plan.shape[2])


def _streamed(plain: PlainData, reduction: Reduction, watch: Watch) -> Read:
    def read(slope: float, intercept: float) -> Voxels:
        layout = _scaled(plain.layout, slope, intercept)
        with plain.open() as stream:
            voxels = read_reduced(stream, layout, reduction, name=plain.file.name, watch=watch)
            if plain.is_packed:
                check_end(stream, name=plain.file.name)
        return voxels

    return read


def _thinned(stored: npt.NDArray[np.generic], reduction: Reduction, watch: Watch) -> Read:
    every = reduction.in_plane
    kept = stored[:: reduction.slices, ::every, ::every]
    return lambda slope, intercept: _converted(kept, slope, intercept, watch)


def _scaled(layout: Layout, slope: float, intercept: float) -> Layout:
    return layout if (slope, intercept) == (1.0, 0.0) else layout.scaled(slope, intercept)


def read_itk_as_stored(file: ScanFile, kind: FileKind, *, watch: Watch) -> Stored:
    """Read the numbers of a file of one volume, without judging what they mean.

    Raises
    ------
    ScanRefusedError
        If it holds several volumes, no grey 3D image, is damaged, or does not fit into memory.
    Cancelled
        If the watch says so.
    """
    with _reader(file, kind) as reader:
        plan = _plan(reader, file.name)
        require_one_volume(plan.frame_count, name=file.name)
        require_memory(plan.shape, name=file.name)
        watch.step(0.0)
        stored = _stored(reader, plan, 0, file.name)
    voxels = _converted(stored, 1.0, 0.0, watch)
    return Stored(voxels, plan.geometry, _unknown_geometry(file, kind))


@contextlib.contextmanager
def _reader(file: ScanFile, kind: FileKind) -> Iterator[sitk.ImageFileReader]:
    with _plain_path(file, kind) as path:
        reader = sitk.ImageFileReader()
        reader.SetFileName(str(path))
        try:
            reader.ReadImageInformation()
        except RuntimeError as error:
            raise _damaged(file.name) from error
        yield reader


@contextlib.contextmanager
def _plain_path(file: ScanFile, kind: FileKind) -> Iterator[Path]:
    """Give a path that C++ can open: a copy where the name or the zip would be in the way."""
    is_understood = file.path.suffix.lower() in _ENDINGS[kind]
    is_plain = os.name != "nt" or str(file.path).isascii()
    if not file.member and is_understood and is_plain:
        yield file.path
        return
    with tempfile.TemporaryDirectory(prefix="medct-") as folder:
        copy = Path(folder) / f"scan{_ENDINGS[kind][0]}"
        with file.open() as stream:
            copy.write_bytes(stream.read())
        yield copy


def _plan(reader: sitk.ImageFileReader, name: str) -> _Plan:
    if reader.GetNumberOfComponents() != 1 or "complex" in _type_name(reader):
        raise UnsupportedImageError(
            f"{name} holds colours, vectors or complex numbers, not grey values.",
            remedy="Open the original grey scan.",
        )
    size = [int(count) for count in reader.GetSize()]
    counts = [*size[:3], *[1] * (3 - len(size))]
    if sorted(counts)[1] < FEWEST:
        raise UnsupportedImageError(thin_refusal(name, size), remedy="Open the whole series.")
    shape = (counts[0], counts[1], counts[2])
    return _Plan(shape, prod(size[3:]), _geometry(reader, shape))


def _type_name(reader: sitk.ImageFileReader) -> str:
    return str(sitk.GetPixelIDValueAsString(reader.GetPixelID())).lower()


def _geometry(reader: sitk.ImageFileReader, shape: tuple[int, int, int]) -> Geometry:
    """Spatial part of the grid; ITK already works in LPS."""
    dimension = len(reader.GetSize())
    direction = np.array(reader.GetDirection()).reshape(dimension, dimension)[:3, :3]
    affine, spatial = np.eye(4), min(dimension, 3)
    affine[:spatial, :spatial] = direction * np.array(reader.GetSpacing()[:spatial])
    affine[:spatial, 3] = reader.GetOrigin()[:spatial]
    return Geometry(shape, affine)


def _stored(
    reader: sitk.ImageFileReader, plan: _Plan, index: int, name: str
) -> npt.NDArray[np.generic]:
    """``(k, j, i)`` numbers as stored, of one frame."""
    if plan.frame_count > 1:
        rest = len(reader.GetSize()) - 3
        reader.SetExtractSize([*plan.shape, *[0] * rest])
        reader.SetExtractIndex([0, 0, 0, *_unravelled(index, reader.GetSize()[3:])])
    try:
        image = reader.Execute()
    except RuntimeError as error:
        raise _damaged(name) from error
    stored: npt.NDArray[np.generic] = sitk.GetArrayFromImage(image)
    return stored.reshape(plan.shape[::-1])


def _unravelled(index: int, counts: tuple[int, ...]) -> list[int]:
    return [int(part) for part in np.unravel_index(index, counts, order="F")]


def _converted(
    stored: npt.NDArray[np.generic], slope: float, intercept: float, watch: Watch
) -> Voxels:
    values = np.empty(stored.shape[::-1], dtype=np.int16, order="F")
    seen = ValueRange()
    for k, plane in enumerate(stored):
        layout = Layout((1, 1, 1), plane.dtype, slope, intercept)
        values[:, :, k] = convert(plane, layout, seen).T
        watch.step(_READ_SHARE + (1 - _READ_SHARE) * (k + 1) / len(stored))
    return Voxels(values, seen)


def _unknown_geometry(file: ScanFile, kind: FileKind) -> tuple[Notice, ...]:
    head = head_of(file)
    if any(word in head for word in _GEOMETRY_WORDS[kind]):
        return ()
    text = "The file does not say how the patient lies: left and right may be swapped."
    return (Notice("geometry-unknown", text),)


def _damaged(name: str) -> NotAnImageError:
    return NotAnImageError(
        f"{name} is damaged, cut off, or its data file is missing.",
        remedy="Copy or download the file again, with all its parts in one folder.",
    )
