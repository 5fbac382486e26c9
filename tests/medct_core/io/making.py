"""Scan files made in code: DICOM slices with pydicom, NIfTI with nibabel."""

from collections.abc import Callable, Sequence
from pathlib import Path

import nibabel as nib
import numpy as np
import numpy.typing as npt
import SimpleITK as sitk  # noqa: N813 - its own name for itself
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence as DicomSequence
from pydicom.uid import CTImageStorage, EnhancedCTImageStorage, ExplicitVRLittleEndian

from medct_core.volume.volume import Volume
from tests import phantoms

Change = Callable[[int, Dataset], None]
STUDY, SERIES = "1.2.826.0.1.3680043.10.1", "1.2.826.0.1.3680043.10.1.1"
INTERCEPT = -1024
PATIENT_NAME, PATIENT_ID = "Musterfrau^Erika", "HOSP-4711"


def chest_like(shape: tuple[int, int, int] = (24, 20, 10)) -> npt.NDArray[np.int16]:
    """``(i, j, k)`` HU: air around soft tissue with lung inside, no two slices alike."""
    rng = np.random.default_rng(5)
    values = np.full(shape, -1000, dtype=np.int16)
    values[3:-3, 3:-3] = 40
    values[6:10, 6:-6] = -800
    values += rng.integers(-15, 15, shape).astype(np.int16)
    values[3:6, 4, :] = np.arange(shape[2]) * 10
    return np.asfortranarray(values)


def chest_volume(shape: tuple[int, int, int] = (24, 20, 10)) -> Volume:
    """Make a volume of `chest_like` voxels, LPS, 1.5 x 2 x 3 mm."""
    geometry = phantoms.centred(shape, (1.5, 2.0, 3.0))
    template = phantoms.air(shape)
    return Volume(chest_like(shape), template.unit, geometry, "chest")


def ct_slice(volume: Volume, k: int) -> Dataset:
    """DICOM of slice `k`, stored unsigned with an intercept of -1024."""
    data = _common(volume)
    data.SOPClassUID = CTImageStorage
    data.SOPInstanceUID = f"{SERIES}.{k + 1}"
    data.InstanceNumber = k + 1
    data.ImagePositionPatient = [round(x, 4) for x in volume.geometry.to_patient([0, 0, k])]
    directions = volume.geometry.directions
    data.ImageOrientationPatient = [*directions[:, 0], *directions[:, 1]]
    spacing = volume.geometry.spacing_mm
    data.PixelSpacing = [spacing[1], spacing[0]]
    data.RescaleSlope, data.RescaleIntercept, data.RescaleType = 1, INTERCEPT, "HU"
    data.PixelData = stored(volume.values[:, :, k]).tobytes()
    return _with_meta(data)


def stored(values: npt.NDArray[np.int16]) -> npt.NDArray[np.uint16]:
    """``(j, i)`` or ``(k, j, i)`` unsigned numbers as in the file."""
    return (values.T.astype(np.int32) - INTERCEPT).astype("<u2")


