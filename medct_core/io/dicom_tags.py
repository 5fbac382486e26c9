"""The header of a file as rows for a person: every tag of DICOM, every field of other formats."""

import re
from collections.abc import Iterator

from pydicom import datadict
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue
from pydicom.sequence import Sequence as DicomSequence
from pydicom.tag import BaseTag
from pydicom.uid import UID

from medct_core.errors import UsageError
from medct_core.io.deidentify import patient_of, scrubbed
from medct_core.io.dicom_header import UNREADABLE, read_header, without_warnings
from medct_core.io.files import ScanFile
from medct_core.io.nifti import header_fields
from medct_core.io.sniff import FileKind, open_plain
from medct_core.io.study import PatientText, Series
from medct_core.io.tag_row import TagRow

_LONGEST = 256
_DEEPEST = 12
_LARGEST_HEADER_BYTES = 1024 * 1024
_PIXELS = frozenset({0x7FE00008, 0x7FE00009, 0x7FE00010, 0xFFFCFFFC})
_OVERLAY_DATA = 0x3000
_NUMBERS = frozenset({"US", "SS", "UL", "SL", "UV", "SV", "FL", "FD", "AT", "SQ"})
_BINARY = frozenset({"OB", "OW", "OF", "OD", "OL", "OV", "UN"})

# Of the patient's group, what says nothing about who it is.
_HARMLESS_ABOUT_PATIENT = frozenset(
    {"PatientSex", "PatientAge", "PatientSize", "PatientWeight", "PatientIdentityRemoved"}
    | {"DeidentificationMethod", "DeidentificationMethodCodeSequence"}
    | {"PregnancyStatus", "SmokingStatus", "PatientSpeciesDescription"}
)
# Outside the patient's group: who, where and under which number (PS3.15 table E.1-1).
_IDENTIFYING = frozenset(
    {
        "AccessionNumber",
        "AdmissionID",
        "ClinicalTrialSubjectID",
        "ClinicalTrialSubjectReadingID",
        "CurrentPatientLocation",
        "CustodialOrganizationSequence",
        "DeviceSerialNumber",
        "DeviceUID",
        "DistributionAddress",
        "FillerOrderNumberImagingServiceRequest",
        "GantryID",
        "ImageComments",
        "InstitutionAddress",
        "InstitutionCodeSequence",
        "InstitutionName",
        "InstitutionalDepartmentName",
        "IssueDateOfImagingServiceRequest",
        "LongitudinalTemporalInformationModified",
        "PatientInstitutionResidence",
        "PerformedProcedureStepID",
        "PerformingPhysicianIdentificationSequence",
        "PersonAddress",
        "PersonTelephoneNumbers",
        "PlacerOrderNumberImagingServiceRequest",
        "ReferencedPatientSequence",
        "ReferringPhysicianAddress",
        "ReferringPhysicianIdentificationSequence",
        "ReferringPhysicianTelephoneNumbers",
        "RequestedProcedureID",
        "RequestingService",
        "ResponsibleOrganization",
        "ScheduledProcedureStepID",
        "StationName",
        "StudyID",
        "TextString",
    }
)
_NIFTI_FREE_TEXT = frozenset({"descrip", "aux_file", "intent_name", "db_name", "extension"})
_ITK_FIELD = re.compile(r"^\s*([^:=#]+?)\s*(:=|:|=)\s*(.*)$")
_ITK_HARMLESS = frozenset(
    {
        "anatomicalorientation",
        "binarydata",
        "binarydatabyteordermsb",
        "centerofrotation",
        "compresseddata",
        "compresseddatasize",
        "dimension",
        "dimsize",
        "elementbyteordermsb",
        "elementdatafile",
        "elementnumberofchannels",
        "elementsize",
        "elementspacing",
        "elementtype",
        "encoding",
        "endian",
        "headersize",
        "kind",
        "kinds",
        "ndims",
        "objecttype",
        "offset",
        "orientation",
        "position",
        "rotation",
        "size",
        "sizes",
        "space",
        "transformmatrix",
        "type",
    }
)
_ITK_HARMLESS_STARTS = ("space ", "measurement ", "byte ", "line ", "centers", "thickness")


def read_tags(series: Series, number: int = 1) -> tuple[TagRow, ...]:
    """Read the header of one file of a series, without pixels.

    Parameters
    ----------
    series
        Of any format.
    number
        Which of its files, counted from 1.

    Raises
    ------
    UsageError
        If there is no such file.
    NotAnImageError
        If the file can no longer be read.
    """
    if not 1 <= number <= len(series.files):
        raise UsageError(
            f"The series has {len(series.files)} files, no file {number}.",
            remedy=f"Choose a file from 1 to {len(series.files)}.",
        )
    file = series.files[number - 1]
    if series.kind is FileKind.DICOM:
        with without_warnings():
            dataset = read_header(file)
            who = patient_of(dataset)
            meta = _rows(dataset.file_meta, who, 0, hidden=False)
            return (*meta, *_rows(dataset, who, 0, hidden=False))
    if series.kind is FileKind.NIFTI:
        return tuple(_nifti_row(name, kind, value) for name, kind, value in header_fields(file))
    return tuple(_itk_rows(file))


