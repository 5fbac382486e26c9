"""DICOM segmentations: frames of segments put back onto one grid, with their names and colours.

Read by hand on pydicom: a reader that insists on complete metadata would refuse files that
other viewers write, and only positions, segment numbers and bits are needed here.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from pydicom.dataset import Dataset, FileDataset
from pydicom.pixels.utils import pixel_array
from pydicom.uid import SegmentationStorage

from medct_core.errors import NotAnImageError, UnsupportedImageError
from medct_core.io.dicom_header import (
    UNREADABLE,
    frame_count,
    items_of,
    kind_in_words,
    number,
    read_whole,
    text,
    value_of,
    without_warnings,
)
from medct_core.io.files import ScanFile
from medct_core.io.label_map import (
    MOST_LABELS,
    Colour,
    LabelMap,
    numbers_in,
    renumbered,
)
from medct_core.io.label_names import NamedLabel, labels_of
from medct_core.io.memory import require_memory
from medct_core.io.watch import Watch
from medct_core.volume.geometry import FloatArray, Geometry
from medct_core.volume.notice import Notice

# Newer than the dictionary of pydicom 3.0.
_LABEL_MAP_STORAGE = "1.2.840.10008.5.1.4.1.1.66.7"
_SAME_MM = 0.01
_LARGEST_UNEVENNESS = 0.05
_PARALLEL = 1e-3
_THRESHOLD = 0.5
_READ_SHARE = 0.3
# D50, the white of CIELab in DICOM, to sRGB (Lindbloom, adapted by Bradford).
_XYZ_TO_SRGB = np.array(
    [
        [3.1338561, -1.6168667, -0.4906146],
        [-0.9787684, 1.9161415, 0.0334540],
        [0.0719453, -0.2289914, 1.4052427],
    ]
)
_D50 = np.array([0.96422, 1.0, 0.82521])

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class _Place:
    """Where the frames of a segmentation lie.

    Attributes
    ----------
    geometry
        Grid that holds every frame.
    slices
        Slice index of every frame.
    """

    geometry: Geometry
    slices: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Frame:
    """One frame's position and what its rows and columns run along."""

    position: FloatArray
    orientation: FloatArray
    spacing_mm: tuple[float, float]


def is_segmentation(dataset: Dataset) -> bool:
    """Whether a header is that of a segmentation."""
    return text(dataset, "SOPClassUID") in {SegmentationStorage, _LABEL_MAP_STORAGE}


def read_segmentation(file: ScanFile, watch: Watch) -> tuple[LabelMap, ...]:
    """Read a DICOM segmentation: binary, fractional or label map.

    Segments that overlap cannot share one array: each goes into the first map in which it hides
    nothing, so the files of most programs give one map and no voxel is lost. Of fractional
    segments, voxels of at least one half count; a notice says so.

    Raises
    ------
    ScanRefusedError
        If the file is no segmentation, is damaged, has no position in the patient, or does not
        fit into memory.
    Cancelled
        If the watch says so.

    References
    ----------
    DICOM PS3.3 A.51, A.90 and C.8.20 (Segmentation), C.7.6.16.2 (functional groups).
    """
    with without_warnings():
        with file.open() as stream:
            dataset = read_whole(stream.read(), name=file.name)
        _require_segmentation(dataset, file.name)
        place = _place(dataset, file.name)
        require_memory(place.geometry.shape, name=file.name)
        watch.step(_READ_SHARE)
        named = _named_segments(dataset)
        if text(dataset, "SegmentationType").upper() == "LABELMAP":
            layers = _layers_of_label_map(dataset, place, file.name, watch)
        else:
            layers = _layers_of_segments(dataset, place, file.name, watch)
        return tuple(_label_map(dataset, file.name, layer, place, named) for layer in layers)


@dataclass(frozen=True, slots=True, eq=False)
class _Layer:
    """Voxels of segments that do not overlap: 0 is nothing, n is ``numbers[n - 1]``."""

    values: npt.NDArray[np.uint8]
    numbers: list[int]


