"""Similar regions: the cases that hold a part like the one a reader drew in the open scan."""

from dataclasses import dataclass, replace
from functools import partial

from PySide6.QtCore import QObject, Signal

from app.controllers.ask_model import AskModel
from app.controllers.find_similar import FindSimilar, SimilarWorkers
from app.state.answers import Problem
from app.state.results import ResultsState
from app.state.similar import SimilarState
from app.workers.kept_libraries import KeptLibraries
from app.workers.library_worker import OnProgress
from app.workers.questions import AskRegion
from medct_core.cancel import CancelToken
from medct_core.errors import MedctError
from medct_core.retrieval.case_filter import CaseFilter
from medct_core.retrieval.centring import Centring
from medct_core.retrieval.region_search import AskedRegion, RegionAnswer, find_regions

NO_LIST = Problem(
    "There are no similar cases to look for regions in.",
    "Choose “Find similar” in the menu Cases first.",
)

_SHOWN = 20
_DOING = "looking for similar regions"
_KIND = "region"

Corners = tuple[tuple[float, float, float], ...]


class SimilarRegion(QObject):
    """Puts the cases with the most similar part first, in the place of the list that is shown.

    The numbers of every case stay those of the whole scans. Searching again, as after a filter or
    a mark, brings the order of the whole scans back.

    Parameters
    ----------
    states
        Similar cases, and the model.
    ask_model, find_similar
        Know the encoding of the scan, and the library.
    workers
        Shared by all windows.
    window
        Name of the window.
    parent
        Owner.
    """

    failed = Signal(object)  # Problem

    def __init__(
        self,
        states: tuple[SimilarState, ResultsState],
        controllers: tuple[AskModel, FindSimilar],
        workers: SimilarWorkers,
        window: str,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._similar, self._results = states
        self._ask_model, self._find = controllers
        self._model, self._library, self._window = workers.model, workers.library, window
        self._tokens_job: int | None = None
        self._search_job: int | None = None
        self._similar.shown_changed.connect(self._forget)
        self._model.answered.connect(self._on_tokens)
        self._model.failed.connect(self._on_no_tokens)
        self._library.done.connect(self._on_found)
        self._library.failed.connect(self._on_not_found)

    def search(self, corners_mm: Corners) -> None:
        """Search for a region of the open scan.

        Parameters
        ----------
        corners_mm
            LPS mm; of something flat, the tokens that its slice goes through.
        """
        page, scan_job = self._similar.page, self._ask_model.scan_job
        if page is None or page.of_text or not page.cases or scan_job is None:
            self.failed.emit(NO_LIST)
            return
        self._tokens_job = self._model.ask(self._window, AskRegion(scan_job, corners_mm))

    def _forget(self) -> None:
        self._tokens_job = self._search_job = None

    def _on_tokens(self, job: int, answer: object, _times: object) -> None:
        if job == self._tokens_job and isinstance(answer, AskedRegion):
            self._tokens_job = None
            model = self._results.model
            of_model = None if model is None else model.centring
            wish = _Wish(self._find.address, answer, of_model, self._similar.wanted)
            work = partial(_found, wish)
            self._search_job = self._library.ask(self._window, _KIND, work, doing=_DOING)

    def _on_no_tokens(self, job: int, error: MedctError) -> None:
        if job == self._tokens_job:
            self._tokens_job = None
            self.failed.emit(Problem.of(error))

    def _on_found(self, job: int, result: object) -> None:
        page = self._similar.page
        if job == self._search_job and isinstance(result, RegionAnswer) and page is not None:
            self._search_job = None
            cases = tuple(one.found for one in result.found)
            self._similar.show(replace(page, cases=cases, notice=_notice(result)))

    def _on_not_found(self, job: int, error: MedctError) -> None:
        if job == self._search_job:
            self._search_job = None
            self.failed.emit(Problem.of(error))


@dataclass(frozen=True, slots=True, eq=False)
class _Wish:
    """Which region is looked for, in which cases of which library, centred by what."""

    address: str
    asked: AskedRegion
    of_model: Centring | None
    wanted: CaseFilter


def _found(
    wish: _Wish, kept: KeptLibraries, cancel: CancelToken, _told: OnProgress
) -> RegionAnswer:
    stamp = wish.asked.query.stamp
    search = kept.search(wish.address, stamp, of_model=wish.of_model, cancel=cancel)
    return find_regions(search, wish.asked, count=_SHOWN, wanted=wish.wanted)


def _notice(answer: RegionAnswer) -> str:
    """Say by what the list is ordered."""
    others = [one for one in answer.found if not one.found.is_self]
    best = f" (similarity {others[0].match.cosine:.2f} for the first)" if others else ""
    return (
        f"Ordered by the part most like the region you drew{best}; {answer.searched} of "
        f"{answer.out_of} cases were compared. Numbers of cases are those of whole scans."
    )
