"""Taught findings: their group below the findings, and the dialog that teaches a new one."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction

from app.connections.triggers import connect_all
from app.controllers.find_similar import SearchChoice
from app.controllers.taught_findings import TaughtFindings
from app.settings import Settings
from app.state.answers import Problem
from app.state.library_place import library_name
from app.state.taught_page import TaughtPage, TaughtState
from app.windows.main_window import MainWindow
from medct_core.retrieval.taught_finding import TaughtFinding, TeachableName

if TYPE_CHECKING:
    from app.windows.teach_dialog import TeachDialog


class TaughtConnection(QObject):
    """Keeps the taught findings true, and carries out what a person wants taught or forgotten.

    Parameters
    ----------
    window
        Shows them.
    actions
        By name.
    state
        Of the window.
    controller
        Does the work.
    settings
        What the person chose.
    parent
        Owner.
    """

    def __init__(
        self,
        window: MainWindow,
        actions: Mapping[str, QAction],
        state: TaughtState,
        controller: TaughtFindings,
        settings: Settings,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._window, self._controller, self._settings = window, controller, settings
        self.dialog: TeachDialog | None = None
        state.changed.connect(self._show)
        window.taught_panel.forget_wanted.connect(controller.forget)
        controller.names_read.connect(self._show_names)
        controller.progressed.connect(self._show_progress)
        controller.learned.connect(self._show_learned)
        controller.failed.connect(self._show_problem)
        controller.written.connect(self._on_written)
        controller.not_written.connect(self._on_not_written)
        connect_all(actions, {"teach_finding": self._teach})

    def take_settings(self, settings: Settings) -> None:
        """Ask and teach as settings say from now on."""
        self._settings = settings
        self._controller.set_address(SearchChoice.of(settings).address)

    def _show(self, page: TaughtPage | None) -> None:
        self._window.taught_panel.show_page(page)

    def _teach(self) -> None:
        # Loaded when it is first asked for: all dialogs at once would delay the window.
        from app.windows.teach_dialog import TeachDialog  # noqa: PLC0415

        address = SearchChoice.of(self._settings).address
        dialog = self.dialog = TeachDialog(library_name(address), self._window)
        dialog.learn_wanted.connect(self._learn)
        dialog.stop_wanted.connect(self._controller.stop)
        dialog.keep_wanted.connect(self._controller.keep)
        dialog.finished.connect(self._on_finished)
        dialog.open()
        self._controller.read_names()

    def _learn(self, name: str) -> None:
        self._controller.learn(name, by=self._settings.reader)

    def _on_finished(self) -> None:
        if self.dialog is not None:
            self.dialog.deleteLater()
            self.dialog = None

    def _show_names(self, names: tuple[TeachableName, ...]) -> None:
        if self.dialog is not None:
            self.dialog.show_names(names)

    def _show_progress(self, fraction: float) -> None:
        if self.dialog is not None:
            self.dialog.show_progress(fraction)

    def _show_learned(self, finding: TaughtFinding) -> None:
        if self.dialog is not None:
            self.dialog.show_learned(finding)

    def _show_problem(self, problem: Problem) -> None:
        if self.dialog is not None:
            self.dialog.show_problem(problem.summary, problem.remedy)

    def _on_written(self, name: str) -> None:
        self._window.say(
            self.tr("What the library was taught of “{name}” changed.").format(name=name)
        )

    def _on_not_written(self, problem: Problem) -> None:
        self._window.banner.show_problem(problem.summary, problem.remedy)
