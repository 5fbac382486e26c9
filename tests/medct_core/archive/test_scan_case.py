"""A scan becomes a case that names nobody, under the name of its file."""

from dataclasses import replace
from pathlib import Path

import nibabel
import numpy as np
import pytest
from pydicom.dataset import Dataset

from medct_core.archive.known_facts import KnownFacts
from medct_core.archive.scan_case import ScanWithFacts, case_of, read_with_facts, source_name
from medct_core.errors import UnsupportedImageError
from medct_core.inference.embedding import Embedding
from medct_core.io.choose import largest_chest_ct
from medct_core.io.open import open_study
from medct_core.retrieval.library_case import KnownFinding
from medct_core.retrieval.patient_key import patient_key
from tests import small_chest
from tests.library_samples import STAMP, unit_vector
from tests.medct_core.io import making

SALT = b"s" * 32
EFFUSION = KnownFinding("Pleural effusion", True, by="Dr Weber")


def embedding_of(scan: ScanWithFacts) -> Embedding:
    return Embedding(unit_vector(1), STAMP, scan.volume.content_sha256)


def test_a_file_becomes_a_case_of_its_name(tmp_path: Path) -> None:
    scan = read_with_facts(small_chest.write(tmp_path / "a.nii.gz"), KnownFacts())

    case = case_of(scan, embedding_of(scan), SALT)

    assert (case.source, case.scan_sha256) == ("a.nii.gz", scan.volume.content_sha256)
    assert case.slice_thickness_mm == pytest.approx(small_chest.SPACING_MM[2])
    assert (case.patient_key, case.findings) == ("", ())


def test_a_case_says_what_a_person_said_and_names_no_patient(tmp_path: Path) -> None:
    def named(_k: int, data: Dataset) -> None:
        data.PatientID, data.PatientName, data.PatientSex = "4711", "Weiss^Anna", "F"

    folder = making.write_series(tmp_path / "weiss", small_chest.volume(3), change=named)
    scan = read_with_facts(folder, KnownFacts(findings=(EFFUSION,)))

    case = case_of(scan, embedding_of(scan), SALT)

    assert case.findings == (EFFUSION,)
    assert (case.sex, case.patient_key) == ("F", patient_key("4711", SALT))
    assert "weiss" not in case.source
    assert "4711" not in repr(case)


def test_one_series_of_several_is_named_by_its_number(tmp_path: Path) -> None:
    for number, depth in ((1, 14), (2, 10)):

        def change(k: int, data: Dataset, number: int = number) -> None:
            data.SeriesInstanceUID = f"{making.SERIES}.{number}"
            data.SOPInstanceUID = f"{making.SERIES}.{number}.{k + 1}"
            data.SeriesNumber = number

        making.write_series(
            tmp_path / "study" / str(number), making.chest_volume((24, 20, depth)), change=change
        )
    study = open_study(tmp_path / "study")

    name = source_name(tmp_path / "study", study, largest_chest_ct(study))

    assert name == "study-series-1"


def test_an_embedding_of_another_scan_is_refused(tmp_path: Path) -> None:
    scan = read_with_facts(small_chest.write(tmp_path / "a.nii.gz"), KnownFacts())

    with pytest.raises(ValueError, match="its own scan"):
        case_of(scan, replace(embedding_of(scan), volume_sha256="0" * 64), SALT)


def test_a_scan_of_several_volumes_is_refused_with_what_can_be_done_here(tmp_path: Path) -> None:
    path = tmp_path / "beating.nii.gz"
    values = np.full((12, 11, 10, 3), -800, dtype=np.int16)
    nibabel.save(nibabel.Nifti1Image(values, np.eye(4)), path)

    with pytest.raises(UnsupportedImageError, match="it holds 3 volumes") as refused:
        read_with_facts(path, KnownFacts())

    assert "--frame" not in refused.value.remedy
