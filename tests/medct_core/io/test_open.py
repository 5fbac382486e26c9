"""From a path to a volume, whatever the path is."""

import contextlib
import gc
import logging
import shutil
import warnings
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.fileset import FileSet

from medct_core.cancel import Cancelled, CancelToken
from medct_core.errors import (
    MedctError,
    NotAnImageError,
    ScanRefusedError,
    UnsupportedImageError,
    UsageError,
)
from medct_core.io.choose import largest_chest_ct
from medct_core.io.open import (
    mask_folders_in,
    open_studies,
    open_study,
    read_to_look_at,
    read_volume,
    scans_in,
)
from medct_core.io.reduction import REDUCED_CODE, Reduction
from medct_core.io.study import ONLY_TO_LOOK_AT
from medct_core.io.write import write_nifti
from medct_core.volume.orientation import reorient
from medct_core.volume.resample import resample
from medct_core.volume.volume import Unit, Volume
from tests.medct_core.io import making

SCAN = making.chest_volume()


def read(path: Path) -> Volume:
    return read_volume(largest_chest_ct(open_study(path)))


def write_disc(folder: Path, disc: Path) -> None:
    """Write the slices of a folder as a DICOM disc with its DICOMDIR."""
    # pydicom leaves its temporary folder to the garbage collector, which says so.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        fileset = FileSet()
        for path in sorted(folder.iterdir()):
            fileset.add(path)
        fileset.write(disc)
        del fileset
        gc.collect()


def zipped(folder: Path) -> Path:
    return Path(shutil.make_archive(str(folder.parent / "packed"), "zip", folder))


def test_one_scan_is_the_same_as_folder_zip_and_nifti(tmp_path: Path) -> None:
    folder = making.write_series(tmp_path / "dicom", SCAN)
    write_nifti(SCAN, tmp_path / "a.nii.gz")

    hashes = {read(path).content_sha256 for path in (folder, zipped(folder), tmp_path / "a.nii.gz")}

    assert hashes == {SCAN.content_sha256}


@pytest.mark.parametrize("name", ["a.nrrd", "a.mha"])
def test_nrrd_and_metaimage_are_opened(tmp_path: Path, name: str) -> None:
    # SimpleITK writes them; the test of its own room compares every voxel.
    sitk = pytest.importorskip("SimpleITK")
    image = sitk.GetImageFromArray(np.ascontiguousarray(SCAN.values.T))
    sitk.WriteImage(image, str(tmp_path / name))

    np.testing.assert_array_equal(read(tmp_path / name).values, SCAN.values)


