"""Stored pixels become Hounsfield units exactly once, whatever the header leaves out."""

from pathlib import Path

import gdcm
import numpy as np
import pytest
from pydicom.dataset import Dataset

from medct_core.errors import NotAnImageError, UnsupportedImageError
from medct_core.io.dicom_header import read_whole, without_warnings
from medct_core.io.dicom_pixels import Scale, has_rescale, slice_hu
from medct_core.io.voxels import ValueRange
from tests.medct_core.io import making
from tests.medct_core.io.test_dicom_header import content_of

SCAN = making.chest_volume()
PLANE = SCAN.values[:, :, 3]


def hu(data: Dataset, frame: int = 0, scale: Scale | None = None) -> np.ndarray:
    with without_warnings():
        dataset = read_whole(content_of(data), name="a.dcm")
        return slice_hu(dataset, frame, scale=scale or Scale(), seen=ValueRange(), name="a.dcm")


def as_stored(data: Dataset, numbers: np.ndarray, *, bits: int = 16, signed: bool = False) -> None:
    data.PixelData = numbers.T.tobytes()
    data.BitsStored, data.HighBit = bits, bits - 1
    data.PixelRepresentation = int(signed)


def test_a_slice_comes_back_as_column_by_row() -> None:
    np.testing.assert_array_equal(hu(making.ct_slice(SCAN, 3)), PLANE)


def compressed(path: Path, syntax: int) -> bytes:
    """Compress a slice of 64 x 48 with GDCM, the second decoder's other half."""
    source = making.save(making.ct_slice(making.chest_volume((64, 48, 4)), 3), path)
    reader = gdcm.ImageReader()
    reader.SetFileName(str(source))
    assert reader.Read()
    change = gdcm.ImageChangeTransferSyntax()
    change.SetTransferSyntax(gdcm.TransferSyntax(syntax))
    change.SetInput(reader.GetImage())
    assert change.Change()
    writer = gdcm.ImageWriter()
    writer.SetFileName(str(path))
    writer.SetFile(reader.GetFile())
    writer.SetImage(change.GetOutput())
    assert writer.Write()
    return path.read_bytes()


def unpacked(content: bytes) -> np.ndarray:
    with without_warnings():
        dataset = read_whole(content, name="a.dcm")
        return slice_hu(dataset, 0, scale=Scale(), seen=ValueRange(), name="a.dcm")


SYNTAXES = {
    "JPEG Lossless": gdcm.TransferSyntax.JPEGLosslessProcess14_1,
    "JPEG-LS": gdcm.TransferSyntax.JPEGLSLossless,
    "JPEG 2000": gdcm.TransferSyntax.JPEG2000Lossless,
    "RLE": gdcm.TransferSyntax.RLELossless,
}


@pytest.mark.parametrize("name", SYNTAXES)
def test_lossless_compression_changes_nothing(tmp_path: Path, name: str) -> None:
    content = compressed(tmp_path / "a.dcm", SYNTAXES[name])

    values = unpacked(content)

    np.testing.assert_array_equal(values, making.chest_volume((64, 48, 4)).values[:, :, 3])


def test_slope_and_intercept_are_applied_once() -> None:
    data = making.ct_slice(SCAN, 3)
    data.RescaleSlope, data.RescaleIntercept = 2, -500

    np.testing.assert_array_equal(hu(data), (PLANE.astype(int) + 1024) * 2 - 500)


@pytest.mark.parametrize("slope", [0, None])
def test_a_slope_of_nothing_means_one(slope: int | None) -> None:
    data = making.ct_slice(SCAN, 3)
    data.RescaleSlope = slope

    np.testing.assert_array_equal(hu(data), PLANE)


def test_monochrome1_changes_the_picture_and_not_the_numbers() -> None:
    data = making.ct_slice(SCAN, 3)
    data.PhotometricInterpretation = "MONOCHROME1"

    np.testing.assert_array_equal(hu(data), PLANE)


