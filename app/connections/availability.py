"""Entries that mean nothing without a scan: they can be chosen only while one is open."""

from collections.abc import Mapping

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction

from app.state.session import SessionState

NEED_SCAN = (
    "export",
    "screenshot_view",
    "screenshot_window",
    "close_scan",
    "undo",
    "redo",
    "copy_view",
    "copy_findings",
    "delete_measurement",
    "clear_measurements",
    "cine",
    "tool_length",
    "tool_axes",
    "tool_angle",
    "tool_ellipse",
    "tool_rectangle",
    "tool_arrow",
    "score",
    "score_anyway",
    "accept_finding",
    "reject_finding",
    "heatmap",
    "mark_image",
    "find_similar",
    "similar_region",
    "add_case",
)
"""Names of actions. What only changes how scans will look, such as layouts, is not among them."""


class Availability(QObject):
    """Lets actions be chosen as long as a scan is open.

    Parameters
    ----------
    actions
        By name.
    session
        Says whether one is.
    parent
        Owner.
    """

    def __init__(
        self,
        actions: Mapping[str, QAction],
        session: SessionState,
        *,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._actions, self._session = tuple(actions[name] for name in NEED_SCAN), session
        session.scan_changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        for action in self._actions:
            action.setEnabled(self._session.scan is not None)
