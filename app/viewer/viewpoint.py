"""Viewpoint: where the 3D picture is seen from, and how it is turned, moved and enlarged."""

from dataclasses import dataclass, replace
from enum import Enum

import numpy as np
import numpy.typing as npt

VIEW_ANGLE_DEGREES = 20.0
"""Of the camera, from the lower to the upper edge: a little perspective, so that depth is seen."""

_SMALLEST_HEIGHT_MM, _LARGEST_HEIGHT_MM = 5.0, 5000.0
_MARGIN = 1.02

Point = tuple[float, float, float]


class Side(Enum):
    """The side of the patient that faces the viewer."""

    ANTERIOR = "A"
    POSTERIOR = "P"
    LEFT = "L"
    RIGHT = "R"
    SUPERIOR = "S"
    INFERIOR = "I"


# Towards the viewer, and up, in LPS. From above and below anterior is up, as in axial slices.
_STANDARD: dict[Side, tuple[Point, Point]] = {
    Side.ANTERIOR: ((0, -1, 0), (0, 0, 1)),
    Side.POSTERIOR: ((0, 1, 0), (0, 0, 1)),
    Side.LEFT: ((1, 0, 0), (0, 0, 1)),
    Side.RIGHT: ((-1, 0, 0), (0, 0, 1)),
    Side.SUPERIOR: ((0, 0, 1), (0, -1, 0)),
    Side.INFERIOR: ((0, 0, -1), (0, -1, 0)),
}


@dataclass(frozen=True, slots=True)
class Viewpoint:
    """Where a camera stands.

    Attributes
    ----------
    centre_mm
        LPS mm, what stands in the middle of the picture and is turned about.
    back, up
        Unit vectors in LPS, at right angles: towards the viewer, and up in the picture.
    height_mm
        What the picture shows from its lower to its upper edge, at the centre's depth.
    """

    centre_mm: Point
    back: Point
    up: Point
    height_mm: float

    @property
    def right(self) -> Point:
        """Unit vector in LPS, to the right in the picture."""
        return _point(np.cross(self.up, self.back))

    @property
    def distance_mm(self) -> float:
        """Distance from the centre to the eye."""
        return float(self.height_mm / 2 / np.tan(np.radians(VIEW_ANGLE_DEGREES / 2)))

    @property
    def eye_mm(self) -> Point:
        """LPS mm, where the camera stands."""
        return _point(np.array(self.centre_mm) + self.distance_mm * np.array(self.back))

    def orbited(self, *, right_degrees: float, up_degrees: float) -> "Viewpoint":
        """Turn the scan as a hand on its front would: to the right, and upwards."""
        back = _turned(np.array(self.back), np.array(self.up), -right_degrees)
        right = np.cross(self.up, back)
        back = _turned(back, right, up_degrees)
        up = np.cross(back, right)
        return replace(self, back=_unit(back), up=_unit(up))

    def panned(self, *, right_mm: float, up_mm: float) -> "Viewpoint":
        """Move the scan within the picture, in mm at the centre's depth."""
        shift = right_mm * np.array(self.right) + up_mm * np.array(self.up)
        return replace(self, centre_mm=_point(np.array(self.centre_mm) - shift))

    def zoomed(self, factor: float) -> "Viewpoint":
        """Enlarge by `factor`, within 5 mm to 5 m from edge to edge."""
        height = min(max(self.height_mm / factor, _SMALLEST_HEIGHT_MM), _LARGEST_HEIGHT_MM)
        return replace(self, height_mm=height)


def standard_viewpoint(side: Side, bounds_mm: npt.NDArray[np.float64]) -> Viewpoint:
    """See the whole of a scan from one side of the patient.

    Parameters
    ----------
    side
        The side that faces the viewer.
    bounds_mm
        ``(2, 3)`` lowest and highest LPS coordinates of the scan.
    """
    back, up = _STANDARD[side]
    size = bounds_mm[1] - bounds_mm[0]
    right = np.abs(np.cross(up, back))
    # The front face is nearer than the centre and looks larger.
    nearer = float(np.abs(back) @ size) * np.tan(np.radians(VIEW_ANGLE_DEGREES / 2))
    height = _MARGIN * float(max(np.abs(up) @ size, right @ size) + nearer)
    height = min(max(height, _SMALLEST_HEIGHT_MM), _LARGEST_HEIGHT_MM)
    return Viewpoint(_point(bounds_mm.mean(axis=0)), back, up, height)


def _turned(
    vector: npt.NDArray[np.float64], axis: npt.NDArray[np.float64], degrees: float
) -> npt.NDArray[np.float64]:
    """Rotate by the right-hand rule about a unit axis (Rodrigues)."""
    angle = np.radians(degrees)
    turned: npt.NDArray[np.float64] = (
        vector * np.cos(angle)
        + np.cross(axis, vector) * np.sin(angle)
        + axis * (axis @ vector) * (1 - np.cos(angle))
    )
    return turned


def _unit(vector: npt.NDArray[np.float64]) -> Point:
    return _point(vector / np.linalg.norm(vector))


def _point(vector: npt.NDArray[np.float64]) -> Point:
    x, y, z = (float(part) for part in vector)
    return x, y, z
