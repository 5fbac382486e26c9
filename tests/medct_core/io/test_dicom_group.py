"""Headers sorted into series: what belongs together, and what is no volume."""

from pathlib import Path

import pytest
from pydicom.dataset import Dataset

from medct_core.io.dicom_group import pseudonym_of, studies_of
from medct_core.io.dicom_header import SliceHeader, plane_of, slices_of
from medct_core.io.files import ScanFile
from medct_core.io.study import Series, Study
from tests.medct_core.io import making

SCAN = making.chest_volume()
DEPTH = SCAN.geometry.shape[2]


def header(data: Dataset, name: str) -> SliceHeader:
    return SliceHeader(ScanFile(Path(name)), 0, data, plane_of(data, 0))


def headers(change: making.Change | None = None, prefix: str = "") -> list[SliceHeader]:
    found = []
    for k in range(DEPTH):
        data = making.ct_slice(SCAN, k)
        if change is not None:
            change(k, data)
        found.append(header(data, f"{prefix}{k}.dcm"))
    return found


def only_study(slices: list[SliceHeader]) -> Study:
    (study,) = studies_of(slices)
    return study


def only_series(slices: list[SliceHeader]) -> Series:
    (series,) = only_study(slices).series
    return series


def second_acquisition(k: int, data: Dataset) -> None:
    data.SOPInstanceUID = f"{making.SERIES}.2.{k}"
    data.AcquisitionNumber = 2


def test_a_series_lists_its_files_in_slice_order() -> None:
    series = only_series(headers()[::-1])

    assert [file.name for file in series.files] == [f"{k}.dcm" for k in range(DEPTH)]
    assert (series.slice_count, series.number, series.modality) == (DEPTH, 3, "CT")
    assert series.is_scan


def test_a_study_says_nothing_about_the_patient() -> None:
    def name_in_description(k: int, data: Dataset) -> None:
        data.SeriesDescription = "Thorax Musterfrau HOSP-4711"
        data.StudyDescription = "Erika Musterfrau, CT Thorax"

    study = only_study(headers(name_in_description))

    shown = repr(study)
    assert not any(word in shown for word in ("Musterfrau", "Erika", "4711", "1950"))
    assert study.series[0].description == "Thorax [removed] [removed]"
    assert study.pseudonym == pseudonym_of(making.STUDY)


def test_two_series_in_one_folder_are_two() -> None:
    def other(k: int, data: Dataset) -> None:
        data.SeriesInstanceUID = "1.2.3"
        data.SOPInstanceUID = f"1.2.3.{k}"

    study = only_study(headers() + headers(other, "b"))

    assert sorted(series.uid for series in study.series) == sorted([making.SERIES, "1.2.3"])


def test_two_studies_are_two() -> None:
    def other(k: int, data: Dataset) -> None:
        data.StudyInstanceUID = "1.2.3"

    assert len(studies_of(headers() + headers(other))) == 2


def test_the_same_image_twice_is_left_out_by_name() -> None:
    series = only_series(headers() + headers(prefix="copy-")[:2])

    assert series.slice_count == DEPTH
    (notice,) = series.notices
    assert notice.code == "copies-left-out"
    assert "copy-0.dcm, copy-1.dcm" in notice.text


def test_two_acquisitions_at_the_same_positions_become_two_series() -> None:
    def first(k: int, data: Dataset) -> None:
        data.AcquisitionNumber = 1

    study = only_study(headers(first) + headers(second_acquisition, "b"))

    assert [series.slice_count for series in study.series] == [DEPTH, DEPTH]
    assert [series.uid for series in study.series] == [f"{making.SERIES}.1", f"{making.SERIES}.2"]
    assert {n.code for series in study.series for n in series.notices} == {"series-split"}


def test_doubled_slices_that_nothing_tells_apart_stay_together_for_a_refusal() -> None:
    def twin(k: int, data: Dataset) -> None:
        data.SOPInstanceUID = f"{making.SERIES}.2.{k}"

    series = only_series(headers() + headers(twin, "b"))

    assert series.slice_count == 2 * DEPTH
    assert series.notices == ()


def test_one_doubled_slice_is_named_and_the_first_acquired_is_used() -> None:
    def later(k: int, data: Dataset) -> None:
        data.SOPInstanceUID = f"{making.SERIES}.2.{k}"
        data.InstanceNumber = 100

    series = only_series(headers() + headers(later, "late-")[4:5])

    assert series.slice_count == DEPTH
    (notice,) = series.notices
    assert notice.code == "doubled-slices"
    assert "4.dcm was used, not late-4.dcm" in notice.text


def test_a_localizer_in_the_series_is_kept_apart() -> None:
    scout = making.ct_slice(SCAN, 0)
    scout.ImageType = ["ORIGINAL", "PRIMARY", "LOCALIZER"]
    scout.SOPInstanceUID = "1.2.9"

    study = only_study([*headers(), header(scout, "scout.dcm")])

    assert [series.is_scan for series in study.series] == [True, False]
    assert "localizer" in study.series[1].refusal


@pytest.mark.parametrize(
    ("keyword", "value", "words"),
    [
        ("Modality", "MR", "(MR), not a CT"),
        ("Rows", None, "holds no image"),
        ("SamplesPerPixel", 3, "colour picture"),
        ("ImagePositionPatient", None, "do not say where they lie"),
    ],
)
def test_what_is_no_grey_volume_is_said_in_one_sentence(
    keyword: str, value: object, words: str
) -> None:
    series = only_series(headers(lambda k, data: setattr(data, keyword, value)))

    assert words in series.refusal
    assert series.refusal.endswith(".")
    assert not series.is_scan


def test_a_single_slice_is_no_volume_but_a_picture() -> None:
    series = only_series(headers()[:1])

    assert "single CT slice" in series.refusal
    assert series.can_be_shown


@pytest.mark.parametrize(
    ("keyword", "value", "expected"),
    [
        ("Modality", "MR", True),
        ("Modality", "PT", True),
        ("Modality", "SEG", False),
        ("Modality", "RTDOSE", False),
        ("Rows", None, False),
        ("SamplesPerPixel", 3, False),
        ("ImagePositionPatient", None, False),
    ],
)
def test_grey_slices_of_a_scanner_may_be_looked_at(
    keyword: str, value: object, *, expected: bool
) -> None:
    series = only_series(headers(lambda k, data: setattr(data, keyword, value)))

    assert not series.is_scan
    assert series.can_be_shown is expected


def test_windows_of_the_header_come_with_their_explanation() -> None:
    def windows(k: int, data: Dataset) -> None:
        data.WindowCenter, data.WindowWidth = [40, -600], [400, 1500]
        data.WindowCenterWidthExplanation = ["soft", "lung"]

    found = only_series(headers(windows)).windows

    assert [(w.window.centre_hu, w.window.width_hu, w.explanation) for w in found] == [
        (40, 400, "soft"),
        (-600, 1500, "lung"),
    ]


def test_a_multi_frame_file_counts_slices_and_phases() -> None:
    data = making.enhanced(SCAN, phases=2)

    series = only_series(list(slices_of(ScanFile(Path("a.dcm")), data)))

    assert (series.slice_count, series.frame_count) == (DEPTH, 2)
    assert len(series.files) == 1


def test_pseudonyms_are_stable_and_differ() -> None:
    assert pseudonym_of("1.2.3") == pseudonym_of("1.2.3") != pseudonym_of("1.2.4")
