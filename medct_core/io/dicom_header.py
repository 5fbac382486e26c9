"""One DICOM file: what its header says, as far as a volume needs it."""

import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from typing import BinaryIO, cast

import numpy as np
import pydicom
from pydicom.dataset import Dataset, FileDataset
from pydicom.errors import BytesLengthException, InvalidDicomError
from pydicom.multival import MultiValue
from pydicom.sequence import Sequence as DicomSequence
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian

from medct_core.errors import NotAnImageError
from medct_core.io.files import ScanFile
from medct_core.io.sniff import HEAD_BYTES, dataset_start
from medct_core.volume.geometry import FloatArray

_PREAMBLE = 128
UNREADABLE = (
    InvalidDicomError,
    EOFError,
    OSError,
    ValueError,
    KeyError,
    AttributeError,
    NotImplementedError,
    TypeError,
    IndexError,
    struct.error,
    BytesLengthException,
)
"""What pydicom raises on damaged headers and values."""

DICOMDIR_CLASS = "1.2.840.10008.1.3.10"


@dataclass(frozen=True, slots=True, eq=False)
class Plane:
    """Where one slice lies.

    Attributes
    ----------
    position
        ``(3,)`` LPS mm, centre of the first pixel.
    row, column
        ``(3,)`` unit vectors: along a row (i), down a column (j).
    spacing_mm
        ``(2,)`` between columns (i), between rows (j).
    """

    position: FloatArray
    row: FloatArray
    column: FloatArray
    spacing_mm: tuple[float, float]

    @property
    def normal(self) -> FloatArray:
        """``(3,)`` unit vector at right angles to the slice."""
        normal: FloatArray = np.cross(self.row, self.column)
        return normal / np.linalg.norm(normal)


@dataclass(frozen=True, slots=True, eq=False)
class SliceHeader:
    """One image of a series: a file, or one frame of a multi-frame file.

    Attributes
    ----------
    file
        Where it is.
    frame
        Index from 0 inside a multi-frame file; 0 otherwise.
    dataset
        The whole header, without pixels; patient data included, so it never leaves this room.
    plane
        None where position, orientation or pixel spacing is missing.
    """

    file: ScanFile
    frame: int
    dataset: Dataset
    plane: Plane | None

    @property
    def name(self) -> str:
        """Name for messages: the file, with the frame where there are several."""
        if frame_count(self.dataset) == 1:
            return self.file.name
        return f"frame {self.frame + 1} of {self.file.name}"


@contextmanager
def without_warnings() -> Iterator[None]:
    """Silence pydicom: its warnings quote values, and a value may be a patient's name."""
    with warnings.catch_warnings(), pydicom.config.disable_value_validation():
        warnings.simplefilter("ignore")
        yield


def read_header(file: ScanFile) -> FileDataset:
    """Read everything before the pixels.

    Raises
    ------
    NotAnImageError
        If the file is no DICOM or its header is damaged.
    """
    with file.open() as stream:
        return _parse(stream, name=file.name, stop=True)


def read_whole(content: bytes, *, name: str) -> FileDataset:
    """Read a file with its pixels, still compressed.

    Raises
    ------
    NotAnImageError
        If the file is damaged.
    """
    return _parse(BytesIO(content), name=name, stop=False)


def slices_of(file: ScanFile, dataset: Dataset) -> tuple[SliceHeader, ...]:
    """Return the images in a file: one, or one per frame."""
    return tuple(
        SliceHeader(file, frame, dataset, plane_of(dataset, frame))
        for frame in range(frame_count(dataset))
    )


def frame_count(dataset: Dataset) -> int:
    """Return the number of frames, at least 1."""
    return max(1, number(dataset, "NumberOfFrames") or 1)


def plane_of(dataset: Dataset, frame: int) -> Plane | None:
    """Position of one frame, or None where the header does not say.

    References
    ----------
    DICOM PS3.3 C.7.6.2.1.1; for multi-frame files C.7.6.16.2 (functional groups).
    """
    position = frame_value(dataset, frame, "PlanePositionSequence", "ImagePositionPatient")
    orientation = frame_value(dataset, frame, "PlaneOrientationSequence", "ImageOrientationPatient")
    spacing = frame_value(dataset, frame, "PixelMeasuresSequence", "PixelSpacing")
    numbers = [_floats(position, 3), _floats(orientation, 6), _floats(spacing, 2)]
    if any(part is None for part in numbers):
        return None
    origin, cosines, distances = (np.asarray(part) for part in numbers)
    lengths = np.linalg.norm(cosines.reshape(2, 3), axis=1)
    if min(lengths) < 0.5 or min(distances) <= 0:
        return None
    row, column = cosines[:3] / lengths[0], cosines[3:] / lengths[1]
    if np.linalg.norm(np.cross(row, column)) < 0.5:
        return None
    # The standard gives the distance between rows first.
    return Plane(origin, row, column, (float(distances[1]), float(distances[0])))