def _rows(dataset: Dataset, who: PatientText, depth: int, *, hidden: bool) -> Iterator[TagRow]:
    for tag in sorted(dataset.keys()):
        if _is_left_out(tag) or depth > _DEEPEST:
            continue
        try:
            element = dataset[tag]
        except UNREADABLE:
            yield _unreadable(tag, depth)
            continue
        is_hidden = hidden or _is_identifying(element)
        yield _row(element, who, depth, is_identifying=is_hidden)
        if isinstance(element.value, DicomSequence):
            yield from _items(element.value, who, depth + 1, hidden=is_hidden)


def _items(items: DicomSequence, who: PatientText, depth: int, *, hidden: bool) -> Iterator[TagRow]:
    for position, item in enumerate(items, start=1):
        yield TagRow("", "", f"Item {position}", "", "", depth)
        yield from _rows(item, who, depth + 1, hidden=hidden)


def _is_left_out(tag: BaseTag) -> bool:
    """Whether a tag holds pixels, or only the length of a group."""
    is_overlay = 0x6000 <= tag.group <= 0x60FF and tag.element == _OVERLAY_DATA
    return int(tag) in _PIXELS or is_overlay or tag.element == 0


def _is_identifying(element: DataElement) -> bool:
    """Whether a value may name somebody; private tags may, unless they hold plain numbers."""
    if element.is_empty:
        return False
    if element.tag.is_private:
        return not (element.tag.is_private_creator or element.VR in _NUMBERS)
    if element.tag.group == 0x0010:
        return element.keyword not in _HARMLESS_ABOUT_PATIENT
    return element.VR == "PN" or element.keyword in _IDENTIFYING


def _row(element: DataElement, who: PatientText, depth: int, *, is_identifying: bool) -> TagRow:
    value = _value_text(element)
    return TagRow(
        tag=_tag_text(element.tag),
        keyword=element.keyword,
        name=_name_of(element),
        vr=element.VR,
        value=_cut(value if is_identifying else scrubbed(value, who)),
        depth=depth,
        is_identifying=is_identifying,
        is_private=element.tag.is_private,
    )


def _unreadable(tag: BaseTag, depth: int) -> TagRow:
    try:
        name = datadict.dictionary_description(tag)
    except KeyError:
        name = "Unknown tag"
    # What cannot be decoded cannot be judged either.
    return TagRow(_tag_text(tag), "", name, "", "unreadable", depth, is_private=tag.is_private)


def _name_of(element: DataElement) -> str:
    if element.tag.is_private_creator:
        return "Private block"
    if element.tag.is_private:
        owner = f" of {element.private_creator}" if element.private_creator else ""
        return f"Private tag{owner}"
    return element.name


def _tag_text(tag: BaseTag) -> str:
    return f"({tag.group:04X},{tag.element:04X})"


def _value_text(element: DataElement) -> str:
    value = element.value
    if isinstance(value, DicomSequence):
        return "1 item" if len(value) == 1 else f"{len(value)} items"
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    if element.VR in _BINARY and not isinstance(value, str):
        return "binary"
    parts = value if isinstance(value, MultiValue | list | tuple) else [value]
    return " \\ ".join(_one_text(part) for part in parts)


def _one_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, UID) and value.name != value:
        return f"{value} ({value.name})"
    return " ".join(str(value).split())


def _cut(value: str) -> str:
    return value if len(value) <= _LONGEST else f"{value[: _LONGEST - 1]}…"


def _nifti_row(name: str, kind: str, value: str) -> TagRow:
    line = _cut(" ".join(value.split()))
    is_free = name in _NIFTI_FREE_TEXT and bool(line)
    return TagRow("", name, name, kind, line, is_identifying=is_free)


def _itk_rows(file: ScanFile) -> Iterator[TagRow]:
    """Fields of the text header of NRRD and MetaImage; unknown ones may hold anything."""
    with open_plain(file) as stream:
        head = stream.read(_LARGEST_HEADER_BYTES)
    for line in head.splitlines()[1:] if head.startswith(b"NRRD") else head.splitlines():
        match = _ITK_FIELD.match(line.decode("utf-8", "replace")) if line.strip() else None
        if not line.strip():
            return
        if match is not None:
            name, value = match[1], _cut(match[3].strip())
            yield TagRow("", name, name, "", value, is_identifying=not _is_harmless(name))
        if match is not None and match[1] == "ElementDataFile":
            return


def _is_harmless(name: str) -> bool:
    lower = name.lower()
    return lower in _ITK_HARMLESS or lower.startswith(_ITK_HARMLESS_STARTS)
