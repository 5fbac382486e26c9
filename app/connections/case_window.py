"""CaseWindow: one window with everything behind it, connected."""

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from app.connections.finding_actions import FindingActions
from app.connections.findings import FindingsConnection, FindingStates
from app.connections.grey import GreyConnection
from app.connections.heatmap import HeatmapConnection
from app.connections.measuring import MeasuringConnection
from app.connections.overlays import OverlayConnection
from app.connections.prompts import PromptConnection
from app.connections.scan import ScanConnection
from app.connections.tool_actions import ToolActions
from app.connections.view_actions import ViewActions
from app.connections.volume import VolumeConnection
from app.connections.work import WorkConnection
from app.controllers.ask_model import AskModel, WindowState
from app.controllers.draw_thumbnails import DrawThumbnails
from app.controllers.export_report import ExportReport
from app.controllers.keep_case import KeepCase
from app.controllers.open_study import OpenStudy
from app.controllers.prompt_sets import PromptSets
from app.controllers.show_masks import ShowMasks
from app.settings import Settings
from app.state.answers import ModelFacts
from app.state.case_folder import CaseFolder
from app.state.case_lists import CaseLists
from app.state.masks import MasksState
from app.state.measurements import MeasurementList
from app.state.prompt_list import PromptList
from app.state.results import ResultsState
from app.state.reviews import MarkedImages, ReviewList
from app.state.session import SessionState
from app.state.view import ViewState
from app.theme import THEMES
from app.windows.action_table import ROWS
from app.windows.actions import fill_menu_bar, make_actions
from app.windows.main_window import MainWindow
from app.workers.inference_worker import InferenceWorker
from app.workers.loader_pool import LoaderPool


@dataclass(frozen=True, slots=True, eq=False)
class Services:
    """What all windows share.

    Attributes
    ----------
    worker
        Owns the model.
    loader
        Reads files.
    cases
        Where case records lie.
    """

    worker: InferenceWorker
    loader: LoaderPool
    cases: CaseFolder


class CaseStates(QObject):
    """What one window shows; lives as long as the window."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.session = SessionState(self)
        self.view = ViewState(self)
        self.prompts = PromptList(self)
        self.results = ResultsState(self)
        self.reviews = ReviewList(self)
        self.measurements = MeasurementList(self)
        self.images = MarkedImages(self)
        self.masks = MasksState(self)

    @property
    def lists(self) -> CaseLists:
        """What goes into the case record."""
        return CaseLists(self.measurements, self.reviews, self.prompts, self.images)


class Controllers(QObject):
    """What carries out the wishes of one window."""

    def __init__(
        self, name: str, states: CaseStates, services: Services, settings: Settings
    ) -> None:
        super().__init__(states)
        loader = services.loader
        asked = WindowState(states.session, states.prompts, states.results)
        # First of all that follow the scan: it empties the lists of the one before.
        self.keep_case = KeepCase(states.session, states.lists, services.cases, loader, parent=self)
        self.open_study = OpenStudy(states.session, loader, self)
        self.thumbnails = DrawThumbnails(states.session, loader, self)
        self.show_masks = ShowMasks(states.session, states.masks, states.view, loader, self)
        self.prompt_sets = PromptSets(states.prompts, loader, self)
        self.ask_model = AskModel(
            asked, services.worker, name, score_on_open=settings.score_on_open, parent=self
        )
        self.export = ExportReport(states.session, states.results, loader, self)


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

    def __init__(
        self, name: str, services: Services, settings: Settings, model: ModelFacts | None = None
    ) -> None:
        super().__init__()
        self.states = CaseStates(self)
        self.window = MainWindow(self.states.view, THEMES[settings.theme])
        self.controllers = Controllers(name, self.states, services, settings)
        self.actions: dict[str, QAction] = make_actions(ROWS, settings.shortcuts, self.window)
        self.menus: dict[str, QMenu] = fill_menu_bar(self.window.menuBar(), ROWS, self.actions)
        self._connect(services.loader)
        self.states.results.set_model(model)
        self.window.close_wished.connect(self._close)

    def _connect(self, loader: LoaderPool) -> None:
        states, window, controllers = self.states, self.window, self.controllers
        session, view, results = states.session, states.view, states.results
        ask, opening = controllers.ask_model, controllers.open_study
        self.scan = ScanConnection(window, session, view, opening, parent=self)
        self.volume = VolumeConnection(session, view, window.volume_view, loader, parent=self)
        self.work = WorkConnection(window, (session, results), (opening, ask), parent=self)
        self.grey = GreyConnection(window, session, view, loader, parent=self)
        self.findings = FindingsConnection(
            window, FindingStates(session, results, states.reviews, view), ask, parent=self
        )
        self.prompts = PromptConnection(
            window.prompt_panel, (session, states.prompts, results), ask, parent=self
        )
        self.heatmap = HeatmapConnection(window, (session, results, view), ask, loader, parent=self)
        self.measuring = MeasuringConnection(
            window, (session, states.measurements, view), self.grey, parent=self
        )
        self.overlays = OverlayConnection(
            window,
            (states.masks, view),
            controllers.show_masks,
            self.heatmap.display,
            parent=self,
        )
        self.tools = ToolActions(
            self.actions, window.views, self.measuring.desk, self.work, parent=self
        )
        self.finding_actions = FindingActions(
            window, self.actions, self.findings, self.heatmap, parent=self
        )
        self.view_actions = ViewActions(self.actions, session, view, window.views, parent=self)

    def _close(self) -> None:
        self.controllers.ask_model.close()
        self.controllers.keep_case.close()
        self.controllers.open_study.cancel()
        self.volume.close()
        self.closed.emit(self)
