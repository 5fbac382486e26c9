"""Reduction: reading only every n-th row, column and slice of a scan that is too large."""

from dataclasses import dataclass, replace
from typing import BinaryIO

import numpy as np

from medct_core.io.voxels import Layout, ValueRange, Voxels, read_voxels, skip
from medct_core.io.watch import Watch
from medct_core.volume.geometry import Geometry
from medct_core.volume.notice import Notice

REDUCED_CODE = "reduced"
"""Code of the notice on a scan of which only a part of the voxels was read."""

Shape = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Reduction:
    """Which voxels are read; all others are passed over, so that every value is a measured one.

    Attributes
    ----------
    in_plane
        Every n-th row and column; 1 for all.
    slices
        Every n-th slice; 1 for all.
    """

    in_plane: int = 1
    slices: int = 1

    def __post_init__(self) -> None:
        if min(self.in_plane, self.slices) < 1:
            raise ValueError(f"a reduction takes steps of 1 or more, not {self}")

    def shape_of(self, shape: Shape) -> Shape:
        """(i, j, k) that is left of a shape."""
        i, j, k = shape
        return -(-i // self.in_plane), -(-j // self.in_plane), -(-k // self.slices)

    def geometry_of(self, geometry: Geometry) -> Geometry:
        """Grid of the voxels that are read; each lies where it lay."""
        shape = self.shape_of(geometry.shape)
        affine = geometry.affine.copy()
        affine[:3, :2] *= self.in_plane
        offsets = geometry.slice_offsets_mm
        kept = None if offsets is None or shape[2] < 2 else offsets[:: self.slices]
        if kept is None:
            affine[:3, 2] *= self.slices
        else:
            # With offsets, the k column is the mean step.
            affine[:3, 2] = geometry.directions[:, 2] * kept[-1] / (len(kept) - 1)
        return Geometry(shape, affine, kept)

    def notices(self, geometry: Geometry) -> tuple[Notice, ...]:
        """Say what was left out; nothing where all is read.

        Parameters
        ----------
        geometry
            What is left, from `geometry_of`.
        """
        if self == FULL:
            return ()
        spacing = " x ".join(f"{step:.2f}" for step in geometry.spacing_mm)
        text = (
            f"Read at reduced resolution: {self.in_words} only, {spacing} mm. Small structures "
            "may be missing, and measurements and scores are less exact."
        )
        return (Notice(REDUCED_CODE, text),)

    @property
    def in_words(self) -> str:
        """Which rows, columns and slices: ``every 2nd row, column and slice``."""
        if self.in_plane == self.slices:
            return f"every {_ordinal(self.slices)} row, column and slice"
        parts = []
        if self.in_plane > 1:
            parts.append(f"every {_ordinal(self.in_plane)} row and column")
        if self.slices > 1:
            parts.append(f"every {_ordinal(self.slices)} slice")
        return " and ".join(parts)


FULL = Reduction()
"""Every voxel."""


def read_reduced(
    stream: BinaryIO, layout: Layout, reduction: Reduction, *, name: str, watch: Watch
) -> Voxels:
    """Read some voxels from where the stream stands, one slice in memory at a time.

    Parameters
    ----------
    stream
        Unpacked bytes; standing at the first voxel, and after the last one when done.
    layout
        How all voxels are stored.
    reduction
        Which of them are kept.
    name
        Of the file, for messages.
    watch
        Asked and told after every slice.

    Returns
    -------
    ``(i, j, k)`` int16 of the shape that is left, i fastest.

    Raises
    ------
    NotAnImageError
        If the file ends too early or is damaged.
    Cancelled
        If the watch says so.
    """
    if reduction == FULL:
        return read_voxels(stream, layout, name=name, watch=watch)
    values = np.empty(reduction.shape_of(layout.shape), dtype=np.int16, order="F")
    one = replace(layout, shape=(*layout.shape[:2], 1))
    seen, quiet, depth = ValueRange(), Watch(watch.cancel), layout.shape[2]
    for k in range(0, depth, reduction.slices):
        plane = read_voxels(stream, one, name=name, watch=quiet)
        seen.merge(plane.seen)
        thinned = plane.values[:: reduction.in_plane, :: reduction.in_plane, 0]
        values[:, :, k // reduction.slices] = thinned
        passed = min(reduction.slices, depth - k) - 1
        skip(stream, passed * one.stored_bytes, name=name, watch=quiet)
        watch.step((k + passed + 1) / depth)
    return Voxels(values, seen)


def _ordinal(number: int) -> str:
    return {2: "2nd", 3: "3rd"}.get(number, f"{number}th")
