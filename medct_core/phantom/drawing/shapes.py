"""Shapes in millimetres: tubes, ellipsoids and clouds, measured on a voxel grid.

Every shape is given in the chest frame, so the same shape covers the same volume at any
spacing; what is thinner than a voxel covers the matching share of it.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from medct_core.phantom.body import Ellipsoid, Points, Tube
from medct_core.phantom.canvas import Box, Float, Grid, coverage_of

FAR_MM = np.float32(1e4)

Coordinates = tuple[Float, Float, Float]


@dataclass(frozen=True, slots=True, eq=False)
class TubeField:
    """Distance of every voxel in a box from one or more curved lines.

    Attributes
    ----------
    box
        Where the arrays lie in the grid.
    distance_mm
        Shape of `box`, float32; far from every line it holds `FAR_MM`.
    radius_mm
        Shape of `box`, float32; radius of the tube at its nearest point.
    """

    box: Box
    distance_mm: Float
    radius_mm: Float


def whole(grid: Grid) -> Box:
    """Box of all voxels."""
    i, j, k = grid.shape
    return slice(0, i), slice(0, j), slice(0, k)


def shape_of(box: Box) -> tuple[int, int, int]:
    """Count the voxels of a box along (i, j, k)."""
    i, j, k = (part.stop - part.start for part in box)
    return max(i, 0), max(j, 0), max(k, 0)


def inside(outer: Box, inner: Box) -> Box:
    """Slices that find box `inner` in an array that covers box `outer`, cut to fit."""
    i, j, k = (
        slice(
            min(max(b.start, a.start), a.stop) - a.start,
            max(min(b.stop, a.stop), a.start) - a.start,
        )
        for a, b in zip(outer, inner, strict=True)
    )
    return i, j, k


def cut(box: Box, part: Box) -> Box:
    """Part of a box, given by slices into an array that covers the box, as a box of the grid."""
    i, j, k = (slice(b.start + p.start, b.start + p.stop) for b, p in zip(box, part, strict=True))
    return i, j, k


def edge_of(grid: Grid) -> float:
    """Mean voxel size in mm: the width over which an edge goes from 0 to 1."""
    return float(np.cbrt(np.prod(grid.spacing_mm)))


def box_of_points(grid: Grid, points_mm: Points, margin_mm: float) -> Box:
    """Box around points ``(n, 3)``, wider by a margin on every side."""
    points = np.asarray(points_mm, float).reshape(-1, 3)
    return grid.box_around(points.min(axis=0) - margin_mm, points.max(axis=0) + margin_mm)


def slab_coverage(distance_mm: Float, thickness_mm: npt.ArrayLike, edge_mm: float) -> Float:
    """Share of each voxel inside a sheet, from the distance to its middle plane.

    A sheet thinner than a voxel covers its share and no more: the overlap of two intervals.
    """
    half = (np.asarray(thickness_mm) / 2).astype(np.float32)
    return coverage_of(distance_mm - half, edge_mm) - coverage_of(distance_mm + half, edge_mm)


def rod_coverage(distance_mm: Float, radius_mm: npt.ArrayLike, edge_mm: float) -> Float:
    """Share of each voxel inside a round rod, from the distance to its axis."""
    radius = np.asarray(radius_mm, np.float32)
    thin = np.minimum(1.0, 2 * radius / np.float32(edge_mm))
    covered: Float = slab_coverage(distance_mm, 2 * radius, edge_mm) * thin
    return covered


def ball_coverage(distance_mm: Float, radius_mm: npt.ArrayLike, edge_mm: float) -> Float:
    """Share of each voxel inside a ball, from the distance to its centre."""
    radius = np.asarray(radius_mm, np.float32)
    thin = np.minimum(1.0, 2 * radius / np.float32(edge_mm))
    covered: Float = slab_coverage(distance_mm, 2 * radius, edge_mm) * thin * thin
    return covered


def tube_field(
    grid: Grid, tubes: tuple[Tube, ...], reach_mm: float, box: Box | None = None
) -> TubeField:
    """Measure the distance to the centrelines of tubes, out to `reach_mm` from them.

    Without a box, the smallest one that holds all tubes and their reach is taken.
    """
    if box is None:
        box = box_of_points(grid, np.concatenate([tube.points_mm for tube in tubes]), reach_mm)
    distance = np.full(shape_of(box), FAR_MM, np.float32)
    field = TubeField(box, distance, np.ones(shape_of(box), np.float32))
    for tube in tubes:
        for n in range(len(tube.points_mm) - 1):
            _measure_segment(grid, field, tube, n, reach_mm)
    return field


def _measure_segment(grid: Grid, field: TubeField, tube: Tube, n: int, reach_mm: float) -> None:
    start, end = tube.points_mm[n], tube.points_mm[n + 1]
    near = inside(field.box, box_of_points(grid, tube.points_mm[n : n + 2], reach_mm))
    if 0 in shape_of(near):
        return
    distance, along = distance_to_segment(grid.coordinates(cut(field.box, near)), start, end)
    closer = distance < field.distance_mm[near]
    np.copyto(field.distance_mm[near], distance, where=closer)
    first, last = np.float32(tube.radii_mm[n]), np.float32(tube.radii_mm[n + 1])
    np.copyto(field.radius_mm[near], first + along * (last - first), where=closer)


def tubes_in(grid: Grid, box: Box, tubes: tuple[Tube, ...]) -> Float:
    """Coverage of solid tubes inside a box."""
    edge = edge_of(grid)
    reach = max(float(tube.radii_mm.max()) for tube in tubes) + edge
    field = tube_field(grid, tubes, reach, box)
    return rod_coverage(field.distance_mm, field.radius_mm, edge)


def distance_to_segment(
    coordinates: Coordinates, start_mm: npt.ArrayLike, end_mm: npt.ArrayLike
) -> tuple[Float, Float]:
    """Distance in mm to a straight line between two points, and where along it in [0, 1]."""
    start = np.asarray(start_mm, np.float32)
    step = np.asarray(end_mm, np.float32) - start
    x, y, z = (axis - origin for axis, origin in zip(coordinates, start, strict=True))
    length_squared = np.float32(max(float(step @ step), 1e-6))
    along = np.clip((x * step[0] + y * step[1] + z * step[2]) / length_squared, 0.0, 1.0)
    squared = (x - along * step[0]) ** 2 + (y - along * step[1]) ** 2 + (z - along * step[2]) ** 2
    return np.sqrt(squared), along


def ellipsoid_distance(coordinates: Coordinates, ellipsoid: Ellipsoid) -> Float:
    """Signed distance in mm to an ellipsoid's surface, negative inside; first-order exact."""
    scaled = [
        (axis - np.float32(centre)) / np.float32(radius)
        for axis, centre, radius in zip(
            coordinates, ellipsoid.centre_mm, ellipsoid.radii_mm, strict=True
        )
    ]
    level = np.sqrt(scaled[0] ** 2 + scaled[1] ** 2 + scaled[2] ** 2)
    slope = [part / np.float32(r) for part, r in zip(scaled, ellipsoid.radii_mm, strict=True)]
    steepness = np.sqrt(slope[0] ** 2 + slope[1] ** 2 + slope[2] ** 2)
    # (level - 1) * level / steepness is distance at the surface; steepness is 0 at the centre.
    distance: Float = (level - 1) * level / np.maximum(steepness, np.float32(1e-6))
    smallest = np.float32(min(ellipsoid.radii_mm))
    return np.where(level < 0.3, (level - 1) * smallest, distance).astype(np.float32)


