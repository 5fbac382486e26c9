"""One slice comes before the scan, and is the same as in the scan."""

from itertools import permutations, product
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk  # noqa: N813 - its own name for itself
from pydicom.dataset import Dataset

from medct_core.cancel import Cancelled, CancelToken
from medct_core.errors import UnsupportedImageError
from medct_core.io import dicom, one_slice
from medct_core.io.open import open_study, read_to_look_at
from medct_core.io.preview import (
    PREVIEW_CODE,
    THUMBNAIL_PIXELS,
    draw_thumbnail,
    read_middle_slice,
    thumbnail,
)
from medct_core.io.slice_preview import SlicePreview
from medct_core.io.study import Series
from medct_core.io.write import write_nifti
from medct_core.volume.orientation import reorient
from medct_core.volume.volume import Unit, Volume
from medct_core.volume.window import Window
from tests import phantoms
from tests.medct_core.io import making

SCAN = making.chest_volume()
ORIENTATIONS = [
    "".join(letters) for order in permutations(("LR", "PA", "SI")) for letters in product(*order)
]


def series_at(path: Path) -> Series:
    return open_study(path).series[0]


def preview_of(path: Path) -> SlicePreview:
    found = read_middle_slice(series_at(path))
    assert found is not None
    return found


def written(folder: Path, kind: str) -> Path:
    """Write the scan in one of the formats."""
    path = folder / f"a{kind}"
    if kind in {".nii", ".nii.gz"}:
        write_nifti(SCAN, path)
    elif kind == "dicom":
        making.write_series(path, SCAN)
    elif kind == "enhanced":
        making.save(making.enhanced(SCAN, order=[3, 0, 9, 1, 2, 8, 7, 6, 5, 4]), path)
    else:
        image = sitk.GetImageFromArray(SCAN.values.T)
        image.SetSpacing((1.5, 2.0, 3.0))
        image.SetDirection(np.eye(3).ravel().tolist())
        sitk.WriteImage(image, str(path), useCompression=kind == ".nrrd")
    return path


@pytest.mark.parametrize("kind", [".nii", ".nii.gz", "dicom", "enhanced", ".mha", ".nrrd", ".mhd"])
def test_the_slice_is_that_of_the_whole_scan(tmp_path: Path, kind: str) -> None:
    path = written(tmp_path, kind)
    whole = read_to_look_at(series_at(path))

    found = preview_of(path)

    k = found.number - 1
    assert (found.number, found.count) == (6, 10)
    np.testing.assert_array_equal(found.volume.values[:, :, 0], whole.values[:, :, k])
    assert found.volume.unit is whole.unit
    there = whole.geometry.to_patient([[0, 0, k], [5, 7, k]])
    np.testing.assert_allclose(found.volume.geometry.to_patient([[0, 0, 0], [5, 7, 0]]), there)


def test_a_notice_says_which_slice_is_shown(tmp_path: Path) -> None:
    (notice,) = preview_of(written(tmp_path, ".nii.gz")).volume.notices

    assert notice.code == PREVIEW_CODE
    assert notice.text == "Slice 6 of 10 is shown while the rest is read."


def test_a_long_packed_scan_shows_an_earlier_slice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path, ".nii.gz")
    monkeypatch.setattr(one_slice, "MOST_UNPACKED_BYTES", 352 + 24 * 20 * 2 * 3)

    assert preview_of(path).number == 3