def _require_segmentation(dataset: FileDataset, name: str) -> None:
    if is_segmentation(dataset):
        return
    if text(dataset, "Modality").upper() == "RTSTRUCT":
        raise UnsupportedImageError(
            f"{name} holds contours of a treatment plan (RTSTRUCT), not a mask.",
            remedy="Convert it to a DICOM segmentation with the program that wrote it.",
        )
    kind = kind_in_words(dataset)
    raise UnsupportedImageError(
        f"{name} is {f'a DICOM {kind}' if kind else 'another kind of DICOM file'}, not a mask.",
        remedy="Open a DICOM segmentation, or a label map in NIfTI, NRRD or MetaImage.",
    )


def _label_map(
    dataset: Dataset, name: str, layer: _Layer, place: _Place, named: dict[int, NamedLabel]
) -> LabelMap:
    notices: tuple[Notice, ...] = ()
    if text(dataset, "SegmentationType").upper() == "FRACTIONAL":
        told = f"{name} holds fractions; voxels of at least {_THRESHOLD:.0%} are shown."
        notices = (Notice("mask-fractional", told),)
    return LabelMap(
        values=layer.values,
        geometry=place.geometry,
        labels=labels_of(tuple(layer.numbers), named),
        source=name,
        frame_of_reference=text(dataset, "FrameOfReferenceUID"),
        notices=notices,
    )


def _named_segments(dataset: Dataset) -> dict[int, NamedLabel]:
    found: dict[int, NamedLabel] = {}
    for item in items_of(dataset, "SegmentSequence"):
        value = number(item, "SegmentNumber")
        if value is not None:
            colour = _srgb(value_of(item, "RecommendedDisplayCIELabValue"))
            found[value] = NamedLabel(text(item, "SegmentLabel"), colour)
    return found


def _srgb(lab: object) -> Colour | None:
    """Colour from CIELab in DICOM's 16-bit steps; None where there is none.

    References
    ----------
    DICOM PS3.3 C.10.7.1.1; IEC 61966-2-1 (sRGB).
    """
    try:
        stored = np.array([float(part) for part in lab])  # type: ignore[attr-defined]
    except (TypeError, ValueError):
        return None
    if stored.shape != (3,):
        return None
    lightness = stored[0] / 65535 * 100
    a, b = stored[1:] / 65535 * 255 - 128
    f = (lightness + 16) / 116 + np.array([a / 500, 0.0, -b / 200])
    xyz = _D50 * np.where(f > 6 / 29, f**3, 3 * (6 / 29) ** 2 * (f - 4 / 29))
    linear = (_XYZ_TO_SRGB @ xyz).clip(0.0, 1.0)
    shown = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    red, green, blue = (round(255 * float(part)) for part in shown)
    return red, green, blue


def _layers_of_segments(
    dataset: FileDataset, place: _Place, name: str, watch: Watch
) -> list[_Layer]:
    grouped: dict[int, list[int]] = defaultdict(list)
    for frame, value in enumerate(_segment_numbers(dataset, name)):
        grouped[value].append(frame)
    layers = [_empty_layer(place)]
    for done, (value, frames) in enumerate(sorted(grouped.items()), start=1):
        masks = [(place.slices[frame], _mask(dataset, frame, name)) for frame in frames]
        layer = next((one for one in layers if _is_free(one, masks)), None)
        if layer is None:
            layer = _empty_layer(place)
            layers.append(layer)
        _mark(layer, value, masks)
        watch.step(_READ_SHARE + (1 - _READ_SHARE) * done / len(grouped))
    return layers


def _layers_of_label_map(
    dataset: FileDataset, place: _Place, name: str, watch: Watch
) -> list[_Layer]:
    stored = np.zeros(place.geometry.shape, dtype=np.uint16, order="F")
    for frame, k in enumerate(place.slices):
        stored[:, :, k] = _stored(dataset, frame, name).T
        watch.step(_READ_SHARE + (1 - _READ_SHARE) * (frame + 1) / len(place.slices))
    numbers = numbers_in(stored)
    _require_few(len(numbers), name)
    return [_Layer(renumbered(stored, numbers), list(numbers))]