def ellipsoid_box(grid: Grid, ellipsoid: Ellipsoid, margin_mm: float) -> Box:
    """Box around an ellipsoid, wider by a margin on every side."""
    centre, radii = np.asarray(ellipsoid.centre_mm), np.asarray(ellipsoid.radii_mm)
    return grid.box_around(centre - radii - margin_mm, centre + radii + margin_mm)


def turned(coordinates: Coordinates, centre_mm: npt.ArrayLike, axes: Points) -> Coordinates:
    """Coordinates about a centre along three unit vectors, the rows of `axes` ``(3, 3)``."""
    x, y, z = (
        axis - np.float32(origin)
        for axis, origin in zip(coordinates, np.asarray(centre_mm, float), strict=True)
    )
    rows = np.asarray(axes, np.float32)
    a, b, c = (x * row[0] + y * row[1] + z * row[2] for row in rows)
    return a, b, c


def cloud(grid: Grid, box: Box, centres_mm: Points, radii_mm: npt.NDArray[np.float64]) -> Float:
    """Sum of round hills ``exp(-d²/r²)`` about centres ``(n, 3)``, on a box."""
    total = np.zeros(shape_of(box), np.float32)
    for centre, radius in zip(centres_mm, radii_mm, strict=True):
        hill_box = grid.box_around(centre - 2.5 * radius, centre + 2.5 * radius)
        part = inside(box, hill_box)
        axes = grid.coordinates(cut(box, part))
        x, y, z = (
            np.exp(-(((axis - np.float32(c)) / np.float32(radius)) ** 2))
            for axis, c in zip(axes, centre, strict=True)
        )
        total[part] += x * y * z
    return total


def points_where(grid: Grid, box: Box, flags: npt.NDArray[np.bool_]) -> Coordinates:
    """x, y, z in mm, each ``(n,)``, of the voxels of a box where `flags` is true."""
    i, j, k = np.nonzero(flags)
    x, y, z = grid.coordinates(box)
    return x[i, 0, 0], y[0, j, 0], z[0, 0, k]


def smoothstep(value: Float, low: float, high: float) -> Float:
    """Rise smoothly from 0 at `low` to 1 at `high`."""
    t = np.clip((value - np.float32(low)) / np.float32(high - low), 0.0, 1.0)
    risen: Float = (t * t * (3 - 2 * t)).astype(np.float32)
    return risen
