"""A reduced scan holds measured values only, where they were measured."""

from io import BytesIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medct_core.cancel import Cancelled, CancelToken
from medct_core.errors import NotAnImageError
from medct_core.io.reduction import FULL, REDUCED_CODE, Reduction, read_reduced
from medct_core.io.voxels import Layout
from medct_core.io.watch import Watch
from medct_core.volume.geometry import Geometry
from tests import phantoms

STEPS = st.integers(1, 5)
SHAPES = st.tuples(st.integers(1, 9), st.integers(1, 9), st.integers(1, 9))


def numbered(shape: tuple[int, int, int]) -> np.ndarray:
    """Every voxel has its own number."""
    return np.asfortranarray(np.arange(np.prod(shape), dtype="<i2").reshape(shape))


@given(shape=SHAPES, in_plane=STEPS, slices=STEPS)
def test_what_is_read_is_a_part_of_what_is_there(
    shape: tuple[int, int, int], in_plane: int, slices: int
) -> None:
    values, reduction = numbered(shape), Reduction(in_plane, slices)
    stream = BytesIO(values.tobytes(order="F") + b"after")

    read = read_reduced(stream, Layout(shape, values.dtype), reduction, name="a", watch=Watch())

    expected = values[::in_plane, ::in_plane, ::slices]
    assert read.values.shape == reduction.shape_of(shape)
    np.testing.assert_array_equal(read.values, expected)
    assert read.values.flags.f_contiguous
    assert stream.read() == b"after"


@given(shape=SHAPES, in_plane=STEPS, slices=STEPS)
def test_every_voxel_lies_where_it_lay(
    shape: tuple[int, int, int], in_plane: int, slices: int
) -> None:
    grid = phantoms.centred(shape, (1.5, 2.0, 3.0), phantoms.rotation(30.0, 20.0, 10.0))

    left = Reduction(in_plane, slices).geometry_of(grid)

    everywhere = phantoms.voxel_centres_mm(grid)[::in_plane, ::in_plane, ::slices]
    np.testing.assert_allclose(phantoms.voxel_centres_mm(left), everywhere, atol=1e-9)


@given(steps=st.lists(st.floats(0.5, 4.0), min_size=1, max_size=8), slices=STEPS)
def test_unevenly_spaced_slices_lie_where_they_lay(steps: list[float], slices: int) -> None:
    offsets = (0.0, *np.cumsum(steps).tolist())
    affine = np.diag([1.0, 1.0, offsets[-1] / len(steps), 1.0])
    grid = Geometry((2, 2, len(offsets)), affine, offsets)

    left = Reduction(1, slices).geometry_of(grid)

    everywhere = phantoms.voxel_centres_mm(grid)[:, :, ::slices]
    np.testing.assert_allclose(phantoms.voxel_centres_mm(left), everywhere, atol=1e-9)


def test_reading_all_is_no_reduction() -> None:
    grid = phantoms.centred((4, 4, 4))

    assert FULL.shape_of((4, 4, 4)) == (4, 4, 4)
    assert FULL.notices(grid) == ()


@pytest.mark.parametrize(
    ("reduction", "words"),
    [
        (Reduction(2, 2), "every 2nd row, column and slice only, 2.00 x 2.00 x 2.00 mm"),
        (Reduction(2, 1), "every 2nd row and column only, 2.00 x 2.00 x 1.00 mm"),
        (Reduction(1, 3), "every 3rd slice only, 1.00 x 1.00 x 3.00 mm"),
        (Reduction(2, 4), "every 2nd row and column and every 4th slice only"),
    ],
)
def test_the_reader_is_told_what_was_left_out(reduction: Reduction, words: str) -> None:
    left = reduction.geometry_of(phantoms.centred((8, 8, 8)))

    (notice,) = reduction.notices(left)

    assert notice.code == REDUCED_CODE
    assert words in notice.text


@pytest.mark.parametrize(("in_plane", "slices"), [(0, 1), (1, 0), (-1, 1)])
def test_a_step_of_nothing_is_refused(in_plane: int, slices: int) -> None:
    with pytest.raises(ValueError, match="1 or more"):
        Reduction(in_plane, slices)


def test_a_file_that_ends_in_a_slice_that_is_kept_is_refused() -> None:
    layout = Layout((4, 4, 4), np.dtype("<i2"))

    with pytest.raises(NotAnImageError, match="fewer voxels"):
        read_reduced(BytesIO(bytes(70)), layout, Reduction(1, 2), name="a", watch=Watch())


def test_reading_stops_between_slices() -> None:
    token, told = CancelToken(), list[float]()

    def stop(fraction: float) -> None:
        told.append(fraction)
        token.cancel()

    with pytest.raises(Cancelled):
        read_reduced(
            BytesIO(bytes(128)),
            Layout((4, 4, 4), np.dtype("<i2")),
            Reduction(1, 2),
            name="a",
            watch=Watch(token, stop),
        )

    assert told == [0.5]
