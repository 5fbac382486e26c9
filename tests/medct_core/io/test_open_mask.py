"""Masks of every format open; what is none is refused with the reason."""

from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk  # noqa: N813 - its own name for itself

from medct_core.errors import MedctError, NotAnImageError, UnsupportedImageError, UsageError
from medct_core.io.open import open_study
from medct_core.io.open_mask import PERCENT_DESCRIPTION, open_masks, read_frame_of_reference
from medct_core.io.write import write_nifti
from medct_core.volume.volume import Unit, Volume
from tests import mask_samples
from tests.medct_core.io import making

BLOCKS = mask_samples.stored_labels(mask_samples.two_blocks())


def write_itk(path: Path, segments: dict[str, str] | None = None) -> Path:
    image = sitk.GetImageFromArray(BLOCKS.T)
    image.SetSpacing(mask_samples.geometry().spacing_mm)
    image.SetOrigin(tuple(mask_samples.geometry().affine[:3, 3]))
    for key, value in (segments or {}).items():
        image.SetMetaData(key, value)
    sitk.WriteImage(image, str(path))
    return path


@pytest.mark.parametrize("name", ["m.nii.gz", "m.nii", "m.nrrd", "m.mha", "m.dcm"])
def test_a_mask_of_any_format_gives_the_same_labels_in_the_same_place(
    tmp_path: Path, name: str
) -> None:
    path = tmp_path / name
    if name.endswith(".dcm"):
        data = mask_samples.label_map_segmentation(mask_samples.two_blocks())
        mask_samples.save(data, path)
    elif "nii" in name:
        mask_samples.write_nifti(path, BLOCKS)
    else:
        write_itk(path)

    (label_map,) = open_masks(path)

    assert [label.value for label in label_map.labels] == [1, 3]
    np.testing.assert_array_equal(label_map.values == 1, BLOCKS == 1)
    np.testing.assert_array_equal(label_map.values == 2, BLOCKS == 3)
    np.testing.assert_allclose(label_map.geometry.affine, mask_samples.geometry().affine, atol=1e-4)


def test_numbers_beyond_a_byte_keep_their_value(tmp_path: Path) -> None:
    values = np.where(BLOCKS == 3, 14_175, 0).astype(np.int32)

    (label_map,) = open_masks(mask_samples.write_nifti(tmp_path / "m.nii", values))

    assert [(label.value, label.name) for label in label_map.labels] == [(14_175, "Label 14175")]
    np.testing.assert_array_equal(label_map.values == 1, BLOCKS == 3)


def test_whole_numbers_stored_as_fractions_are_labels(tmp_path: Path) -> None:
    path = mask_samples.write_nifti(tmp_path / "m.nii", BLOCKS.astype(np.float32))

    assert [label.value for label in open_masks(path)[0].labels] == [1, 3]


def test_names_inside_the_file_go_before_the_table_beside_it(tmp_path: Path) -> None:
    caret = '<Label Key="1" Red="1" Green="0" Blue="0"><![CDATA[Left lung]]></Label>'
    path = mask_samples.write_nifti(tmp_path / "m.nii.gz", BLOCKS, caret)
    (tmp_path / "m.json").write_text('{"1": "Other", "3": "Heart"}')

    first, second = open_masks(path)[0].labels

    assert (first.name, first.colour) == ("Left lung", (255, 0, 0))
    assert second.name == "Label 3"


def test_a_table_beside_the_file_names_its_labels(tmp_path: Path) -> None:
    (tmp_path / "m.json").write_text('{"1": "Left lung", "3": "Heart"}')

    (label_map,) = open_masks(mask_samples.write_nifti(tmp_path / "m.nii.gz", BLOCKS))

    assert [label.name for label in label_map.labels] == ["Left lung", "Heart"]


def test_a_slicer_segmentation_brings_its_names(tmp_path: Path) -> None:
    header = {"Segment0_LabelValue": "3", "Segment0_Name": "Aorta", "Segment0_Color": "1 0 0"}

    (label_map,) = open_masks(write_itk(tmp_path / "m.seg.nrrd", header))

    assert [label.name for label in label_map.labels] == ["Label 1", "Aorta"]


