"""Stored numbers of any type become int16 without wrapping."""

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medct_core.cancel import Cancelled, CancelToken
from medct_core.errors import NotAnImageError
from medct_core.io.voxels import Layout, ValueRange, check_end, convert, read_voxels, skip
from medct_core.io.watch import Watch

TYPES = ("i1", "u1", "<i2", ">i2", "<u2", ">u2", "<i4", ">i4", "<u4", "<i8", "<f4", ">f4", "<f8")


def read(stored: np.ndarray, slope: float = 1.0, intercept: float = 0.0) -> np.ndarray:
    shape = (stored.shape[0], stored.shape[1], stored.shape[2])
    layout = Layout(shape, stored.dtype, slope, intercept)
    stream = BytesIO(stored.tobytes(order="F"))
    return read_voxels(stream, layout, name="a", watch=Watch()).values


@pytest.mark.parametrize("dtype", TYPES)
def test_every_type_gives_the_same_voxels(dtype: str) -> None:
    numbers = np.arange(2 * 3 * 4).reshape(2, 3, 4)

    values = read(numbers.astype(dtype))

    np.testing.assert_array_equal(values, numbers)
    assert values.dtype == np.int16
    assert values.flags.f_contiguous


@given(
    st.sampled_from(["<u2", "<i4", "<f4", "<f8"]),
    st.lists(st.integers(0, 65535), min_size=8, max_size=8),
    st.sampled_from([1.0, 0.5, 2.0]),
    st.sampled_from([0.0, -1024.0, 0.25]),
)
def test_nothing_wraps(dtype: str, numbers: list[int], slope: float, intercept: float) -> None:
    stored = np.array(numbers, dtype=dtype).reshape(2, 2, 2)

    values = read(stored, slope, intercept)

    exact = stored.astype(np.float64) * slope + intercept
    np.testing.assert_allclose(values, exact.clip(-32768, 32767), atol=0.5)


def test_the_range_seen_is_that_before_clipping() -> None:
    seen = ValueRange()
    stored = np.array([0, 65535], dtype=np.uint16)

    values = convert(stored, Layout((2, 1, 1), stored.dtype, 1.0, -1024.0), seen)

    assert (seen.lowest, seen.highest, seen.fits_int16) == (-1024.0, 64511.0, False)
    assert values[1] == 32767


def test_nan_and_infinity_become_padding_and_are_counted() -> None:
    seen = ValueRange()
    stored = np.array([np.nan, np.inf, -np.inf, 3.0], dtype=np.float32)

    values = convert(stored, Layout((4, 1, 1), stored.dtype), seen)

    np.testing.assert_array_equal(values, [-1024, -1024, -1024, 3])
    assert (seen.not_finite, seen.lowest, seen.highest) == (3, 3.0, 3.0)


def test_huge_floats_do_not_warn_or_wrap() -> None:
    seen = ValueRange()
    stored = np.array([1e38, -1e38], dtype=np.float32)

    values = convert(stored, Layout((2, 1, 1), stored.dtype, 1e300), seen)

    np.testing.assert_array_equal(values, [-1024, -1024])
    assert seen.not_finite == 2


def test_fractions_are_noticed() -> None:
    seen = ValueRange()

    convert(np.array([0.5], np.float32), Layout((1, 1, 1), np.dtype("f4")), seen)

    assert seen.is_fractional


def test_a_stream_that_ends_too_early_is_refused() -> None:
    layout = Layout((4, 4, 4), np.dtype("<i2"))

    with pytest.raises(NotAnImageError, match="cut off or damaged"):
        read_voxels(BytesIO(b"\0" * 100), layout, name="a", watch=Watch())
    with pytest.raises(NotAnImageError, match="cut off or damaged"):
        skip(BytesIO(b"\0" * 100), 101, name="a", watch=Watch())


def test_skipping_stands_exactly_behind() -> None:
    stream = BytesIO(bytes(range(200)))

    skip(stream, 150, name="a", watch=Watch())

    assert stream.read(1) == bytes([150])


def test_skipping_in_a_plain_file_reads_nothing(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(bytes(100))

    with (tmp_path / "a").open("rb") as stream:
        skip(stream, 60, name="a", watch=Watch())

        assert stream.tell() == 60


def test_a_range_takes_in_what_was_seen_elsewhere() -> None:
    seen, other = ValueRange(-5.0, 3.0, 1), ValueRange(-2.0, 9.0, 2, is_fractional=True)

    seen.merge(other)

    assert seen == ValueRange(-5.0, 9.0, 3, is_fractional=True)


def test_reading_stops_when_asked_and_says_how_far_it_is() -> None:
    token, seen = CancelToken(), list[float]()
    layout = Layout((128, 128, 128), np.dtype("<i2"))
    stream = BytesIO(b"\0" * layout.stored_bytes)

    def stop_half_way(fraction: float) -> None:
        seen.append(fraction)
        if fraction >= 0.5:
            token.cancel()

    with pytest.raises(Cancelled):
        read_voxels(stream, layout, name="a", watch=Watch(token, stop_half_way))

    assert seen == sorted(seen)
    assert seen[-1] == 0.5


def test_the_end_of_a_stream_is_read_for_its_checksum() -> None:
    stream = BytesIO(b"rest")

    check_end(stream, name="a")

    assert stream.read() == b""
