"""NIfTI files, right and wrong, as they are met."""

import gzip
import zipfile
from itertools import permutations, product
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from medct_core.errors import (
    MedctError,
    NotAnImageError,
    ScanRefusedError,
    UnsupportedImageError,
    UsageError,
)
from medct_core.io.files import ScanFile
from medct_core.io.nifti import describe_nifti, header_beside, read_nifti, stem
from medct_core.io.watch import Watch
from medct_core.volume.geometry import Geometry
from medct_core.volume.notice import PHANTOM_CODE
from medct_core.volume.orientation import reorient
from medct_core.volume.volume import Unit, Volume
from tests import phantoms
from tests.medct_core.io import making

CHEST = making.chest_like()
RAS_TO_LPS = np.diag([-1.0, -1, 1, 1])


def read(path: Path, frame: int | None = None) -> Volume:
    return read_nifti(ScanFile(path), frame=frame, watch=Watch())


def codes(volume: Volume) -> list[str]:
    return [notice.code for notice in volume.notices]


@pytest.mark.parametrize("name", ["a.nii", "a.nii.gz", "Lunge ß 日本.nii.gz"])
def test_voxels_and_place_come_back(tmp_path: Path, name: str) -> None:
    affine = np.array([[-1.5, 0, 0, 10], [0, -2, 0, 20], [0, 0, 3, -30], [0, 0, 0, 1]])
    making.write_nifti(tmp_path / name, CHEST, affine)

    scan = read(tmp_path / name)

    np.testing.assert_array_equal(scan.values, CHEST)
    np.testing.assert_allclose(scan.geometry.affine, RAS_TO_LPS @ affine)
    assert (scan.unit, scan.source, scan.notices) == (Unit.HU, name, ())


@pytest.mark.parametrize("dtype", ["i2", ">i2", "i4", "f4", "f8", ">f4"])
def test_the_stored_type_makes_no_difference(tmp_path: Path, dtype: str) -> None:
    making.write_raw_nifti(
        tmp_path / "a.nii", CHEST.astype(np.dtype(dtype).newbyteorder("<")), _keep
    )
    making.write_nifti(tmp_path / "b.nii.gz", CHEST.astype(dtype))

    assert (read(tmp_path / "a.nii").values == CHEST).all()
    assert (read(tmp_path / "b.nii.gz").values == CHEST).all()


def test_unsigned_numbers_with_an_intercept_do_not_wrap(tmp_path: Path) -> None:
    stored = (CHEST.astype(np.int32) + 1024).astype(np.uint16)

    def edit(header: nib.Nifti1Header) -> None:
        header["scl_slope"], header["scl_inter"] = 1, -1024

    making.write_raw_nifti(tmp_path / "a.nii", stored, edit)

    np.testing.assert_array_equal(read(tmp_path / "a.nii").values, CHEST)


@pytest.mark.parametrize("slope", [0.0, np.nan, np.inf])
def test_a_slope_of_nothing_means_no_scaling(tmp_path: Path, slope: float) -> None:
    def edit(header: nib.Nifti1Header) -> None:
        header["scl_slope"], header["scl_inter"] = slope, 500

    making.write_raw_nifti(tmp_path / "a.nii", CHEST, edit)

    np.testing.assert_array_equal(read(tmp_path / "a.nii").values, CHEST)


def test_big_endian_headers_and_voxels_are_read(tmp_path: Path) -> None:
    header = nib.Nifti1Header(endianness=">")
    header.set_data_shape(CHEST.shape)
    header.set_data_dtype(">i2")
    header.set_sform(np.eye(4), code=1)
    header["vox_offset"] = 352
    content = header.binaryblock + b"\0" * 4 + CHEST.astype(">i2").tobytes(order="F")
    (tmp_path / "a.nii").write_bytes(content)

    np.testing.assert_array_equal(read(tmp_path / "a.nii").values, CHEST)


def test_nifti_2_is_read(tmp_path: Path) -> None:
    nib.save(nib.Nifti2Image(CHEST, np.eye(4)), tmp_path / "a.nii.gz")

    np.testing.assert_array_equal(read(tmp_path / "a.nii.gz").values, CHEST)


def test_a_pair_of_header_and_image_is_read_from_either_half(tmp_path: Path) -> None:
    nib.save(nib.Nifti1Pair(CHEST, np.eye(4)), tmp_path / "a.hdr")

    header = header_beside(ScanFile(tmp_path / "a.img"))

    assert header == ScanFile(tmp_path / "a.hdr")
    np.testing.assert_array_equal(read(tmp_path / "a.hdr").values, CHEST)


