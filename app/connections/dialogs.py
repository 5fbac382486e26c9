"""Dialogs that tell or ask about the program itself: settings, keys, model card, about."""

import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QAction, QDesktopServices
from PySide6.QtWidgets import QDialog

from app.connections.triggers import connect_all
from app.controllers.model_card import ModelCard, card_of
from app.settings import Settings
from app.state.answers import ModelFacts
from app.state.results import ResultsState
from app.windows.action_keys import bind
from app.windows.action_table import ROWS
from app.windows.main_window import MainWindow
from app.windows.panel_focus import focus_next_panel, focus_previous_panel
from app.workers.loader_pool import LoaderPool, OnProgress
from app.workers.newest_job import NewestJob
from medct_core.cancel import CancelToken
from medct_core.models.catalogue import installed_models

DEVICES = ("auto", "cpu", "mps" if sys.platform == "darwin" else "cuda")
"""What a model may be asked to run on; one that is not there is told when it is chosen."""


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
    loader
        Reads the model's card.
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
        loader: LoaderPool,
        log_folder: Path,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._window, self._settings = window, settings
        self._results, self._log_folder = results, log_folder
        self._card = NewestJob(loader, self)
        self._card.done.connect(self._on_card)

    def connect_actions(self, actions: Mapping[str, QAction]) -> None:
        """Carry these out."""
        connect_all(
            actions,
            {
                "settings": self._show_settings,
                "shortcuts": self._show_keys,
                "next_panel": lambda: focus_next_panel(self._window),
                "previous_panel": lambda: focus_previous_panel(self._window),
                "about": self._show_about,
                "model_card": self._read_card,
                "log_folder": self._show_logs,
            },
        )

    def take_settings(self, settings: Settings) -> None:
        """Know what is chosen, whoever chose it."""
        self._settings = settings

    def _show(self, dialog: QDialog) -> None:
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    # Each dialog is loaded when it is first asked for: all of them would delay the window.

    def _show_about(self) -> None:
        from app.windows.about_dialog import AboutDialog  # noqa: PLC0415

        self._show(AboutDialog(self._window))

    def _show_settings(self) -> None:
        from app.windows.settings_dialog import SettingsDialog  # noqa: PLC0415
        from app.windows.settings_pages import ModelOption  # noqa: PLC0415

        models = tuple(ModelOption(one.name, one.origin) for one in installed_models())
        dialog = SettingsDialog(self._settings, parent=self._window, models=models, devices=DEVICES)
        dialog.settings_chosen.connect(self.settings_chosen)
        self._show(dialog)

    def _show_keys(self) -> None:
        from app.windows.cheat_sheet import CheatSheet  # noqa: PLC0415

        sheet = CheatSheet(self._window)
        sheet.show_keys(ROWS, bind(ROWS, self._settings.shortcuts).keys)
        self._show(sheet)

    def _read_card(self) -> None:
        model = self._results.model
        if model is None:
            told = self.tr("The model is not loaded yet.")
            self._window.say(told)
        else:
            self._card.start(partial(_card, model, self._settings.model), doing="reading the card")

    def _on_card(self, card: ModelCard) -> None:
        from app.windows.model_card_dialog import ModelCardDialog  # noqa: PLC0415

        self._show(ModelCardDialog(card, self._window))

    def _show_logs(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._log_folder)))


def _card(model: ModelFacts, chosen: str, _cancel: CancelToken, _told: OnProgress) -> ModelCard:
    named = {one.name: one.folder for one in installed_models()}
    folder = Path(chosen) if chosen and Path(chosen).is_dir() else named.get(model.stamp.model)
    return card_of(model, folder)
