"""One DICOM header: where the slice lies, and values that may be missing."""

import contextlib
import warnings
from datetime import date
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from pydicom.dataset import Dataset

from medct_core.errors import NotAnImageError
from medct_core.io.dicom_header import (
    day,
    frame_count,
    kind_in_words,
    number,
    plane_of,
    read_header,
    read_whole,
    slices_of,
    text,
    without_warnings,
    words,
)
from medct_core.io.files import ScanFile
from tests.medct_core.io import making

SCAN = making.chest_volume()


def content_of(data: Dataset) -> bytes:
    stream = BytesIO()
    data.save_as(stream, enforce_file_format=True)
    return stream.getvalue()


def test_the_plane_is_that_of_the_slice() -> None:
    plane = plane_of(making.ct_slice(SCAN, 4), 0)

    assert plane is not None
    np.testing.assert_allclose(plane.position, SCAN.geometry.to_patient([0, 0, 4]))
    np.testing.assert_allclose(plane.normal, [0, 0, 1])
    assert plane.spacing_mm == (1.5, 2.0)


def test_each_frame_of_a_multi_frame_file_has_its_plane() -> None:
    data = making.enhanced(SCAN)

    slices = slices_of(ScanFile(Path("a.dcm")), data)

    heights = [item.plane.position[2] for item in slices if item.plane is not None]
    np.testing.assert_allclose(np.diff(heights), 3.0)
    assert frame_count(data) == len(heights) == SCAN.geometry.shape[2]
    assert slices[2].name == "frame 3 of a.dcm"


@pytest.mark.parametrize(
    ("keyword", "value"),
    [
        ("ImagePositionPatient", None),
        ("ImageOrientationPatient", [0, 0, 0, 0, 1, 0]),
        ("ImageOrientationPatient", [1, 0, 0, 1, 0, 0]),
        ("PixelSpacing", [0, 1]),
    ],
)
def test_a_slice_that_does_not_say_where_it_lies_has_no_plane(
    keyword: str, value: list[float] | None
) -> None:
    data = making.ct_slice(SCAN, 0)
    setattr(data, keyword, value)

    assert plane_of(data, 0) is None


def test_a_file_without_preamble_and_meta_is_read(tmp_path: Path) -> None:
    whole = content_of(making.ct_slice(SCAN, 3))
    start = whole.index(b"\x08\x00\x08\x00CS")
    for stray in (b"", b" "):
        (tmp_path / "a.dcm").write_bytes(stray + whole[start:])

        header = read_header(ScanFile(tmp_path / "a.dcm"))

        assert text(header, "Modality") == "CT"
        assert header.file_meta.TransferSyntaxUID.name == "Explicit VR Little Endian"


def test_text_is_no_dicom(tmp_path: Path) -> None:
    (tmp_path / "a.dcm").write_bytes(b"just a letter to the radiologist" * 20)

    with pytest.raises(NotAnImageError, match="no readable DICOM"):
        read_header(ScanFile(tmp_path / "a.dcm"))


@pytest.mark.parametrize("length", [140, 150, 300, 500])
def test_a_header_cut_off_holds_no_pixels_and_is_never_a_crash(length: int) -> None:
    whole = content_of(making.ct_slice(SCAN, 0))
    found: Dataset | None = None

    with contextlib.suppress(NotAnImageError), without_warnings():
        found = read_whole(whole[:length], name="a.dcm")

    assert found is None or "PixelData" not in found


def test_values_that_are_missing_or_wrong_are_empty() -> None:
    data = Dataset()
    data.StudyDate = ""

    assert (text(data, "Modality"), number(data, "SeriesNumber")) == ("", None)
    assert (words(data, "ImageType"), day(data, "StudyDate")) == ((), None)
    assert kind_in_words(data) == ""


def test_values_that_are_there_are_read() -> None:
    data = making.ct_slice(SCAN, 0)

    assert number(data, "SeriesNumber") == 3
    assert words(data, "ImageType") == ("ORIGINAL", "PRIMARY", "AXIAL")
    assert day(data, "StudyDate") == date(2024, 1, 31)
    assert kind_in_words(data) == "CT Image"


def test_warnings_that_may_quote_a_name_are_silenced() -> None:
    with without_warnings():
        warnings.warn("Invalid value for VR PN: 'Musterfrau'", stacklevel=1)