def test_a_header_without_its_image_names_what_is_missing(tmp_path: Path) -> None:
    nib.save(nib.Nifti1Pair(CHEST, np.eye(4)), tmp_path / "a.hdr")
    (tmp_path / "a.img").unlink()

    with pytest.raises(NotAnImageError, match=r"a\.img is missing"):
        read(tmp_path / "a.hdr")


def test_a_member_of_a_zip_is_read(tmp_path: Path) -> None:
    making.write_nifti(tmp_path / "a.nii.gz", CHEST)
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.write(tmp_path / "a.nii.gz", "x/a.nii.gz")

    scan = read_nifti(ScanFile(tmp_path / "a.zip", "x/a.nii.gz"), frame=None, watch=Watch())

    np.testing.assert_array_equal(scan.values, CHEST)


LETTERS = {"L": (0, -1), "R": (0, 1), "P": (1, -1), "A": (1, 1), "S": (2, 1), "I": (2, -1)}
ALL_48 = tuple(letters for axes in permutations(("LR", "PA", "SI")) for letters in product(*axes))
OBLIQUE = [(20.0, 0.0, 0.0), (15.0, -20.0, 5.0), (-30.0, 10.0, 25.0)]


@pytest.mark.parametrize("letters", ALL_48, ids="".join)
@pytest.mark.parametrize("turn", [(0.0, 0.0, 0.0), *OBLIQUE], ids=str)
def test_the_letter_f_lies_where_it_should_in_every_axis_order(
    tmp_path: Path, letters: tuple[str, ...], turn: tuple[float, float, float]
) -> None:
    ras = np.eye(4)
    for index, letter in enumerate(letters):
        axis, sign = LETTERS[letter]
        ras[:3, index] = 0
        ras[axis, index] = 3.0 * sign
    shape = (17, 19, 21)
    ras[:3, :3] = phantoms.rotation(*turn) @ ras[:3, :3]
    ras[:3, 3] = -ras[:3, :3] @ ((np.array(shape) - 1) / 2)
    expected = phantoms.letter_f(Geometry(shape, RAS_TO_LPS @ ras.astype(np.float32)))
    making.write_nifti(tmp_path / "f.nii", expected.values, ras)

    scan = reorient(read(tmp_path / "f.nii"), "LPS")

    np.testing.assert_array_equal(scan.values, reorient(expected, "LPS").values)
    np.testing.assert_allclose(
        scan.geometry.affine, reorient(expected, "LPS").geometry.affine, atol=1e-5
    )


def test_a_sheared_left_handed_scan_opens(tmp_path: Path) -> None:
    affine = np.diag([-2.0, 2, 3, 1])
    affine[0, 2] = 0.8
    making.write_nifti(tmp_path / "a.nii", CHEST, affine)

    scan = read(tmp_path / "a.nii")

    assert scan.geometry.is_sheared
    assert scan.geometry.is_left_handed
    np.testing.assert_allclose(scan.geometry.affine, RAS_TO_LPS @ affine, atol=1e-6)


def test_a_4d_file_asks_for_a_frame_and_gives_it(tmp_path: Path) -> None:
    frames = np.stack([CHEST, CHEST + 7, CHEST + 9], axis=-1)
    making.write_nifti(tmp_path / "a.nii.gz", frames)

    series = describe_nifti(ScanFile(tmp_path / "a.nii.gz"))

    assert (series.slice_count, series.frame_count) == (CHEST.shape[2], 3)
    with pytest.raises(UnsupportedImageError, match="3 volumes"):
        read(tmp_path / "a.nii.gz")
    np.testing.assert_array_equal(read(tmp_path / "a.nii.gz", 2).values, CHEST + 7)
    np.testing.assert_array_equal(read(tmp_path / "a.nii.gz", 3).values, CHEST + 9)
    with pytest.raises(UsageError, match="no frame 4"):
        read(tmp_path / "a.nii.gz", 4)


def test_a_fourth_dimension_of_one_is_none(tmp_path: Path) -> None:
    making.write_nifti(tmp_path / "a.nii", CHEST[..., None])

    np.testing.assert_array_equal(read(tmp_path / "a.nii").values, CHEST)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (np.zeros((4, 4, 4), dtype=[("R", "u1"), ("G", "u1"), ("B", "u1")]), "colours"),
        (np.zeros((4, 4, 4), dtype=np.complex64), "complex"),
        (np.zeros((4, 1, 1), dtype=np.int16), "single slice or line"),
        (np.zeros((4,), dtype=np.int16), "single slice or line"),
    ],
)
def test_what_is_no_grey_volume_is_named(tmp_path: Path, values: np.ndarray, words: str) -> None:
    making.write_nifti(tmp_path / "a.nii", values)

    with pytest.raises(UnsupportedImageError, match=words):
        read(tmp_path / "a.nii")


