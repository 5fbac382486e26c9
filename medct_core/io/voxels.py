"""Stored numbers of any type into one int16 array, in chunks, without a second copy."""

import io
import zlib
from dataclasses import dataclass, replace
from math import prod
from typing import BinaryIO, cast

import numpy as np
import numpy.typing as npt
from isal import igzip_lib

from medct_core.errors import NotAnImageError
from medct_core.io.watch import Watch

INT16 = np.iinfo(np.int16)
NOT_A_NUMBER_HU = -1024
"""What NaN and infinity become: the value of padding."""

# Small enough to be looked at again while still in the processor's cache.
_CHUNK_BYTES = 1024 * 1024
# Keeps the sum with any 16-bit number inside 32 bits.
_LARGEST_SHIFT = 1_000_000
UNREADABLE: tuple[type[Exception], ...] = (
    EOFError,
    OSError,
    zlib.error,
    cast("type[Exception]", igzip_lib.IsalError),
)
"""What unpacking and reading raise on damaged files."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How the voxels of a file are stored.

    Attributes
    ----------
    shape
        (i, j, k), i fastest.
    dtype
        Stored type with its byte order.
    slope, intercept
        Value = stored number * slope + intercept.
    fill
        What NaN and infinity become, after scaling.
    """

    shape: tuple[int, int, int]
    dtype: np.dtype[np.generic]
    slope: float = 1.0
    intercept: float = 0.0
    fill: float = NOT_A_NUMBER_HU

    def scaled(self, slope: float, intercept: float) -> "Layout":
        """Return the same voxels with a further scaling; what is no number becomes 0."""
        return replace(
            self,
            slope=self.slope * slope,
            intercept=self.intercept * slope + intercept,
            fill=0.0,
        )

    @property
    def is_plain_int16(self) -> bool:
        """Whether the stored numbers are the values, in int16."""
        return (
            self.dtype.kind == "i"
            and self.dtype.itemsize == 2
            and self.slope == 1.0
            and self.intercept == 0.0
        )

    @property
    def is_shift(self) -> bool:
        """Whether values differ from stored numbers by a whole number only."""
        is_small = abs(self.intercept) <= _LARGEST_SHIFT
        return self.slope == 1.0 and is_small and float(self.intercept).is_integer()

    @property
    def stored_bytes(self) -> int:
        """Number of bytes that the voxels take in the file."""
        return prod(self.shape) * self.dtype.itemsize


@dataclass(slots=True)
class ValueRange:
    """What was seen while reading, before anything was clipped or rounded.

    Attributes
    ----------
    lowest, highest
        Range of the finite values.
    not_finite
        Number of NaN and infinite voxels.
    is_fractional
        Whether any value had a fraction.
    """

    lowest: float = np.inf
    highest: float = -np.inf
    not_finite: int = 0
    is_fractional: bool = False

    @property
    def fits_int16(self) -> bool:
        """Whether rounding to int16 keeps every value within half a unit."""
        return self.lowest >= INT16.min and self.highest <= INT16.max

    def include(self, values: npt.NDArray[np.generic]) -> None:
        """Widen the range by finite values."""
        if values.size:
            self.lowest = min(self.lowest, float(values.min()))
            self.highest = max(self.highest, float(values.max()))

    def merge(self, other: "ValueRange") -> None:
        """Widen the range by what was seen elsewhere."""
        self.lowest = min(self.lowest, other.lowest)
        self.highest = max(self.highest, other.highest)
        self.not_finite += other.not_finite
        self.is_fractional = self.is_fractional or other.is_fractional


@dataclass(frozen=True, slots=True)
class Voxels:
    """Voxels as read: int16, clipped to its range, and the range they had before."""

    values: npt.NDArray[np.int16]
    seen: ValueRange


def read_voxels(stream: BinaryIO, layout: Layout, *, name: str, watch: Watch) -> Voxels:
    """Read voxels from where the stream stands.

    Parameters
    ----------
    stream
        Unpacked bytes; standing at the first voxel.
    layout
        How they are stored.
    name
        Of the file, for messages.
    watch
        Asked and told after every MiB.

    Returns
    -------
    ``(i, j, k)`` int16, i fastest.

    Raises
    ------
    NotAnImageError
        If the file ends too early or is damaged.
    Cancelled
        If the watch says so.
    """
    values = np.empty(prod(layout.shape), dtype=np.int16)
    seen = ValueRange()
    read = _read_plain if layout.is_plain_int16 else _read_converted
    try:
        read(stream, layout, values, seen, watch)
    except UNREADABLE as error:
        raise truncated(name) from error
    return Voxels(values.reshape(layout.shape, order="F"), seen)