def test_a_slicer_segmentation_of_several_layers_is_refused_with_a_way_out(tmp_path: Path) -> None:
    header = {"Segment0_LabelValue": "1", "Segment0_Layer": "0", "Segment1_Layer": "1"}

    with pytest.raises(UnsupportedImageError, match=r"in layers.*Export it as a DICOM"):
        open_masks(write_itk(tmp_path / "m.seg.nrrd", header))


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        (making.chest_like(mask_samples.SHAPE), "its values begin at -"),
        (np.arange(792, dtype=np.int16).reshape(mask_samples.SHAPE), "791 different values"),
        (np.full(mask_samples.SHAPE, 0.25, dtype=np.float32), "fractions"),
        (np.full(mask_samples.SHAPE, np.nan, dtype=np.float32), "fractions or are no numbers"),
        (np.full(mask_samples.SHAPE, 70_000, dtype=np.int32), "reach 70000"),
    ],
)
def test_an_image_is_no_mask(tmp_path: Path, values: np.ndarray, reason: str) -> None:
    path = mask_samples.write_nifti(tmp_path / "scan.nii", values)

    with pytest.raises(
        UnsupportedImageError, match=f"scan.nii is an image, not a mask: .*{reason}"
    ):
        open_masks(path)


def test_a_mask_without_a_marked_voxel_is_refused(tmp_path: Path) -> None:
    path = mask_samples.write_nifti(tmp_path / "m.nii", np.zeros_like(BLOCKS))

    with pytest.raises(UnsupportedImageError, match="empty mask"):
        open_masks(path)


def test_several_volumes_are_no_mask(tmp_path: Path) -> None:
    path = mask_samples.write_nifti(tmp_path / "m.nii", np.stack([BLOCKS, BLOCKS], axis=-1))

    with pytest.raises(UnsupportedImageError, match="2 volumes"):
        open_masks(path)


def test_a_ct_slice_is_no_mask(tmp_path: Path) -> None:
    path = making.save(making.ct_slice(making.chest_volume(), 0), tmp_path / "ct.dcm")

    with pytest.raises(UnsupportedImageError, match="a DICOM CT Image, not a mask"):
        open_masks(path)


def test_text_is_no_mask(tmp_path: Path) -> None:
    path = tmp_path / "m.nii"
    path.write_text("words")

    with pytest.raises(NotAnImageError, match="a text file"):
        open_masks(path)


def test_a_folder_is_opened_where_it_holds_one_file(tmp_path: Path) -> None:
    mask_samples.write_nifti(tmp_path / "m.nii", BLOCKS)
    assert len(open_masks(tmp_path)) == 1

    mask_samples.write_nifti(tmp_path / "n.nii", BLOCKS)
    with pytest.raises(UsageError, match="2 files"):
        open_masks(tmp_path)


def test_a_path_that_leads_nowhere_is_told(tmp_path: Path) -> None:
    with pytest.raises(MedctError, match="no file or folder"):
        open_masks(tmp_path / "gone.nii")


def test_only_dicom_has_a_frame_of_reference(tmp_path: Path) -> None:
    volume = making.chest_volume()
    for k in range(3):
        data = making.ct_slice(volume, k)
        data.FrameOfReferenceUID = mask_samples.FRAME
        making.save(data, tmp_path / f"{k}.dcm")
    series = open_study(tmp_path).series[0]

    assert read_frame_of_reference(series) == mask_samples.FRAME
    nifti = mask_samples.write_nifti(tmp_path / "m.nii", BLOCKS)
    assert read_frame_of_reference(open_study(nifti).series[0]) == ""


def test_shares_of_voxels_are_one_structure_named_after_its_file(tmp_path: Path) -> None:
    geometry = mask_samples.geometry()
    shares = np.zeros(geometry.shape, dtype=np.int16, order="F")
    shares[1, 1, :] = [value % 101 for value in range(geometry.shape[2])]
    shares[2, 2, 0], shares[2, 2, 1] = 50, 49
    path = tmp_path / "pleural-effusion.nii.gz"
    volume = Volume(shares, Unit.ARBITRARY, geometry, path.name)
    write_nifti(volume, path, description=f"phantom {PERCENT_DESCRIPTION}")

    (label_map,) = open_masks(path)

    assert [label.name for label in label_map.labels] == ["Pleural effusion"]
    np.testing.assert_array_equal(label_map.values == 1, shares >= 50)
