"""Dialogs that tell or ask about the program itself: settings, keys, model card, about."""

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QAction, QDesktopServices
from PySide6.QtWidgets import QDialog

from app.connections.triggers import connect_all
from app.settings import Settings
from app.state.results import ResultsState
from app.windows.about_dialog import AboutDialog
from app.windows.action_keys import bind
from app.windows.action_table import ROWS
from app.windows.cheat_sheet import CheatSheet
from app.windows.main_window import MainWindow
from app.windows.settings_dialog import SettingsDialog


class DialogConnection(QObject):
    """Opens dialogs, one at a time, and reports what was chosen.

    Parameters
    ----------
    window
        Owns them.
    settings
        What the person chose so far.
    results
        Say which model is loaded.
    log_folder
        Where logs lie.
    parent
        Owner.
    """

    settings_chosen = Signal(object)  # Settings

    def __init__(
        self,
        window: MainWindow,
        settings: Settings,
        results: ResultsState,
        *,
        log_folder: Path,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._window, self._settings = window, settings
        self._results, self._log_folder = results, log_folder

    def connect_actions(self, actions: Mapping[str, QAction]) -> None:
        """Carry these out."""
        connect_all(
            actions,
            {
                "settings": self._show_settings,
                "shortcuts": self._show_keys,
                "about": lambda: self._show(AboutDialog(self._window)),
                "log_folder": self._show_logs,
            },
        )

    def take_settings(self, settings: Settings) -> None:
        """Know what is chosen, whoever chose it."""
        self._settings = settings

    def _show(self, dialog: QDialog) -> None:
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _show_settings(self) -> None:
        dialog = SettingsDialog(self._settings, parent=self._window)
        dialog.settings_chosen.connect(self.settings_chosen)
        self._show(dialog)

    def _show_keys(self) -> None:
        sheet = CheatSheet(self._window)
        sheet.show_keys(ROWS, bind(ROWS, self._settings.shortcuts).keys)
        self._show(sheet)

    def _show_logs(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._log_folder)))