def write_series(
    folder: Path,
    volume: Volume,
    *,
    change: Change | None = None,
    slices: Sequence[int] | None = None,
) -> Path:
    """Write a DICOM series under names that say nothing about its order; returns `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    chosen = range(volume.geometry.shape[2]) if slices is None else slices
    for k in chosen:
        data = ct_slice(volume, k)
        if change is not None:
            change(k, data)
        data.save_as(folder / f"{(k * 7) % 97:03d}.dcm", enforce_file_format=True)
    return folder


def enhanced(volume: Volume, *, order: Sequence[int] | None = None, phases: int = 1) -> Dataset:
    """One multi-frame file; with several phases each is 5 HU brighter than the one before."""
    depth = volume.geometry.shape[2]
    frames = list(range(depth)) if order is None else list(order)
    data = _common(volume)
    data.SOPClassUID = EnhancedCTImageStorage
    data.SOPInstanceUID = f"{SERIES}.9"
    data.NumberOfFrames = len(frames) * phases
    data.SharedFunctionalGroupsSequence = DicomSequence([_shared_group(volume)])
    data.PerFrameFunctionalGroupsSequence = DicomSequence(
        [_frame_group(volume, k) for _ in range(phases) for k in frames]
    )
    planes = [stored(volume.values[:, :, k]) + 5 * p for p in range(phases) for k in frames]
    data.PixelData = np.stack(planes).astype("<u2").tobytes()
    return _with_meta(data)


def save(data: Dataset, path: Path) -> Path:
    """Write one DICOM file; returns `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    data.save_as(path, enforce_file_format=True)
    return path


def write_nifti(
    path: Path, values: npt.ArrayLike, affine_ras: npt.ArrayLike | None = None
) -> nib.Nifti1Image:
    """Write a NIfTI with nibabel, stored in the type of `values` and never rescaled."""
    array = np.asarray(values)
    image = nib.Nifti1Image(array, np.eye(4) if affine_ras is None else affine_ras)
    image.header.set_data_dtype(array.dtype)
    nib.save(image, path)
    return image


def write_one_slice(folder: Path, volume: Volume, k: int, kind: str) -> Path:
    """Write slice `k` alone, where it lies, as ``nifti`` or ``mha``."""
    affine = volume.geometry.affine.copy()
    affine[:3, 3] = volume.geometry.to_patient([0, 0, k])
    values = volume.values[:, :, k : k + 1]
    if kind == "nifti":
        write_nifti(folder / "a.nii.gz", values, np.diag([-1.0, -1.0, 1.0, 1.0]) @ affine)
        return folder / "a.nii.gz"
    image = sitk.GetImageFromArray(values.T)
    image.SetOrigin(affine[:3, 3].tolist())
    image.SetSpacing(list(volume.geometry.spacing_mm))
    image.SetDirection(volume.geometry.directions.ravel().tolist())
    sitk.WriteImage(image, str(folder / "a.mha"))
    return folder / "a.mha"


def write_raw_nifti(
    path: Path, values: npt.NDArray[np.generic], edit: Callable[[nib.Nifti1Header], None]
) -> Path:
    """Write a NIfTI whose header was edited afterwards, however wrong that makes it."""
    header = nib.Nifti1Header()
    header.set_data_shape(values.shape)
    header.set_data_dtype(values.dtype)
    header["pixdim"][1:4] = 1.0
    header["vox_offset"] = 352
    header["magic"] = b"n+1"
    header.set_sform(np.eye(4), code=1)
    edit(header)
    path.write_bytes(header.binaryblock + b"\0" * 4 + values.tobytes(order="F"))
    return path


def _common(volume: Volume) -> Dataset:
    data = Dataset()
    data.StudyInstanceUID, data.SeriesInstanceUID = STUDY, SERIES
    data.StudyDate = "20240131"
    data.Modality = "CT"
    data.SeriesNumber = 3
    data.SeriesDescription = "Thorax 3 mm"
    data.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    data.PatientName, data.PatientID = PATIENT_NAME, PATIENT_ID
    data.PatientBirthDate, data.PatientSex = "19500102", "F"
    data.Columns, data.Rows = volume.geometry.shape[0], volume.geometry.shape[1]
    data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
    data.BitsAllocated, data.BitsStored, data.HighBit = 16, 16, 15
    data.PixelRepresentation = 0
    return data


def _with_meta(data: Dataset) -> Dataset:
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = data.SOPClassUID
    meta.MediaStorageSOPInstanceUID = data.SOPInstanceUID
    data.file_meta = meta
    return data


def _shared_group(volume: Volume) -> Dataset:
    measures, orientation, values, group = Dataset(), Dataset(), Dataset(), Dataset()
    spacing, directions = volume.geometry.spacing_mm, volume.geometry.directions
    measures.PixelSpacing = [spacing[1], spacing[0]]
    orientation.ImageOrientationPatient = [*directions[:, 0], *directions[:, 1]]
    values.RescaleSlope, values.RescaleIntercept, values.RescaleType = 1, INTERCEPT, "HU"
    group.PixelMeasuresSequence = DicomSequence([measures])
    group.PlaneOrientationSequence = DicomSequence([orientation])
    group.PixelValueTransformationSequence = DicomSequence([values])
    return group


def _frame_group(volume: Volume, k: int) -> Dataset:
    position, group = Dataset(), Dataset()
    position.ImagePositionPatient = [round(x, 4) for x in volume.geometry.to_patient([0, 0, k])]
    group.PlanePositionSequence = DicomSequence([position])
    return group
