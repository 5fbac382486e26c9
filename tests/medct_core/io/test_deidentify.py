"""What leaves a header is named; all the rest stays."""

from datetime import date
from pathlib import Path

import pytest
from pydicom.dataset import Dataset

from medct_core.io.deidentify import patient_of, read_patient_text, read_technique, scrubbed
from medct_core.io.dicom import studies_in
from medct_core.io.files import ScanFile, files_below
from medct_core.io.sniff import FileKind
from medct_core.io.study import PatientText, Series
from tests.medct_core.io import making

PATIENT = PatientText("Musterfrau, Erika", "HOSP-4711", date(1950, 1, 2), "F")


def series_of(folder: Path, change: making.Change | None = None) -> Series:
    making.write_series(folder, making.chest_volume(), change=change)
    return studies_in(files_below(folder)).studies[0].series[0]


def test_the_patient_is_read_again_when_somebody_asks(tmp_path: Path) -> None:
    assert read_patient_text(series_of(tmp_path)) == PATIENT


def test_a_header_without_a_patient_gives_empty_text() -> None:
    assert patient_of(Dataset()) == PatientText()


def test_formats_without_a_patient_give_empty_text() -> None:
    series = Series("a", FileKind.NIFTI, (ScanFile(Path("a.nii")),), 3)

    assert read_patient_text(series) == PatientText()
    assert read_technique(series).kernel == ""


def test_the_technique_is_passed_on_without_the_patient(tmp_path: Path) -> None:
    def made(k: int, data: Dataset) -> None:
        data.Manufacturer, data.ConvolutionKernel = "Maker", "B70f"
        data.KVP, data.ContrastBolusAgent = "120", "for Erika Musterfrau"

    technique = read_technique(series_of(tmp_path, made))

    assert (technique.manufacturer, technique.kernel, technique.tube_voltage_kv) == (
        "Maker",
        "B70f",
        "120",
    )
    assert technique.contrast_agent == "for [removed] [removed]"


@pytest.mark.parametrize(
    ("description", "expected"),
    [
        ("CT Thorax", "CT Thorax"),
        ("MUSTERFRAU erika", "[removed] [removed]"),
        ("Nr HOSP-4711.", "Nr [removed]."),
        ("Musterfrauen", "Musterfrauen"),
        ("", ""),
    ],
)
def test_names_and_numbers_are_removed_from_free_text(description: str, expected: str) -> None:
    assert scrubbed(description, PATIENT) == expected


def test_short_names_do_not_riddle_a_text() -> None:
    assert scrubbed("CT of a li on", PatientText("Li, A", "1")) == "CT of a li on"
