"""Why similar: where the open scan and a case are alike, asked of the model in both directions."""

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from app.controllers.ask_model import AskModel
from app.state.answers import Problem
from app.state.beside import BesideState
from app.state.results import ResultsState, ShownMap
from app.state.similar import SimilarState
from app.workers.inference_worker import InferenceWorker
from app.workers.questions import ExplainBeside, SimilarScan
from medct_core.errors import MedctError
from medct_core.inference.likeness import Likeness

OF_A_TEXT = Problem(
    "These cases are like the words, not like the open scan, so that no region of it agrees.",
    "Go back to the cases like the open scan, or type the words as a prompt to see its map.",
)
NOT_ENCODED = Problem(
    "The model has not looked at the open scan.", "Score the scan first (menu Model)."
)
GONE = Problem("The list of similar cases has changed.", "Choose the case again.")


@dataclass(frozen=True, slots=True)
class WhyStates:
    """What one window shows, as far as it matters why cases are similar."""

    results: ResultsState
    similar: SimilarState
    beside: BesideState


class WhySimilar(QObject):
    """Asks the model where two scans are alike; in the scan beside, only while it is that case's.

    Parameters
    ----------
    states
        Of the window.
    ask_model
        Asks about the open scan.
    worker
        Owns the model.
    window
        Name of the window.
    parent
        Owner.
    """

    failed = Signal(object)  # Problem
    waiting_changed = Signal(bool)  # whether the scan beside is asked about

    def __init__(
        self,
        states: WhyStates,
        ask_model: AskModel,
        worker: InferenceWorker,
        window: str,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._similar, self._beside = states.similar, states.beside
        self._ask, self._worker, self._window = ask_model, worker, window
        self._explained: SimilarScan | None = None
        self._job: int | None = None
        ask_model.likeness_failed.connect(self._on_no_likeness)
        states.results.heatmap_changed.connect(self._on_heatmap)
        states.beside.changed.connect(self._ask_beside)
        worker.answered.connect(self._on_answer)
        worker.failed.connect(self._on_failed)
        worker.cancelled.connect(self._on_cancelled)

    def explain(self, case_id: str) -> None:
        """Show where the open scan is like a case of the list, and the other way round."""
        page, centring = self._similar.page, self._similar.centring
        shown = () if page is None else page.cases
        case = next((one.case for one in shown if one.case.case_id == case_id), None)
        if page is not None and page.of_text:
            self.failed.emit(OF_A_TEXT)
        elif case is None or centring is None:
            self.failed.emit(GONE)
        elif self._ask.scan_job is None:
            self.failed.emit(NOT_ENCODED)
        else:
            self._explained = SimilarScan(case, centring)
            self._ask.show_likeness(self._explained)
            self._ask_beside()

    def _ask_beside(self) -> None:
        explained, shown, scan_job = self._explained, self._beside.shown, self._ask.scan_job
        self._wait_for(None)
        self._beside.set_likeness(None)
        if explained is None or shown is None or scan_job is None:
            return
        if shown.similar.case.case_id == explained.case.case_id:
            question = ExplainBeside(scan_job, explained, shown.scan.volume)
            self._wait_for(self._worker.ask(self._window, question))

    def _on_heatmap(self, shown: ShownMap | None) -> None:
        if not isinstance(shown, Likeness):
            # The two pictures never show maps of different things.
            self._forget()

    def _forget(self) -> None:
        self._explained = None
        if self._job is not None:
            self._worker.cancel(self._job)
        self._wait_for(None)
        self._beside.set_likeness(None)

    def _on_answer(self, job: int, answer: object, _times: object) -> None:
        if job == self._job:
            self._wait_for(None)
            if isinstance(answer, Likeness):
                self._beside.set_likeness(answer)

    def _on_failed(self, job: int, error: MedctError) -> None:
        if job == self._job:
            self._wait_for(None)
            self.failed.emit(Problem.of(error))

    def _on_cancelled(self, job: int) -> None:
        if job == self._job:
            self._wait_for(None)

    def _on_no_likeness(self, problem: Problem) -> None:
        self._forget()
        self.failed.emit(problem)

    def _wait_for(self, job: int | None) -> None:
        was_waiting, self._job = self._job is not None, job
        if was_waiting != (job is not None):
            self.waiting_changed.emit(job is not None)
