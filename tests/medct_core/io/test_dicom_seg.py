"""DICOM segmentations come back as they were drawn."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.uid import RLELossless, RTStructureSetStorage

from medct_core.cancel import Cancelled, CancelToken
from medct_core.errors import NotAnImageError, UnsupportedImageError
from medct_core.io.dicom_seg import read_segmentation
from medct_core.io.files import ScanFile
from medct_core.io.label_map import LabelMap, check_on_scan, colour_of, facts_of
from medct_core.io.open import open_study, read_volume
from medct_core.io.open_mask import open_masks, read_frame_of_reference
from medct_core.io.watch import Watch
from tests import mask_samples


def read(path: Path) -> tuple[LabelMap, ...]:
    return read_segmentation(ScanFile(path), Watch())


def drawn(maps: tuple[LabelMap, ...]) -> mask_samples.Masks:
    """Put every segment back onto the grid of the samples."""
    found = {}
    for one in maps:
        for number, label in enumerate(one.labels, start=1):
            points = one.geometry.to_patient(np.argwhere(one.values == number))
            index = np.rint(mask_samples.geometry().to_index(points)).astype(int)
            found[label.value] = np.zeros(mask_samples.SHAPE, dtype=bool)
            found[label.value][tuple(index.T)] = True
    return found


def assert_same(found: mask_samples.Masks, expected: mask_samples.Masks) -> None:
    assert found.keys() == expected.keys()
    for value, mask in expected.items():
        np.testing.assert_array_equal(found[value], mask)


@pytest.mark.parametrize("kind", ["BINARY", "FRACTIONAL"])
def test_segments_come_back_voxel_by_voxel(tmp_path: Path, kind: str) -> None:
    masks = mask_samples.two_blocks()
    path = mask_samples.save(mask_samples.segmentation(masks, kind), tmp_path / "seg.dcm")

    maps = read(path)

    assert len(maps) == 1
    assert_same(drawn(maps), masks)
    assert [label.name for label in maps[0].labels] == ["Structure 1", "Structure 3"]
    assert maps[0].frame_of_reference == mask_samples.FRAME


def test_a_label_map_segmentation_comes_back_voxel_by_voxel(tmp_path: Path) -> None:
    masks = mask_samples.two_blocks()
    path = mask_samples.save(mask_samples.label_map_segmentation(masks), tmp_path / "seg.dcm")

    maps = read(path)

    assert_same(drawn(maps), masks)


def test_overlapping_segments_keep_all_their_voxels(tmp_path: Path) -> None:
    masks = {
        1: mask_samples.block((1, 1, 1), (6, 6, 6)),
        2: mask_samples.block((4, 4, 4), (9, 9, 8)),
        3: mask_samples.block((9, 0, 0), (10, 2, 2)),
    }
    path = mask_samples.save(mask_samples.segmentation(masks), tmp_path / "seg.dcm")

    maps = read(path)

    assert [[label.value for label in one.labels] for one in maps] == [[1, 3], [2]]
    assert_same(drawn(maps), masks)


def test_fractions_below_one_half_do_not_count_and_that_is_told(tmp_path: Path) -> None:
    data = mask_samples.segmentation(mask_samples.two_blocks(), "FRACTIONAL")
    data.PixelData = data.PixelData.replace(b"\xc8", b"\x7f", 5)

    (label_map,) = read(mask_samples.save(data, tmp_path / "seg.dcm"))

    total = sum(int(mask.sum()) for mask in mask_samples.two_blocks().values())
    assert np.count_nonzero(label_map.values) == total - 5
    assert "at least 50% are shown" in label_map.notices[0].text


def test_a_compressed_segmentation_is_read(tmp_path: Path) -> None:
    data = mask_samples.label_map_segmentation(mask_samples.two_blocks())
    data.compress(RLELossless, encoding_plugin="pydicom", generate_instance_uid=False)

    assert_same(drawn(read(mask_samples.save(data, tmp_path / "s"))), mask_samples.two_blocks())


def test_slices_that_are_no_multiple_apart_keep_their_places(tmp_path: Path) -> None:
    data = mask_samples.segmentation({1: mask_samples.block((2, 2, 0), (5, 5, 3))})
    heights = (0.0, 3.0, 7.4)
    for item, height in zip(data.PerFrameFunctionalGroupsSequence, heights, strict=True):
        item.PlanePositionSequence[0].ImagePositionPatient = [0.0, 0.0, height]

    (label_map,) = read(mask_samples.save(data, tmp_path / "seg.dcm"))

    places = label_map.geometry.to_patient([(0, 0, k) for k in range(3)])[:, 2]
    np.testing.assert_allclose(places, heights, atol=1e-6)
    assert (label_map.values[3, 3] == 1).all()


def test_one_slice_is_as_thick_as_the_header_says(tmp_path: Path) -> None:
    data = mask_samples.segmentation({1: mask_samples.block((2, 2, 4), (5, 5, 5))})

    (label_map,) = read(mask_samples.save(data, tmp_path / "seg.dcm"))

    assert label_map.geometry.shape[2] == 1
    assert label_map.geometry.spacing_mm == pytest.approx((1.5, 2.0, 3.0))


@pytest.mark.parametrize(
    ("lab", "expected"),
    [
        ((65535, 32896, 32896), (255, 255, 255)),
        ((0, 32896, 32896), (0, 0, 0)),
        ((35579, 53663, 50858), (255, 0, 0)),  # Lab 54.29, 80.80, 69.89 under D50
    ],
)
def test_recommended_colours_are_shown(
    tmp_path: Path, lab: tuple[int, int, int], expected: tuple[int, int, int]
) -> None:
    data = mask_samples.segmentation(mask_samples.two_blocks(), lab=lab)

    (label_map,) = read(mask_samples.save(data, tmp_path / "seg.dcm"))

    np.testing.assert_allclose(label_map.labels[0].colour, expected, atol=3)


def test_a_segment_without_a_colour_gets_one(tmp_path: Path) -> None:
    data = mask_samples.segmentation(mask_samples.two_blocks())

    (label_map,) = read(mask_samples.save(data, tmp_path / "seg.dcm"))

    assert label_map.labels[1].colour == colour_of(3)


def without_positions(data: Dataset) -> None:
    for item in data.PerFrameFunctionalGroupsSequence:
        del item.PlanePositionSequence


def without_segments(data: Dataset) -> None:
    for item in data.PerFrameFunctionalGroupsSequence:
        del item.SegmentIdentificationSequence


def miscounted(data: Dataset) -> None:
    data.NumberOfFrames = 3


def turned(data: Dataset) -> None:
    orientation = Dataset()
    orientation.ImageOrientationPatient = [0, 1, 0, 0, 0, -1]
    data.PerFrameFunctionalGroupsSequence[0].PlaneOrientationSequence = [orientation]


def cut_off(data: Dataset) -> None:
    data.PixelData = data.PixelData[:10]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (without_positions, "does not say where its frames lie"),
        (without_segments, "does not say which segment"),
        (turned, "not parallel"),
        (miscounted, "says it holds 3 frames and describes 5"),
        (cut_off, "pixels of seg.dcm are missing"),
    ],
)
def test_a_damaged_segmentation_is_refused_with_the_reason(
    tmp_path: Path, change: Callable[[Dataset], None], message: str
) -> None:
    data = mask_samples.segmentation(mask_samples.two_blocks())
    change(data)

    with pytest.raises((NotAnImageError, UnsupportedImageError), match=message):
        read(mask_samples.save(data, tmp_path / "seg.dcm"))


def test_contours_are_refused_with_a_way_out(tmp_path: Path) -> None:
    data = mask_samples.segmentation(mask_samples.two_blocks())
    data.SOPClassUID, data.Modality = RTStructureSetStorage, "RTSTRUCT"

    with pytest.raises(UnsupportedImageError, match=r"contours.*Convert it"):
        read(mask_samples.save(data, tmp_path / "rt.dcm"))


def test_reading_stops_when_asked(tmp_path: Path) -> None:
    data = mask_samples.segmentation(mask_samples.two_blocks())
    path = mask_samples.save(data, tmp_path / "seg.dcm")
    cancel = CancelToken()
    cancel.cancel()

    with pytest.raises(Cancelled):
        read_segmentation(ScanFile(path), Watch(cancel))


@pytest.mark.shared_data
def test_a_real_segmentation_lies_on_its_scan(shared_dir: Path) -> None:
    folder = shared_dir / "data" / "dicom" / "ct_abdomen_3slice_with_seg"
    series = open_study(folder).series[0]
    maps = open_masks(folder / "liver_seg.dcm")

    notices = check_on_scan(
        maps,
        read_volume(series).geometry,
        frame_of_reference=read_frame_of_reference(series),
    )

    assert notices == ()
    assert [label.name for label in maps[0].labels] == ["Liver"]
    assert facts_of(maps[0])[0].volume_ml == pytest.approx(70.36, abs=0.01)