def _empty_layer(place: _Place) -> _Layer:
    return _Layer(np.zeros(place.geometry.shape, dtype=np.uint8, order="F"), [])


def _is_free(layer: _Layer, masks: Sequence[tuple[int, Mask]]) -> bool:
    has_room = len(layer.numbers) < MOST_LABELS
    return has_room and not any((layer.values[:, :, k][mask] != 0).any() for k, mask in masks)


def _mark(layer: _Layer, value: int, masks: Sequence[tuple[int, Mask]]) -> None:
    layer.numbers.append(value)
    for k, mask in masks:
        layer.values[:, :, k][mask] = len(layer.numbers)


def _segment_numbers(dataset: Dataset, name: str) -> Iterator[int]:
    shared = items_of(dataset, "SharedFunctionalGroupsSequence")[:1]
    frames = items_of(dataset, "PerFrameFunctionalGroupsSequence")
    if len(frames) != frame_count(dataset):
        raise NotAnImageError(
            f"{name} says it holds {frame_count(dataset)} frames and describes {len(frames)}.",
            remedy="Export the segmentation again.",
        )
    for item in frames:
        found = [
            number(segment, "ReferencedSegmentNumber")
            for holder in (item, *shared)
            for segment in items_of(holder, "SegmentIdentificationSequence")[:1]
        ]
        if not found or found[0] is None:
            raise NotAnImageError(
                f"{name} does not say which segment its frames belong to.",
                remedy="Export the segmentation again.",
            )
        yield found[0]


def _mask(dataset: FileDataset, frame: int, name: str) -> Mask:
    """``(i, j)`` whether a voxel belongs to the segment."""
    least = 1.0
    if text(dataset, "SegmentationType").upper() == "FRACTIONAL":
        least = _THRESHOLD * (number(dataset, "MaximumFractionalValue") or 255)
    mask: Mask = np.greater_equal(_stored(dataset, frame, name).T, least)
    return mask


def _stored(dataset: FileDataset, frame: int, name: str) -> npt.NDArray[np.generic]:
    """``(rows, columns)`` numbers of one frame."""
    try:
        if (
            number(dataset, "BitsAllocated") == 1
            and not dataset.file_meta.TransferSyntaxUID.is_compressed
        ):
            return _bits(dataset, frame)
        array: npt.NDArray[np.generic] = pixel_array(dataset, index=frame, raw=True)
    except (*UNREADABLE, RuntimeError) as error:
        raise NotAnImageError(
            f"The pixels of {name} are missing, damaged, or compressed in an unknown way.",
            remedy="Export the segmentation again, without compression.",
        ) from error
    return array


