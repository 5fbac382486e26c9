"""PixelGrid: where the pixels of one slice lie in the patient."""

import math
from dataclasses import dataclass
from itertools import product

import numpy as np

from app.state.view import (
    Plane,
    PlaneKind,
    Vector,
    as_vector,
    cross,
    dot,
    shifted,
    standard_plane,
)
from medct_core.volume.geometry import FloatArray, Geometry

_PARALLEL_COSINE = 1 - 1e-7
_HALF_VOXEL = 0.5
_MOST_PIXELS = 1024


@dataclass(frozen=True, slots=True)
class PixelGrid:
    """The pixels of a slice in patient space.

    Attributes
    ----------
    origin_mm
        Centre of the top left pixel, LPS mm.
    right, down
        Unit vectors in LPS along a row and along a column.
    pixel_mm
        Distance of neighbouring pixels along `right` and along `down`, mm.
    shape
        Rows and columns.
    follows_voxels
        Whether every pixel is the centre of one voxel of the scan.
    """

    origin_mm: Vector
    right: Vector
    down: Vector
    pixel_mm: tuple[float, float]
    shape: tuple[int, int]
    follows_voxels: bool

    @property
    def normal(self) -> Vector:
        """Unit vector in LPS: `right` x `down`."""
        return cross(self.right, self.down)

    def to_patient(self, column: float, row: float) -> Vector:
        """Patient position of a pixel, LPS mm; (0, 0) is the centre of the top left one."""
        steps = (column * self.pixel_mm[0], self.right), (row * self.pixel_mm[1], self.down)
        return shifted(self.origin_mm, *steps)

    def pixel_of(self, point_mm: Vector) -> tuple[float, float]:
        """Fractional column and row of a point, dropped onto the plane at a right angle."""
        offset = shifted(point_mm, (-1.0, self.origin_mm))
        return dot(offset, self.right) / self.pixel_mm[0], dot(offset, self.down) / self.pixel_mm[1]

    def coarser(self, factor: int) -> "PixelGrid":
        """Grid over the same area with pixels `factor` times as wide and high."""
        middle = (factor - 1) / 2
        rows, columns = (math.ceil(count / factor) for count in self.shape)
        return PixelGrid(
            origin_mm=self.to_patient(middle, middle),
            right=self.right,
            down=self.down,
            pixel_mm=(self.pixel_mm[0] * factor, self.pixel_mm[1] * factor),
            shape=(rows, columns),
            follows_voxels=False,
        )


def grid_of(geometry: Geometry, plane: Plane) -> PixelGrid:
    """Pixels on which a scan is shown in a plane.

    Where rows and columns run along index axes, every pixel is a voxel of the slice nearest
    to the plane's centre, so nothing is interpolated. Otherwise square pixels of the finest
    spacing cover the whole scan, at most 1024 along a side.
    """
    axes = _index_axes(geometry, plane)
    if axes is None:
        return _covering_grid(geometry, plane)
    return _voxel_grid(geometry, plane, axes)


def acquired_plane(geometry: Geometry, plane: Plane) -> Plane:
    """Plane of the acquired slices closest to a plane, turned on the screen the same way.

    For a tilted gantry these are the slices as they were taken, without interpolation.
    """
    signs = _closest_axes(geometry, plane)
    right, down = (sign * geometry.directions[:, axis] for axis, sign in signs)
    down = down - (down @ right) * right
    return Plane(plane.centre_mm, as_vector(right), as_vector(down / np.linalg.norm(down)))


def start_planes(geometry: Geometry, centre_mm: Vector) -> dict[PlaneKind, Plane]:
    """Planes in which a scan is shown first: standard, but axial as acquired under a tilt."""
    planes = {kind: standard_plane(kind, centre_mm) for kind in PlaneKind}
    if geometry.is_sheared:
        planes[PlaneKind.AXIAL] = acquired_plane(geometry, planes[PlaneKind.AXIAL])
    return planes


def _closest_axes(geometry: Geometry, plane: Plane) -> list[tuple[int, float]]:
    """Index axis and sign closest to `right`, then to `down`; never the same axis twice."""
    cosines = np.array([plane.right, plane.down]) @ geometry.directions
    first = int(np.argmax(np.abs(cosines[0])))
    rest = [axis for axis in range(3) if axis != first]
    second = max(rest, key=lambda axis: abs(cosines[1, axis]))
    return [(axis, math.copysign(1, cosines[n, axis])) for n, axis in enumerate((first, second))]


def _index_axes(geometry: Geometry, plane: Plane) -> list[tuple[int, float]] | None:
    """Index axis and sign along `right` and `down`, or None where they do not run along any."""
    axes = _closest_axes(geometry, plane)
    for vector, (axis, sign) in zip((plane.right, plane.down), axes, strict=True):
        if sign * geometry.directions[:, axis] @ np.array(vector) < _PARALLEL_COSINE:
            return None
        if axis == 2 and geometry.slice_offsets_mm is not None:
            return None
    return axes


def _voxel_grid(geometry: Geometry, plane: Plane, axes: list[tuple[int, float]]) -> PixelGrid:
    (across, across_sign), (along, along_sign) = axes
    depth = 3 - across - along
    first = geometry.to_index(plane.centre_mm)
    first[depth] = np.clip(np.round(first[depth]), 0, geometry.shape[depth] - 1)
    for axis, sign in axes:
        first[axis] = 0 if sign > 0 else geometry.shape[axis] - 1
    spacing = geometry.spacing_mm
    return PixelGrid(
        origin_mm=as_vector(geometry.to_patient(first)),
        right=as_vector(across_sign * geometry.directions[:, across]),
        down=as_vector(along_sign * geometry.directions[:, along]),
        pixel_mm=(spacing[across], spacing[along]),
        shape=(geometry.shape[along], geometry.shape[across]),
        follows_voxels=True,
    )


def _covering_grid(geometry: Geometry, plane: Plane) -> PixelGrid:
    offsets = _corners_mm(geometry) - np.array(plane.centre_mm)
    places = offsets @ np.array([plane.right, plane.down]).T
    low, high = places.min(axis=0), places.max(axis=0)
    extent = high - low
    pixel = max(min(geometry.spacing_mm), float(extent.max()) / _MOST_PIXELS)
    # A side that fits exactly must not gain a pixel by rounding.
    columns, rows = (max(1, math.ceil(side / pixel - 1e-6)) for side in extent)
    start = low + (extent - np.array([columns, rows]) * pixel + pixel) / 2
    origin = np.array(plane.centre_mm) + start @ np.array([plane.right, plane.down])
    return PixelGrid(
        origin_mm=as_vector(origin),
        right=plane.right,
        down=plane.down,
        pixel_mm=(pixel, pixel),
        shape=(rows, columns),
        follows_voxels=False,
    )


def _corners_mm(geometry: Geometry) -> FloatArray:
    """``(8, 3)`` outer corners of the outermost voxels, LPS mm."""
    ends = [(-_HALF_VOXEL, count - _HALF_VOXEL) for count in geometry.shape]
    return geometry.to_patient(list(product(*ends)))
