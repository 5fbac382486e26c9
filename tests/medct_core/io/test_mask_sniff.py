"""A mask is told from a scan before it is opened."""

from pathlib import Path

import nibabel
import numpy as np
import pytest
import SimpleITK as sitk  # noqa: N813 - its own name for itself

from medct_core.cancel import Cancelled, CancelToken
from medct_core.io.mask_sniff import is_mask
from tests.medct_core.io import making


def blocks(dtype: str = "u1") -> np.ndarray:
    """Two structures that begin above the first slice."""
    values = np.zeros((20, 20, 12), dtype=dtype)
    values[4:9, 4:15, 3:9] = 1
    values[11:16, 4:15, 3:9] = 7
    return values


@pytest.mark.parametrize("dtype", ["u1", "i2", "u2", "f4"])
@pytest.mark.parametrize("name", ["a.nii", "a.nii.gz"])
def test_few_whole_numbers_in_patches_are_a_mask(tmp_path: Path, name: str, dtype: str) -> None:
    making.write_nifti(tmp_path / name, blocks(dtype))

    assert is_mask(tmp_path / name)


@pytest.mark.parametrize("name", ["a.mha", "a.nrrd"])
def test_a_mask_in_another_format_is_one(tmp_path: Path, name: str) -> None:
    sitk.WriteImage(sitk.GetImageFromArray(blocks().T), str(tmp_path / name))

    assert is_mask(tmp_path / name)


@pytest.mark.parametrize(
    "values",
    [
        making.chest_like(),
        making.chest_like() + 1024,
        np.random.default_rng(0).integers(0, 200, (20, 20, 12)).astype("u1"),
        np.full((5, 5, 5), 0.5, dtype="f4"),
        np.full((5, 5, 5), np.nan, dtype="f4"),
    ],
    ids=["chest", "raw chest", "8-bit picture", "fractions", "no numbers"],
)
def test_a_picture_is_none(tmp_path: Path, values: np.ndarray) -> None:
    making.write_nifti(tmp_path / "a.nii.gz", values)

    assert not is_mask(tmp_path / "a.nii.gz")


def test_a_file_that_says_it_holds_labels_is_believed(tmp_path: Path) -> None:
    image = nibabel.Nifti1Image(making.chest_like(), np.eye(4))
    image.header.set_intent("label")
    nibabel.save(image, tmp_path / "a.nii")

    assert is_mask(tmp_path / "a.nii")


def test_segments_in_an_nrrd_make_a_mask(tmp_path: Path) -> None:
    header = "NRRD0004\ntype: short\ndimension: 3\nsizes: 2 2 2\nencoding: raw\n"
    content = header + "Segment0_ID:=Segment_1\n\n"
    (tmp_path / "a.nrrd").write_bytes(content.encode() + bytes(16))

    assert is_mask(tmp_path / "a.nrrd")


@pytest.mark.parametrize(("modality", "expected"), [("SEG", True), ("CT", False)])
def test_a_dicom_segmentation_is_known_by_its_modality(
    tmp_path: Path, modality: str, expected: bool
) -> None:
    data = making.ct_slice(making.chest_volume(), 0)
    data.Modality = modality

    assert is_mask(making.save(data, tmp_path / "a.dcm")) == expected


@pytest.mark.parametrize("content", [b"", b"text", b"\x1f\x8bgarbage", b"PK\x03\x04"])
def test_what_is_no_image_is_no_mask(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a").write_bytes(content)

    assert not is_mask(tmp_path / "a")


def test_looking_stops_when_asked(tmp_path: Path) -> None:
    making.write_nifti(tmp_path / "a.nii.gz", blocks())
    token = CancelToken()
    token.cancel()

    with pytest.raises(Cancelled):
        is_mask(tmp_path / "a.nii.gz", cancel=token)
