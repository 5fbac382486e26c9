"""Voxels of NRRD and MetaImage are streamed where their header is plain, and left alone else."""

from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk  # noqa: N813 - its own name for itself

from medct_core.errors import NotAnImageError
from medct_core.io.files import ScanFile
from medct_core.io.plain_data import PlainData, find_plain_data
from medct_core.io.reduction import FULL, read_reduced
from medct_core.io.sniff import FileKind
from medct_core.io.watch import Watch
from tests.medct_core.io import making

CHEST = making.chest_like()
KINDS = {".nrrd": FileKind.NRRD, ".nhdr": FileKind.NRRD}


def find(path: Path, shape: tuple[int, int, int] = CHEST.shape) -> PlainData | None:
    kind = KINDS.get(path.suffix, FileKind.METAIMAGE)
    return find_plain_data(ScanFile(path), kind, shape)


def write(path: Path, values: np.ndarray = CHEST, *, packed: bool = False) -> Path:
    sitk.WriteImage(sitk.GetImageFromArray(values.T), str(path), useCompression=packed)
    return path


def voxels_of(found: PlainData | None) -> np.ndarray:
    assert found is not None
    with found.open() as stream:
        return read_reduced(stream, found.layout, FULL, name="a", watch=Watch()).values


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("name", ["a.nrrd", "a.nhdr", "a.mha", "a.mhd"])
def test_the_voxels_are_those_that_were_written(tmp_path: Path, name: str, packed: bool) -> None:
    found = find(write(tmp_path / name, packed=packed))

    np.testing.assert_array_equal(voxels_of(found), CHEST)
    assert found is not None
    assert found.is_packed == packed


@pytest.mark.parametrize("dtype", ["i1", "u1", "i2", "u2", "i4", "u4", "f4", "f8"])
@pytest.mark.parametrize("name", ["a.nrrd", "a.mha"])
def test_the_stored_type_is_understood(tmp_path: Path, name: str, dtype: str) -> None:
    values = np.clip(np.abs(CHEST), 0, 100).astype(dtype)

    found = find(write(tmp_path / name, values))

    assert found is not None
    assert found.layout.dtype == np.dtype(dtype)
    np.testing.assert_array_equal(voxels_of(found), values)


def test_the_order_of_bytes_is_understood(tmp_path: Path) -> None:
    header = "NRRD0004\ntype: short\ndimension: 3\nsizes: 2 3 4\nendian: big\nencoding: raw\n\n"
    values = np.arange(24, dtype=">i2")
    (tmp_path / "a.nrrd").write_bytes(header.encode() + values.tobytes())

    read = voxels_of(find(tmp_path / "a.nrrd", (2, 3, 4)))

    np.testing.assert_array_equal(read.ravel(order="F"), values)


NRRD = "NRRD0004\ntype: {type}\ndimension: 3\nsizes: 2 3 4\nencoding: {encoding}\n{more}\n"
META = (
    "ObjectType = Image\nNDims = 3\nDimSize = 2 3 4\n{more}ElementType = {type}\n"
    "ElementDataFile = {data}\n"
)


@pytest.mark.parametrize(
    "header",
    [
        NRRD.format(type="short", encoding="bzip2", more=""),
        NRRD.format(type="short", encoding="ascii", more=""),
        NRRD.format(type="block", encoding="raw", more=""),
        NRRD.format(type="short", encoding="raw", more="byte skip: 4\n"),
        NRRD.format(type="short", encoding="raw", more="data file: LIST\n"),
        NRRD.format(type="short", encoding="raw", more="data file: a%02d.raw 1 4 1\n"),
        NRRD.format(type="short", encoding="raw", more="data file: nowhere.raw\n"),
        NRRD.format(type="short", encoding="raw", more="").replace("2 3 4", "2 x 4"),
        NRRD.format(type="short", encoding="raw", more="").replace("\n", "\r\n"),
    ],
)
def test_a_rare_nrrd_is_left_to_others(tmp_path: Path, header: str) -> None:
    (tmp_path / "a.nrrd").write_bytes(header.encode() + bytes(100))

    assert find(tmp_path / "a.nrrd", (2, 3, 4)) is None


@pytest.mark.parametrize(
    "header",
    [
        META.format(type="MET_SHORT", more="HeaderSize = 4\n", data="LOCAL"),
        META.format(type="MET_SHORT", more="ElementNumberOfChannels = 3\n", data="LOCAL"),
        META.format(type="MET_SHORT", more="BinaryData = False\n", data="LOCAL"),
        META.format(type="MET_LONG_LONG", more="", data="LOCAL"),
        META.format(type="MET_SHORT", more="", data="LIST"),
        META.format(type="MET_SHORT", more="", data="a%02d.raw 1 4 1"),
        META.format(type="MET_SHORT", more="", data="nowhere.raw"),
        "ObjectType = Image\nNDims = 3\n",
    ],
)
def test_a_rare_metaimage_is_left_to_others(tmp_path: Path, header: str) -> None:
    (tmp_path / "a.mha").write_bytes(header.encode() + bytes(100))

    assert find(tmp_path / "a.mha", (2, 3, 4)) is None


def test_a_plain_metaimage_is_not(tmp_path: Path) -> None:
    header = META.format(type="MET_SHORT", more="", data="LOCAL")
    (tmp_path / "a.mha").write_bytes(header.encode() + bytes(48))

    assert find(tmp_path / "a.mha", (2, 3, 4)) is not None


def test_a_size_that_others_read_otherwise_is_left_to_them(tmp_path: Path) -> None:
    assert find(write(tmp_path / "a.mha"), (1, 2, 3)) is None


def test_a_plain_file_cut_off_is_left_to_those_who_say_so(tmp_path: Path) -> None:
    path = write(tmp_path / "a.mha")
    path.write_bytes(path.read_bytes()[:-1])

    assert find(path) is None


@pytest.mark.parametrize("name", ["a.nrrd", "a.mha"])
def test_a_packed_file_cut_off_is_refused(tmp_path: Path, name: str) -> None:
    path = write(tmp_path / name, packed=True)
    path.write_bytes(path.read_bytes()[:-500])

    with pytest.raises(NotAnImageError, match="cut off"):
        voxels_of(find(path))