def test_nothing_after_the_slice_has_to_be_there(tmp_path: Path) -> None:
    path = written(tmp_path, ".nii")
    series = series_at(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 3 // 4])

    found = read_middle_slice(series)

    assert found is not None
    np.testing.assert_array_equal(found.volume.values[:, :, 0], SCAN.values[:, :, 5])


def test_a_scan_in_time_shows_its_first_volume(tmp_path: Path) -> None:
    making.write_nifti(tmp_path / "a.nii", np.stack([SCAN.values, SCAN.values + 9], axis=3))

    found = preview_of(tmp_path / "a.nii")

    np.testing.assert_array_equal(found.volume.values[:, :, 0], SCAN.values[:, :, 5])


def test_values_that_int16_cannot_hold_are_rescaled(tmp_path: Path) -> None:
    values = np.linspace(0, 1, 5 * 5 * 5).reshape(5, 5, 5)
    making.write_nifti(tmp_path / "a.nii", values)

    found = preview_of(tmp_path / "a.nii")

    assert found.volume.unit is Unit.ARBITRARY
    assert len(np.unique(found.volume.values)) == 25


def test_what_only_simpleitk_can_read_has_no_preview(tmp_path: Path) -> None:
    image = sitk.GetImageFromArray(SCAN.values.T)
    sitk.WriteImage(sitk.JoinSeries([image, image]), str(tmp_path / "a.nrrd"))

    assert read_middle_slice(series_at(tmp_path / "a.nrrd")) is None
    assert thumbnail(series_at(tmp_path / "a.nrrd")) is None


def test_a_huge_file_of_many_slices_has_no_preview(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path, "enhanced")
    monkeypatch.setattr(dicom, "_LARGEST_FILE_BYTES", 100)

    assert read_middle_slice(series_at(path)) is None


def test_a_series_without_pictures_is_refused(tmp_path: Path) -> None:
    def dose(k: int, data: Dataset) -> None:
        data.Modality = "RTDOSE"

    series = series_at(making.write_series(tmp_path, SCAN, change=dose))

    with pytest.raises(UnsupportedImageError, match="not a CT"):
        read_middle_slice(series)


def test_unpacking_stops_when_asked(tmp_path: Path) -> None:
    token = CancelToken()
    token.cancel()

    with pytest.raises(Cancelled):
        read_middle_slice(series_at(written(tmp_path, ".nii.gz")), cancel=token)


@pytest.mark.parametrize("kind", [".nii.gz", "dicom"])
def test_a_thumbnail_is_drawn_from_one_slice(tmp_path: Path, kind: str) -> None:
    picture = thumbnail(series_at(written(tmp_path, kind)))

    assert picture is not None
    assert picture.shape == (THUMBNAIL_PIXELS, round(THUMBNAIL_PIXELS * 36 / 40))
    assert picture.dtype == np.uint8
    assert picture.min() < 30
    assert picture.max() > 100


def letter_f(codes: str) -> np.ndarray:
    """Draw the slice through the middle of the letter F whose axes are turned to `codes`."""
    return draw_thumbnail(reorient(phantoms.letter_f(), codes), Window(-350, 1300))


@pytest.mark.parametrize("codes", ORIENTATIONS)
def test_the_order_of_axes_does_not_turn_the_picture(codes: str) -> None:
    reference = {"S": "LPS", "I": "LPI", "A": "LSA", "P": "LSP", "L": "PSL", "R": "PSR"}

    picture = letter_f(codes)

    # The two in-plane axes in any order and direction, the slices looked at alike.
    np.testing.assert_array_equal(picture, letter_f(reference[codes[2]]))


def test_a_coronal_letter_f_reads_as_seen_from_the_front() -> None:
    picture = letter_f("LSA")

    rows, columns = picture.shape
    top, bottom = picture[: rows // 4], picture[-rows // 4 :]
    # The patient's left, to which the bars point, is on the right of the screen.
    assert top[:, columns // 2 :].mean() > 2 * bottom[:, columns // 2 :].mean()
    assert picture[:, : columns // 2].mean() > picture[:, columns // 2 :].mean()


def test_pixels_are_square() -> None:
    scan = phantoms.water_cylinder((32, 32, 12), (1.0, 3.0, 5.0))

    assert draw_thumbnail(scan).shape == (THUMBNAIL_PIXELS, THUMBNAIL_PIXELS // 3)


def test_a_thin_slice_still_has_a_pixel() -> None:
    scan = phantoms.air((200, 1, 1))

    assert draw_thumbnail(scan).shape == (1, THUMBNAIL_PIXELS)


def test_what_is_no_ct_is_drawn_through_its_own_range() -> None:
    values = np.asfortranarray(np.arange(32 * 32).reshape(32, 32, 1).astype(np.int16) + 5000)
    scan = Volume(values, Unit.ARBITRARY, phantoms.centred((32, 32, 1)), "a")

    picture = draw_thumbnail(scan)

    assert picture.min() < 10
    assert picture.max() > 245
