"""Whole DICOM series, as written by scanners and by carelessness."""

from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset

from medct_core.cancel import Cancelled, CancelToken
from medct_core.errors import NotAnImageError, UnsupportedImageError
from medct_core.io.dicom import listed_in, read_dicom, studies_in
from medct_core.io.files import ScanFile, files_below
from medct_core.io.study import Series
from medct_core.io.watch import Watch
from medct_core.volume.orientation import reorient
from medct_core.volume.resample import straighten
from medct_core.volume.volume import Unit, Volume
from tests import phantoms
from tests.medct_core.io import making

SCAN = making.chest_volume()
DEPTH = SCAN.geometry.shape[2]


def series_in(folder: Path) -> Series:
    (study,) = studies_in(files_below(folder)).studies
    (series,) = study.series
    return series


def read(folder: Path, watch: Watch | None = None, frame: int | None = None) -> Volume:
    return read_dicom(series_in(folder), frame=frame, watch=watch or Watch())


def codes(volume: Volume) -> list[str]:
    return [notice.code for notice in volume.notices]


def test_a_series_under_shuffled_names_comes_back(tmp_path: Path) -> None:
    scan = read(making.write_series(tmp_path / "Größe 日本", SCAN))

    np.testing.assert_array_equal(scan.values, SCAN.values)
    assert scan.content_sha256 == SCAN.content_sha256
    assert (scan.unit, scan.source, scan.notices) == (Unit.HU, "Thorax 3 mm", ())


def test_instance_numbers_do_not_matter(tmp_path: Path) -> None:
    def without(k: int, data: Dataset) -> None:
        if k % 2:
            del data.InstanceNumber
        else:
            data.InstanceNumber = 1

    scan = read(making.write_series(tmp_path, SCAN, change=without))

    np.testing.assert_array_equal(scan.values, SCAN.values)


def test_each_slice_has_its_own_rescaling(tmp_path: Path) -> None:
    def own(k: int, data: Dataset) -> None:
        data.RescaleIntercept = -1024 - 3 * k
        numbers = making.stored(SCAN.values[:, :, k]) + 3 * k
        data.PixelData = numbers.astype("<u2").tobytes()

    scan = read(making.write_series(tmp_path, SCAN, change=own))

    np.testing.assert_array_equal(scan.values, SCAN.values)


def test_a_missing_slice_is_reported_and_can_be_filled(tmp_path: Path) -> None:
    left = [k for k in range(DEPTH) if k != 4]

    scan = read(making.write_series(tmp_path, SCAN, slices=left))

    assert codes(scan) == ["missing-slices"]
    np.testing.assert_array_equal(scan.values, SCAN.values[:, :, left])
    straight = straighten(scan)
    np.testing.assert_allclose(straight.geometry.affine, SCAN.geometry.affine, atol=1e-6)
    np.testing.assert_array_equal(straight.values[:, :, 7], SCAN.values[:, :, 7])


def test_a_tilted_series_lies_where_its_slices_say(tmp_path: Path) -> None:
    def tilt(k: int, data: Dataset) -> None:
        data.ImagePositionPatient = [0.0, 0.5 * k, 3.0 * k]

    scan = read(making.write_series(tmp_path, SCAN, change=tilt))

    assert codes(scan) == ["gantry-tilt"]
    np.testing.assert_array_equal(scan.values, SCAN.values)
    np.testing.assert_allclose(scan.geometry.to_patient([0, 0, 9]), [0, 4.5, 27], atol=1e-9)


@pytest.mark.parametrize("order", [None, list(range(DEPTH))[::-1], [3, 1, 4, 0, 5, 9, 2, 6, 8, 7]])
def test_frames_of_an_enhanced_ct_are_sorted_by_position(
    tmp_path: Path, order: list[int] | None
) -> None:
    making.save(making.enhanced(SCAN, order=order), tmp_path / "a.dcm")

    scan = read(tmp_path)

    np.testing.assert_array_equal(scan.values, SCAN.values)
    assert scan.content_sha256 == SCAN.content_sha256


def test_a_phase_of_an_enhanced_ct_is_chosen_by_its_number(tmp_path: Path) -> None:
    making.save(making.enhanced(SCAN, phases=3), tmp_path / "a.dcm")

    with pytest.raises(UnsupportedImageError, match="3 volumes"):
        read(tmp_path)
    np.testing.assert_array_equal(read(tmp_path, frame=3).values, SCAN.values + 10)


def test_a_frame_that_does_not_say_where_it_lies_is_set_apart(tmp_path: Path) -> None:
    data = making.enhanced(SCAN)
    del data.PerFrameFunctionalGroupsSequence[4].PlanePositionSequence
    making.save(data, tmp_path / "a.dcm")
    (study,) = studies_in(files_below(tmp_path)).studies

    scan = read_dicom(study.series[0], frame=None, watch=Watch())

    assert [series.is_scan for series in study.series] == [True, False]
    assert codes(scan) == ["missing-slices"]
    np.testing.assert_array_equal(scan.values, np.delete(SCAN.values, 4, axis=2))


