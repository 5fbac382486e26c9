"""One slice is found without reading the others, as far as the packing allows."""

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest

from medct_core.errors import NotAnImageError
from medct_core.io import one_slice
from medct_core.io.one_slice import nearest_to_middle, read_one_slice, slice_geometry
from medct_core.io.voxels import Layout
from medct_core.io.watch import Watch
from medct_core.volume.geometry import Geometry
from tests import phantoms

LAYOUT = Layout((4, 4, 9), np.dtype("<i2"))


def test_a_slice_lies_where_it_lay() -> None:
    grid = phantoms.oblique_grid().geometry

    one = slice_geometry(grid, 5)

    everywhere = phantoms.voxel_centres_mm(grid)
    np.testing.assert_allclose(phantoms.voxel_centres_mm(one)[:, :, 0], everywhere[:, :, 5])


def test_an_unevenly_spaced_slice_lies_where_it_lay() -> None:
    grid = Geometry((2, 2, 3), np.diag([1.0, 1.0, 2.0, 1.0]), (0.0, 1.0, 4.0))

    assert slice_geometry(grid, 1).affine[2, 3] == 1.0


def test_a_plain_file_gives_its_middle(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(bytes(400))

    with path.open("rb") as stream:
        assert nearest_to_middle(stream, LAYOUT, 100) == 4


@pytest.mark.parametrize(("limit", "expected"), [(10_000, 4), (100 + 32 * 3, 2), (0, 0)])
def test_a_packed_file_gives_what_is_unpacked_quickly(
    monkeypatch: pytest.MonkeyPatch, limit: int, expected: int
) -> None:
    monkeypatch.setattr(one_slice, "MOST_UNPACKED_BYTES", limit)

    assert nearest_to_middle(BytesIO(), LAYOUT, 100) == expected


def test_the_slice_is_read_and_nothing_after_it() -> None:
    values = np.arange(4 * 4 * 9, dtype="<i2").reshape(LAYOUT.shape, order="F")
    stream = BytesIO(b"head" + values.tobytes(order="F"))

    read = read_one_slice(stream, LAYOUT, 4, 3, name="a", watch=Watch())

    np.testing.assert_array_equal(read.values, values[:, :, 3:4])
    assert stream.tell() == 4 + 4 * 32


def test_a_file_that_ends_before_the_slice_is_refused() -> None:
    with pytest.raises(NotAnImageError, match="fewer voxels"):
        read_one_slice(BytesIO(bytes(100)), LAYOUT, 4, 5, name="a", watch=Watch())
