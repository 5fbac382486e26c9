"""Which slice a measurement lies on: planes to draw on, and whether they are the one shown."""

from functools import lru_cache

import numpy as np

from app.state.view import Plane
from app.viewer.pixel_grid import grid_of
from app.viewer.slice_order import step_mm
from medct_core.measurement.plane import DrawingPlane, Point, are_same_plane, as_point
from medct_core.volume.geometry import Geometry

_SAME_SLICE_MM = 1e-3
_ROUNDING_MM = 1e-6
_REMEMBERED = 4096
_ANY_DISTANCE_MM = float("inf")


def plane_to_draw_on(geometry: Geometry, shown: Plane) -> DrawingPlane:
    """Plane on which a hand draws over a slice.

    Where the picture shows the voxels of one slice, this is the middle of that slice, however far
    beside it the crosshair stands; an oblique plane is drawn on as it is.
    """
    depth_mm = _picture_depth_mm(geometry, shown)
    centre_mm = np.add(shown.centre_mm, np.multiply(depth_mm, shown.normal))
    return DrawingPlane(as_point(centre_mm), shown.right, shown.down)


@lru_cache(maxsize=_REMEMBERED)
def is_on_slice(geometry: Geometry, drawn: DrawingPlane, point_mm: Point, shown: Plane) -> bool:
    """Whether what was drawn on a plane lies on the slice shown.

    It does where the planes are parallel within half a degree and the point lies on the same
    voxels; on a plane that is no stack of voxels, no farther off than half the slice distance.

    Parameters
    ----------
    geometry
        Grid of the scan.
    drawn
        Plane of a measurement.
    point_mm
        Middle of the measurement, LPS mm; counts for the depth.
    shown
        Plane of a view.
    """
    view = DrawingPlane(shown.centre_mm, shown.right, shown.down)
    if not are_same_plane(drawn, view, within_mm=_ANY_DISTANCE_MM):
        return False
    apart_mm = float(view.to_screen_mm(point_mm)[2])
    if not grid_of(geometry, shown).follows_voxels:
        return abs(apart_mm) <= step_mm(geometry, shown.normal) / 2 + _ROUNDING_MM
    own_mm = apart_mm + _picture_depth_mm(geometry, shown.moved_to(point_mm))
    return abs(own_mm - _picture_depth_mm(geometry, shown)) <= _SAME_SLICE_MM


def _picture_depth_mm(geometry: Geometry, plane: Plane) -> float:
    """How far along the normal the voxels lie that a plane shows; 0 where they are blended."""
    grid = grid_of(geometry, plane)
    if not grid.follows_voxels:
        return 0.0
    return float(np.subtract(grid.origin_mm, plane.centre_mm) @ np.array(plane.normal))
