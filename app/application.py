"""Application: what all windows share, and the order in which everything begins and ends."""

import gc
import logging
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QByteArray, QObject, QSettings, QTimer, Signal
from PySide6.QtWidgets import QApplication

from app.connections.case_parts import Services
from app.connections.case_window import CaseWindow
from app.connections.model_actions import model_choice
from app.crash_log import PreviousCrash, default_log_folder
from app.settings import Settings, write_settings
from app.state.answers import ModelChoice, ModelFacts, Problem
from app.state.autosave import CrashedSession, default_autosave_folder
from app.state.case_folder import default_case_folder
from app.state.recent_files import RecentFile, RecentFiles, missing_of
from app.state.scan_places import default_scan_places
from app.theme import STYLE, THEMES, palette_of, style_sheet_of
from app.windows.disclaimer_dialog import DisclaimerDialog
from app.windows.key_guard import KeyGuard
from app.windows.restore_dialog import RestoreDialog
from app.workers.inference_worker import InferenceWorker, OpenDesk, open_real_desk
from app.workers.library_worker import LibraryWorker
from app.workers.loader_pool import LoaderPool, OnProgress
from app.workers.newest_job import NewestJob
from medct_core.cancel import CancelToken
from medct_core.errors import MedctError

log = logging.getLogger(__name__)

_RECENT, _CONSENT, _YES = "recent", "understood-not-a-medical-device", "yes"
_GEOMETRY, _DOCKS = "window/geometry", "window/docks"
# Raised when docks are added, so that an older arrangement does not hide them.
_DOCKS_VERSION = 2
_TIDY_UP_MS = 500


