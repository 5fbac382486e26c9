"""Cut: what is taken away from the picture in 3D."""

from dataclasses import dataclass

from app.viewer.viewpoint import Point


@dataclass(frozen=True, slots=True)
class CutPlane:
    """A plane that takes away one side of the scan.

    Attributes
    ----------
    point_mm
        On the plane, LPS mm.
    normal
        LPS, any length but zero; what lies on the side it points to stays.
    """

    point_mm: Point
    normal: Point


@dataclass(frozen=True, slots=True)
class Cut:
    """What is cut away.

    Attributes
    ----------
    lowest_mm, highest_mm
        Box along the patient's axes, LPS mm; what lies outside goes. None cuts no box.
    plane
        One plane more at any angle, or None.
    """

    lowest_mm: Point | None = None
    highest_mm: Point | None = None
    plane: CutPlane | None = None

    def planes(self) -> tuple[CutPlane, ...]:
        """All planes that it consists of."""
        faces = [self.plane] if self.plane is not None else []
        for corner, sign in ((self.lowest_mm, 1.0), (self.highest_mm, -1.0)):
            if corner is not None:
                faces += [CutPlane(corner, _axis(axis, sign)) for axis in range(3)]
        return tuple(faces)


NO_CUT = Cut()


def _axis(axis: int, sign: float) -> Point:
    x, y, z = (sign if one == axis else 0.0 for one in range(3))
    return x, y, z
