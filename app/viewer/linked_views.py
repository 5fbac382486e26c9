"""LinkedViews: three slice views around one crosshair, and room for other pictures."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QPoint, QTimer, Signal
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QGridLayout, QWidget

from app.state.view import Layout, PlaneKind, ViewState
from app.state.view_values import ShownPart
from app.viewer.mouse_profiles import DragAction, MouseProfile
from app.viewer.overlay_image import OverlayImage
from app.viewer.overlay_text import Caption
from app.viewer.pixel_grid import start_planes
from app.viewer.slice_mouse import SliceTool
from app.viewer.slice_order import middle
from app.viewer.slice_view import SliceLayer, SliceView
from app.viewer.volume_view import VolumeView
from medct_core.io.study import PatientText
from medct_core.volume.volume import Volume

_GAP_PX = 2
_GAP_COLOUR = QColor(0x30, 0x30, 0x34)
_PICTURES_PER_SECOND = 12.0
_SMALL_ROWS = 3
_LARGE_STRETCH = 2
_ORDER = (PlaneKind.AXIAL, PlaneKind.CORONAL, PlaneKind.SAGITTAL)

Place = tuple[QWidget, int, int, int]
"""A widget, its row and column, and how many rows it spans."""


class LinkedViews(QWidget):
    """Arranges the views of one scan as the `ViewState` says.

    Parameters
    ----------
    state
        Shared by all views.
    volume_view
        The picture in 3D; its place stays empty where it is None.
    parent
        Owner.
    """

    probe_moved = Signal(str)
    menu_asked = Signal(object, QPoint)  # SliceView, place on the desktop
    active_changed = Signal(object)  # SliceView
    cine_changed = Signal(bool)

    def __init__(
        self,
        state: ViewState,
        volume_view: QWidget | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._state = state
        self.views = {kind: SliceView(kind, state, self) for kind in PlaneKind}
        self._volume_view = volume_view
        self._companion: QWidget | None = None
        self._active = self.views[PlaneKind.AXIAL]
        self._maximised: QWidget | None = None
        self._cine = QTimer(self)
        self._cine.timeout.connect(self._next_picture)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(_GAP_PX)
        if volume_view is not None:
            volume_view.setParent(self)
        self._paint_gaps_dark()
        self._connect()
        self._active.show_as_active(active=True)
        self._arrange()

    @property
    def active_view(self) -> SliceView:
        """The view that keys act on."""
        return self._active

    @property
    def is_cine_running(self) -> bool:
        """Whether the active view scrolls by itself."""
        return self._cine.isActive()

    def show_volume(self, volume: Volume | None, caption: Caption | None = None) -> None:
        """Show a scan from its middle, or nothing where it is None.

        Of a tilted gantry the axial view shows the slices as they were acquired.
        """
        self.stop_cine()
        if volume is not None:
            geometry = volume.geometry
            self._state.set_crosshair(middle(geometry))
            for kind, plane in start_planes(geometry, self._state.crosshair_mm).items():
                self._state.set_plane(kind, plane)
        for view in self.views.values():
            view.show_volume(volume, caption)

    def show_preview(self, volume: Volume, caption: Caption, message: str) -> None:
        """Show the one slice of a scan that has been read, in the view that faces it.

        Parameters
        ----------
        volume
            One slice deep.
        message
            Stands in the other views.
        """
        along = np.asarray(volume.geometry.affine[:3, int(np.argmin(volume.geometry.shape))])
        planes = start_planes(volume.geometry, middle(volume.geometry))
        facing = max(planes, key=lambda kind: abs(float(np.dot(planes[kind].normal, along))))
        self._state.set_crosshair(middle(volume.geometry))
        self._state.set_plane(facing, planes[facing])
        for kind, view in self.views.items():
            view.show_volume(volume if kind is facing else None, caption)
            view.show_message(message)

    def show_caption(self, caption: Caption) -> None:
        """Say something else about the scan in all views."""
        for view in self.views.values():
            view.show_caption(caption)

    def show_message(self, text: str) -> None:
        """Show a text where no scan is."""
        for view in self.views.values():
            view.show_message(text)

    def show_patient(self, patient: PatientText | None) -> None:
        """Hand the patient text to all views."""
        for view in self.views.values():
            view.show_patient(patient)

    def show_overlays(self, overlays: tuple[OverlayImage, ...]) -> None:
        """Lay colours over the scan in all views."""
        for view in self.views.values():
            view.show_overlays(overlays)

    def add_layer(self, layer: SliceLayer) -> None:
        """Draw something over the slices of all views."""
        for view in self.views.values():
            view.add_layer(layer)

    def set_tool(self, tool: SliceTool | None) -> None:
        """Let a tool have the left button in all views."""
        for view in self.views.values():
            view.set_tool(tool)

    def set_mouse_profile(self, profile: MouseProfile) -> None:
        """Change what the buttons do in all views."""
        for view in self.views.values():
            view.set_mouse_profile(profile)

    def set_left_action(self, action: DragAction | None) -> None:
        """Change what the left button does in all views."""
        for view in self.views.values():
            view.set_left_action(action)

    def shown_parts(self) -> dict[PlaneKind, ShownPart]:
        """Which part of its plane each zoomed or moved view shows, for a session."""
        return {
            kind: ShownPart(view.frame.middle_mm, view.frame.size[0] / view.frame.scale)
            for kind, view in self.views.items()
            if view.has_scan and not view.is_fitted
        }

    def show_parts(self, parts: Mapping[PlaneKind, ShownPart]) -> None:
        """Show these parts again, in whatever size the views have now; the others whole."""
        # A layout that was chosen just now has not given the views their sizes yet.
        self._grid.activate()
        self.fit()
        for kind, part in parts.items():
            frame = self.views[kind].frame
            scale = frame.size[0] / part.width_mm
            self.views[kind].set_frame(replace(frame, middle_mm=part.middle_mm, scale=scale))

    def set_companion(self, companion: QWidget | None) -> None:
        """Put another picture beside the axial view in the layout for comparing."""
        if self._companion is not None:
            self._companion.hide()
        self._companion = companion
        if companion is not None:
            companion.setParent(self)
        self._arrange()

    def set_active(self, kind: PlaneKind) -> None:
        """Let keys act on the view of one plane."""
        self._activate(self.views[kind])

    def next_view(self, count: int = 1) -> None:
        """Let keys act on the next view; negative goes back."""
        shown = [view for view in self.views.values() if not view.isHidden()]
        here = shown.index(self._active) if self._active in shown else 0
        if shown:
            self._activate(shown[(here + count) % len(shown)])

    def toggle_maximised(self, view: QWidget) -> None:
        """Show one view alone, or all of the layout again."""
        self._maximised = None if self._maximised is view else view
        self._arrange()

    def fit(self) -> None:
        """Show whole slices in all views."""
        for view in self.views.values():
            view.fit()

    def start_cine(self, pictures_per_second: float = _PICTURES_PER_SECOND) -> None:
        """Scroll the active view by itself, from the last slice to the first again."""
        if self._active.slice_shown().count > 1:
            self._cine.start(round(1000 / pictures_per_second))
            self.cine_changed.emit(True)

    def stop_cine(self) -> None:
        """Stop scrolling."""
        if self._cine.isActive():
            self._cine.stop()
            self.cine_changed.emit(False)

    def _connect(self) -> None:
        self._state.layout_changed.connect(self._layout_changed)
        for view in self.views.values():
            view.probe_moved.connect(self.probe_moved)
            view.activated.connect(self._activated)
            view.maximise_asked.connect(self._maximise_asked)
            view.menu_asked.connect(self._menu_asked)
        if isinstance(self._volume_view, VolumeView):
            self._volume_view.maximise_asked.connect(self._maximise_volume)

    def _paint_gaps_dark(self) -> None:
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.Window, _GAP_COLOUR)
        self.setPalette(palette)
        self.setAutoFillBackground(True)

    def _view_of_signal(self) -> SliceView:
        view = self.sender()
        assert isinstance(view, SliceView)
        return view

    def _activated(self) -> None:
        self._activate(self._view_of_signal())

    def _maximise_asked(self) -> None:
        self.toggle_maximised(self._view_of_signal())

    def _maximise_volume(self) -> None:
        if self._volume_view is not None:
            self.toggle_maximised(self._volume_view)

    def _menu_asked(self, place: QPoint) -> None:
        self.menu_asked.emit(self._view_of_signal(), place)

    def _activate(self, view: SliceView) -> None:
        if view is self._active:
            return
        self.stop_cine()
        self._active.show_as_active(active=False)
        self._active = view
        view.show_as_active(active=True)
        if self._state.layout is Layout.SINGLE:
            self._arrange()
        self.active_changed.emit(view)

    def _next_picture(self) -> None:
        shown = self._active.slice_shown()
        self._active.go_to(shown.number % max(shown.count, 1) + 1)

    def _layout_changed(self) -> None:
        self._maximised = None
        self._arrange()

    def _arrange(self) -> None:
        places = self._places()
        shown = [place[0] for place in places]
        for widget in self._all_widgets():
            self._grid.removeWidget(widget)
            widget.setVisible(widget in shown)
        for row in range(_SMALL_ROWS):
            self._grid.setRowStretch(row, 0)
        for column in range(2):
            self._grid.setColumnStretch(column, 0)
        for widget, row, column, rows in places:
            self._grid.addWidget(widget, row, column, rows, 1)
            for spanned in range(row, row + rows):
                self._grid.setRowStretch(spanned, 1)
            is_large = rows > 1
            self._grid.setColumnStretch(column, _LARGE_STRETCH if is_large else 1)
        if self._active not in shown:
            self._activate_first(shown)

    def _activate_first(self, shown: list[QWidget]) -> None:
        slices = [widget for widget in shown if isinstance(widget, SliceView)]
        if slices:
            self._activate(slices[0])

    def _places(self) -> list[Place]:
        """Which widgets are shown, and where."""
        axial, coronal, sagittal = (self.views[kind] for kind in _ORDER)
        if self._maximised is not None:
            return [(self._maximised, 0, 0, 1)]
        layout = self._state.layout
        if layout is Layout.SINGLE:
            return [(self._active, 0, 0, 1)]
        if layout is Layout.AXIAL:
            return [(axial, 0, 0, 1)]
        if layout is Layout.COMPARE:
            return [(axial, 0, 0, 1), *self._optional(self._companion, 0, 1)]
        if layout is Layout.ONE_AND_THREE:
            return [
                (axial, 0, 0, _SMALL_ROWS),
                (coronal, 0, 1, 1),
                (sagittal, 1, 1, 1),
                *self._optional(self._volume_view, 2, 1),
            ]
        return [
            (axial, 0, 0, 1),
            *self._optional(self._volume_view, 0, 1),
            (coronal, 1, 0, 1),
            (sagittal, 1, 1, 1),
        ]

    def _optional(self, widget: QWidget | None, row: int, column: int) -> list[Place]:
        return [] if widget is None else [(widget, row, column, 1)]

    def _all_widgets(self) -> list[QWidget]:
        others = [self._volume_view, self._companion]
        return [*self.views.values(), *(widget for widget in others if widget is not None)]
