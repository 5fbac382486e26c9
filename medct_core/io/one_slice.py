"""One slice of a scan, found by its header and read alone."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import BinaryIO

from medct_core.io.voxels import Layout, Voxels, is_plain, read_voxels, skip
from medct_core.io.watch import Watch
from medct_core.volume.geometry import Geometry
from medct_core.volume.volume import Unit

MOST_UNPACKED_BYTES = 64 * 1024 * 1024
"""A seventh of a second of unpacking: 450 MB/s were measured. Half of a usual chest CT."""


@dataclass(frozen=True, slots=True, eq=False)
class OneSlice:
    """A slice that can be read alone.

    Attributes
    ----------
    read
        Reads it with a slope and an intercept on top of the file's own: ``(i, j, 1)``.
    geometry
        Where it lies; one slice deep.
    index
        Its place along the k axis, from 0.
    count
        Number of slices of the scan.
    declared
        What the header says its values are.
    """

    read: Callable[[float, float], Voxels]
    geometry: Geometry
    index: int
    count: int
    declared: Unit = Unit.ARBITRARY


def slice_geometry(geometry: Geometry, k: int) -> Geometry:
    """Grid of one slice of a grid."""
    affine = geometry.affine.copy()
    affine[:3, 3] = geometry.to_patient((0, 0, k))
    return Geometry((*geometry.shape[:2], 1), affine)


def nearest_to_middle(stream: BinaryIO, layout: Layout, offset: int) -> int:
    """Index of the middle slice, or of the one nearest to it that is unpacked quickly.

    Parameters
    ----------
    stream
        The file, opened.
    layout
        How its voxels are stored.
    offset
        Bytes before the first voxel.
    """
    middle = layout.shape[2] // 2
    if is_plain(stream):
        return middle
    slice_bytes = layout.stored_bytes // layout.shape[2]
    reached = (MOST_UNPACKED_BYTES - offset) // slice_bytes - 1
    return max(0, min(middle, reached))


def read_one_slice(
    stream: BinaryIO, layout: Layout, offset: int, k: int, *, name: str, watch: Watch
) -> Voxels:
    """Read slice `k` of voxels that begin `offset` bytes after where the stream stands.

    Raises
    ------
    NotAnImageError
        If the file ends too early or is damaged.
    Cancelled
        If the watch says so.
    """
    one = replace(layout, shape=(*layout.shape[:2], 1))
    skip(stream, offset + k * one.stored_bytes, name=name, watch=watch)
    return read_voxels(stream, one, name=name, watch=watch)