def _bits(dataset: FileDataset, frame: int) -> npt.NDArray[np.uint8]:
    """Unpack one frame; frames follow each other without filling, also inside a byte."""
    rows, columns = int(dataset.Rows), int(dataset.Columns)
    start, count = frame * rows * columns, rows * columns
    first = start // 8
    packed = np.frombuffer(
        dataset.PixelData, dtype=np.uint8, offset=first, count=-(-(start + count) // 8) - first
    )
    bits = np.unpackbits(packed, bitorder="little")[start - 8 * first :][:count]
    return bits.reshape(rows, columns)


def _require_few(count: int, name: str) -> None:
    if count > MOST_LABELS:
        raise UnsupportedImageError(
            f"{name} marks {count} structures; {MOST_LABELS} can be shown.",
            remedy="Save the structures in several files.",
        )


def _place(dataset: Dataset, name: str) -> _Place:
    frames = list(_frames(dataset, name))
    first = frames[0]
    if any(np.abs(one.orientation - first.orientation).max() > _PARALLEL for one in frames):
        raise UnsupportedImageError(
            f"The frames of {name} are not parallel.", remedy="Export the segmentation again."
        )
    row, column = first.orientation[:3], first.orientation[3:]
    normal = np.cross(row, column)
    heights = np.array([one.position for one in frames]) @ normal
    levels = _levels(heights)
    step = _step_mm(dataset, levels)
    count, offsets = _stacked(levels, step)
    affine = np.eye(4)
    affine[:3, 0] = row * first.spacing_mm[0]
    affine[:3, 1] = column * first.spacing_mm[1]
    affine[:3, 2] = normal * (step if offsets is None else offsets[-1] / (count - 1))
    affine[:3, 3] = frames[int(heights.argmin())].position
    shape = (number(dataset, "Columns") or 0, number(dataset, "Rows") or 0, count)
    at = heights - levels[0]
    slices = np.rint(at / step) if offsets is None else np.searchsorted(offsets, at - _SAME_MM)
    return _Place(Geometry(shape, affine, offsets), tuple(int(k) for k in slices))


def _levels(heights: FloatArray) -> FloatArray:
    """Different heights, lowest first."""
    ordered = np.sort(heights)
    is_new = np.concatenate([[True], np.diff(ordered) > _SAME_MM])
    levels: FloatArray = ordered[is_new]
    return levels


def _step_mm(dataset: Dataset, levels: FloatArray) -> float:
    """Distance of slices: as found, else as declared; programs leave empty slices out."""
    if len(levels) > 1:
        return float(np.diff(levels).min())
    for keyword in ("SpacingBetweenSlices", "SliceThickness"):
        for holder in _groups(dataset, 0):
            for item in items_of(holder, "PixelMeasuresSequence")[:1]:
                declared = _floats(value_of(item, keyword))
                if declared is not None and len(declared) == 1 and declared[0] > 0:
                    return float(declared[0])
    return 1.0


def _stacked(levels: FloatArray, step: float) -> tuple[int, tuple[float, ...] | None]:
    """Return the number of slices, and their offsets where they do not lie on a regular grid."""
    steps = (levels - levels[0]) / step
    if np.abs(steps - np.rint(steps)).max() <= _LARGEST_UNEVENNESS:
        return round(float(steps[-1])) + 1, None
    return len(levels), tuple(float(level - levels[0]) for level in levels)


def _frames(dataset: Dataset, name: str) -> Iterator[_Frame]:
    for frame in range(frame_count(dataset)):
        groups = tuple(_groups(dataset, frame))
        position = _group_value(groups, "PlanePositionSequence", "ImagePositionPatient", 3)
        cosines = _group_value(groups, "PlaneOrientationSequence", "ImageOrientationPatient", 6)
        spacing = _group_value(groups, "PixelMeasuresSequence", "PixelSpacing", 2)
        if position is None or cosines is None or spacing is None or spacing.min() <= 0:
            raise UnsupportedImageError(
                f"{name} does not say where its frames lie in the patient.",
                remedy="Export the segmentation with its position.",
            )
        yield _Frame(position, cosines, (float(spacing[1]), float(spacing[0])))


def _groups(dataset: Dataset, frame: int) -> Iterator[Dataset]:
    """Functional groups of a frame, then the shared ones; sequences are not copied."""
    frames = value_of(dataset, "PerFrameFunctionalGroupsSequence")
    if isinstance(frames, Sequence) and frame < len(frames):
        yield frames[frame]
    yield from items_of(dataset, "SharedFunctionalGroupsSequence")[:1]


def _group_value(
    groups: Sequence[Dataset], group: str, keyword: str, count: int
) -> FloatArray | None:
    for holder in groups:
        for item in items_of(holder, group)[:1]:
            numbers = _floats(value_of(item, keyword))
            if numbers is not None and len(numbers) == count:
                return numbers
    return None


def _floats(value: object) -> FloatArray | None:
    """Numbers of a value, one or many; None where one is missing or infinite."""
    try:
        numbers = np.atleast_1d(np.asarray(value, dtype=np.float64))
    except (TypeError, ValueError):
        return None
    return numbers if np.isfinite(numbers).all() else None
