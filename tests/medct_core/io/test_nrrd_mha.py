"""NRRD and MetaImage, right and wrong."""

from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk  # noqa: N813 - its own name for itself

from medct_core.cancel import Cancelled, CancelToken
from medct_core.errors import NotAnImageError, UnsupportedImageError
from medct_core.io.files import ScanFile
from medct_core.io.nrrd_mha import describe_itk, read_itk
from medct_core.io.sniff import FileKind, kind_of
from medct_core.io.watch import Watch
from medct_core.volume.volume import Unit, Volume
from tests.medct_core.io import making

SCAN = making.chest_volume()


def image_of(values: np.ndarray) -> sitk.Image:
    image = sitk.GetImageFromArray(np.ascontiguousarray(values.T))
    geometry = SCAN.geometry
    image.SetSpacing(geometry.spacing_mm)
    image.SetOrigin(geometry.affine[:3, 3].tolist())
    return image


def write(path: Path, image: sitk.Image | None = None) -> ScanFile:
    sitk.WriteImage(image_of(SCAN.values) if image is None else image, str(path))
    return ScanFile(path)


def read(file: ScanFile, frame: int | None = None) -> Volume:
    kind = kind_of(file)
    assert kind is not None
    return read_itk(file, kind, frame=frame, watch=Watch())


@pytest.mark.parametrize("name", ["a.nrrd", "a.mha", "a.mhd", "a.nhdr", "Lunge ß 日本.nrrd"])
def test_voxels_and_place_come_back(tmp_path: Path, name: str) -> None:
    scan = read(write(tmp_path / name))

    assert scan.content_sha256 == SCAN.content_sha256
    assert (scan.unit, scan.source, scan.notices) == (Unit.HU, name, ())


def test_a_name_that_says_nothing_does_not_matter(tmp_path: Path) -> None:
    source = write(tmp_path / "a.nrrd").path
    (tmp_path / "scan").write_bytes(source.read_bytes())

    series = describe_itk(ScanFile(tmp_path / "scan"), FileKind.NRRD)

    assert (series.slice_count, series.frame_count) == (SCAN.geometry.shape[2], 1)


def test_unsigned_numbers_do_not_wrap(tmp_path: Path) -> None:
    bright = np.linspace(0, 65535, SCAN.values.size).reshape(SCAN.values.shape)

    scan = read(write(tmp_path / "a.mha", image_of(bright.astype(np.uint16))))

    assert scan.values.max() == 30_000
    assert [notice.code for notice in scan.notices] == ["not-hu", "values-rescaled"]


def test_a_frame_of_a_4d_file_is_chosen_by_its_number(tmp_path: Path) -> None:
    frames = [image_of(SCAN.values + step) for step in (0, 5, 9)]
    file = write(tmp_path / "a.mha", sitk.JoinSeries(frames))

    with pytest.raises(UnsupportedImageError, match="3 volumes"):
        read(file)
    np.testing.assert_array_equal(read(file, 2).values, SCAN.values + 5)


def test_a_file_that_does_not_say_where_it_lies_is_reported(tmp_path: Path) -> None:
    header = "NRRD0004\ntype: short\ndimension: 3\nsizes: 3 4 5\nendian: little\nencoding: raw\n\n"
    (tmp_path / "a.nrrd").write_bytes(header.encode() + bytes(3 * 4 * 5 * 2))

    codes = [notice.code for notice in read(ScanFile(tmp_path / "a.nrrd")).notices]

    assert codes[0] == "geometry-unknown"


@pytest.mark.parametrize(
    "image",
    [
        sitk.Image([4, 4, 4], sitk.sitkVectorUInt8, 3),
        sitk.Image([4, 4, 4], sitk.sitkComplexFloat32),
        sitk.Image([4, 1, 1], sitk.sitkInt16),
    ],
    ids=["colours", "complex", "one line"],
)
def test_what_is_no_grey_volume_is_refused(tmp_path: Path, image: sitk.Image) -> None:
    with pytest.raises(UnsupportedImageError, match=r"a\.mha (holds colours|is a single slice)"):
        read(write(tmp_path / "a.mha", image))


@pytest.mark.parametrize("name", ["a.nrrd", "a.mha"])
def test_a_file_cut_off_is_refused(tmp_path: Path, name: str) -> None:
    file = write(tmp_path / name)
    file.path.write_bytes(file.path.read_bytes()[:-700])

    with pytest.raises(NotAnImageError, match="damaged, cut off"):
        read(file)


def test_a_missing_data_file_is_named_as_the_cause(tmp_path: Path) -> None:
    file = write(tmp_path / "a.mhd")
    (tmp_path / "a.raw").unlink()

    with pytest.raises(NotAnImageError, match="data file is missing"):
        read(file)


def test_reading_stops_when_asked(tmp_path: Path) -> None:
    token = CancelToken()
    token.cancel()

    with pytest.raises(Cancelled):
        read_itk(write(tmp_path / "a.mha"), FileKind.METAIMAGE, frame=None, watch=Watch(token))
