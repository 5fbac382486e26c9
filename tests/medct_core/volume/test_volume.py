"""What a volume guarantees to whoever holds it."""

import hashlib

import numpy as np
import pytest

from medct_core.errors import InvalidVolumeError
from medct_core.volume.geometry import Geometry
from medct_core.volume.volume import Unit, Volume
from tests import phantoms


def test_voxels_are_read_only_and_i_is_fastest() -> None:
    values = np.zeros((3, 4, 5), dtype=np.int16)

    volume = Volume(values, Unit.HU, Geometry((3, 4, 5), np.eye(4)), "x")

    assert volume.values.flags.f_contiguous
    with pytest.raises(ValueError, match="read-only"):
        volume.values[0, 0, 0] = 1


def test_an_array_that_is_already_i_fastest_is_not_copied() -> None:
    values = np.zeros((3, 4, 5), dtype=np.int16, order="F")

    volume = Volume(values, Unit.HU, Geometry((3, 4, 5), np.eye(4)), "x")

    assert np.shares_memory(volume.values, values)


def test_a_shape_that_contradicts_the_geometry_is_refused() -> None:
    with pytest.raises(InvalidVolumeError, match="shape"):
        Volume(np.zeros((3, 4, 5), np.int16), Unit.HU, Geometry((3, 4, 6), np.eye(4)), "x")


def test_voxels_of_another_type_are_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="int16"):
        Volume(np.zeros((2, 2, 2)), Unit.HU, Geometry((2, 2, 2), np.eye(4)), "x")  # type: ignore[arg-type]


def test_equal_scans_have_equal_hashes_whatever_they_are_called() -> None:
    one, other = phantoms.letter_f(), phantoms.letter_f()
    renamed = Volume(other.values, other.unit, other.geometry, "another name")

    assert one.content_sha256 == renamed.content_sha256
    assert len(one.content_sha256) == hashlib.sha256().digest_size * 2


def test_one_voxel_or_a_tenth_of_a_millimetre_changes_the_hash() -> None:
    scan = phantoms.letter_f()
    voxels = scan.values.copy()
    voxels[0, 0, 0] += 1
    moved = scan.geometry.affine.copy()
    moved[0, 3] += 0.1

    other_voxel = Volume(voxels, scan.unit, scan.geometry, scan.source)
    other_place = Volume(scan.values, scan.unit, Geometry(scan.geometry.shape, moved), "x")

    assert len({v.content_sha256 for v in (scan, other_voxel, other_place)}) == 3


def test_the_hash_does_not_see_the_rounding_of_a_file_format() -> None:
    scan = phantoms.letter_f()
    rounded = scan.geometry.affine.astype(np.float32).astype(np.float64)

    stored = Volume(scan.values, scan.unit, Geometry(scan.geometry.shape, rounded), "x")

    assert stored.content_sha256 == scan.content_sha256
