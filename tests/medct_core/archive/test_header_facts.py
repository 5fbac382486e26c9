"""Header facts: an age band and not an age, and nothing made up."""

from pathlib import Path

import pytest
from pydicom.dataset import Dataset

from medct_core.archive.header_facts import facts_in, header_facts
from medct_core.io.dicom_header import without_warnings
from medct_core.io.open import open_study
from medct_core.retrieval.library_case import AGE_BANDS
from tests import small_chest


def header(**values: object) -> Dataset:
    dataset = Dataset()
    with without_warnings():
        for keyword, value in values.items():
            setattr(dataset, keyword, value)
    return dataset


def test_a_header_that_says_nothing_gives_nothing() -> None:
    facts = facts_in(header())

    assert facts == type(facts)()


@pytest.mark.parametrize(
    ("age", "band"),
    [("063Y", "60-69"), ("018M", "0-9"), ("003D", "0-9"), ("092Y", "90+"), ("old", "")],
)
def test_the_stated_age_gives_the_band(age: str, band: str) -> None:
    assert facts_in(header(PatientAge=age)).age_band == band


def test_without_a_stated_age_two_dates_give_the_band() -> None:
    facts = facts_in(header(PatientBirthDate="19500102", StudyDate="20240131"))

    assert facts.age_band == "70-79"


@pytest.mark.parametrize("missing", ["PatientBirthDate", "StudyDate"])
def test_one_date_gives_no_band(missing: str) -> None:
    dataset = header(PatientBirthDate="19500102", StudyDate="20240131")
    delattr(dataset, missing)

    assert facts_in(dataset).age_band == ""


@pytest.mark.parametrize(("sex", "known"), [("F", "F"), ("m", "M"), ("O", ""), ("", "")])
def test_sex_is_known_or_empty(sex: str, known: str) -> None:
    assert facts_in(header(PatientSex=sex)).sex == known


@pytest.mark.parametrize(("agent", "known"), [("Iomeprol 400", True), ("NONE", False), ("", None)])
def test_contrast_is_known_where_the_header_says_it(agent: str, known: bool | None) -> None:
    assert facts_in(header(ContrastBolusAgent=agent)).contrast is known


@pytest.mark.parametrize(("stated", "known"), [("1.25", 1.25), ("0", None), ("", None)])
def test_slice_thickness_is_above_zero(stated: str, known: float | None) -> None:
    dataset = header(**({"SliceThickness": stated} if stated else {}))

    assert facts_in(dataset).slice_thickness_mm == known


def test_who_was_examined_is_known_for_keys_and_for_keeping_it_out() -> None:
    facts = facts_in(
        header(PatientName="Muster^Erika", PatientID="AB-12345", StudyInstanceUID="1.2.3")
    )

    assert (facts.patient, facts.study) == ("AB-12345", "1.2.3")
    assert facts.names == ("Muster", "Erika")


def test_a_format_without_a_header_gives_nothing(tmp_path: Path) -> None:
    series = open_study(small_chest.write(tmp_path / "a.nii.gz")).series[0]

    facts = header_facts(series)

    assert facts == type(facts)()


@pytest.mark.shared_data
def test_a_real_header_gives_bands_that_exist(shared_dir: Path) -> None:
    folders = [path for path in (shared_dir / "data" / "dicom").iterdir() if path.is_dir()]
    facts = [header_facts(open_study(folder).series[0]) for folder in folders[:2]]

    assert all(one.age_band in ("", *AGE_BANDS) for one in facts)
    assert any(one.study for one in facts)


def test_how_a_scan_was_made_is_known() -> None:
    facts = facts_in(
        header(
            InstitutionName="General Hospital North",
            Manufacturer="Acme",
            ManufacturerModelName="Scan  One",
            ConvolutionKernel=["Br59", "3"],
        )
    )

    assert facts.site == "General Hospital North"
    assert (facts.scanner, facts.kernel) == ("ACME Scan One", "Br59 3")
    assert "General" not in repr(facts)
