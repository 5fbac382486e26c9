"""DrawingPlane: the plane through the patient on which something was drawn."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Point = tuple[float, float, float]
"""Left, posterior, superior in mm."""

_UNIT_TOLERANCE = 1e-5
_PARALLEL_COSINE = math.cos(math.radians(0.5))
_ALONG_AXIS_COSINE = math.cos(math.radians(1.0))
_NAMES = ("sagittal", "coronal", "axial")
"""Name of the plane whose normal is the L, P or S axis."""


@dataclass(frozen=True, slots=True)
class DrawingPlane:
    """A plane in the patient, as it stood on the screen.

    Attributes
    ----------
    centre_mm
        Any point of the plane, LPS mm.
    right
        Unit vector that points to the right of the screen, LPS.
    down
        Unit vector that points down the screen, LPS, at a right angle to `right`.

    Raises
    ------
    ValueError
        If a number is not finite, or the vectors are not of unit length at a right angle.
    """

    centre_mm: Point
    right: Point
    down: Point

    def __post_init__(self) -> None:
        for name in ("centre_mm", "right", "down"):
            object.__setattr__(self, name, as_point(getattr(self, name)))
        vectors = np.array([self.right, self.down])
        if np.abs(vectors @ vectors.T - np.eye(2)).max() > _UNIT_TOLERANCE:
            raise ValueError("right and down must be unit vectors at a right angle")

    @property
    def normal(self) -> Point:
        """Unit vector into the screen: `right` x `down`, LPS."""
        return as_point(np.cross(self.right, self.down))

    @property
    def name(self) -> str:
        """``axial``, ``coronal``, ``sagittal`` (within 1 degree) or ``oblique``."""
        cosines = np.abs(self.normal)
        axis = int(np.argmax(cosines))
        return _NAMES[axis] if cosines[axis] >= _ALONG_AXIS_COSINE else "oblique"

    def to_screen_mm(self, points_mm: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Where points lie on the plane and how far from it.

        Parameters
        ----------
        points_mm
            ``(..., 3)`` LPS mm.

        Returns
        -------
        ``(..., 3)`` float64 mm from `centre_mm`: to the right, down, and off the plane.
        """
        axes = np.stack([self.right, self.down, self.normal], axis=1)
        screen: npt.NDArray[np.float64] = (np.asarray(points_mm) - self.centre_mm) @ axes
        return screen

    def to_patient_mm(self, right_mm: float, down_mm: float) -> Point:
        """Point of the plane so far to the right and down from `centre_mm`, LPS mm."""
        offset = right_mm * np.array(self.right) + down_mm * np.array(self.down)
        return as_point(np.array(self.centre_mm) + offset)

    def projected(self, point_mm: Point) -> Point:
        """Nearest point of the plane, LPS mm."""
        right_mm, down_mm, _ = self.to_screen_mm(point_mm)
        return self.to_patient_mm(float(right_mm), float(down_mm))


def as_point(values: npt.ArrayLike) -> Point:
    """Three finite numbers as plain floats.

    Raises
    ------
    ValueError
        If there are not three numbers, or one is not finite.
    """
    point = np.asarray(values, dtype=np.float64)
    if point.shape != (3,) or not np.isfinite(point).all():
        raise ValueError("a point or vector needs three finite numbers")
    return float(point[0]), float(point[1]), float(point[2])


def are_same_plane(one: DrawingPlane, other: DrawingPlane, *, within_mm: float) -> bool:
    """Whether two planes are parallel within half a degree and no farther apart than that."""
    cosine = abs(float(np.dot(one.normal, other.normal)))
    distance_mm = abs(float(other.to_screen_mm(one.centre_mm)[2]))
    return cosine >= _PARALLEL_COSINE and distance_mm <= within_mm
