"""CaseWindow: one window with everything behind it, connected."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from app.connections.availability import Availability
from app.connections.beside import BesideConnection
from app.connections.case_parts import CaseStates, Controllers, Services
from app.connections.companion_place import CompanionPlace
from app.connections.dialogs import DialogConnection
from app.connections.exporting import ExportConnection
from app.connections.finding_actions import FindingActions
from app.connections.findings import FindingsConnection, FindingStates
from app.connections.grey import GreyConnection
from app.connections.header import HeaderConnection
from app.connections.heatmap import HeatmapConnection
from app.connections.measuring import MeasuringConnection
from app.connections.menus import MenuConnection
from app.connections.model_actions import ModelActions
from app.connections.not_similar import NotSimilarConnection
from app.connections.opening import OpeningConnection
from app.connections.overlays import OverlayConnection
from app.connections.prior import PriorConnection
from app.connections.prompt_files import PromptFileConnection
from app.connections.prompts import PromptConnection
from app.connections.report_text import ReportTextConnection
from app.connections.scan import ScanConnection
from app.connections.sessions import SessionConnection
from app.connections.similar import SimilarConnection, SimilarControllers
from app.connections.similar_region import SimilarRegionConnection
from app.connections.taught import TaughtConnection
from app.connections.tool_actions import ToolActions
from app.connections.triggers import connect_all
from app.connections.view_actions import ViewActions
from app.connections.view_menu import ViewMenu
from app.connections.volume import VolumeConnection
from app.connections.volume_controls import VolumeControls
from app.connections.why import WhyConnection
from app.connections.work import WorkConnection
from app.controllers.find_similar import SimilarStates
from app.controllers.keep_session import KeepSession, SessionParts
from app.settings import MouseProfile, Settings
from app.state.answers import ModelFacts
from app.state.view import Overlay
from app.theme import THEMES, Theme
from app.windows.action_keys import bind
from app.windows.action_table import ROWS
from app.windows.actions import fill_menu_bar, make_actions, set_keys
from app.windows.main_window import MainWindow
from app.windows.tool_bar import make_tool_bar


class CaseWindow(QObject):
    """One window: its states, its controllers, its widgets, and what joins them.

    Parameters
    ----------
    name
        Tells it from other windows.
    services
        Shared by all windows.
    settings
        What the person chose.
    model
        What is loaded already; None while nothing is.
    """

    closed = Signal(object)  # CaseWindow
    window_wanted = Signal()
    quit_wanted = Signal()
    settings_chosen = Signal(object)  # Settings
    model_chosen = Signal(object)  # ModelChoice

    def __init__(
        self, name: str, services: Services, settings: Settings, model: ModelFacts | None = None
    ) -> None:
        super().__init__()
        self._settings = settings
        self.states = CaseStates(self)
        self.window = MainWindow(self.states.view, THEMES[settings.theme])
        self.controllers = Controllers(name, self.states, services, settings)
        self.actions: dict[str, QAction] = make_actions(ROWS, settings.shortcuts, self.window)
        self.menus: dict[str, QMenu] = fill_menu_bar(self.window.menuBar(), ROWS, self.actions)
        self.tool_bar = make_tool_bar(self.actions, THEMES[settings.theme])
        self.window.addToolBar(self.tool_bar)
        self.menus["panels"].addAction(self.tool_bar.toggleViewAction())
        self._show_scans(services)
        self._show_beside(THEMES[settings.theme])
        self._show_answers(services)
        self._show_similar(settings)
        self._take_orders(services)
        self._keep_work(services)
        self._talk_about_program(services, settings)
        self._begin(settings)
        self.states.results.set_model(model)
        self.window.may_close = self.sessions.may_close
        self.window.closed.connect(self._close)

    @property
    def is_free(self) -> bool:
        """Whether nothing is shown, being read, or asked about in it."""
        session = self.states.session
        shown = (session.scan, session.loading, session.question)
        return shown == (None, None, None) and not self.keep_session.is_restoring

    def apply(self, settings: Settings) -> None:
        """Use other settings from now on; what they leave as it was stays as it is shown."""
        before, self._settings = self._settings, settings
        self.dialogs.take_settings(settings)
        self.models.take_choice(settings)
        if settings.theme != before.theme:
            self._show_theme(THEMES[settings.theme])
        if settings.mouse != before.mouse:
            self.tools.show_mouse(settings.mouse)
        if settings.shortcuts != before.shortcuts:
            set_keys(self.actions, ROWS, bind(ROWS, settings.shortcuts))
        if settings.volume_rendering != before.volume_rendering:
            self._switch_3d(settings)
        if settings.interpolate != before.interpolate:
            self.states.view.set_smooth(settings.interpolate)
        if settings.patient_text != before.patient_text:
            self._show_patient_text(settings)
        if settings.export_folder != before.export_folder:
            self._propose_folder(settings)
        self.controllers.ask_model.set_score_on_open(settings.score_on_open)
        self.similar.take_settings(settings)
        self.taught.take_settings(settings)

    def _begin(self, settings: Settings) -> None:
        """Use the settings that the window opens with."""
        self.models.take_choice(settings)
        self.tools.show_mouse(settings.mouse)
        self.states.view.set_smooth(settings.interpolate)
        self._propose_folder(settings)
        self._show_patient_text(settings)
        self._switch_3d(settings)

    def _propose_folder(self, settings: Settings) -> None:
        if settings.export_folder:
            self.exports.show_folder(Path(settings.export_folder))

    def _show_patient_text(self, settings: Settings) -> None:
        if settings.patient_text:
            self.states.view.show_overlay(Overlay.PATIENT_TEXT)
        else:
            self.states.view.hide_overlay(Overlay.PATIENT_TEXT)

    def _switch_3d(self, settings: Settings) -> None:
        if settings.volume_rendering:
            self.volume.switch_on()
        else:
            self.volume.switch_off()

    def _show_theme(self, theme: Theme) -> None:
        self.window.show_theme(theme)
        self.tool_bar.show_theme(theme)
        self.header.dialog.panel.show_theme(theme)

    def _show_scans(self, services: Services) -> None:
        states, window, loader = self.states, self.window, services.loader
        session, view = states.session, states.view
        opening = self.controllers.open_study
        self.scan = ScanConnection(window, session, view, opening, parent=self)
        self.volume = VolumeConnection(session, view, window.volume_view, loader, parent=self)
        self.grey = GreyConnection(window, session, view, loader, parent=self)
        self.measuring = MeasuringConnection(
            window, (session, states.lists.measurements, view), self.grey, parent=self
        )

    def _show_beside(self, theme: Theme) -> None:
        states, window, controllers = self.states, self.window, self.controllers
        session, view = states.session, states.view
        self.place = CompanionPlace(window.views, session, view, parent=self)
        self.prior = PriorConnection(
            window,
            self.actions,
            (session, states.prior),
            controllers.open_prior,
            place=self.place,
            parent=self,
        )
        self.header = HeaderConnection(
            window,
            self.actions,
            (session, view),
            controllers.read_header,
            theme=theme,
            parent=self,
        )
        VolumeControls(window.volume_panel, window.volume_view, view, parent=self)
        view.window_changed.connect(self.tool_bar.show_window)
        self.tool_bar.show_window(view.window)

    def _show_answers(self, services: Services) -> None:
        states, window, controllers = self.states, self.window, self.controllers
        session, view, results = states.session, states.view, states.results
        ask = controllers.ask_model
        self.work = WorkConnection(
            window, (session, results), (controllers.open_study, ask), parent=self
        )
        shown = FindingStates(
            session, results, states.lists.reviews, view, states.prompts, states.similar
        )
        self.findings = FindingsConnection(window, shown, ask, parent=self)
        self.prompts = PromptConnection(
            window.prompt_panel, (session, states.prompts, results), ask, parent=self
        )
        PromptFileConnection(window, states.prompts, controllers.prompt_sets, parent=self)
        ReportTextConnection(window, session, services.loader, parent=self)
        self.heatmap = HeatmapConnection(
            window, (session, results, view), ask, services.loader, parent=self
        )
        self.overlays = OverlayConnection(
            window, states.masks, controllers.show_masks, self.heatmap.display, parent=self
        )

    def _show_similar(self, settings: Settings) -> None:
        states, controllers = self.states, self.controllers
        self.similar = SimilarConnection(
            self.window,
            self.actions,
            SimilarStates(states.session, states.results, states.lists, states.similar),
            SimilarControllers(
                controllers.find_similar, controllers.add_case, controllers.fill_library
            ),
            settings,
            self,
        )
        self.similar.settings_chosen.connect(self.settings_chosen)
        self.taught = TaughtConnection(
            self.window, self.actions, states.taught, controllers.taught, settings, self
        )
        self._compare_cases()

    def _compare_cases(self) -> None:
        """Show why cases are similar, one beside the scan, and keep which are not."""
        states, window, controllers = self.states, self.window, self.controllers
        panel, place = window.similar_panel, self.place
        BesideConnection(
            window,
            panel,
            (states.similar, states.beside, states.prior),
            (controllers.open_beside, controllers.open_prior),
            place=place,
            parent=self,
        )
        WhyConnection(
            window,
            panel,
            (states.session, states.results, states.view, states.beside),
            controllers.why_similar,
            place=place,
            parent=self,
        )
        NotSimilarConnection(panel, states.lists.not_similar, self)
        SimilarRegionConnection(
            window,
            self.actions,
            (states.lists.measurements, self.measuring.desk),
            controllers.similar_region,
            self,
        )

    def _take_orders(self, services: Services) -> None:
        states, window, controllers = self.states, self.window, self.controllers
        session, view, results = states.session, states.view, states.results
        tables = (self.actions, self.menus)
        self.opening = OpeningConnection(
            window, tables, session, controllers.open_study, recent=services.recent, parent=self
        )
        self.opening.mask_found.connect(controllers.show_masks.open_path)
        self.tools = ToolActions(
            self.actions,
            window.views,
            self.measuring.desk,
            self.place.companion,
            self.work,
            parent=self,
        )
        ViewActions(self.actions, session, view, window.views, parent=self)
        FindingActions(window, self.actions, self.findings, self.heatmap, parent=self)
        Availability(self.actions, session, parent=self)
        MenuConnection(window, self.menus, session, view, self)
        ViewMenu(window, self.actions, self.measuring.desk, self)
        self.models = ModelActions(window, tables, results, controllers.ask_model, parent=self)
        self.exports = ExportConnection(
            window,
            (session, results, view),
            states.lists,
            controllers.export,
            overlays=self.overlays,
            parent=self,
        )
        self.exports.connect_actions(self.actions)

    def _keep_work(self, services: Services) -> None:
        states, controllers = self.states, self.controllers
        parts = SessionParts(
            states.session, states.view, self.window.views, states.lists, controllers.keep_case
        )
        self.keep_session = KeepSession(
            parts,
            controllers.open_study,
            services.loader,
            services.autosaves.begin(),
            parent=self,
        )
        self.sessions = SessionConnection(
            self.window, states.session, self.keep_session, controllers.keep_case, self
        )
        self.sessions.connect_actions(self.actions)
        self.opening.session_found.connect(self.sessions.open_path)

    def _talk_about_program(self, services: Services, settings: Settings) -> None:
        self.dialogs = DialogConnection(
            self.window,
            settings,
            self.states.results,
            loader=services.loader,
            log_folder=services.log_folder,
            parent=self,
        )
        self.dialogs.connect_actions(self.actions)
        self.dialogs.settings_chosen.connect(self.settings_chosen)
        self.models.model_chosen.connect(self.model_chosen)
        self.findings.model_wanted.connect(self.models.load_again)
        self.tools.mouse_chosen.connect(self._choose_mouse)
        self.exports.folder_chosen.connect(self._choose_folder)
        connect_all(
            self.actions,
            {
                "new_window": self.window_wanted.emit,
                "quit": self.quit_wanted.emit,
                "full_screen": self._toggle_full_screen,
            },
        )

    def _choose_mouse(self, mouse: MouseProfile) -> None:
        self.settings_chosen.emit(replace(self._settings, mouse=mouse))

    def _choose_folder(self, folder: Path) -> None:
        self.settings_chosen.emit(replace(self._settings, export_folder=str(folder)))

    def _toggle_full_screen(self) -> None:
        self.window.setWindowState(self.window.windowState() ^ Qt.WindowState.WindowFullScreen)
        self.actions["full_screen"].setChecked(self.window.isFullScreen())

    def _close(self) -> None:
        self.controllers.fill_library.close()
        self.controllers.find_similar.close()
        self.controllers.taught.close()
        self.controllers.ask_model.close()
        self.controllers.open_study.cancel()
        self.controllers.open_prior.cancel()
        self.controllers.open_beside.cancel()
        self.controllers.show_masks.cancel()
        self.controllers.keep_case.close()
        self.keep_session.close()
        self.volume.close()
        self.closed.emit(self)
