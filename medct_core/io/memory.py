"""Refusing a header that asks for more memory than there is, before anything is allocated."""

from collections.abc import Sequence
from math import prod

import psutil

from medct_core.errors import ScanRefusedError

_RESERVE_BYTES = 256 * 1024 * 1024
_BYTES_PER_VOXEL = 2


def bytes_of(shape: Sequence[int]) -> int:
    """Memory that a scan of this shape needs, in bytes."""
    return prod(int(count) for count in shape) * _BYTES_PER_VOXEL


def free_bytes() -> int:
    """Memory that a scan may take, with something to spare for the program, in bytes."""
    return max(0, psutil.virtual_memory().available - _RESERVE_BYTES)


def require_memory(shape: Sequence[int], *, name: str) -> None:
    """Check that a scan of this shape fits, with something to spare for the program.

    Raises
    ------
    ScanRefusedError
        If it does not; the message holds both numbers.
    """
    needed, free = bytes_of(shape), free_bytes()
    if needed <= free:
        return
    size = " x ".join(str(int(count)) for count in shape)
    raise ScanRefusedError(
        f"{name} says it holds {size} voxels, which need {needed / 1e9:.1f} GB of memory; "
        f"{free / 1e9:.1f} GB are free.",
        remedy="Check whether the file is damaged; if not, close other programs.",
    )
