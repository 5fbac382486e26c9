"""Menu entries and keys that change how the scan is looked at."""

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction

from app.connections.opening_window import full_range
from app.connections.triggers import connect_all
from app.state.session import SessionState
from app.state.view import Layout, Overlay, PlaneKind, Slab, SlabMode, ViewState
from app.viewer.linked_views import LinkedViews
from medct_core.volume.window import PRESETS

_ZOOM_STEP = 1.25
_FAR = 10
_SLAB_STEP_MM, _THINNEST_MM, _THICKEST_MM, _USUAL_MM = 2.0, 1.0, 100.0, 10.0
_LAYOUTS = {
    "layout_grid": Layout.GRID,
    "layout_one_and_three": Layout.ONE_AND_THREE,
    "layout_axial": Layout.AXIAL,
    "layout_single": Layout.SINGLE,
    "layout_compare": Layout.COMPARE,
}
_OVERLAYS = {
    "crosshair": Overlay.CROSSHAIR,
    "overlay_text": Overlay.TEXT,
    "patient_text": Overlay.PATIENT_TEXT,
    "measurements": Overlay.MEASUREMENTS,
    "masks": Overlay.MASKS,
}
_SLABS = {
    "slab_none": SlabMode.NONE,
    "slab_mip": SlabMode.MIP,
    "slab_minip": SlabMode.MINIP,
    "slab_mean": SlabMode.MEAN,
}


class ViewActions(QObject):
    """Carries actions out on the views, and shows in the menus what is on.

    Parameters
    ----------
    actions
        By name.
    session, state
        What is open, and what all views share.
    views
        The pictures.
    parent
        Owner.
    """

    def __init__(
        self,
        actions: Mapping[str, QAction],
        session: SessionState,
        state: ViewState,
        views: LinkedViews,
        *,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._actions, self._session = actions, session
        self._state, self._views = state, views
        self._thickness_mm = _USUAL_MM
        self._connect_pictures()
        self._connect_choices()
        for changed in (
            state.layout_changed,
            state.overlays_changed,
            state.slab_changed,
            state.inverted_changed,
            state.smooth_changed,
            views.cine_changed,
        ):
            changed.connect(self._show_choices)
        self._show_choices()

    def _connect_pictures(self) -> None:
        views = self._views
        steps = {"next_slice": 1, "previous_slice": -1, "ten_next": _FAR, "ten_previous": -_FAR}
        connect_all(
            self._actions,
            {
                **{f"view_{kind.value}": partial(views.set_active, kind) for kind in PlaneKind},
                **{name: partial(self._step, count) for name, count in steps.items()},
                "next_view": partial(views.next_view, 1),
                "previous_view": partial(views.next_view, -1),
                "first_slice": lambda: views.active_view.go_to(1),
                "last_slice": self._go_to_last,
                "zoom_in": lambda: views.active_view.zoom_by(_ZOOM_STEP),
                "zoom_out": lambda: views.active_view.zoom_by(1 / _ZOOM_STEP),
                "fit": views.fit,
                "reset_view": self._reset,
                "maximise_view": lambda: views.toggle_maximised(views.active_view),
                "cine": self._toggle_cine,
            },
        )

    def _connect_choices(self) -> None:
        state = self._state
        connect_all(
            self._actions,
            {
                **{name: partial(state.set_layout, one) for name, one in _LAYOUTS.items()},
                **{name: partial(state.toggle_overlay, one) for name, one in _OVERLAYS.items()},
                **{name: partial(self._choose_slab, mode) for name, mode in _SLABS.items()},
                **{f"preset_{one.key}": partial(state.set_window, one.window) for one in PRESETS},
                "preset_0": self._show_full_range,
                "invert": lambda: state.set_inverted(not state.inverted),
                "interpolate": lambda: state.set_smooth(not state.smooth),
                "slab_thicker": partial(self._change_thickness, _SLAB_STEP_MM),
                "slab_thinner": partial(self._change_thickness, -_SLAB_STEP_MM),
            },
        )
        # Qt has switched the entry already; one that could not be followed is switched back.
        for name in (*_LAYOUTS, *_OVERLAYS, *_SLABS, "heatmap", "cine", "invert", "interpolate"):
            self._actions[name].triggered.connect(self._show_choices)

    def _reset(self) -> None:
        self._views.active_view.reset()

    def _step(self, count: int) -> None:
        self._views.active_view.step(count)

    def _go_to_last(self) -> None:
        view = self._views.active_view
        view.go_to(view.slice_shown().count)

    def _toggle_cine(self) -> None:
        if self._views.is_cine_running:
            self._views.stop_cine()
        else:
            self._views.start_cine()
        self._show_choices()

    def _show_full_range(self) -> None:
        volume = self._session.volume
        if volume is not None:
            self._state.set_window(full_range(volume))

    def _choose_slab(self, mode: SlabMode) -> None:
        if self._state.slab.mode is not SlabMode.NONE:
            self._thickness_mm = self._state.slab.thickness_mm
        thick = 0.0 if mode is SlabMode.NONE else self._thickness_mm
        self._state.set_slab(Slab(mode, thick))

    def _change_thickness(self, by_mm: float) -> None:
        slab = self._state.slab
        if slab.mode is not SlabMode.NONE:
            thick = min(max(slab.thickness_mm + by_mm, _THINNEST_MM), _THICKEST_MM)
            self._state.set_slab(Slab(slab.mode, thick))

    def _show_choices(self) -> None:
        state = self._state
        shown = {name: state.layout is layout for name, layout in _LAYOUTS.items()}
        shown |= {name: overlay in state.overlays for name, overlay in _OVERLAYS.items()}
        shown |= {name: state.slab.mode is mode for name, mode in _SLABS.items()}
        shown |= {
            "heatmap": Overlay.HEATMAP in state.overlays,
            "invert": state.inverted,
            "interpolate": state.smooth,
            "cine": self._views.is_cine_running,
        }
        for name, is_on in shown.items():
            self._actions[name].setChecked(is_on)
