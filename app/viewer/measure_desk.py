"""MeasureDesk: measuring in the views of one scan, ready to be connected by a window."""

import numpy as np
from PySide6.QtCore import QObject, QPoint, QPointF, Signal

from app.state.measurements import MeasurementList
from app.state.view import Plane, PlaneKind, Vector, ViewState, as_vector, standard_plane
from app.viewer.linked_views import LinkedViews
from app.viewer.measure_board import MeasureBoard
from app.viewer.measure_kind import MeasureKind
from app.viewer.measure_layer import MeasureLayer
from app.viewer.measure_outline import middle_mm
from app.viewer.measure_tool import MeasureTool
from app.viewer.slice_order import clamped
from app.viewer.slice_view import SliceView
from medct_core.measurement.edit import relabelled
from medct_core.measurement.shapes import Measurement
from medct_core.measurement.table import MeasurementRow
from medct_core.volume.volume import Volume

_SEEN_PART = 0.06
"""Of a view, along its edges: a measurement there is brought to the middle."""


class MeasureDesk(QObject):
    """Supplies the tool and the layer, and does with measurements what a menu or a key asks for.

    Parameters
    ----------
    measurements
        The list that is shown and changed.
    state
        Crosshair and planes, moved to go to a measurement; overlays.
    parent
        Owner.

    Attributes
    ----------
    tool, layer
        For `SliceView.set_tool` and `SliceView.add_layer`; `attach` does it for three views.
    """

    selected = Signal(str)  # id of a measurement, empty for none
    text_wanted = Signal(str)  # id of a measurement
    kind_changed = Signal(object)  # MeasureKind, or None
    rows_changed = Signal(object)  # tuple[MeasurementRow, ...]

    def __init__(
        self, measurements: MeasurementList, state: ViewState, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._measurements = measurements
        self._state = state
        self._board = MeasureBoard(measurements, state, self)
        self._views: LinkedViews | None = None
        self.tool = MeasureTool(self._board, self)
        self.layer = MeasureLayer(self._board)
        self.tool.text_wanted.connect(self.text_wanted)
        self._board.selected.connect(self.selected)
        self._board.changed.connect(self._repaint)
        measurements.changed.connect(self._list_changed)

    @property
    def kind(self) -> MeasureKind | None:
        """What is drawn with the left button; None for nothing."""
        return self.tool.kind

    @property
    def selected_id(self) -> str:
        """Id of the selected measurement; empty for none."""
        return self._board.selected_id

    @property
    def rows(self) -> tuple[MeasurementRow, ...]:
        """All measurements with their values; empty without a scan."""
        return self._board.rows()

    def attach(self, views: LinkedViews) -> None:
        """Measure in these views from now on."""
        self._views = views
        views.set_tool(self.tool)
        views.add_layer(self.layer)

    def show_volume(self, volume: Volume | None) -> None:
        """Measure on another scan, or on none; before or after its measurements are loaded."""
        self.tool.cancel()
        self._board.show_volume(volume)
        self.rows_changed.emit(self.rows)

    def set_kind(self, kind: MeasureKind | None) -> None:
        """Draw measurements of a kind; with None they can still be selected and changed."""
        self.tool.cancel()
        if kind is not None:
            self._board.reveal()
        if kind is not self.tool.kind:
            self.tool.kind = kind
            self.kind_changed.emit(kind)

    def cancel(self) -> bool:
        """Drop what is half-drawn, else the selection; whether there was something to drop."""
        if self.tool.cancel():
            return True
        had_selection = bool(self.selected_id)
        self._board.select("")
        return had_selection

    def select(self, identity: str) -> None:
        """Select a measurement; none where the id is empty or unknown."""
        self._board.select(identity)

    def select_at(self, view: SliceView, place: QPoint) -> str:
        """Select what lies under a place of the desktop, for a menu that opens there.

        Returns
        -------
        Id of the measurement; empty where there is none, and nothing is selected then.
        """
        local = QPointF(view.mapFromGlobal(place))
        self.select(self.tool.identity_at(view.frame, local.x(), local.y()))
        return self.selected_id

    def delete_selected(self) -> bool:
        """Delete the selected measurement; whether there was one."""
        identity = self.selected_id
        self.delete(identity)
        return bool(identity)

    def delete(self, identity: str) -> None:
        """Delete a measurement; an unknown id is passed over."""
        if self._board.has(identity):
            self._measurements.delete(identity)

    def clear(self) -> None:
        """Delete every measurement, as one step of undo."""
        self.tool.cancel()
        self._measurements.clear()

    def rename(self, identity: str, label: str) -> None:
        """Give a measurement other words; an unknown id is passed over."""
        if self._board.has(identity):
            in_one_line = " ".join(label.split())
            self._measurements.edit(relabelled(self._measurements.find(identity), in_one_line))

    def undo(self) -> None:
        """Drop what is half-drawn, else take the last step back."""
        if not self.tool.cancel():
            self._measurements.undo()

    def redo(self) -> None:
        """Take the step that was taken back again."""
        if not self.tool.cancel():
            self._measurements.redo()

    def go_to(self, identity: str) -> None:
        """Show the slice on which a measurement was drawn, turned as it was, and select it."""
        volume = self._board.volume
        if volume is None or not self._board.has(identity):
            return
        measurement = self._measurements.find(identity)
        self._board.reveal()
        self._state.set_crosshair(clamped(volume.geometry, middle_mm(measurement)))
        kind = self._kind_showing(measurement)
        self._board.select(identity)
        if self._views is not None:
            _bring_into_view(self._views, kind, middle_mm(measurement))

    def _kind_showing(self, measurement: Measurement) -> PlaneKind:
        """View that shows the plane of a measurement; one is turned where none does."""
        for kind in PlaneKind:
            if measurement in self._board.shown_on(self._state.plane(kind)):
                return kind
        drawn = measurement.plane
        plane = _shown_as_drawn(measurement)
        kind = max(
            PlaneKind,
            key=lambda one: abs(np.dot(standard_plane(one, drawn.centre_mm).normal, drawn.normal)),
        )
        self._state.set_plane(kind, plane)
        return kind

    def _repaint(self) -> None:
        if self._views is not None:
            for view in self._views.views.values():
                view.update()

    def _list_changed(self) -> None:
        self.tool.cancel()
        self.rows_changed.emit(self.rows)


def _shown_as_drawn(measurement: Measurement) -> Plane:
    """Plane of a measurement for a view, which asks for right angles more strictly."""
    right, down = np.array(measurement.plane.right), np.array(measurement.plane.down)
    right = right / np.linalg.norm(right)
    down = down - (down @ right) * right
    down = down / np.linalg.norm(down)
    return Plane(measurement.plane.centre_mm, as_vector(right), as_vector(down))


def _bring_into_view(views: LinkedViews, kind: PlaneKind, point_mm: Vector) -> None:
    view = views.views[kind]
    if view.isHidden():
        views.toggle_maximised(view)
    views.set_active(kind)
    wide, high = view.frame.size
    x, y = view.frame.to_screen(point_mm)
    margin = _SEEN_PART * min(wide, high)
    if not (margin <= x <= wide - margin and margin <= y <= high - margin):
        view.set_frame(view.frame.panned(wide / 2 - x, high / 2 - y))