def test_two_stacks_in_one_file_are_refused(tmp_path: Path) -> None:
    data = making.enhanced(SCAN)
    for index, group in enumerate(data.PerFrameFunctionalGroupsSequence[5:]):
        orientation = Dataset()
        orientation.ImageOrientationPatient = [1, 0, 0, 0, 0, -1]
        group.PlaneOrientationSequence = [orientation]
        group.PlanePositionSequence[0].ImagePositionPatient = [0, 3.0 * index, 0]
    making.save(data, tmp_path / "a.dcm")
    (study,) = studies_in(files_below(tmp_path)).studies

    assert len(study.series) == 2
    with pytest.raises(UnsupportedImageError, match="several stacks"):
        read_dicom(study.series[0], frame=None, watch=Watch())


def test_doubled_positions_are_refused_with_two_names(tmp_path: Path) -> None:
    making.write_series(tmp_path / "a", SCAN)

    def twin(k: int, data: Dataset) -> None:
        data.SOPInstanceUID = f"{making.SERIES}.2.{k}"

    making.write_series(tmp_path / "b", SCAN, change=twin)

    with pytest.raises(UnsupportedImageError, match=r"10 positions .* more than one slice"):
        read(tmp_path)


def test_lossy_compression_is_reported(tmp_path: Path) -> None:
    def lossy(k: int, data: Dataset) -> None:
        data.LossyImageCompression = "01"

    assert codes(read(making.write_series(tmp_path, SCAN, change=lossy))) == ["lossy"]


def test_values_without_a_rescaling_are_not_taken_for_hounsfield_units(tmp_path: Path) -> None:
    def without(k: int, data: Dataset) -> None:
        del data.RescaleIntercept
        del data.RescaleSlope

    scan = read(making.write_series(tmp_path, SCAN, change=without))

    assert scan.unit is Unit.ARBITRARY
    assert codes(scan) == ["raw-values"]


def test_values_too_large_for_int16_are_read_again_scaled(tmp_path: Path) -> None:
    def bright(k: int, data: Dataset) -> None:
        data.RescaleSlope, data.RescaleIntercept, data.RescaleType = 40, 0, "US"
        data.RescaleType = "OD"

    scan = read(making.write_series(tmp_path, SCAN, change=bright))

    assert scan.unit is Unit.ARBITRARY
    assert scan.values.max() == 30_000
    assert codes(scan)[-1] == "values-rescaled"


@pytest.mark.parametrize("codes_", ["PSR", "LSP", "RAI"])
def test_slices_in_any_direction_lie_where_they_should(tmp_path: Path, codes_: str) -> None:
    letter = reorient(phantoms.letter_f(), codes_)

    scan = read(making.write_series(tmp_path, letter))

    again = reorient(scan, "LPS")
    np.testing.assert_array_equal(again.values, reorient(letter, "LPS").values)
    np.testing.assert_allclose(
        again.geometry.affine, phantoms.letter_f().geometry.affine, atol=1e-4
    )


def test_a_slice_cut_off_refuses_the_series(tmp_path: Path) -> None:
    making.write_series(tmp_path, SCAN)
    victim = sorted(tmp_path.iterdir())[3]
    victim.write_bytes(victim.read_bytes()[:-200])

    with pytest.raises(NotAnImageError, match=f"pixels of {victim.name}"):
        read(tmp_path)


def test_files_that_cannot_be_read_are_counted(tmp_path: Path) -> None:
    making.write_series(tmp_path, SCAN)
    (tmp_path / "letter.dcm").write_bytes(b"Dear colleague" * 30)

    reading = studies_in(files_below(tmp_path))

    assert [file.name for file in reading.unreadable] == ["letter.dcm"]
    assert reading.studies[0].series[0].slice_count == DEPTH


def test_reading_stops_when_asked_and_says_how_far_it_is(tmp_path: Path) -> None:
    token, seen = CancelToken(), list[float]()

    def stop_half_way(fraction: float) -> None:
        seen.append(fraction)
        if fraction > 0.5:
            token.cancel()

    with pytest.raises(Cancelled):
        read(making.write_series(tmp_path, SCAN), Watch(token, stop_half_way))

    assert seen == sorted(seen)
    assert max(seen) < 1


def test_an_ordinary_file_is_no_directory(tmp_path: Path) -> None:
    path = making.save(making.ct_slice(SCAN, 0), tmp_path / "a.dcm")

    assert listed_in(ScanFile(path)) == ()


@pytest.mark.shared_data
def test_one_slice_in_six_transfer_syntaxes_has_identical_pixels(
    shared_dir: Path, tmp_path: Path
) -> None:
    planes = []
    for path in sorted((shared_dir / "data/dicom/transfer_syntaxes").glob("*.dcm")):
        planes.append(_as_a_pair(path, tmp_path / path.stem))

    assert len(planes) == 6
    for plane in planes[1:]:
        np.testing.assert_array_equal(plane, planes[0])


def _as_a_pair(path: Path, folder: Path) -> np.ndarray:
    """Read one slice as a series of two: itself, and a copy 5 mm higher made in the header."""
    content = path.read_bytes()
    position = b"4.700000"
    assert content.count(position) >= 1
    folder.mkdir()
    (folder / "a.dcm").write_bytes(content)
    own_uid = str(dcmread(path, stop_before_pixels=True).SOPInstanceUID).encode()
    other_uid = own_uid[:-1] + (b"1" if own_uid[-1:] != b"1" else b"2")
    higher = content.replace(position, b"9.700000").replace(own_uid, other_uid)
    (folder / "b.dcm").write_bytes(higher)
    scan = read(folder)
    np.testing.assert_array_equal(scan.values[:, :, 0], scan.values[:, :, 1])
    plane: np.ndarray = scan.values[:, :, 0]
    return plane
