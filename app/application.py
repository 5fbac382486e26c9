"""Application: what all windows share, and the order in which everything begins and ends."""

import logging
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from app.connections.case_window import CaseWindow, Services
from app.settings import Settings
from app.state.answers import ModelChoice, ModelFacts
from app.state.case_folder import default_case_folder
from app.theme import STYLE, THEMES, palette_of, style_sheet_of
from app.workers.inference_worker import InferenceWorker, OpenDesk, open_real_desk
from app.workers.loader_pool import LoaderPool

log = logging.getLogger(__name__)


class Application(QObject):
    """Owns the threads and the windows.

    Parameters
    ----------
    qt
        The Qt application.
    settings
        What the person chose.
    open_desk
        Loads a model on the worker's thread.
    """

    def __init__(
        self, qt: QApplication, settings: Settings, open_desk: OpenDesk = open_real_desk
    ) -> None:
        super().__init__(qt)
        self._qt, self._settings = qt, settings
        self._windows: list[CaseWindow] = []
        self._count = 0
        self._model: ModelFacts | None = None
        loader = LoaderPool(self)
        worker = InferenceWorker(open_desk, model_choice(settings), self)
        self._services = Services(worker, loader, default_case_folder())
        worker.model_ready.connect(self._on_model)
        self._show_theme()

    @property
    def windows(self) -> tuple[CaseWindow, ...]:
        """Those that are open."""
        return tuple(self._windows)

    def open_window(self, path: Path | None = None) -> CaseWindow:
        """Open a window, and a scan in it."""
        self._count += 1
        made = CaseWindow(f"window {self._count}", self._services, self._settings, self._model)
        made.closed.connect(self._on_closed)
        self._windows.append(made)
        made.window.show()
        if path is not None:
            made.controllers.open_study.open_path(path)
        return made

    def start_work(self) -> None:
        """Load the model; called when the first window is painted."""
        self._services.worker.start()

    def stop(self) -> None:
        """End everything, in this order: wishes, threads, pictures in 3D."""
        for window in self.windows:
            window.window.close()
        self._services.loader.stop()
        self._services.worker.stop()

    def _on_model(self, model: ModelFacts) -> None:
        self._model = model

    def _on_closed(self, window: CaseWindow) -> None:
        self._windows.remove(window)
        window.window.deleteLater()
        window.deleteLater()

    def _show_theme(self) -> None:
        theme = THEMES[self._settings.theme]
        self._qt.setStyle(STYLE)
        self._qt.setPalette(palette_of(theme))
        self._qt.setStyleSheet(style_sheet_of(theme))


def model_choice(settings: Settings) -> ModelChoice:
    """Say which model the settings ask for."""
    adapter = Path(settings.adapter) if settings.adapter else None
    return ModelChoice(settings.model or None, adapter, settings.device)
