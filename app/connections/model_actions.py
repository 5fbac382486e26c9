"""Which model is asked: the menus that choose it, and what it can and cannot do."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QMenu

from app.connections.adapter_menu import AdapterMenu
from app.connections.triggers import connect_all
from app.controllers.ask_model import AskModel
from app.settings import Settings
from app.state.answers import ModelChoice
from app.state.results import ResultsState
from app.windows.main_window import MainWindow
from medct_core.errors import ModelUnavailableError
from medct_core.models.adapter_store import NO_ADAPTER, chosen_adapter
from medct_core.models.catalogue import installed_models


class ModelActions(QObject):
    """Carries out the menu Model.

    Parameters
    ----------
    window
        Owns the dialogs.
    tables
        Actions and menus by name.
    results
        Say which model is loaded.
    ask_model
        Scores.
    parent
        Owner.
    """

    model_chosen = Signal(object)  # ModelChoice

    def __init__(
        self,
        window: MainWindow,
        tables: tuple[Mapping[str, QAction], Mapping[str, QMenu]],
        results: ResultsState,
        ask_model: AskModel,
        *,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._window, self._results = window, results
        self._actions, menus = tables
        self._choice = ModelChoice()
        self._models = menus["choose_model"]
        self._models.aboutToShow.connect(self._fill_models)
        connect_all(
            self._actions,
            {
                "score": ask_model.score,
                "score_anyway": ask_model.score_anyway,
                "no_adapter": self._take_no_adapter,
            },
        )
        self._adapters = AdapterMenu(window, menus["choose_adapter"], results, self)
        self._adapters.adapter_chosen.connect(self._take_adapter)
        self._adapters.none_chosen.connect(self._take_no_adapter)
        results.model_changed.connect(self._show_adapter)
        self._show_adapter()

    def take_choice(self, settings: Settings) -> None:
        """Know which model the settings ask for."""
        self._choice = model_choice(settings)
        self._show_adapter()

    def load_again(self) -> None:
        """Ask for the same model, after it could not be loaded."""
        self._tell(self._choice)

    def _fill_models(self) -> None:
        self._models.clear()
        loaded = self._results.model
        for model in installed_models():
            action = self._models.addAction(f"{model.name} ({model.origin})")
            action.setCheckable(True)
            action.setChecked(loaded is not None and loaded.stamp.model == model.name)
            action.triggered.connect(partial(self._choose, model.name))
        self._models.addSeparator()
        self._models.addAction(self.tr("Folder of a model…")).triggered.connect(self._choose_folder)

    def _choose(self, name: str, _checked: bool = False) -> None:
        # An adapter belongs to one model.
        self._tell(replace(self._choice, model=name, adapter=None))

    def _choose_folder(self) -> None:
        folder = QFileDialog.getExistingDirectory(self._window, self.tr("Folder of a model"))
        if folder:
            self._choose(folder)

    def _take_adapter(self, folder: Path) -> None:
        self._tell(replace(self._choice, adapter=folder))

    def _take_no_adapter(self) -> None:
        none = NO_ADAPTER if _has_default(self._choice.model) else None
        self._tell(replace(self._choice, adapter=none))

    def _tell(self, choice: ModelChoice) -> None:
        self._choice = choice
        self._show_adapter()
        self.model_chosen.emit(choice)

    def _show_adapter(self) -> None:
        """Offer to leave the adapter out, also where it is why no model could be loaded."""
        model = self._results.model
        is_loaded = model is not None and bool(model.stamp.adapter)
        is_wanted = self._choice.adapter not in (None, NO_ADAPTER)
        self._actions["no_adapter"].setEnabled(is_loaded or is_wanted)


def _has_default(model: str | None) -> bool:
    """Whether a model would be used with an adapter if nothing were said."""
    try:
        return chosen_adapter(model, None) is not None
    except ModelUnavailableError:
        return True


def model_choice(settings: Settings) -> ModelChoice:
    """Say which model settings ask for."""
    adapter = Path(settings.adapter) if settings.adapter else None
    return ModelChoice(settings.model or None, adapter, settings.device)
