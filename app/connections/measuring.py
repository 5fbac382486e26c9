"""Measuring: the desk that draws, the table that lists, and the histogram of a chosen region."""

from PySide6.QtCore import QObject

from app.connections.grey import GreyConnection
from app.panels.measurements_panel import MeasurementsPanel
from app.state.measurements import MeasurementList
from app.state.session import OpenScan, SessionState
from app.state.view import ViewState
from app.viewer.measure_desk import MeasureDesk
from app.windows.main_window import MainWindow
from medct_core.measurement.shapes import EllipseRoi, RectangleRoi


class MeasuringConnection(QObject):
    """Lets a person measure on the open scan.

    Parameters
    ----------
    window
        Has the views and the table.
    states
        What is open, what was measured, and how the scan is looked at.
    grey
        Counts the values of a selected region.
    parent
        Owner.

    Attributes
    ----------
    desk
        Draws and changes measurements.
    """

    def __init__(
        self,
        window: MainWindow,
        states: tuple[SessionState, MeasurementList, ViewState],
        grey: GreyConnection,
        *,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        session, self._measurements, view = states
        self._window, self._grey = window, grey
        self.desk = MeasureDesk(self._measurements, view, self)
        self.desk.attach(window.views)
        session.scan_changed.connect(self._on_scan)
        self._join(window.measurements_panel)
        self.desk.selected.connect(self._show_region)
        # A region that is moved or resized has other values.
        self._measurements.changed.connect(self._show_region)
        self.desk.text_wanted.connect(self._ask_for_text)

    def _join(self, panel: MeasurementsPanel) -> None:
        self.desk.rows_changed.connect(panel.show_measurements)
        self.desk.selected.connect(panel.show_selected)
        panel.measurement_chosen.connect(self.desk.go_to)
        panel.renamed.connect(self.desk.rename)
        panel.delete_requested.connect(self.desk.delete)

    def _on_scan(self, scan: OpenScan | None) -> None:
        self.desk.show_volume(None if scan is None else scan.volume)

    def _show_region(self) -> None:
        identity = self.desk.selected_id
        chosen = next((one for one in self._measurements.items if one.id == identity), None)
        self._grey.show_region(chosen if isinstance(chosen, EllipseRoi | RectangleRoi) else None)

    def _ask_for_text(self, identity: str) -> None:
        self._window.show_dock("measurements")
        self._window.measurements_panel.rename_measurement(identity)