def convert(
    stored: npt.NDArray[np.generic], layout: Layout, seen: ValueRange
) -> npt.NDArray[np.int16]:
    """Scale stored numbers, round, and clip to int16; any shape.

    Parameters
    ----------
    stored
        Numbers of any real type.
    layout
        Gives slope, intercept and fill.
    seen
        Widened by the values before clipping.
    """
    if layout.is_shift and stored.dtype.kind in "iu" and stored.dtype.itemsize <= 2:
        shifted = stored.astype(np.int32) + int(layout.intercept)
        seen.include(shifted)
        return _as_int16(shifted)
    # float64 holds every int32; float32 would round above 2**24.
    with np.errstate(over="ignore", invalid="ignore"):
        values = np.multiply(stored, layout.slope, dtype=np.float64)
        values += layout.intercept
    finite = np.isfinite(values)
    seen.include(values[finite] if not finite.all() else values)
    seen.not_finite += values.size - int(np.count_nonzero(finite))
    values[~finite] = layout.fill
    rounded = np.rint(values)
    seen.is_fractional = seen.is_fractional or bool((np.abs(rounded - values) > 1e-3).any())
    return _as_int16(rounded)


def _as_int16(whole: npt.NDArray[np.generic]) -> npt.NDArray[np.int16]:
    clipped: npt.NDArray[np.int16] = np.clip(whole, INT16.min, INT16.max).astype(np.int16)
    return clipped


def check_end(stream: BinaryIO, *, name: str) -> None:
    """Read to the end of a packed stream, so that its checksum is compared.

    Raises
    ------
    NotAnImageError
        If the file is damaged.
    """
    try:
        while stream.read(_CHUNK_BYTES):
            pass
    except UNREADABLE as error:
        raise truncated(name) from error


def is_plain(stream: BinaryIO) -> bool:
    """Whether a stream is a file on disk, where any place is reached at once."""
    return isinstance(getattr(stream, "raw", None), io.FileIO)


def skip(stream: BinaryIO, count: int, *, name: str, watch: Watch) -> None:
    """Move `count` bytes on; a packed stream has to be unpacked that far.

    Raises
    ------
    NotAnImageError
        If a packed file ends before; what is read next from a plain one says so then.
    Cancelled
        If the watch says so.
    """
    if is_plain(stream):
        stream.seek(count, io.SEEK_CUR)
        return
    room = memoryview(bytearray(min(count, _CHUNK_BYTES)))
    try:
        while count > 0:
            read = stream.readinto(room[:count])  # type: ignore[attr-defined]
            if not read:
                raise truncated(name)
            count -= read
            watch.check()
    except UNREADABLE as error:
        raise truncated(name) from error


def truncated(name: str) -> NotAnImageError:
    """Return the error for a file that ends too early or cannot be unpacked."""
    return NotAnImageError(
        f"{name} is cut off or damaged: it holds fewer voxels than it says.",
        remedy="Copy or download the file again.",
    )


def _read_plain(
    stream: BinaryIO,
    layout: Layout,
    values: npt.NDArray[np.int16],
    seen: ValueRange,
    watch: Watch,
) -> None:
    chunk = _CHUNK_BYTES // 2
    for start in range(0, values.size, chunk):
        part = values[start : start + chunk]
        _fill(stream, part.view(np.uint8).data)
        if not layout.dtype.isnative:
            part.byteswap(inplace=True)
        seen.include(part)
        watch.step((start + part.size) / values.size)


def _read_converted(
    stream: BinaryIO,
    layout: Layout,
    values: npt.NDArray[np.int16],
    seen: ValueRange,
    watch: Watch,
) -> None:
    chunk = _CHUNK_BYTES // 4
    buffer = bytearray(chunk * layout.dtype.itemsize)
    for start in range(0, values.size, chunk):
        count = min(chunk, values.size - start)
        window = memoryview(buffer)[: count * layout.dtype.itemsize]
        _fill(stream, window)
        stored = np.frombuffer(window, dtype=layout.dtype)
        values[start : start + count] = convert(stored, layout, seen)
        watch.step((start + count) / values.size)


def _fill(stream: BinaryIO, target: memoryview) -> None:
    filled = 0
    while filled < len(target):
        count = stream.readinto(target[filled:])  # type: ignore[attr-defined]
        if not count:
            raise EOFError
        filled += count
