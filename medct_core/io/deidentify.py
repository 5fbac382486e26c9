"""What may leave a DICOM header, and what may not.

Nothing is passed on unless it is named here: how the scan was made, never who was scanned.
The patient's name and number are read again from the file when somebody asks for them.
"""

import re
from dataclasses import dataclass

from pydicom.dataset import Dataset

from medct_core.io.dicom_header import day, read_header, text, without_warnings
from medct_core.io.sniff import FileKind
from medct_core.io.study import PatientText, Series

_SHORTEST_NAME_PART = 3
_REMOVED = "[removed]"


@dataclass(frozen=True, slots=True)
class Technique:
    """How a scan was made; empty where the header does not say.

    Attributes
    ----------
    manufacturer, model
        Of the scanner.
    kernel
        Reconstruction kernel as the manufacturer names it.
    tube_voltage_kv, slice_thickness_mm
        As text, as in the header.
    contrast_agent
        Empty without contrast.
    """

    manufacturer: str = ""
    model: str = ""
    kernel: str = ""
    tube_voltage_kv: str = ""
    slice_thickness_mm: str = ""
    contrast_agent: str = ""


def read_patient_text(series: Series) -> PatientText:
    """Read who was examined; empty for formats that do not say.

    Raises
    ------
    NotAnImageError
        If the file can no longer be read.
    """
    if series.kind is not FileKind.DICOM:
        return PatientText()
    with without_warnings():
        return patient_of(read_header(series.files[0]))


def read_technique(series: Series) -> Technique:
    """Read how the scan was made; empty for formats that do not say.

    Raises
    ------
    NotAnImageError
        If the file can no longer be read.
    """
    if series.kind is not FileKind.DICOM:
        return Technique()
    with without_warnings():
        dataset = read_header(series.files[0])
        patient = patient_of(dataset)
        return Technique(
            manufacturer=scrubbed(text(dataset, "Manufacturer"), patient),
            model=scrubbed(text(dataset, "ManufacturerModelName"), patient),
            kernel=scrubbed(text(dataset, "ConvolutionKernel"), patient),
            tube_voltage_kv=scrubbed(text(dataset, "KVP"), patient),
            slice_thickness_mm=scrubbed(text(dataset, "SliceThickness"), patient),
            contrast_agent=scrubbed(text(dataset, "ContrastBolusAgent"), patient),
        )


def patient_of(dataset: Dataset) -> PatientText:
    """Return who a header names."""
    family, _, given = text(dataset, "PatientName").partition("^")
    given = given.replace("^", " ").strip()
    return PatientText(
        name=f"{family}, {given}" if given else family,
        patient_id=text(dataset, "PatientID"),
        birth_date=day(dataset, "PatientBirthDate"),
        sex=text(dataset, "PatientSex")[:1].upper(),
    )


def scrubbed(description: str, patient: PatientText) -> str:
    """Return free text without the patient's number and the parts of the name.

    Technicians type names into descriptions; words of fewer than three letters stay, since
    removing them would riddle every text.
    """
    words = [part for part in re.split(r"[\s,]+", patient.name) if len(part) >= _SHORTEST_NAME_PART]
    if len(patient.patient_id) >= _SHORTEST_NAME_PART:
        words.append(patient.patient_id)
    for word in words:
        pattern = rf"(?<!\w){re.escape(word)}(?!\w)"
        description = re.sub(pattern, _REMOVED, description, flags=re.IGNORECASE)
    return description
