"""NRRD and MetaImage through SimpleITK; imported only when such a file is met."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
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
from medct_core.io.sniff import FileKind, head_of
from medct_core.io.study import Series
from medct_core.io.voxels import Layout, ValueRange, Voxels, convert
from medct_core.io.watch import Watch
from medct_core.volume.geometry import Geometry
from medct_core.volume.notice import Notice
from medct_core.volume.volume import Volume

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
        If it holds colours, complex numbers, vectors or a single slice.
    """
    with _reader(file, kind) as reader:
        plan = _plan(reader, file.name)
    return Series(
        uid=file.name,
        kind=kind,
        files=(file,),
        slice_count=plan.shape[2],
        frame_count=plan.frame_count,
        description=Path(file.name).stem,
    )


def read_itk(file: ScanFile, kind: FileKind, *, frame: int | None, watch: Watch) -> Volume:
    """Read one volume.

    Parameters
    ----------
    file
        NRRD or MetaImage, whatever its name.
    kind
        Which of the two.
    frame
        Which volume of a 4D file, counted from 1; None for a 3D file.
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
        require_memory(plan.shape, name=file.name)
        watch.step(0.0)
        stored = _stored(reader, plan, index, file.name)
    settled = settle(
        _converted(stored, 1.0, 0.0, watch),
        lambda slope, intercept: _converted(stored, slope, intercept, watch),
    )
    return Volume(
        values=settled.values,
        unit=settled.meaning.unit,
        geometry=plan.geometry,
        source=file.name,
        notices=(*_unknown_geometry(file, kind), *settled.meaning.notices),
    )


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
    counts = size[:3]
    if len(counts) < 3 or min(counts) < 2:
        extent = " x ".join(str(count) for count in size)
        raise UnsupportedImageError(
            f"{name} is a single slice or line ({extent} voxels), not a volume.",
            remedy="Open the whole series.",
        )
    shape = (counts[0], counts[1], counts[2])
    return _Plan(shape, prod(size[3:]), _geometry(reader, shape))


def _type_name(reader: sitk.ImageFileReader) -> str:
    return str(sitk.GetPixelIDValueAsString(reader.GetPixelID())).lower()


def _geometry(reader: sitk.ImageFileReader, shape: tuple[int, int, int]) -> Geometry:
    """Spatial part of the grid; ITK already works in LPS."""
    dimension = len(reader.GetSize())
    direction = np.array(reader.GetDirection()).reshape(dimension, dimension)[:3, :3]
    affine = np.eye(4)
    affine[:3, :3] = direction * np.array(reader.GetSpacing()[:3])
    affine[:3, 3] = reader.GetOrigin()[:3]
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
