"""Masks with known answers: label maps and DICOM segmentations made in code."""

from collections.abc import Sequence
from pathlib import Path

import nibabel as nib
import numpy as np
import numpy.typing as npt
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence as DicomSequence
from pydicom.uid import UID, ExplicitVRLittleEndian, SegmentationStorage

from medct_core.io.label_map import Label, LabelMap, colour_of
from medct_core.volume.geometry import Geometry
from tests import phantoms

FRAME = "1.2.826.0.1.3680043.10.9"
SEGMENTATION = UID("1.2.826.0.1.3680043.10.2")
_LABEL_MAP_STORAGE = UID("1.2.840.10008.5.1.4.1.1.66.7")
SHAPE = (11, 9, 8)
"""Eleven columns: frames of bits do not end with a byte."""

Masks = dict[int, npt.NDArray[np.bool_]]


def geometry() -> Geometry:
    """Grid of the masks: 1.5 x 2 x 3 mm, LPS, centred."""
    return phantoms.centred(SHAPE, (1.5, 2.0, 3.0))


def block(low: tuple[int, int, int], high: tuple[int, int, int]) -> npt.NDArray[np.bool_]:
    """``(i, j, k)`` box of voxels; `high` is not included."""
    mask = np.zeros(SHAPE, dtype=bool)
    mask[low[0] : high[0], low[1] : high[1], low[2] : high[2]] = True
    return mask


def two_blocks() -> Masks:
    """Two structures that do not touch."""
    return {1: block((1, 1, 1), (4, 4, 3)), 3: block((6, 2, 4), (9, 8, 7))}


def label_map(names: Sequence[str] = ("Left lung", "Nodule")) -> LabelMap:
    """Map of `two_blocks`."""
    values = np.zeros(SHAPE, dtype=np.uint8, order="F")
    for number, mask in enumerate(two_blocks().values(), start=1):
        values[mask] = number
    labels = tuple(
        Label(value, name, colour_of(value))
        for value, name in zip(two_blocks(), names, strict=True)
    )
    return LabelMap(values, geometry(), labels, "mask.nii.gz")


def stored_labels(masks: Masks) -> npt.NDArray[np.uint8]:
    """``(i, j, k)`` with the number of every structure."""
    values = np.zeros(SHAPE, dtype=np.uint8)
    for value, mask in masks.items():
        values[mask] = value
    return values


def write_nifti(path: Path, values: npt.NDArray[np.generic], caret: str = "") -> Path:
    """Write numbers as they are, on the grid of the masks."""
    image = nib.Nifti1Image(values, np.diag([-1.0, -1.0, 1.0, 1.0]) @ geometry().affine)
    if caret:
        image.header.extensions.append(nib.nifti1.Nifti1Extension(30, caret.encode()))
    nib.save(image, path)
    return path


def segmentation(
    masks: Masks, kind: str = "BINARY", *, lab: tuple[int, int, int] | None = None
) -> Dataset:
    """DICOM segmentation of masks, empty slices left out, as most programs write it."""
    data = _header(kind)
    data.SegmentSequence = DicomSequence([_segment(value, lab) for value in masks])
    frames = [
        (value, k, mask[:, :, k].T)
        for value, mask in masks.items()
        for k in range(SHAPE[2])
        if mask[:, :, k].any()
    ]
    data.NumberOfFrames = len(frames)
    data.PerFrameFunctionalGroupsSequence = DicomSequence(
        [_frame_group(value, k) for value, k, _ in frames]
    )
    pixels = np.array([plane for _, _, plane in frames])
    if kind == "BINARY":
        data.PixelData = _even(np.packbits(pixels.ravel(), bitorder="little").tobytes())
    else:
        data.PixelData = _even((pixels * np.uint8(200)).tobytes())
    return data


def label_map_segmentation(masks: Masks) -> Dataset:
    """DICOM label map segmentation: the number of the segment in every pixel."""
    data = _header("LABELMAP")
    data.SOPClassUID = data.file_meta.MediaStorageSOPClassUID = _LABEL_MAP_STORAGE
    data.SegmentSequence = DicomSequence([_segment(value, None) for value in masks])
    data.NumberOfFrames = SHAPE[2]
    groups = [_frame_group(None, k) for k in range(SHAPE[2])]
    data.PerFrameFunctionalGroupsSequence = DicomSequence(groups)
    data.PixelData = _even(stored_labels(masks).T.tobytes())
    return data


def save(data: Dataset, path: Path) -> Path:
    """Write a dataset as a DICOM file."""
    data.save_as(path, enforce_file_format=True)
    return path


def _even(content: bytes) -> bytes:
    return content + b"\0" * (len(content) % 2)


def _header(kind: str) -> Dataset:
    data = Dataset()
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = SegmentationStorage
    meta.MediaStorageSOPInstanceUID = SEGMENTATION
    data.file_meta = meta
    data.SOPClassUID, data.SOPInstanceUID = SegmentationStorage, SEGMENTATION
    data.Modality, data.SegmentationType = "SEG", kind
    data.FrameOfReferenceUID = FRAME
    data.Columns, data.Rows = SHAPE[:2]
    bits = 1 if kind == "BINARY" else 8
    data.BitsAllocated, data.BitsStored, data.HighBit = bits, bits, bits - 1
    data.PixelRepresentation, data.SamplesPerPixel = 0, 1
    data.PhotometricInterpretation = "MONOCHROME2"
    if kind == "FRACTIONAL":
        data.MaximumFractionalValue = 255
    data.SharedFunctionalGroupsSequence = DicomSequence([_shared_group()])
    return data


def _segment(value: int, lab: tuple[int, int, int] | None) -> Dataset:
    item = Dataset()
    item.SegmentNumber, item.SegmentLabel = value, f"Structure {value}"
    if lab is not None:
        item.RecommendedDisplayCIELabValue = list(lab)
    return item


def _shared_group() -> Dataset:
    group, measures, orientation = Dataset(), Dataset(), Dataset()
    i, j, k = geometry().spacing_mm
    measures.PixelSpacing, measures.SpacingBetweenSlices = [j, i], k
    orientation.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    group.PixelMeasuresSequence = DicomSequence([measures])
    group.PlaneOrientationSequence = DicomSequence([orientation])
    return group


def _frame_group(value: int | None, k: int) -> Dataset:
    group, position = Dataset(), Dataset()
    position.ImagePositionPatient = [float(x) for x in geometry().to_patient([0, 0, k])]
    group.PlanePositionSequence = DicomSequence([position])
    if value is not None:
        identity = Dataset()
        identity.ReferencedSegmentNumber = value
        group.SegmentIdentificationSequence = DicomSequence([identity])
    return group