@pytest.mark.parametrize("keep", [0.3, 0.9, 0.999])
@pytest.mark.parametrize("name", ["a.nii", "a.nii.gz"])
def test_a_file_cut_off_is_refused(tmp_path: Path, name: str, keep: float) -> None:
    noise = np.random.default_rng(0).integers(-1000, 1000, (40, 40, 40)).astype(np.int16)
    making.write_nifti(tmp_path / name, noise)
    content = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(content[: int(len(content) * keep)])

    with pytest.raises(NotAnImageError, match="cut off"):
        read(tmp_path / name)


def test_a_flipped_bit_in_a_packed_file_is_found(tmp_path: Path) -> None:
    making.write_nifti(tmp_path / "a.nii", CHEST)
    packed = bytearray(gzip.compress((tmp_path / "a.nii").read_bytes(), 0))
    packed[len(packed) // 2] ^= 0x40
    (tmp_path / "a.nii.gz").write_bytes(packed)

    with pytest.raises(NotAnImageError, match="damaged"):
        read(tmp_path / "a.nii.gz")


def test_a_header_that_asks_for_too_much_is_refused_before_memory_is_taken(
    tmp_path: Path,
) -> None:
    def edit(header: nib.Nifti1Header) -> None:
        header["dim"][1:4] = [32_000, 32_000, 32_000]

    making.write_raw_nifti(tmp_path / "a.nii", CHEST, edit)

    with pytest.raises(ScanRefusedError, match=r"65536\.0 GB"):
        read(tmp_path / "a.nii")


def test_a_header_that_promises_more_than_the_file_holds_is_refused(tmp_path: Path) -> None:
    def edit(header: nib.Nifti1Header) -> None:
        header["dim"][3] = 500

    making.write_raw_nifti(tmp_path / "a.nii", CHEST, edit)

    with pytest.raises(NotAnImageError, match="its header promises"):
        read(tmp_path / "a.nii")


@pytest.mark.parametrize("dim", [[0] * 8, [3, 4, -2, 4, 1, 1, 1, 1], [9, 4, 4, 4, 1, 1, 1, 1]])
def test_sizes_that_make_no_sense_are_refused(tmp_path: Path, dim: list[int]) -> None:
    def edit(header: nib.Nifti1Header) -> None:
        header["dim"] = dim

    making.write_raw_nifti(tmp_path / "a.nii", CHEST, edit)

    with pytest.raises(NotAnImageError, match="damaged header"):
        read(tmp_path / "a.nii")


def test_an_unknown_type_of_voxel_is_refused(tmp_path: Path) -> None:
    def edit(header: nib.Nifti1Header) -> None:
        header["datatype"] = 4711

    making.write_raw_nifti(tmp_path / "a.nii", CHEST, edit)

    with pytest.raises(UnsupportedImageError, match="type 4711"):
        read(tmp_path / "a.nii")


@pytest.mark.parametrize("length", [4, 100, 347])
def test_half_a_header_is_refused(tmp_path: Path, length: int) -> None:
    making.write_nifti(tmp_path / "a.nii", CHEST)
    (tmp_path / "a.nii").write_bytes((tmp_path / "a.nii").read_bytes()[:length])

    with pytest.raises(MedctError, match="cut off"):
        read(tmp_path / "a.nii")


def test_values_that_do_not_fit_are_read_again_scaled(tmp_path: Path) -> None:
    steps = np.linspace(0, 1, 1000, dtype=np.float32).reshape(10, 10, 10)
    making.write_nifti(tmp_path / "a.nii.gz", steps)

    scan = read(tmp_path / "a.nii.gz")

    assert scan.unit is Unit.ARBITRARY
    assert len(np.unique(scan.values)) == 1000
    assert codes(scan) == ["not-hu", "values-rescaled"]


def test_a_synthetic_scan_is_known_by_its_description(tmp_path: Path) -> None:
    def edit(header: nib.Nifti1Header) -> None:
        header["descrip"] = b"medct-phantom 3 seed 7"

    making.write_raw_nifti(tmp_path / "a.nii", CHEST, edit)

    assert codes(read(tmp_path / "a.nii")) == [PHANTOM_CODE]


@pytest.mark.parametrize(
    ("name", "expected"), [("a.nii.gz", "a"), ("a.b.nii", "a.b"), ("a.HDR.GZ", "a"), ("a", "a")]
)
def test_the_stem_is_the_name_without_endings(name: str, expected: str) -> None:
    assert stem(name) == expected


def _keep(header: nib.Nifti1Header) -> None:
    """Leave the header as it is."""