def test_a_nifti_in_a_zip_is_opened(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    write_nifti(SCAN, tmp_path / "in" / "a.nii.gz")

    assert read(zipped(tmp_path / "in")).content_sha256 == SCAN.content_sha256


def test_the_image_half_of_a_pair_leads_to_its_header(tmp_path: Path) -> None:
    header = making.write_raw_nifti(tmp_path / "whole.nii", SCAN.values, lambda header: None)
    content = bytearray(header.read_bytes())
    content[344:348] = b"ni1\0"
    content[108:112] = b"\0" * 4
    (tmp_path / "a.hdr").write_bytes(content[:352])
    (tmp_path / "a.img").write_bytes(content[352:])

    np.testing.assert_array_equal(read(tmp_path / "a.img").values, SCAN.values)


def test_a_dicomdir_leads_to_its_files_and_says_which_are_missing(tmp_path: Path) -> None:
    making.write_series(tmp_path / "in", SCAN, change=_complete_for_directory)
    write_disc(tmp_path / "in", tmp_path / "disc")
    directory = tmp_path / "disc" / "DICOMDIR"

    assert read(directory).content_sha256 == SCAN.content_sha256

    outermost = max(
        (path for path in (tmp_path / "disc").rglob("*") if path.is_file() and path != directory),
        key=lambda path: float(dcmread(path).ImagePositionPatient[2]),
    )
    outermost.unlink()
    assert [notice.code for notice in read(directory).notices] == ["files-missing"]


def test_a_dicomdir_on_its_own_says_that_its_files_are_not_there(tmp_path: Path) -> None:
    making.write_series(tmp_path / "in", SCAN, change=_complete_for_directory)
    write_disc(tmp_path / "in", tmp_path / "disc")
    (tmp_path / "DICOMDIR").write_bytes((tmp_path / "disc" / "DICOMDIR").read_bytes())

    with pytest.raises(NotAnImageError, match="None of the 10 files"):
        open_study(tmp_path / "DICOMDIR")


def test_of_two_studies_the_larger_is_opened_and_the_other_is_mentioned(tmp_path: Path) -> None:
    def other(k: int, data: Dataset) -> None:
        data.StudyInstanceUID, data.SeriesInstanceUID = "1.2.3", "1.2.3.4"
        data.SOPInstanceUID = f"1.2.3.4.{k}"

    making.write_series(tmp_path / "a", SCAN)
    making.write_series(tmp_path / "b", SCAN, change=other, slices=range(4))

    study = open_study(tmp_path)

    assert study.uid == making.STUDY
    assert [notice.code for notice in study.notices] == ["other-studies"]
    assert [notice.code for notice in read(tmp_path).notices] == ["other-studies"]
    assert len(open_studies(tmp_path)) == 2


def test_files_that_are_named_like_slices_but_are_none_are_reported(tmp_path: Path) -> None:
    making.write_series(tmp_path, SCAN)
    (tmp_path / "note.dcm").write_bytes(b"version https://git-lfs.github.com/spec/v1\nsize 5\n")
    (tmp_path / "readme.txt").write_bytes(b"about this scan")

    (notice,) = read(tmp_path).notices

    assert notice.code == "files-left-out"
    assert "note.dcm" in notice.text
    assert "readme.txt" not in notice.text


def test_a_series_that_is_no_volume_is_refused_when_read(tmp_path: Path) -> None:
    study = open_study(making.write_series(tmp_path, SCAN, change=magnetic))

    with pytest.raises(UnsupportedImageError, match="not a CT"):
        read_volume(study.series[0])


def magnetic(k: int, data: Dataset) -> None:
    data.Modality = "MR"


def test_what_is_no_ct_may_be_looked_at_and_says_so(tmp_path: Path) -> None:
    series = open_study(making.write_series(tmp_path, SCAN, change=magnetic)).series[0]

    volume = read_to_look_at(series)

    assert volume.values.shape == SCAN.values.shape
    assert volume.notices[0].code == ONLY_TO_LOOK_AT
    assert "not a CT" in volume.notices[0].text


def test_a_scan_is_looked_at_without_a_word(tmp_path: Path) -> None:
    series = open_study(making.write_series(tmp_path, SCAN)).series[0]

    assert read_to_look_at(series).notices == read_volume(series).notices == ()


def test_what_has_no_picture_may_not_be_looked_at(tmp_path: Path) -> None:
    def dose(k: int, data: Dataset) -> None:
        data.Modality = "RTDOSE"

    series = open_study(making.write_series(tmp_path, SCAN, change=dose)).series[0]

    with pytest.raises(UnsupportedImageError, match="not a CT"):
        read_to_look_at(series)


@pytest.mark.parametrize("kind", ["dicom", "nifti", "mha"])
def test_one_slice_is_looked_at_where_it_lies(tmp_path: Path, kind: str) -> None:
    if kind == "dicom":
        path = making.save(making.ct_slice(SCAN, 4), tmp_path / "a.dcm")
    else:
        path = making.write_one_slice(tmp_path, SCAN, 4, kind)

    volume = read_to_look_at(open_study(path).series[0])

    assert volume.values.shape == (24, 20, 1)
    np.testing.assert_array_equal(volume.values[:, :, 0], SCAN.values[:, :, 4])
    corners = [[0, 0, 0], [23, 19, 0]]
    there = SCAN.geometry.to_patient([[0, 0, 4], [23, 19, 4]])
    np.testing.assert_allclose(volume.geometry.to_patient(corners), there, atol=1e-4)
    assert volume.notices[0].code == ONLY_TO_LOOK_AT


def test_a_picture_of_two_axes_is_looked_at(tmp_path: Path) -> None:
    making.write_nifti(tmp_path / "a.nii", SCAN.values[:, :, 4])

    volume = read_to_look_at(open_study(tmp_path / "a.nii").series[0])

    assert volume.values.shape == (24, 20, 1)


@pytest.mark.parametrize("kind", ["dicom", "nii.gz", "nii", "mha", "nrrd"])
def test_every_format_is_read_at_half_size(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"a.{kind}"
    if kind == "dicom":
        making.write_series(path, SCAN)
    elif kind.startswith("nii"):
        write_nifti(SCAN, path)
    else:
        sitk = pytest.importorskip("SimpleITK")
        sitk.WriteImage(sitk.GetImageFromArray(SCAN.values.T), str(path))
    series = open_study(path).series[0]
    whole = read_volume(series)

    half = read_volume(series, reduction=Reduction(2, 3))

    np.testing.assert_array_equal(half.values, whole.values[::2, ::2, ::3])
    assert half.unit is whole.unit
    np.testing.assert_allclose(
        half.geometry.to_patient([3, 4, 2]), whole.geometry.to_patient([6, 8, 6])
    )
    assert [one.code for one in half.notices if one not in whole.notices] == [REDUCED_CODE]


def test_looking_into_a_folder_stops_when_asked(tmp_path: Path) -> None:
    making.write_series(tmp_path, SCAN)
    token = CancelToken()
    token.cancel()

    with pytest.raises(Cancelled):
        open_study(tmp_path, cancel=token)


def test_one_slice_asks_for_the_whole_series(tmp_path: Path) -> None:
    path = making.save(making.ct_slice(SCAN, 0), tmp_path / "a.dcm")

    with pytest.raises(UnsupportedImageError, match="single CT slice") as caught:
        read_volume(open_study(path).series[0])

    assert caught.value.remedy == "Open the folder that holds the whole CT series."


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"patient;finding\n", "text file"),
        (b"", "empty"),
        (b"%PDF-1.4", "PDF"),
        (b"\x1f\x8bgarbage", "damaged"),
    ],
)
def test_what_is_no_scan_is_refused_with_its_name(
    tmp_path: Path, content: bytes, words: str
) -> None:
    (tmp_path / "a.nii.gz").write_bytes(content)

    with pytest.raises(ScanRefusedError, match=words):
        open_study(tmp_path / "a.nii.gz")


