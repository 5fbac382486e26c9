"""NIfTI out: what was written comes back, and half a file never appears."""

from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from medct_core.errors import OutOfDiskError
from medct_core.io.files import ScanFile
from medct_core.io.nifti import read_nifti
from medct_core.io.watch import Watch
from medct_core.io.write import write_nifti
from medct_core.volume.geometry import Geometry
from medct_core.volume.notice import PHANTOM_CODE, PHANTOM_DESCRIPTION
from medct_core.volume.volume import Unit, Volume
from tests import phantoms
from tests.medct_core.io import making


def read(path: Path) -> Volume:
    return read_nifti(ScanFile(path), frame=None, watch=Watch())


@pytest.mark.parametrize("name", ["a.nii", "a.nii.gz", "Größe 日本.nii.gz"])
def test_what_was_written_comes_back(tmp_path: Path, name: str) -> None:
    scan = making.chest_volume()

    write_nifti(scan, tmp_path / name)

    assert read(tmp_path / name).content_sha256 == scan.content_sha256


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(st.tuples(*[st.floats(-180, 180)] * 3), st.floats(-0.5, 0.5), st.booleans())
def test_any_geometry_comes_back(
    tmp_path: Path, turn: tuple[float, float, float], shear: float, mirrored: bool
) -> None:
    affine = np.eye(4)
    flip = np.diag([-1.0 if mirrored else 1.0, 1.0, 1.0])
    affine[:3, :3] = phantoms.rotation(*turn) @ (np.eye(3) + shear * np.eye(3, k=1)) @ flip
    affine[:3, 3] = [11, -7, 300]
    values = making.chest_like()
    scan = Volume(values, Unit.HU, Geometry(values.shape, affine), "x")

    write_nifti(scan, tmp_path / "a.nii")

    again = read(tmp_path / "a.nii")
    np.testing.assert_allclose(again.geometry.affine, affine, atol=1e-4)
    np.testing.assert_array_equal(again.values, values)
    assert again.notices == ()


def test_other_programs_read_the_same(tmp_path: Path) -> None:
    scan = making.chest_volume()

    write_nifti(scan, tmp_path / "a.nii.gz")

    image = nib.Nifti1Image.from_filename(tmp_path / "a.nii.gz")
    np.testing.assert_array_equal(np.asanyarray(image.dataobj), scan.values)
    np.testing.assert_allclose(np.diag([-1, -1, 1, 1]) @ image.affine, scan.geometry.affine)
    assert image.header.get_data_dtype() == np.int16


def test_the_same_scan_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.nii.gz", "b.nii.gz"):
        write_nifti(making.chest_volume(), tmp_path / name)

    assert (tmp_path / "a.nii.gz").read_bytes() == (tmp_path / "b.nii.gz").read_bytes()


def test_a_phantom_is_known_again(tmp_path: Path) -> None:
    write_nifti(making.chest_volume(), tmp_path / "a.nii", description=f"{PHANTOM_DESCRIPTION} 1")

    assert [notice.code for notice in read(tmp_path / "a.nii").notices] == [PHANTOM_CODE]


def test_uneven_slices_are_evened_out(tmp_path: Path) -> None:
    geometry = Geometry((4, 4, 3), np.diag([1, 1, 1.5, 1]), (0.0, 1.0, 3.0))
    scan = Volume(np.zeros((4, 4, 3), np.int16), Unit.HU, geometry, "x")

    write_nifti(scan, tmp_path / "a.nii")

    assert nib.Nifti1Image.from_filename(tmp_path / "a.nii").header.get_zooms() == (1.0, 1.0, 1.5)


def test_a_folder_that_is_not_there_is_an_error_for_a_person(tmp_path: Path) -> None:
    with pytest.raises(OutOfDiskError, match=r"a\.nii could not be written"):
        write_nifti(making.chest_volume(), tmp_path / "nowhere" / "a.nii")


def test_nothing_is_left_when_writing_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.nii").write_bytes(b"the scan of before")

    def fail(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)

    with pytest.raises(OutOfDiskError):
        write_nifti(making.chest_volume(), tmp_path / "a.nii")

    assert [path.name for path in tmp_path.iterdir()] == ["a.nii"]
    assert (tmp_path / "a.nii").read_bytes() == b"the scan of before"


@pytest.mark.parametrize("description", ["x" * 80, "größe"])
def test_a_description_that_does_not_fit_is_a_mistake_of_the_caller(
    tmp_path: Path, description: str
) -> None:
    with pytest.raises(ValueError, match="ASCII"):
        write_nifti(making.chest_volume(), tmp_path / "a.nii", description=description)
