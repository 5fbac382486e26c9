"""Menu entries and keys about findings, prompts and heatmaps."""

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction

from app.connections.findings import FindingsConnection
from app.connections.heatmap import HeatmapConnection
from app.connections.triggers import connect_all
from app.state.case_record import Decision
from app.windows.main_window import MainWindow


class FindingActions(QObject):
    """Carries out the menu Findings and the entries about heatmaps.

    Parameters
    ----------
    window
        Has the panels.
    actions
        By name.
    findings, heatmap
        Do what is asked.
    parent
        Owner.
    """

    def __init__(
        self,
        window: MainWindow,
        actions: Mapping[str, QAction],
        findings: FindingsConnection,
        heatmap: HeatmapConnection,
        *,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._window = window
        connect_all(
            actions,
            {
                "find_finding": self._search,
                "focus_prompt": self._type,
                "accept_finding": partial(findings.decide, Decision.ACCEPTED),
                "reject_finding": partial(findings.decide, Decision.REJECTED),
                "heatmap": heatmap.toggle,
                "heatmap_more": partial(heatmap.change_opacity, 1),
                "heatmap_less": partial(heatmap.change_opacity, -1),
            },
        )

    def _search(self) -> None:
        self._window.show_dock("findings")
        self._window.findings_panel.focus_search()

    def _type(self) -> None:
        self._window.show_dock("findings")
        self._window.prompt_panel.focus_input()
