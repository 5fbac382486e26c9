"""The states and controllers of one window, and what it shares with others."""

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject

from app.controllers.add_case import AddCase
from app.controllers.ask_model import AskModel, WindowState
from app.controllers.draw_thumbnails import DrawThumbnails
from app.controllers.export_report import ExportReport
from app.controllers.fill_library import FillLibrary, FillWorkers
from app.controllers.find_similar import (
    FindSimilar,
    SearchChoice,
    SimilarStates,
    SimilarWorkers,
)
from app.controllers.keep_case import KeepCase
from app.controllers.note_places import NotePlaces
from app.controllers.open_beside import OpenBeside
from app.controllers.open_prior import OpenPrior
from app.controllers.open_study import OpenStudy
from app.controllers.prompt_sets import PromptSets
from app.controllers.read_header import ReadHeader
from app.controllers.show_masks import ShowMasks
from app.controllers.similar_region import SimilarRegion
from app.controllers.taught_findings import TaughtFindings
from app.controllers.why_similar import WhySimilar, WhyStates
from app.settings import Settings
from app.state.autosave import AutosaveFolder
from app.state.beside import BesideState
from app.state.case_folder import CaseFolder
from app.state.case_lists import CaseLists
from app.state.masks import MasksState
from app.state.measurements import MeasurementList
from app.state.not_similar import NotSimilarCases
from app.state.prompt_list import PromptList
from app.state.recent_files import RecentFiles
from app.state.results import ResultsState
from app.state.reviews import MarkedImages, ReviewList
from app.state.scan_places import ScanPlaces
from app.state.session import SessionState
from app.state.similar import SimilarState
from app.state.taught_page import TaughtState
from app.state.view import ViewState
from app.workers.inference_worker import InferenceWorker
from app.workers.library_worker import LibraryWorker
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
    cases, autosaves
        Where case records lie, and sessions for the case of a crash.
    places
        Where scans lie on this machine.
    recent
        What was opened before.
    library
        Works on the library of cases.
    log_folder
        Where logs lie.
    """

    worker: InferenceWorker
    loader: LoaderPool
    cases: CaseFolder
    autosaves: AutosaveFolder
    places: ScanPlaces
    recent: RecentFiles
    library: LibraryWorker
    log_folder: Path


class CaseStates(QObject):
    """What one window shows; lives as long as the window."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.session = SessionState(self)
        self.view = ViewState(self)
        self.prompts = PromptList(self)
        self.results = ResultsState(self)
        self.masks = MasksState(self)
        self.prior = SessionState(self)
        self.beside = BesideState(self)
        self.similar = SimilarState(self)
        self.taught = TaughtState(self)
        self.lists = CaseLists(
            MeasurementList(self),
            ReviewList(self),
            self.prompts,
            MarkedImages(self),
            NotSimilarCases(self),
        )


class Controllers(QObject):
    """What carries out the wishes of one window.

    Parameters
    ----------
    name
        Tells the window from others.
    states
        Of the window; the owner.
    services
        Shared by all windows.
    settings
        What the person chose.
    """

    def __init__(
        self, name: str, states: CaseStates, services: Services, settings: Settings
    ) -> None:
        super().__init__(states)
        session, loader = states.session, services.loader
        # First of all that follow the scan: it empties the lists of the one before.
        self.keep_case = KeepCase(session, states.lists, services.cases, loader, parent=self)
        self.open_study = OpenStudy(session, loader, self)
        self.open_prior = OpenPrior(session, states.prior, loader, self)
        self.read_header = ReadHeader(session, loader, self)
        self.thumbnails = DrawThumbnails(session, loader, self)
        self.show_masks = ShowMasks(session, states.masks, states.view, loader, self)
        self.prompt_sets = PromptSets(states.prompts, loader, self)
        self.export = ExportReport(session, states.results, loader, self)
        self.ask_model = AskModel(
            WindowState(session, states.prompts, states.results),
            services.worker,
            name,
            score_on_open=settings.score_on_open,
            parent=self,
        )
        self._keep_library(name, states, services, settings)
        self._compare(name, states, services)
        self.similar_region = SimilarRegion(
            (states.similar, states.results),
            (self.ask_model, self.find_similar),
            SimilarWorkers(services.worker, services.library),
            name,
            self,
        )

    def _compare(self, name: str, states: CaseStates, services: Services) -> None:
        session, places = states.session, services.places
        self.note_places = NotePlaces(session, places, services.loader, self)
        self.fill_library.scan_read.connect(self.note_places.note_file)
        self.open_beside = OpenBeside(session, states.beside, places, services.loader, self)
        self.why_similar = WhySimilar(
            WhyStates(states.results, states.similar, states.beside),
            self.ask_model,
            services.worker,
            name,
            self,
        )

    def _keep_library(
        self, name: str, states: CaseStates, services: Services, settings: Settings
    ) -> None:
        session, results, lists = states.session, states.results, states.lists
        choice, library = SearchChoice.of(settings), services.library
        self.find_similar = FindSimilar(
            SimilarStates(session, results, lists, states.similar),
            SimilarWorkers(services.worker, library),
            name,
            choice,
            self.ask_model,
            self,
        )
        self.taught = TaughtFindings(results, states.taught, library, name, choice.address, self)
        self.add_case = AddCase((session, results, lists), library, choice.address, self)
        self.fill_library = FillLibrary(
            states.similar,
            results,
            FillWorkers(services.loader, services.worker, library),
            name,
            choice.address,
            self,
        )
