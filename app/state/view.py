"""ViewState: where and how the user looks at a scan, shared by all pictures of it."""

import math
from dataclasses import dataclass
from enum import Enum

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject, Signal

from medct_core.volume.window import MEDIASTINUM, Window

Vector = tuple[float, float, float]

_AWAY_FROM_RIGHT_ANGLE = 1e-6


class PlaneKind(Enum):
    """The three standard planes."""

    AXIAL = "axial"
    CORONAL = "coronal"
    SAGITTAL = "sagittal"


@dataclass(frozen=True, slots=True)
class Plane:
    """A plane through the patient and which way it lies on the screen.

    Attributes
    ----------
    centre_mm
        A point of the plane, LPS mm.
    right
        Unit vector in LPS that points to the right of the screen.
    down
        Unit vector in LPS that points down the screen, at a right angle to `right`.

    Raises
    ------
    ValueError
        If the two vectors are not of length one and at right angles.
    """

    centre_mm: Vector
    right: Vector
    down: Vector

    def __post_init__(self) -> None:
        right, down = self.right, self.down
        off = (dot(right, right) - 1.0, dot(down, down) - 1.0, dot(right, down))
        # Written so that a number that is none is refused too.
        if not max(map(abs, off)) <= _AWAY_FROM_RIGHT_ANGLE or math.isnan(sum(off)):
            raise ValueError(f"{self.right} and {self.down} are no unit vectors at right angles")

    @property
    def normal(self) -> Vector:
        """Unit vector in LPS at right angles to the plane: `right` x `down`."""
        return cross(self.right, self.down)

    def moved_to(self, centre_mm: Vector) -> "Plane":
        """Parallel plane through another point, LPS mm."""
        return Plane(centre_mm, self.right, self.down)

    def turned(self, axis: Vector, angle_rad: float) -> "Plane":
        """Plane turned about an axis through its centre.

        Parameters
        ----------
        axis
            Unit vector in LPS.
        angle_rad
            By the right-hand rule, radians.
        """
        turn = _rotation(axis, angle_rad)
        right = turn @ np.array(self.right)
        # Many small turns must not add up to a skew frame.
        down = turn @ np.array(self.down)
        down = down - (down @ right) * right / (right @ right)
        return Plane(
            self.centre_mm,
            as_vector(right / np.linalg.norm(right)),
            as_vector(down / np.linalg.norm(down)),
        )


_STANDARD_AXES: dict[PlaneKind, tuple[Vector, Vector]] = {
    PlaneKind.AXIAL: ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0)),
    PlaneKind.CORONAL: ((1.0, 0.0, 0.0), (0.0, 0.0, -1.0)),
    PlaneKind.SAGITTAL: ((0.0, 1.0, 0.0), (0.0, 0.0, -1.0)),
}


def standard_plane(kind: PlaneKind, centre_mm: Vector) -> Plane:
    """Plane as radiologists look at it.

    Axial is seen from the feet: the patient's right on the left of the screen, anterior up.
    Coronal: the patient's right on the left, superior up. Sagittal: anterior on the left,
    superior up.
    """
    right, down = _STANDARD_AXES[kind]
    return Plane(centre_mm, right, down)


class SlabMode(Enum):
    """How the slices of a slab become one picture."""

    NONE = "none"
    MIP = "MIP"
    MINIP = "MinIP"
    MEAN = "mean"


@dataclass(frozen=True, slots=True)
class Slab:
    """How thick a slice is shown.

    Attributes
    ----------
    mode
        Highest, lowest or mean value through the thickness; `NONE` shows one slice.
    thickness_mm
        Not negative; ignored for `NONE`.

    Raises
    ------
    ValueError
        If the thickness is negative.
    """

    mode: SlabMode = SlabMode.NONE
    thickness_mm: float = 0.0

    def __post_init__(self) -> None:
        if not self.thickness_mm >= 0:
            raise ValueError(f"a slab is not {self.thickness_mm} mm thick")


class Layout(Enum):
    """Which pictures lie side by side."""

    SINGLE = "single"
    GRID = "grid"
    ONE_AND_THREE = "one-and-three"
    AXIAL = "axial"
    COMPARE = "compare"


class Overlay(Enum):
    """What may be shown over a slice, each by itself."""

    CROSSHAIR = "crosshair"
    TEXT = "text"
    PATIENT_TEXT = "patient-text"
    HEATMAP = "heatmap"
    MASKS = "masks"
    MEASUREMENTS = "measurements"


_SHOWN_AT_START = frozenset({Overlay.CROSSHAIR, Overlay.TEXT, Overlay.MASKS, Overlay.MEASUREMENTS})
_HEATMAP_OPACITY_AT_START = 0.5


