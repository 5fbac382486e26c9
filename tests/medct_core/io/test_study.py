"""Studies say nothing about the patient; patient text gives nothing away by accident."""

import pickle
from datetime import date
from pathlib import Path

import pytest

from medct_core.io.files import ScanFile
from medct_core.io.sniff import FileKind
from medct_core.io.study import PatientText, Series

PATIENT = PatientText("Musterfrau, Erika", "HOSP-4711", date(1950, 1, 2), "F")


def test_patient_text_shows_nothing_when_printed_or_logged() -> None:
    shown = f"{PATIENT!r} {PATIENT}"

    assert not any(word in shown for word in ("Muster", "4711", "1950", "'F'"))


def test_patient_text_is_never_pickled() -> None:
    with pytest.raises(TypeError, match="never pickled"):
        pickle.dumps(PATIENT)


def test_a_series_with_a_reason_against_it_is_no_scan() -> None:
    files = (ScanFile(Path("a.dcm")),)

    assert Series("1", FileKind.DICOM, files, 3, modality="CT").is_scan
    assert not Series("1", FileKind.DICOM, files, 3, refusal="It is a plan.").is_scan
    assert not Series("1", FileKind.DICOM, files, 3, refusal="It is a plan.").can_be_shown
    assert Series("1", FileKind.DICOM, files, 3, refusal="An MR.", is_picture=True).can_be_shown
    assert Series("1", FileKind.DICOM, files, 3).can_be_shown


@pytest.mark.parametrize(("modality", "expected"), [("CT", True), ("", True), ("MR", False)])
def test_a_file_that_cannot_say_what_it_is_may_be_a_ct(modality: str, expected: bool) -> None:
    series = Series("1", FileKind.NIFTI, (ScanFile(Path("a.nii")),), 3, modality=modality)

    assert series.is_ct is expected