class Application(QObject):
    """Owns the threads and the windows.

    Parameters
    ----------
    qt
        The Qt application.
    settings
        What the person chose.
    folder
        Where settings and the places of windows are kept.
    open_desk
        Loads a model on the worker's thread.
    """

    mistake_made = Signal(str, str)  # summary, remedy; may be emitted on any thread

    def __init__(
        self,
        qt: QApplication,
        settings: Settings,
        folder: Path,
        open_desk: OpenDesk = open_real_desk,
    ) -> None:
        super().__init__(qt)
        self._qt, self._settings, self._folder = qt, settings, folder
        self._memory = QSettings(str(folder / "windows.ini"), QSettings.Format.IniFormat)
        self._windows: list[CaseWindow] = []
        self._count = 0
        self._model: ModelFacts | None = None
        self._crashed: list[CrashedSession] = []
        self._worker = InferenceWorker(open_desk, model_choice(settings), self)
        self._recent = RecentFiles(self)
        self._services = Services(
            worker=self._worker,
            loader=LoaderPool(self),
            cases=default_case_folder(),
            autosaves=default_autosave_folder(),
            places=default_scan_places(),
            recent=self._recent,
            library=LibraryWorker(self),
            log_folder=default_log_folder(),
        )
        self._recent.load(_texts(self._memory.value(_RECENT)))
        self._recent.changed.connect(self._remember_recent)
        self._missing = NewestJob(self._services.loader, self)
        self._missing.done.connect(self._recent.mark_missing)
        self._worker.model_ready.connect(self._on_model)
        self._worker.model_unavailable.connect(self._on_no_model)
        self.mistake_made.connect(self._on_mistake)
        self._tidying = QTimer(self, singleShot=True, interval=_TIDY_UP_MS)
        self._tidying.timeout.connect(_let_go_of_closed_windows)
        KeyGuard(self)
        self._show_theme()

    @property
    def windows(self) -> tuple[CaseWindow, ...]:
        """Those that are open."""
        return tuple(self._windows)

    def open_window(self, path: Path | None = None) -> CaseWindow:
        """Open a window, and a scan, a session or a mask in it."""
        self._count += 1
        made = CaseWindow(f"window {self._count}", self._services, self._settings, self._model)
        made.closed.connect(self._on_closed)
        made.window_wanted.connect(self._open_another)
        made.quit_wanted.connect(self._quit)
        made.settings_chosen.connect(self.take_settings)
        made.model_chosen.connect(self._choose_model)
        self._place(made)
        self._windows.append(made)
        made.window.show()
        if path is not None:
            made.controllers.open_study.open_paths((path,))
        return made

    def start_work(self) -> None:
        """Load the model and what reads files; called when the first window is painted."""
        self._worker.start()
        self._services.library.start()
        for window in self._windows:
            window.controllers.open_study.prepare()
        self._missing.start(partial(_missing, self._recent.files), doing="looking for files")

    def ask_before_use(self) -> None:
        """Say once what the program is not, and offer what a crash left behind."""
        if not self._windows:
            return
        if self._memory.value(_CONSENT) == _YES:
            self._offer_what_is_left()
            return
        dialog = DisclaimerDialog(self._windows[0].window)
        dialog.accepted.connect(self._on_consent)
        dialog.rejected.connect(self._quit)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def tell(self, problem: Problem) -> None:
        """Show a problem that belongs to no scan."""
        for window in self._windows[:1]:
            window.window.banner.show_problem(problem.summary, problem.remedy)

    def tell_crashes(self, crashes: tuple[PreviousCrash, ...]) -> None:
        """Say that the program crashed before, and where the newest crash is written down."""
        for crash in crashes[-1:]:
            self.tell(Problem(crash.summary, crash.remedy))

    def take_settings(self, settings: Settings) -> None:
        """Use other settings in all windows, and keep them."""
        before, self._settings = self._settings, settings
        if settings.theme != before.theme:
            self._show_theme()
        for window in self._windows:
            window.apply(settings)
        if model_choice(settings) != model_choice(before):
            self._worker.load_model(model_choice(settings))
        try:
            write_settings(settings, self._folder / "settings.toml")
        except MedctError as error:
            self.tell(Problem.of(error))

    def stop(self) -> None:
        """End everything, in this order: wishes, pictures in 3D, threads."""
        for window in self.windows:
            window.window.close()
        self._services.loader.stop()
        self._services.library.stop()
        self._worker.stop()

    def _open_another(self) -> None:
        self.open_window()

    def _quit(self) -> None:
        # One that stays, as its work cannot be kept, keeps the program.
        if all(window.window.close() for window in self.windows):
            self._qt.quit()

    def _choose_model(self, choice: ModelChoice) -> None:
        adapter = "" if choice.adapter is None else str(choice.adapter)
        chosen = replace(
            self._settings, model=choice.model or "", adapter=adapter, device=choice.device
        )
        if chosen == self._settings:
            # The same again: it could not be loaded, and something was mended since.
            self._worker.load_model(choice)
        self.take_settings(chosen)

    def _on_model(self, model: ModelFacts) -> None:
        self._model = model
        for window in self._windows:
            # One that was opened while this was on its way has not heard of it.
            window.states.results.set_model(model)

    def _on_no_model(self, error: MedctError) -> None:
        # Where there is none at all, the findings say so; else the one before stays in use.
        if self._model is not None:
            for window in self._windows:
                window.window.banner.show_problem(error.summary, error.remedy)

    def _on_consent(self) -> None:
        self._memory.setValue(_CONSENT, _YES)
        self._offer_what_is_left()

    def _offer_what_is_left(self) -> None:
        self._crashed = list(self._services.autosaves.crashed())
        self._offer_restore()

    def _offer_restore(self) -> None:
        if not self._crashed or not self._windows:
            return
        crashed = self._crashed.pop(0)
        owner = self._windows[0].window
        dialog = RestoreDialog(crashed.session.scan_path.name, crashed.saved_at.astimezone(), owner)
        dialog.restore_chosen.connect(partial(self._restore, crashed))
        dialog.discard_chosen.connect(crashed.discard)
        dialog.rejected.connect(crashed.let_go)
        dialog.finished.connect(dialog.deleteLater)
        dialog.finished.connect(self._offer_restore)
        dialog.open()

    def _restore(self, crashed: CrashedSession) -> None:
        """Restore in a window of its own, or in one where nothing is shown or on its way."""
        free = (window for window in self._windows if window.is_free)
        window = next(free, None) or self.open_window()
        window.keep_session.restore(crashed)

    def _on_closed(self, closed: CaseWindow) -> None:
        self._windows.remove(closed)
        self._memory.setValue(_GEOMETRY, closed.window.saveGeometry())
        self._memory.setValue(_DOCKS, closed.window.saveState(_DOCKS_VERSION))
        closed.window.deleteLater()
        closed.deleteLater()
        self._tidying.start()

    def _place(self, made: CaseWindow) -> None:
        geometry, docks = self._memory.value(_GEOMETRY), self._memory.value(_DOCKS)
        # Anybody may have written anything into that file.
        if isinstance(geometry, QByteArray):
            made.window.restoreGeometry(geometry)
        if isinstance(docks, QByteArray):
            made.window.restoreState(docks, _DOCKS_VERSION)

    def _remember_recent(self) -> None:
        self._memory.setValue(_RECENT, self._recent.paths)

    def _on_mistake(self, summary: str, remedy: str) -> None:
        self.tell(Problem(summary, remedy))

    def _show_theme(self) -> None:
        theme = THEMES[self._settings.theme]
        self._qt.setStyle(STYLE)
        self._qt.setPalette(palette_of(theme))
        self._qt.setStyleSheet(style_sheet_of(theme))


def _let_go_of_closed_windows() -> None:
    # Parts of a window hold each other, and its scan. Python would find them much later, and
    # perhaps on a thread where no widget may be deleted.
    gc.collect()


def _missing(
    files: tuple[RecentFile, ...], _cancel: CancelToken, _told: OnProgress
) -> tuple[Path, ...]:
    return missing_of(file.path for file in files)


def _texts(stored: object) -> list[str]:
    """Give a list of texts as Qt stores it: one text alone comes back as no list."""
    if isinstance(stored, str):
        return [stored]
    return [one for one in stored if isinstance(one, str)] if isinstance(stored, list) else []