def test_a_folder_without_scans_and_one_with_several_say_so(tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    (tmp_path / "two").mkdir()
    for name in ("a.nii", "b.nii"):
        write_nifti(SCAN, tmp_path / "two" / name)

    with pytest.raises(NotAnImageError, match="holds no scan"):
        open_study(tmp_path / "none")
    with pytest.raises(UsageError, match="2 separate scans"):
        open_study(tmp_path / "two")


def test_reading_stops_when_asked(tmp_path: Path) -> None:
    token = CancelToken()
    token.cancel()
    write_nifti(SCAN, tmp_path / "a.nii")

    with pytest.raises(Cancelled):
        read_volume(open_study(tmp_path / "a.nii").series[0], cancel=token)


def test_nothing_about_the_patient_reaches_log_study_or_volume(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def careless(k: int, data: Dataset) -> None:
        data.SeriesDescription = f"{making.PATIENT_NAME} {making.PATIENT_ID}".replace("^", " ")

    folder = making.write_series(tmp_path / "x", SCAN, change=careless)

    with caplog.at_level(logging.DEBUG):
        study = open_study(folder)
        volume = read_volume(study.series[0])

    shown = f"{study!r} {volume.source} {volume.notices} {caplog.text}"
    assert not any(word in shown for word in ("Muster", "Erika", "4711", "1950"))


def test_a_file_is_one_input(tmp_path: Path) -> None:
    write_nifti(SCAN, tmp_path / "a.nii")

    assert scans_in(tmp_path / "a.nii") == (tmp_path / "a.nii",)


def test_a_study_in_several_folders_is_one_input(tmp_path: Path) -> None:
    making.write_series(tmp_path / "s" / "1", SCAN, slices=range(5))
    making.write_series(tmp_path / "s" / "2", SCAN, slices=range(5, 10))

    assert scans_in(tmp_path / "s") == (tmp_path / "s",)


def test_patients_in_folders_of_their_own_are_inputs_of_their_own(tmp_path: Path) -> None:
    def other(k: int, data: Dataset) -> None:
        data.StudyInstanceUID = "1.2.3"

    making.write_series(tmp_path / "a", SCAN)
    making.write_series(tmp_path / "b", SCAN, change=other)

    assert scans_in(tmp_path) == (tmp_path / "a", tmp_path / "b")


def test_volume_files_are_found_below_and_broken_ones_too(tmp_path: Path) -> None:
    (tmp_path / "deep" / "er").mkdir(parents=True)
    write_nifti(SCAN, tmp_path / "deep" / "er" / "a.nii.gz")
    (tmp_path / "b.nii.gz").write_bytes(b"version https://git-lfs.github.com/spec/v1\n")
    (tmp_path / "labels.csv").write_bytes(b"a,b\n")

    found = scans_in(tmp_path)

    assert found == (tmp_path / "b.nii.gz", tmp_path / "deep" / "er" / "a.nii.gz")


def test_masks_beside_a_scan_are_passed_over_unless_asked_for(tmp_path: Path) -> None:
    masks = tmp_path / "a.masks"
    masks.mkdir()
    write_nifti(SCAN, tmp_path / "a.nii.gz")
    write_nifti(SCAN, masks / "emphysema.nii.gz")

    assert scans_in(tmp_path) == (tmp_path / "a.nii.gz",)
    assert mask_folders_in(tmp_path) == (masks,)
    assert scans_in(masks) == (masks / "emphysema.nii.gz",)
    assert mask_folders_in(masks) == ()


def test_a_folder_without_scans_is_wrong_usage(tmp_path: Path) -> None:
    (tmp_path / "readme.txt").write_bytes(b"nothing here")

    with pytest.raises(UsageError, match="holds no scan"):
        scans_in(tmp_path)


def test_the_folder_one_is_in_is_called_by_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")

    with pytest.raises(UsageError, match="The folder 'empty' holds no scan"):
        scans_in(Path())
    with pytest.raises(NotAnImageError, match=r"^empty holds no scan"):
        open_studies(Path())


def test_a_path_that_leads_nowhere_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        scans_in(tmp_path / "nowhere")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(
    st.sampled_from(["a.nii", "a.nii.gz", "a.dcm"]),
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=8),
    st.floats(0.2, 1),
)
def test_a_damaged_file_is_read_or_refused_in_words(
    tmp_path: Path, name: str, edits: list[tuple[float, int]], keep: float
) -> None:
    content = bytearray(_whole_file(tmp_path, name))
    for place, value in edits:
        # Squaring prefers the header, where damage is most varied.
        content[int(place**2 * (len(content) - 1))] = value
    (tmp_path / name).write_bytes(content[: int(len(content) * keep)])

    with contextlib.suppress(MedctError):
        assert read(tmp_path / name).values.dtype == np.int16


@pytest.mark.shared_data
@pytest.mark.parametrize("name", ["lungdx_a0001_5mm_B.zip"])
def test_a_real_chest_is_the_same_as_zip_folder_and_nifti(
    shared_dir: Path, tmp_path: Path, name: str
) -> None:
    archive = shared_dir / "data/ct_chest" / name
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(tmp_path / "folder")

    scan = read(archive)
    write_nifti(reorient(scan, "RAS"), tmp_path / "a.nii.gz")

    assert (scan.unit, scan.values.shape) == (Unit.HU, (512, 512, 64))
    assert read(tmp_path / "folder").content_sha256 == scan.content_sha256
    again = resample(read(tmp_path / "a.nii.gz"), scan.geometry)
    np.testing.assert_array_equal(again.values, scan.values)


REFUSED = {
    "odd/lfs_pointers/1.dcm": "Git LFS",
    "odd/dicom/DICOMDIR-empty.dcm": "no readable DICOM image",
    "odd/dicom/MR_truncated.dcm": "MR Image",
    "odd/dicom/badVR.dcm": "RT Dose",
    "odd/dicom/explicit_VR-UN.dcm": "single CT slice",
    "odd/dicom/meta_missing_tsyntax.dcm": "holds no image",
    "odd/dicom/no_meta.dcm": "single CT slice",
    "odd/nifti/example4d.nii.gz": "4D scan: it holds 2 volumes",
    "odd/nifti/nifti1.hdr": "nifti1.img is missing",
    "dicom/non_ct/MR_small.dcm": "MR Image",
    "dicom/non_ct/SC_rgb_small_odd.dcm": "colour picture",
    "dicom/non_ct/rtplan.dcm": "RT Plan, which holds no image",
    "dicom/non_ct/test-SR.dcm": "SR, which holds no image",
    "dicom/CT_small.dcm": "single CT slice",
}
NOT_HU = (
    "mri/MR_Gd.nii.gz",
    "mri/totalseg_example_mr_sm.nii.gz",
    "odd/nifti/AIL.nii.gz",
    "odd/nifti/anatomical.nii",
    "odd/nifti/labels256.nii.gz",
    "odd/nifti/low_res.nii.gz",
    "odd/nifti/minimal.nii.gz",
    "odd/nifti/ras.hdr",
    "odd/nifti/ras.img",
    "odd/nifti/standard.nii.gz",
)
IN_HU = (
    "ct_chest/small/totalseg_aorta_ct_cropped.nii.gz",
    "ct_chest/small/totalseg_pulmonary_ct_cropped.nii.gz",
    "ct_other/totalseg_example_ct.nii.gz",
    "ct_other/totalseg_example_ct_sm.nii.gz",
    "dicom/ct_abdomen_3slice_with_seg",
    "dicom/dicomdir/DICOMDIR",
)


@pytest.mark.shared_data
@pytest.mark.parametrize("name", REFUSED)
def test_each_odd_file_is_refused_for_its_own_reason(shared_dir: Path, name: str) -> None:
    with pytest.raises(ScanRefusedError) as caught:
        read(shared_dir / "data" / name)

    assert REFUSED[name] in caught.value.summary


@pytest.mark.shared_data
@pytest.mark.parametrize("name", NOT_HU)
def test_what_is_no_ct_opens_but_is_not_in_hounsfield_units(shared_dir: Path, name: str) -> None:
    scan = read(shared_dir / "data" / name)

    assert scan.unit is Unit.ARBITRARY
    assert "not-hu" in [notice.code for notice in scan.notices]


@pytest.mark.shared_data
@pytest.mark.parametrize("name", IN_HU)
def test_real_ct_is_in_hounsfield_units(shared_dir: Path, name: str) -> None:
    scan = read(shared_dir / "data" / name)

    assert scan.unit is Unit.HU
    assert scan.values.min() >= -1024


def _whole_file(folder: Path, name: str) -> bytes:
    path = folder / f"whole-{name}"
    if path.exists():
        return path.read_bytes()
    if name.endswith(".dcm"):
        making.save(making.enhanced(SCAN), path)
    else:
        write_nifti(SCAN, path)
    return path.read_bytes()


def _complete_for_directory(k: int, data: Dataset) -> None:
    data.StudyTime, data.StudyID, data.AccessionNumber = "120000", "1", ""
