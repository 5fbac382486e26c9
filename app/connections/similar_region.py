"""Similar regions: the selected rectangle or ellipse as what is looked for in other cases."""

from collections.abc import Mapping

import numpy as np
from PySide6.QtCore import QObject
from PySide6.QtGui import QAction

from app.connections.triggers import connect_all
from app.controllers.similar_region import Corners, SimilarRegion
from app.state.answers import Problem
from app.state.measurements import MeasurementList
from app.viewer.measure_desk import MeasureDesk
from app.windows.main_window import MainWindow
from medct_core.measurement.plane import as_point
from medct_core.measurement.shapes import EllipseRoi, RectangleRoi

NO_REGION = Problem(
    "No region is selected.", "Draw a rectangle or an ellipse, or select one, then try again."
)


class SimilarRegionConnection(QObject):
    """Searches for what is selected, and says where that cannot be done.

    Parameters
    ----------
    window
        Shows the list, and what went wrong.
    actions
        By name.
    drawn
        The measurements, and what knows which one is selected.
    search
        Searches.
    parent
        Owner.
    """

    def __init__(
        self,
        window: MainWindow,
        actions: Mapping[str, QAction],
        drawn: tuple[MeasurementList, MeasureDesk],
        search: SimilarRegion,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._window, self._search = window, search
        self._measurements, self._desk = drawn
        connect_all(actions, {"similar_region": self._start})
        search.failed.connect(self._show_problem)

    def _start(self) -> None:
        identity = self._desk.selected_id
        drawn = self._measurements.find(identity) if identity else None
        if isinstance(drawn, RectangleRoi | EllipseRoi):
            self._window.show_dock("similar")
            self._search.search(corners_of(drawn))
        else:
            self._show_problem(NO_REGION)

    def _show_problem(self, problem: Problem) -> None:
        self._window.banner.show_problem(problem.summary, problem.remedy)


def corners_of(region: RectangleRoi | EllipseRoi) -> Corners:
    """Give the four corners around a region in its plane, LPS mm."""
    first, right = np.array(region.corner_mm), np.array(region.plane.right)
    across = np.array(region.opposite_mm) - first
    along = (across @ right) * right
    return tuple(as_point(first + step) for step in (0 * across, along, across - along, across))
