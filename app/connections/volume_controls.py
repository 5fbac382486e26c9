"""The controls of 3D: what a person picks goes to the picture, and what it shows to the panel."""

import numpy as np
from PySide6.QtCore import QObject

from app.panels.volume_panel import Box, PlaneCut, ShownLook, VolumePanel
from app.state.view import Vector, ViewState, as_vector
from app.viewer.cuts import Cut, CutPlane
from app.viewer.render_grid import RenderScan
from app.viewer.transfer_functions import MIP, PRESETS
from app.viewer.viewpoint import Side
from app.viewer.volume_view import Look, VolumeView
from medct_core.volume.volume import Unit

_BY_NAME = {preset.name: preset for preset in PRESETS}


class VolumeControls(QObject):
    """Joins the panel of 3D to its picture; a cutting plane follows the crosshair.

    Parameters
    ----------
    panel
        Where a person picks.
    view
        The picture.
    state
        Where the planes of the slice views lie.
    parent
        Owner.
    """

    def __init__(
        self,
        panel: VolumePanel,
        view: VolumeView,
        state: ViewState,
        *,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._panel, self._view, self._state = panel, view, state
        self._scan: RenderScan | None = None
        self._box: Box | None = None
        self._plane: PlaneCut | None = None
        panel.look_picked.connect(self._on_look_picked)
        panel.side_picked.connect(self._on_side_picked)
        panel.box_picked.connect(self._on_box_picked)
        panel.plane_picked.connect(self._on_plane_picked)
        view.look_changed.connect(self._show_look)
        view.shown_changed.connect(self._on_shown)
        state.crosshair_changed.connect(self._follow)
        state.planes_changed.connect(self._follow)
        self._show_presets(Unit.HU)
        self._on_shown()

    def _on_look_picked(self, look: ShownLook) -> None:
        self._view.show_look(Look(_BY_NAME[look.preset], look.scale, look.shift_hu))

    def _on_side_picked(self, letter: str) -> None:
        self._view.show_side(Side(letter))

    def _on_box_picked(self, box: Box | None) -> None:
        self._box = box
        self._cut()

    def _on_plane_picked(self, plane: PlaneCut | None) -> None:
        self._plane = plane
        self._cut()

    def _on_shown(self) -> None:
        scan = self._view.scan
        if scan is not self._scan:
            self._scan = scan
            self._show_scan(scan)
        if scan is None:
            summary, remedy = self._view.message
            self._panel.show_unavailable(f"{summary} {remedy}".strip())
        elif self._view.isHidden():
            self._panel.show_unavailable(
                self.tr("3D is not part of this layout. Choose one with 3D in the View menu.")
            )
        else:
            self._panel.show_available()

    def _show_scan(self, scan: RenderScan | None) -> None:
        """Start anew: the picture shows all of every scan that comes."""
        self._box = self._plane = None
        if scan is not None:
            lowest_mm, highest_mm = scan.everything.bounds_mm
            self._panel.show_no_cut(Box(as_vector(lowest_mm), as_vector(highest_mm)))
            self._show_presets(scan.unit)

    def _show_presets(self, unit: Unit) -> None:
        offered = PRESETS if unit is Unit.HU else (MIP,)
        self._panel.show_presets(preset.name for preset in offered)
        self._show_look(self._view.look)

    def _show_look(self, look: Look) -> None:
        self._panel.show_look(ShownLook(look.preset.name, look.scale, look.shift_hu))

    def _follow(self) -> None:
        if self._plane is not None:
            self._cut()

    def _cut(self) -> None:
        box, plane = self._box, self._plane
        self._view.show_cut(
            Cut(
                lowest_mm=None if box is None else box.lowest_mm,
                highest_mm=None if box is None else box.highest_mm,
                plane=None if plane is None else self._plane_of(plane),
            )
        )

    def _plane_of(self, cut: PlaneCut) -> CutPlane:
        plane = self._state.plane(cut.kind)
        return CutPlane(plane.centre_mm, kept_side(self._state, cut))


def kept_side(state: ViewState, cut: PlaneCut) -> Vector:
    """Which way from a cutting plane the scan stays: LPS, of length one.

    A slice is looked at from one side: axial ones from the feet, coronal ones from the front,
    sagittal ones from the left. What lies between reader and slice goes, so that 3D shows
    the cut face as the slice shows it; a flipped cut leaves just that.
    """
    away = np.array(state.plane(cut.kind).normal)
    return as_vector(-away if cut.is_flipped else away)