def test_negative_numbers_of_twelve_bits_get_their_sign() -> None:
    data = making.ct_slice(SCAN, 3)
    data.RescaleIntercept = 0
    as_stored(data, (PLANE.astype(np.int32) & 0xFFF).astype("<u2"), bits=12, signed=True)

    np.testing.assert_array_equal(hu(data), PLANE)


def test_numbers_that_use_more_bits_than_the_header_says_are_kept() -> None:
    dense = PLANE.copy()
    dense[0, 0] = 3000
    data = making.ct_slice(SCAN, 3)
    data.RescaleIntercept = 0
    as_stored(data, dense.astype("<i2"), bits=12, signed=True)

    np.testing.assert_array_equal(hu(data), dense)


def test_graphics_in_unused_bits_are_removed() -> None:
    numbers = (PLANE.astype(np.int32) + 1024).astype("<u2")
    numbers[2, 2] |= 0x8000
    data = making.ct_slice(SCAN, 3)
    as_stored(data, numbers, bits=12)

    np.testing.assert_array_equal(hu(data), PLANE)


@pytest.mark.parametrize(("intercept", "dtype"), [(-1024, "<u2"), (0, "<i2")])
def test_a_missing_pixel_representation_follows_from_the_intercept(
    intercept: int, dtype: str
) -> None:
    data = making.ct_slice(SCAN, 3)
    data.RescaleIntercept = intercept
    as_stored(data, (PLANE.astype(np.int32) - intercept).astype(dtype))
    del data.PixelRepresentation

    np.testing.assert_array_equal(hu(data), PLANE)


def test_padding_that_would_shine_becomes_the_lowest_value() -> None:
    numbers = (PLANE.astype(np.int32) + 1024).astype("<u2")
    numbers[0, :] = 63536
    data = making.ct_slice(SCAN, 3)
    as_stored(data, numbers)
    data.PixelPaddingValue = 63536

    values = hu(data)

    assert (values[0] == -1024).all()
    np.testing.assert_array_equal(values[1:], PLANE[1:])


def test_a_padding_value_that_tissue_has_is_left_alone() -> None:
    data = making.ct_slice(SCAN, 3)
    data.PixelPaddingValue = 1064

    np.testing.assert_array_equal(hu(data), PLANE)


def test_frames_of_one_file_are_told_apart() -> None:
    data = making.enhanced(SCAN)

    np.testing.assert_array_equal(hu(data, 3), PLANE)
    assert has_rescale(data, 3)


def test_a_scale_comes_on_top_of_the_rescaling() -> None:
    values = hu(making.ct_slice(SCAN, 3), scale=Scale(2.0, 100.0))

    np.testing.assert_array_equal(values, PLANE.astype(int) * 2 + 100)


def test_the_rescaling_may_be_missing() -> None:
    data = making.ct_slice(SCAN, 3)
    del data.RescaleIntercept

    assert not has_rescale(data, 0)


def test_colours_are_refused() -> None:
    data = making.ct_slice(SCAN, 3)
    data.SamplesPerPixel, data.PhotometricInterpretation, data.PlanarConfiguration = 3, "RGB", 0
    data.PixelData = data.PixelData * 3

    with pytest.raises(UnsupportedImageError, match="colours"):
        hu(data)


def test_pixels_that_are_cut_off_or_missing_are_refused() -> None:
    short, without = making.ct_slice(SCAN, 3), making.ct_slice(SCAN, 3)
    short.PixelData = short.PixelData[:100]
    del without.PixelData

    for data in (short, without):
        with pytest.raises(NotAnImageError, match=r"pixels of a\.dcm are missing, cut off"):
            hu(data)


def test_damaged_compressed_pixels_name_the_compression(tmp_path: Path) -> None:
    content = bytearray(compressed(tmp_path / "a.dcm", SYNTAXES["JPEG-LS"]))
    start = content.index(b"\xff\xd8\xff")
    content[start : start + 200] = b"\x55" * 200

    with pytest.raises(UnsupportedImageError, match=r"a\.dcm is compressed \(JPEG-LS Lossless"):
        unpacked(bytes(content))
