"""Header facts: what a DICOM header says of a scan and its patient, for the library."""

import re
from datetime import date

from pydicom.dataset import Dataset

from medct_core.archive.known_facts import KnownFacts
from medct_core.io.deidentify import patient_of
from medct_core.io.dicom_header import day, read_header, spelled, text, without_warnings
from medct_core.io.sniff import FileKind
from medct_core.io.study import Series
from medct_core.retrieval.library_case import SEXES, age_band_of

_DAYS_A_YEAR = 365.2425
_YEARS_PER_UNIT = {"Y": 1.0, "M": 1 / 12, "W": 7 / _DAYS_A_YEAR, "D": 1 / _DAYS_A_YEAR}
_AGE = re.compile(r"(\d{1,3})([DWMY])")
_NO_AGENT = frozenset({"no", "none", "without", "native"})


def header_facts(series: Series) -> KnownFacts:
    """Read what is known of a scan from its header; nothing for formats that do not say.

    Raises
    ------
    NotAnImageError
        If the file can no longer be read.
    """
    if series.kind is not FileKind.DICOM:
        return KnownFacts()
    with without_warnings():
        dataset = read_header(series.files[0])
        return facts_in(dataset)


def facts_in(dataset: Dataset) -> KnownFacts:
    """Read what is known from a header in memory."""
    patient = patient_of(dataset)
    return KnownFacts(
        patient=patient.patient_id,
        study=text(dataset, "StudyInstanceUID"),
        names=tuple(re.findall(r"\w+", patient.name)),
        age_band=_age_band(dataset, patient.birth_date),
        sex=patient.sex if patient.sex in SEXES else "",
        contrast=_contrast(text(dataset, "ContrastBolusAgent")),
        slice_thickness_mm=_above_zero(text(dataset, "SliceThickness")),
        site=text(dataset, "InstitutionName"),
        scanner=_scanner(dataset),
        kernel=" ".join(spelled(dataset, "ConvolutionKernel")),
    )


def _scanner(dataset: Dataset) -> str:
    """Name maker and model, alike however the maker is spelled."""
    maker, model = text(dataset, "Manufacturer").upper(), text(dataset, "ManufacturerModelName")
    return " ".join(f"{maker} {model}".split())


def _age_band(dataset: Dataset, born: date | None) -> str:
    """Prefer the age that stands there: a birth date is often blanked to a year's first day."""
    stated = _AGE.fullmatch(text(dataset, "PatientAge").upper())
    if stated:
        return age_band_of(int(stated[1]) * _YEARS_PER_UNIT[stated[2]])
    examined = day(dataset, "StudyDate")
    if born is None or examined is None:
        return ""
    return age_band_of((examined - born).days / _DAYS_A_YEAR)


def _contrast(agent: str) -> bool | None:
    if not agent:
        return None
    return agent.lower() not in _NO_AGENT


def _above_zero(number: str) -> float | None:
    try:
        value = float(number)
    except ValueError:
        return None
    return value if 0 < value < float("inf") else None
