"""MeasureBoard: what is measured on the scan shown, what is selected, and what a hand draws."""

from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Signal

from app.state.measurements import MeasurementList
from app.state.view import Overlay, Plane, SlabMode, ViewState
from app.viewer.frame import Frame
from app.viewer.measure_label import Label, PlacedLabel, label_lines, placed
from app.viewer.measure_outline import middle_mm
from app.viewer.measure_slice import is_on_slice, plane_to_draw_on
from medct_core.measurement.plane import DrawingPlane, Point
from medct_core.measurement.shapes import EllipseRoi, Measurement, RectangleRoi
from medct_core.measurement.table import MeasurementRow, measurement_row
from medct_core.volume.volume import Volume

_REST_MS = 120
_MOST_ROWS = 1024
_OF_SLAB = "Values of the middle slice"


@dataclass(frozen=True, slots=True)
class _Guide:
    plane: DrawingPlane
    points_mm: tuple[Point, ...]


class MeasureBoard(QObject):
    """Shared by the tool that draws and the layer that paints.

    Values of a region are read from the voxels when a drag ends, or when the hand rests; while it
    moves only lengths are told, which cost nothing.

    Parameters
    ----------
    measurements
        The list that is shown and changed.
    state
        Says whether measurements are shown at all.
    parent
        Owner.

    Attributes
    ----------
    volume
        The scan; nothing is shown or drawn where it is None.
    """

    selected = Signal(str)  # id of a measurement, empty for none
    changed = Signal()

    def __init__(
        self, measurements: MeasurementList, state: ViewState, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.volume: Volume | None = None
        self._measurements = measurements
        self._state = state
        self._selected_id = ""
        self._draft: Measurement | None = None
        self._guide: _Guide | None = None
        self._rows: dict[Measurement, MeasurementRow] = {}
        self._rest = QTimer(self, singleShot=True, interval=_REST_MS)
        self._rest.timeout.connect(self._read_draft)
        measurements.changed.connect(self._list_changed)

    @property
    def selected_id(self) -> str:
        """Id of the selected measurement; empty for none."""
        return self._selected_id

    @property
    def draft(self) -> Measurement | None:
        """What a hand draws or changes now; takes the place of the one with its id."""
        return self._draft

    def show_volume(self, volume: Volume | None) -> None:
        """Measure on another scan, or on none."""
        self.volume = volume
        self._rows.clear()
        self.clear_draft()
        self.select("")
        self.changed.emit()

    def select(self, identity: str) -> None:
        """Select a measurement; none where the id is empty or unknown."""
        known = identity if self.has(identity) else ""
        if known != self._selected_id:
            self._selected_id = known
            self.selected.emit(known)
            self.changed.emit()

    def has(self, identity: str) -> bool:
        """Whether the list holds a measurement with that id."""
        return any(one.id == identity for one in self._measurements.items)

    def find(self, identity: str) -> Measurement:
        """Give a measurement of the list; `KeyError` for an unknown id."""
        return self._measurements.find(identity)

    def show_draft(self, draft: Measurement | None) -> None:
        """Show what a hand draws; nothing while it has no extent.

        Not told by `changed`: the view under the hand paints itself, the others need not.
        """
        self._draft, self._guide = draft, None
        if isinstance(draft, RectangleRoi | EllipseRoi):
            self._rest.start()

    def show_guide(self, plane: DrawingPlane, points_mm: tuple[Point, ...]) -> None:
        """Show a line through points that do not make a measurement yet, LPS mm."""
        self._draft, self._guide = None, _Guide(plane, points_mm)

    def clear_draft(self) -> None:
        """Forget what a hand draws."""
        self._rest.stop()
        if self._draft is not None or self._guide is not None:
            self._draft = self._guide = None
            self.changed.emit()

    def keep_draft(self) -> None:
        """Put what was drawn into the list as one step of undo, and select it."""
        draft = self._draft
        self.clear_draft()
        if draft is None:
            return
        if self.has(draft.id):
            self._measurements.edit(draft)
        else:
            self._measurements.add(draft)
        self.select(draft.id)

    def shown_on(self, plane: Plane) -> tuple[Measurement, ...]:
        """Measurements that lie on a slice, the newest last; none while they are hidden."""
        volume = self.volume
        if volume is None or not self._is_visible:
            return ()
        items = self._measurements.items
        if self._draft is not None:
            draft = self._draft
            items = tuple(draft if one.id == draft.id else one for one in items)
            items = items if self.has(draft.id) else (*items, draft)
        return tuple(
            one for one in items if is_on_slice(volume.geometry, one.plane, middle_mm(one), plane)
        )

    def guide_on(self, plane: Plane) -> tuple[Point, ...]:
        """Points of a half-drawn line that lies on a slice, LPS mm; none while hidden."""
        guide = self._guide
        if guide is None or not self._is_visible or not self.is_shown(guide.plane, plane):
            return ()
        return guide.points_mm

    def is_shown(self, drawn: DrawingPlane, plane: Plane) -> bool:
        """Whether a plane that was drawn on is the slice shown."""
        return self.volume is not None and is_on_slice(
            self.volume.geometry, drawn, drawn.centre_mm, plane
        )

    def reveal(self) -> None:
        """Show measurements: nobody should draw what cannot be seen."""
        self._state.show_overlay(Overlay.MEASUREMENTS)

    def plane_to_draw_on(self, plane: Plane) -> DrawingPlane | None:
        """Plane for a new measurement; None without a scan."""
        return None if self.volume is None else plane_to_draw_on(self.volume.geometry, plane)

    def labels(self, frame: Frame) -> tuple[PlacedLabel, ...]:
        """Texts of what lies on a slice; the oldest has the first choice of place."""
        labels = (Label(one, self._lines(one)) for one in self.shown_on(frame.plane))
        return placed(tuple(label for label in labels if label.lines), frame)

    def rows(self) -> tuple[MeasurementRow, ...]:
        """Every measurement of the list with its values, in the order they were drawn."""
        if self.volume is None:
            return ()
        return tuple(self._row(one, self.volume) for one in self._measurements.items)

    @property
    def _is_visible(self) -> bool:
        return Overlay.MEASUREMENTS in self._state.overlays

    def _lines(self, measurement: Measurement) -> tuple[str, ...]:
        if self.volume is None or not isinstance(measurement, RectangleRoi | EllipseRoi):
            return label_lines(measurement, None)
        if measurement is self._draft and measurement not in self._rows:
            return label_lines(measurement, None)
        lines = label_lines(measurement, self._row(measurement, self.volume))
        return lines if self._state.slab.mode is SlabMode.NONE else (*lines, _OF_SLAB)

    def _row(self, measurement: Measurement, volume: Volume) -> MeasurementRow:
        row = self._rows.get(measurement)
        if row is None:
            if len(self._rows) >= _MOST_ROWS:
                self._rows.clear()
            row = self._rows[measurement] = measurement_row(measurement, volume)
        return row

    def _read_draft(self) -> None:
        if self._draft is not None and self.volume is not None:
            self._row(self._draft, self.volume)
            self.changed.emit()

    def _list_changed(self) -> None:
        self.select(self._selected_id)
        self.changed.emit()