class ViewState(QObject):
    """Crosshair, planes, window and overlays; every view draws itself from here.

    Setters emit the signal of their property only when its value changes.
    """

    crosshair_changed = Signal(object)  # Vector, LPS mm
    planes_changed = Signal()
    window_changed = Signal(object)  # Window
    inverted_changed = Signal(bool)
    slab_changed = Signal(object)  # Slab
    layout_changed = Signal(object)  # Layout
    overlays_changed = Signal(object)  # frozenset[Overlay]
    heatmap_opacity_changed = Signal(float)  # in [0, 1]
    smooth_changed = Signal(bool)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._crosshair_mm: Vector = (0.0, 0.0, 0.0)
        self._planes = _standard_planes()
        self._window = MEDIASTINUM
        self._inverted = False
        self._slab = Slab()
        self._layout = Layout.GRID
        self._overlays = _SHOWN_AT_START
        self._heatmap_opacity = _HEATMAP_OPACITY_AT_START
        self._smooth = True

    @property
    def crosshair_mm(self) -> Vector:
        """Where all planes meet, LPS mm."""
        return self._crosshair_mm

    @property
    def window(self) -> Window:
        """The grey-level window."""
        return self._window

    @property
    def inverted(self) -> bool:
        """Whether dense tissue is black."""
        return self._inverted

    @property
    def slab(self) -> Slab:
        """How thick slices are shown."""
        return self._slab

    @property
    def layout(self) -> Layout:
        """Which pictures lie side by side."""
        return self._layout

    @property
    def overlays(self) -> frozenset[Overlay]:
        """What is shown over the slices."""
        return self._overlays

    @property
    def heatmap_opacity(self) -> float:
        """In [0, 1]."""
        return self._heatmap_opacity

    @property
    def smooth(self) -> bool:
        """Whether voxels blend into each other instead of showing as blocks."""
        return self._smooth

    def plane(self, kind: PlaneKind) -> Plane:
        """Plane of one kind, through the crosshair; oblique once it was turned."""
        return self._planes[kind].moved_to(self._crosshair_mm)

    def set_crosshair(self, crosshair_mm: Vector) -> None:
        """Move all planes to a point, LPS mm."""
        x, y, z = crosshair_mm
        moved = (float(x), float(y), float(z))
        if moved != self._crosshair_mm:
            self._crosshair_mm = moved
            self.crosshair_changed.emit(moved)

    def set_plane(self, kind: PlaneKind, plane: Plane) -> None:
        """Give the plane of one kind another direction; its centre does not matter."""
        if plane.moved_to(self._crosshair_mm) != self.plane(kind):
            self._planes[kind] = plane
            self.planes_changed.emit()

    def set_window(self, window: Window) -> None:
        """Show another grey-level window."""
        if window != self._window:
            self._window = window
            self.window_changed.emit(window)

    def set_inverted(self, inverted: bool) -> None:
        """Show dense tissue black, or white again."""
        if inverted != self._inverted:
            self._inverted = inverted
            self.inverted_changed.emit(inverted)

    def set_slab(self, slab: Slab) -> None:
        """Show slices of another thickness."""
        if slab != self._slab:
            self._slab = slab
            self.slab_changed.emit(slab)

    def set_layout(self, layout: Layout) -> None:
        """Arrange the pictures."""
        if layout != self._layout:
            self._layout = layout
            self.layout_changed.emit(layout)

    def show_overlay(self, overlay: Overlay) -> None:
        """Show one kind of overlay."""
        self._set_overlays(self._overlays | {overlay})

    def hide_overlay(self, overlay: Overlay) -> None:
        """Hide one kind of overlay."""
        self._set_overlays(self._overlays - {overlay})

    def toggle_overlay(self, overlay: Overlay) -> None:
        """Show one kind of overlay if it is hidden, hide it if it is shown."""
        self._set_overlays(self._overlays ^ {overlay})

    def set_heatmap_opacity(self, opacity: float) -> None:
        """Show the heatmap more or less clearly; beyond [0, 1] the nearer end holds."""
        held = min(max(float(opacity), 0.0), 1.0)
        if held != self._heatmap_opacity:
            self._heatmap_opacity = held
            self.heatmap_opacity_changed.emit(held)

    def set_smooth(self, smooth: bool) -> None:
        """Blend voxels into each other, or show them as blocks."""
        if smooth != self._smooth:
            self._smooth = smooth
            self.smooth_changed.emit(smooth)

    def _set_overlays(self, overlays: frozenset[Overlay]) -> None:
        if overlays != self._overlays:
            self._overlays = overlays
            self.overlays_changed.emit(overlays)


def as_vector(values: object) -> Vector:
    """Three numbers of an array as plain floats, without negative zeros."""
    x, y, z = (float(value) + 0.0 for value in np.asarray(values, dtype=np.float64))
    return x, y, z


def dot(one: Vector, other: Vector) -> float:
    """Sum of the products; for three numbers quicker than an array, and views need many."""
    return one[0] * other[0] + one[1] * other[1] + one[2] * other[2]


def cross(one: Vector, other: Vector) -> Vector:
    """Vector at right angles to both, by the right-hand rule; without negative zeros."""
    return (
        one[1] * other[2] - one[2] * other[1] + 0.0,
        one[2] * other[0] - one[0] * other[2] + 0.0,
        one[0] * other[1] - one[1] * other[0] + 0.0,
    )


def shifted(point: Vector, *steps: tuple[float, Vector]) -> Vector:
    """Point moved along vectors, each so many times its length; without negative zeros."""
    x, y, z = point
    for times, (a, b, c) in steps:
        x, y, z = x + times * a, y + times * b, z + times * c
    return x + 0.0, y + 0.0, z + 0.0


def _standard_planes() -> dict[PlaneKind, Plane]:
    return {kind: standard_plane(kind, (0.0, 0.0, 0.0)) for kind in PlaneKind}


def _rotation(axis: Vector, angle_rad: float) -> npt.NDArray[np.float64]:
    """``(3, 3)`` rotation about a unit vector, by Rodrigues' formula."""
    x, y, z = axis
    cross = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    turn = np.eye(3) + np.sin(angle_rad) * cross + (1 - np.cos(angle_rad)) * (cross @ cross)
    return np.asarray(turn, dtype=np.float64)
