"""CompanionLink: keeps a prior at the place of the patient that the current scan shows."""

from enum import Enum
from itertools import product

import numpy as np
from PySide6.QtCore import QObject, Signal

from app.state.view import Overlay, PlaneKind, Vector, ViewState, as_vector
from app.viewer.slice_order import clamped, middle, stack_axis, stepped
from medct_core.volume.geometry import FloatArray, Geometry
from medct_core.volume.window import Window

_LEAST_COMMON_SHARE = 0.25
_HALF_VOXEL = 0.5
_SAME_MM = 0.05
_OVERLAYS = frozenset({Overlay.CROSSHAIR, Overlay.TEXT, Overlay.PATIENT_TEXT})


class Start(Enum):
    """How a prior was laid beside the current scan at first."""

    BY_POSITION = "by-position"
    BY_MIDDLE = "by-middle"


class CompanionLink(QObject):
    """Moves the view of a prior with that of the current scan, and back.

    The prior is always cut in the plane of the current scan, whatever its own grid, spacing and
    field of view. Along the normal of that plane it lies `offset_mm` further. While the two are
    linked the offset holds; otherwise the prior stays where it is, and linking keeps the offset
    that came of it. Of two patients the middles also lie apart within the plane, since no place
    is common to both.

    Parameters
    ----------
    current
        The view of the current scan.
    kind
        Which of its planes is compared.
    parent
        Owner.
    """

    changed = Signal()  # offset, link, or whether the prior reaches the level

    def __init__(
        self,
        current: ViewState,
        kind: PlaneKind = PlaneKind.AXIAL,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.prior = ViewState(self)
        self.kind = kind
        self._current = current
        self._current_grid: Geometry | None = None
        self._prior_grid: Geometry | None = None
        self._offset_mm = 0.0
        self._apart_mm: Vector = (0.0, 0.0, 0.0)
        self._start, self._start_mm = Start.BY_POSITION, 0.0
        self._wanted_start = Start.BY_POSITION
        self._is_linked = True
        self._is_window_linked = True
        self._is_following = False
        self._shared = _OVERLAYS
        self._connect()
        self._copy_look()

    @property
    def offset_mm(self) -> float:
        """How far the prior lies along the plane's normal from the place of the current scan."""
        return self._offset_mm

    @property
    def moved_mm(self) -> float:
        """How far it lies along that normal from where it lay at first."""
        return self._offset_mm - self._start_mm

    @property
    def normal(self) -> Vector:
        """Unit vector in LPS along which the offset is measured."""
        return self._current.plane(self.kind).normal

    @property
    def start(self) -> Start:
        """How the prior was laid beside the current scan at first."""
        return self._start

    @property
    def is_moved(self) -> bool:
        """Whether the prior lies elsewhere than it lay at first."""
        return abs(self.moved_mm) > _SAME_MM

    @property
    def is_linked(self) -> bool:
        """Whether scrolling one scrolls the other."""
        return self._is_linked

    @property
    def is_window_linked(self) -> bool:
        """Whether both are seen through the same window."""
        return self._is_window_linked

    @property
    def is_beyond(self) -> bool:
        """Whether the prior has no slice at the level shown."""
        if self._prior_grid is None:
            return False
        axis = stack_axis(self._prior_grid, self.normal)
        index = float(self._prior_grid.to_index(self.prior.crosshair_mm)[axis])
        return not -_HALF_VOXEL <= index <= self._prior_grid.shape[axis] - _HALF_VOXEL

    def show_grids(
        self,
        current: Geometry | None,
        prior: Geometry | None,
        *,
        start: Start = Start.BY_POSITION,
    ) -> None:
        """Begin with two scans.

        Parameters
        ----------
        current, prior
            Their grids; None where there is none.
        start
            By position, and by their middles where they hardly meet; or by their middles in any
            case, as of two patients.
        """
        self._current_grid, self._prior_grid = current, prior
        self._wanted_start, self._is_linked = start, True
        self.reset_offset()

    def share_heatmap(self) -> None:
        """Show the companion's own heatmap wherever the current scan shows one."""
        self._shared = _OVERLAYS | {Overlay.HEATMAP}
        self._copy_look()

    def keep_heatmap_apart(self) -> None:
        """Show no heatmap over the companion."""
        self._shared = _OVERLAYS
        self._copy_look()

    def show_current(self, current: Geometry | None) -> None:
        """Go on with another scan of the same examination; the offset stays."""
        self._current_grid = current
        self._follow()

    def reset_offset(self) -> None:
        """Lay the prior where it lay at first."""
        self._start, self._offset_mm = Start.BY_POSITION, 0.0
        self._apart_mm = (0.0, 0.0, 0.0)
        if self._current_grid is not None and self._prior_grid is not None:
            here = _extent_mm(self._current_grid, self.normal)
            there = _extent_mm(self._prior_grid, self.normal)
            common = min(here[1], there[1]) - max(here[0], there[0])
            shorter = min(here[1] - here[0], there[1] - there[0])
            hardly_meet = common < _LEAST_COMMON_SHARE * shorter
            if hardly_meet or self._wanted_start is Start.BY_MIDDLE:
                self._start = Start.BY_MIDDLE
                self._offset_mm = (sum(there) - sum(here)) / 2
            if self._wanted_start is Start.BY_MIDDLE:
                self._apart_mm = as_vector(
                    np.array(middle(self._prior_grid)) - np.array(middle(self._current_grid))
                )
        self._start_mm = self._offset_mm
        self._follow()
        self.changed.emit()

    def lay_at(self, point_mm: Vector) -> None:
        """Lay the prior so that one of its points, LPS mm, is where the crosshair is."""
        self._apart_mm = as_vector(np.array(point_mm) - np.array(self._current.crosshair_mm))
        self._take_offset(point_mm)
        self._follow()

    def step_offset(self, count: int) -> None:
        """Scroll the prior alone by its own slices; the offset changes."""
        if self._prior_grid is not None and count:
            moved = stepped(self._prior_grid, self.prior.plane(self.kind), count)
            self._take_offset(moved)
            self._follow()

    def link(self) -> None:
        """Scroll both together from now on, as far apart as they are."""
        self._is_linked = True
        self.changed.emit()

    def unlink(self) -> None:
        """Scroll each alone from now on."""
        self._is_linked = False
        self.changed.emit()

    def link_window(self) -> None:
        """See both through the window of the current scan."""
        self._is_window_linked = True
        self._copy_look()
        self.changed.emit()

    def unlink_window(self, window: Window | None = None) -> None:
        """Give the prior a window of its own, the one it has where it is None."""
        self._is_window_linked = False
        if window is not None:
            self.prior.set_window(window)
        self.changed.emit()

    def _connect(self) -> None:
        current, prior = self._current, self.prior
        current.crosshair_changed.connect(self._on_current_moved)
        current.planes_changed.connect(self._on_current_moved)
        prior.crosshair_changed.connect(self._on_prior_moved)
        prior.planes_changed.connect(self._on_prior_turned)
        prior.window_changed.connect(self._on_prior_window)
        for signal in (
            current.window_changed,
            current.inverted_changed,
            current.slab_changed,
            current.overlays_changed,
            current.heatmap_opacity_changed,
            current.smooth_changed,
        ):
            signal.connect(self._copy_look)

    def _copy_look(self) -> None:
        """See the prior as the current scan is seen, without what was laid over that one."""
        current, prior = self._current, self.prior
        prior.set_slab(current.slab)
        prior.set_smooth(current.smooth)
        prior.set_heatmap_opacity(current.heatmap_opacity)
        for overlay in Overlay:
            if overlay in current.overlays & self._shared:
                prior.show_overlay(overlay)
            else:
                prior.hide_overlay(overlay)
        if self._is_window_linked:
            prior.set_window(current.window)
            prior.set_inverted(current.inverted)

    def _on_current_moved(self) -> None:
        if not self._is_linked:
            self._take_offset(self.prior.crosshair_mm)
        self._follow()

    def _on_prior_moved(self) -> None:
        if self._is_following:
            return
        if not self._is_linked:
            self._take_offset(self.prior.crosshair_mm)
            return
        moved = np.array(self.prior.crosshair_mm) - self._shift()
        self._current.set_crosshair(self._inside_current(as_vector(moved)))
        # Where the current scan ends, the prior stops as well.
        self._follow()

    def _on_prior_turned(self) -> None:
        if self._is_following:
            return
        # The first plane that changes there turns those here, so all are noted before.
        turned = {kind: self.prior.plane(kind) for kind in PlaneKind}
        for kind, plane in turned.items():
            self._current.set_plane(kind, plane)

    def _on_prior_window(self, window: Window) -> None:
        if self._is_window_linked:
            self._current.set_window(window)

    def _inside_current(self, point_mm: Vector) -> Vector:
        return point_mm if self._current_grid is None else clamped(self._current_grid, point_mm)

    def _take_offset(self, prior_mm: Vector) -> None:
        """Note how far the prior lies from the current scan along the normal."""
        apart = np.array(prior_mm) - np.array(self._current.crosshair_mm)
        self._offset_mm = float(apart @ np.array(self.normal))
        self.changed.emit()

    def _follow(self) -> None:
        """Cut the prior in the plane of the current scan, at the offset."""
        was_beyond = self.is_beyond
        self._is_following = True
        try:
            for kind in PlaneKind:
                self.prior.set_plane(kind, self._current.plane(kind))
            here = np.array(self._current.crosshair_mm)
            self.prior.set_crosshair(as_vector(here + self._shift()))
        finally:
            self._is_following = False
        if self.is_beyond != was_beyond:
            self.changed.emit()

    def _shift(self) -> FloatArray:
        """From a place of the current scan to the one beside it: the offset along the normal."""
        apart, normal = np.array(self._apart_mm), np.array(self.normal)
        shift: FloatArray = apart + (self._offset_mm - apart @ normal) * normal
        return shift


def _extent_mm(geometry: Geometry, normal: Vector) -> tuple[float, float]:
    """Lowest and highest place of a scan along a direction, mm."""
    index = list(product(*((-_HALF_VOXEL, count - _HALF_VOXEL) for count in geometry.shape)))
    heights: FloatArray = geometry.to_patient(index) @ np.array(normal)
    return float(heights.min()), float(heights.max())
