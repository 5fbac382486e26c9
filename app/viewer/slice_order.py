"""The order of slices: how far apart they are along a plane's normal, and which comes next."""

from dataclasses import dataclass

import numpy as np

from app.state.view import Plane, Vector, as_vector
from medct_core.volume.geometry import FloatArray, Geometry

_HALF_VOXEL = 0.5
# Reading goes from the patient's right to the left, from front to back, from head to feet.
_READING_DIRECTION = (1.0, 1.0, -1.0)


@dataclass(frozen=True, slots=True)
class SliceNumber:
    """Which slice of how many, counted from 1 in reading order."""

    number: int
    count: int


def stack_axis(geometry: Geometry, normal: Vector) -> int:
    """Index axis (0 i, 1 j, 2 k) that runs closest along a normal."""
    return int(np.argmax(np.abs(geometry.directions.T @ np.array(normal))))


def step_mm(geometry: Geometry, normal: Vector) -> float:
    """Distance of neighbouring slices along a normal, in mm.

    The step of the closest index axis projected on the normal, so that a tilted stack counts
    its true slice distance; the mean where slices are uneven.
    """
    axis = stack_axis(geometry, normal)
    return float(abs(geometry.affine[:3, axis] @ np.array(normal)))


def stepped(geometry: Geometry, plane: Plane, count: int) -> Vector:
    """Centre of the plane `count` slices further in reading order, LPS mm.

    The point moves along the normal to the middle of a slice and stops at the last one.

    Parameters
    ----------
    geometry
        Grid of the scan.
    plane
        The plane shown now.
    count
        Negative goes back.
    """
    axis, sign = _reading_axis(geometry, plane.normal)
    place = float(geometry.to_index(plane.centre_mm)[axis])
    last = geometry.shape[axis] - 1
    target = min(max(round(place) + sign * count, 0), last)
    return _moved_along_normal(geometry, plane, place, float(target))


def at_number(geometry: Geometry, plane: Plane, number: int) -> Vector:
    """Centre of the plane on slice `number`, counted from 1 in reading order, LPS mm.

    Numbers beyond the ends stop there.
    """
    here = slice_number(geometry, plane).number
    return stepped(geometry, plane, number - here)


def slice_number(geometry: Geometry, plane: Plane) -> SliceNumber:
    """Which slice a plane shows at its centre, counted in reading order."""
    axis, sign = _reading_axis(geometry, plane.normal)
    count = geometry.shape[axis]
    index = min(max(round(float(geometry.to_index(plane.centre_mm)[axis])), 0), count - 1)
    return SliceNumber(index + 1 if sign > 0 else count - index, count)


def clamped(geometry: Geometry, point_mm: Vector) -> Vector:
    """Nearest place inside the scan, by voxel index; LPS mm."""
    index = geometry.to_index(point_mm)
    limits = np.array(geometry.shape) - _HALF_VOXEL
    held = np.clip(index, -_HALF_VOXEL, limits)
    if np.array_equal(held, index):
        return point_mm
    return as_vector(geometry.to_patient(held))


def middle(geometry: Geometry) -> Vector:
    """Centre of the middle voxel, LPS mm."""
    return as_vector(geometry.to_patient([(count - 1) // 2 for count in geometry.shape]))


def reading_sign(normal: Vector) -> int:
    """1 where reading order follows the normal, -1 where it runs against it."""
    dominant = int(np.argmax(np.abs(normal)))
    return 1 if normal[dominant] * _READING_DIRECTION[dominant] >= 0 else -1


def _reading_axis(geometry: Geometry, normal: Vector) -> tuple[int, int]:
    """Stack axis, and 1 if its index grows in reading order or else -1."""
    axis = stack_axis(geometry, normal)
    along: FloatArray = geometry.affine[:3, axis]
    grows = 1 if along @ np.array(normal) >= 0 else -1
    return axis, grows * reading_sign(normal)


def _moved_along_normal(geometry: Geometry, plane: Plane, place: float, target: float) -> Vector:
    """Move the centre along the normal from index `place` to `target` of the stack axis."""
    normal = np.array(plane.normal)
    axis = stack_axis(geometry, plane.normal)
    steps = target - place
    if axis == 2:
        steps = float(geometry.to_mean_steps(target) - geometry.to_mean_steps(place))
    centre = np.array(plane.centre_mm)
    return as_vector(centre + steps * (geometry.affine[:3, axis] @ normal) * normal)
