"""Memory that is free goes back to the system, so that others and the next layer can have it."""

import ctypes
import sys

_MMAP_THRESHOLD = -3  # the number of this option in glibc's malloc.h
_LARGE_BYTES = 4 * 2**20


def return_large_blocks() -> bool:
    """From now on give blocks of 4 MiB and more back as soon as they are free, on Linux.

    By default the C library takes to keeping blocks of up to 32 MiB for itself once some have
    come and gone. The tokens of a full-size scan take 28 MB, and with gaps between them a step of
    training held twice the memory it used. A block costs a little more time to get instead. Holds
    for the whole process.

    Returns
    -------
    Whether the C library took it; others than glibc have no such option.

    References
    ----------
    mallopt(3), M_MMAP_THRESHOLD.
    """
    if not sys.platform.startswith("linux"):
        return False
    choose = getattr(ctypes.CDLL(None), "mallopt", None)
    return choose is not None and bool(choose(_MMAP_THRESHOLD, _LARGE_BYTES))
