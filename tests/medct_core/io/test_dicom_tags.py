"""A header as rows: everything but pixels, and what names somebody is marked."""

from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk  # noqa: N813 - its own name for itself
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as DicomSequence

from medct_core.errors import UsageError
from medct_core.io.dicom_tags import read_tags
from medct_core.io.files import ScanFile
from medct_core.io.open import open_study
from medct_core.io.sniff import FileKind
from medct_core.io.study import Series
from medct_core.io.tag_row import TagRow
from tests import mask_samples
from tests.medct_core.io import making


@pytest.fixture
def series(tmp_path: Path) -> Series:
    """Three slices of a patient with private tags and nested ones."""
    volume = making.chest_volume()
    for k in range(3):
        making.save(_rich(making.ct_slice(volume, k)), tmp_path / f"{k}.dcm")
    return open_study(tmp_path).series[0]


def _rich(data: Dataset) -> Dataset:
    block = data.private_block(0x0029, "ACME CT", create=True)
    block.add_new(0x01, "LO", "Musterfrau Erika")
    block.add_new(0x02, "FD", 0.5)
    procedure, code = Dataset(), Dataset()
    code.CodeMeaning = "CT of the chest"
    procedure.RequestedProcedureCodeSequence = DicomSequence([code])
    procedure.RequestedProcedureID = "R-99"
    data.RequestAttributesSequence = DicomSequence([procedure])
    data.ReferringPhysicianName = "Doctor^Ann"
    data.InstitutionName = "Clinic"
    data.ProtocolName = "Thorax Musterfrau"
    data.WindowCenter, data.WindowWidth = [40, -600], [400, 1500]
    data.ImageComments = "x " * 400
    data.ReferringPhysicianAddress = ""
    data.add_new(0x60003000, "OW", b"\0\0")
    return data


def row(rows: tuple[TagRow, ...], keyword: str) -> TagRow:
    return next(one for one in rows if one.keyword == keyword)


def test_every_tag_but_pixels_has_a_row_with_number_name_kind_and_value(series: Series) -> None:
    rows = read_tags(series)

    modality = row(rows, "Modality")
    assert (modality.tag, modality.name, modality.vr) == ("(0008,0060)", "Modality", "CS")
    assert (modality.value, modality.depth, modality.is_identifying) == ("CT", 0, False)
    assert row(rows, "TransferSyntaxUID").value.endswith("(Explicit VR Little Endian)")
    assert row(rows, "WindowCenter").value == "40.0 \\ -600.0"
    assert not any(one.keyword in {"PixelData", "OverlayData"} for one in rows)
    assert not any(one.tag.startswith("(7FE0") or one.tag == "(6000,3000)" for one in rows)


def test_sequences_are_nested(series: Series) -> None:
    rows = read_tags(series)

    at = rows.index(row(rows, "RequestAttributesSequence"))
    nested = [(one.keyword or one.name, one.depth) for one in rows[at : at + 6]]
    assert nested == [
        ("RequestAttributesSequence", 0),
        ("Item 1", 1),
        ("RequestedProcedureCodeSequence", 2),
        ("Item 1", 3),
        ("CodeMeaning", 4),
        ("RequestedProcedureID", 2),
    ]
    assert rows[at].value == "1 item"


@pytest.mark.parametrize(
    "keyword",
    [
        "PatientName",
        "PatientID",
        "PatientBirthDate",
        "ReferringPhysicianName",
        "InstitutionName",
        "RequestedProcedureID",
        "ImageComments",
    ],
)
def test_who_where_and_under_which_number_is_marked(series: Series, keyword: str) -> None:
    assert row(read_tags(series), keyword).is_identifying


@pytest.mark.parametrize("keyword", ["PatientSex", "StudyDate", "Modality", "CodeMeaning"])
def test_what_names_nobody_is_not_marked(series: Series, keyword: str) -> None:
    assert not row(read_tags(series), keyword).is_identifying


def test_an_empty_value_hides_nothing(series: Series) -> None:
    assert not row(read_tags(series), "ReferringPhysicianAddress").is_identifying


def test_no_row_that_is_shown_to_all_names_the_patient(series: Series) -> None:
    shown = " ".join(one.value for one in read_tags(series) if not one.is_identifying)

    assert "Musterfrau" not in shown
    assert making.PATIENT_ID not in shown
    assert row(read_tags(series), "ProtocolName").value == "Thorax [removed]"


def test_private_tags_are_named_so_and_their_words_are_marked(series: Series) -> None:
    private = [one for one in read_tags(series) if one.is_private]

    assert [(one.tag, one.name, one.is_identifying) for one in private] == [
        ("(0029,0010)", "Private block", False),
        ("(0029,1001)", "Private tag of ACME CT", True),
        ("(0029,1002)", "Private tag of ACME CT", False),
    ]


def test_long_values_are_cut(series: Series) -> None:
    comment = row(read_tags(series), "ImageComments").value

    assert len(comment) == 256
    assert comment.endswith("…")


def test_rows_do_not_say_their_value_in_a_log(series: Series) -> None:
    assert "Musterfrau" not in repr(read_tags(series))


def test_each_file_of_a_series_has_its_own_header(series: Series) -> None:
    numbers = [row(read_tags(series, number), "InstanceNumber").value for number in (1, 2, 3)]

    assert sorted(numbers) == ["1", "2", "3"]
    with pytest.raises(UsageError, match="3 files, no file 4"):
        read_tags(series, 4)


def test_a_damaged_value_does_not_hide_the_rest(tmp_path: Path) -> None:
    data = making.ct_slice(making.chest_volume(), 0)
    path = making.save(data, tmp_path / "a.dcm")
    content = path.read_bytes()
    spoilt = content.replace(b"IS\x02\x001 ", b"IS\x02\x00?!", 1)
    assert spoilt != content
    path.write_bytes(spoilt)

    rows = read_tags(Series("u", FileKind.DICOM, (ScanFile(path),), 1))

    assert row(rows, "Modality").value == "CT"


def test_fields_of_a_nifti_are_rows_and_free_text_is_marked(tmp_path: Path) -> None:
    values = mask_samples.stored_labels(mask_samples.two_blocks())
    path = mask_samples.write_nifti(tmp_path / "m.nii.gz", values, caret="<Caret>Erika</Caret>")

    rows = read_tags(open_study(path).series[0])

    assert row(rows, "dim").value.startswith("3 11 9 8")
    assert row(rows, "srow_x").value == "-1.5 0 0 7.5"
    assert row(rows, "extension").is_identifying
    assert not row(rows, "magic").is_identifying


@pytest.mark.parametrize("ending", [".nrrd", ".mha"])
def test_fields_of_nrrd_and_metaimage_are_rows_and_unknown_ones_are_marked(
    tmp_path: Path, ending: str
) -> None:
    image = sitk.GetImageFromArray(np.zeros((4, 5, 6), dtype=np.int16))
    image.SetMetaData("PatientName", "Musterfrau")
    sitk.WriteImage(image, str(tmp_path / f"scan{ending}"))

    rows = read_tags(open_study(tmp_path / f"scan{ending}").series[0])

    size = row(rows, "sizes" if ending == ".nrrd" else "DimSize")
    assert (size.value, size.is_identifying) == ("6 5 4", False)
    assert row(rows, "PatientName").is_identifying
    marked = [one.keyword for one in rows if one.is_identifying]
    assert marked == ["PatientName"]