def frame_value(dataset: Dataset, frame: int, group: str, keyword: str) -> object:
    """Return a value from the frame's own functional group, the shared one, or the top level.

    None where it is nowhere.
    """
    for holder in _functional_groups(dataset, frame):
        items = items_of(holder, group)
        if items and keyword in items[0]:
            return value_of(items[0], keyword)
    return value_of(dataset, keyword)


def value_of(dataset: Dataset, keyword: str) -> object:
    """Return a value as pydicom decodes it, or None where it is missing or damaged.

    pydicom decodes a value when it is first looked at, so any look may fail.
    """
    try:
        return cast("object", dataset.get(keyword))
    except UNREADABLE:
        return None


def text(dataset: Dataset, keyword: str) -> str:
    """Return a value as text; empty where it is missing."""
    value = value_of(dataset, keyword)
    return "" if value is None else str(value).strip()


def number(dataset: Dataset, keyword: str) -> int | None:
    """Return a value as a whole number; None where it is missing or none."""
    try:
        return int(float(str(value_of(dataset, keyword))))
    except (ValueError, OverflowError):
        return None


def words(dataset: Dataset, keyword: str) -> tuple[str, ...]:
    """Return a multi-valued text in upper case; empty where it is missing."""
    return tuple(part.upper() for part in spelled(dataset, keyword))


def spelled(dataset: Dataset, keyword: str) -> tuple[str, ...]:
    """Return a multi-valued text as it is spelled; empty where it is missing."""
    value = value_of(dataset, keyword)
    if value is None:
        return ()
    parts = value if isinstance(value, (MultiValue, list, tuple)) else [value]
    return tuple(str(part).strip() for part in parts)


def day(dataset: Dataset, keyword: str) -> date | None:
    """Return a date; None where it is missing or no date."""
    try:
        return datetime.strptime(text(dataset, keyword)[:8], "%Y%m%d").date()
    except ValueError:
        return None


def kind_in_words(dataset: Dataset) -> str:
    """Name the kind of object as the standard does: ``RT Plan``, ``MR Image``."""
    name = getattr(value_of(dataset, "SOPClassUID"), "name", "") or ""
    return name.removesuffix(" Storage") if name[:1].isalpha() else ""


def _functional_groups(dataset: Dataset, frame: int) -> Iterator[Dataset]:
    frames = items_of(dataset, "PerFrameFunctionalGroupsSequence")
    if frame < len(frames):
        yield frames[frame]
    yield from items_of(dataset, "SharedFunctionalGroupsSequence")[:1]


def items_of(dataset: Dataset, keyword: str) -> list[Dataset]:
    """Return the items of a sequence; none where it is missing or damaged."""
    items = value_of(dataset, keyword)
    return list(items) if isinstance(items, DicomSequence) else []


def _floats(value: object, count: int) -> list[float] | None:
    if not isinstance(value, (MultiValue, list, tuple)) or len(value) != count:
        return None
    try:
        numbers = [float(part) for part in value]
    except (TypeError, ValueError):
        return None
    return numbers if np.isfinite(numbers).all() else None


def _parse(stream: BinaryIO, *, name: str, stop: bool) -> FileDataset:
    head = stream.read(HEAD_BYTES)
    start = 0 if head[_PREAMBLE : _PREAMBLE + 4] == b"DICM" else dataset_start(head)
    if start is None:
        raise _damaged(name)
    stream.seek(start)
    # A file that begins in the middle of nowhere has to be cut there, not sought.
    source = stream if start == 0 else BytesIO(stream.read())
    try:
        dataset = pydicom.dcmread(source, stop_before_pixels=stop, force=True)
        _complete_syntax(dataset)
    except UNREADABLE as error:
        raise _damaged(name) from error
    return dataset


def _complete_syntax(dataset: FileDataset) -> None:
    if "TransferSyntaxUID" not in dataset.file_meta:
        is_implicit = dataset.original_encoding[0]
        syntax = ImplicitVRLittleEndian if is_implicit else ExplicitVRLittleEndian
        dataset.file_meta.TransferSyntaxUID = syntax


def _damaged(name: str) -> NotAnImageError:
    return NotAnImageError(
        f"{name} is no readable DICOM file: its header is damaged or cut off.",
        remedy="Export or copy the file again.",
    )
