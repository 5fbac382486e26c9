"""Asking: encode the scan that is shown, score the findings and what is typed, explain a score."""

from dataclasses import dataclass
from datetime import UTC, datetime

from PySide6.QtCore import QObject, QTimer, Signal

from app.controllers.typed_prompt import read_typed
from app.state.answers import (
    Explanation,
    FindingsScored,
    ModelFacts,
    Problem,
    ScanEncoded,
    StageProgress,
    StageTime,
    TypedAnswer,
)
from app.state.prompt_list import PromptList
from app.state.results import ResultsState, ScoredList
from app.state.session import SessionState
from app.workers.inference_worker import InferenceWorker
from app.workers.questions import (
    EncodeScan,
    ExplainLikeness,
    ExplainScore,
    ForgetScan,
    ScoreFindings,
    ScoreTyped,
    SimilarScan,
)
from medct_core.errors import MedctError, NotScorableError
from medct_core.inference.likeness import Likeness
from medct_core.inference.prompt import Prompt
from medct_core.inference.scores import Relevance
from medct_core.volume.notice import Notice

DEBOUNCE_MS = 250
"""Between the last key and the question."""

STOPPED = Problem("Scoring was stopped.", "Score the scan again when you need its findings.")


@dataclass(slots=True)
class _Jobs:
    """The answers that are waited for; all others are late and dropped."""

    scan: int | None = None
    findings: int | None = None
    typed: int | None = None
    heatmap: int | None = None
    likeness: int | None = None

    def drop(self, job: int) -> str | None:
        """Stop waiting for a job and say which it was; None for one nobody waits for."""
        for name in ("scan", "findings", "typed", "heatmap", "likeness"):
            if getattr(self, name) == job:
                setattr(self, name, None)
                return name
        return None

    def pending(self) -> list[int]:
        """Jobs that are waited for, in the order in which they run."""
        jobs = (self.scan, self.findings, self.typed, self.heatmap, self.likeness)
        return [job for job in jobs if job is not None]


@dataclass(frozen=True, slots=True)
class WindowState:
    """What one window shows and asks."""

    session: SessionState
    prompts: PromptList
    results: ResultsState


class AskModel(QObject):
    """Keeps the results of one window true to its scan, its prompts and the model.

    Parameters
    ----------
    state
        Of the window.
    worker
        Owns the model; shared by all windows.
    window
        Name of the window among them.
    score_on_open
        Whether a scan is scored as soon as it is open.
    parent
        Owner.
    """

    asking_began = Signal()  # about a scan, from the beginning
    likeness_failed = Signal(object)  # Problem: why there is no map of a likeness

    def __init__(
        self,
        state: WindowState,
        worker: InferenceWorker,
        window: str,
        *,
        score_on_open: bool = True,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._results = state.session, state.results
        self._prompts = state.prompts
        self._worker = worker
        self._window = window
        self._score_on_open = score_on_open
        self._jobs = _Jobs()
        self._scan_job: int | None = None
        self._encoded: tuple[Notice, ...] = ()
        self._times: tuple[StageTime, ...] = ()
        self._typed: str | Prompt = ""
        self._timer = QTimer(self, singleShot=True, interval=DEBOUNCE_MS)
        self._timer.timeout.connect(self._ask_typed)
        state.session.scan_changed.connect(self._on_scan)
        state.prompts.own_changed.connect(self._ask_findings)
        self._listen()

    def _listen(self) -> None:
        worker = self._worker
        worker.model_ready.connect(self._on_model)
        worker.model_unavailable.connect(self._on_no_model)
        worker.progress.connect(self._on_progress)
        worker.answered.connect(self._on_answer)
        worker.cancelled.connect(self._on_cancelled)
        worker.failed.connect(self._on_failed)

    @property
    def is_asking(self) -> bool:
        """Whether any answer about the scan is waited for, also while the model is loading."""
        return bool(self._jobs.pending())

    @property
    def scan_job(self) -> int | None:
        """Job number of the encoding that questions about the scan name; None without one."""
        return self._scan_job

    def set_score_on_open(self, is_wanted: bool) -> None:
        """Score a scan as soon as it is open, or only when it is asked for, from now on."""
        self._score_on_open = is_wanted

    def score(self) -> None:
        """Score the scan that is shown, from the beginning."""
        self._encode(forced=False)

    def score_anyway(self) -> None:
        """Score it although it is unsuitable; the results say so."""
        self._encode(forced=True)

    def cancel(self) -> None:
        """Stop everything that is asked; at once for the eye, as soon as possible in truth."""
        pending = self._jobs.pending()
        was_scoring = self._jobs.scan is not None or self._jobs.findings is not None
        if self._jobs.scan is not None:
            self._scan_job = None
        self._jobs = _Jobs()
        self._timer.stop()
        for job in pending:
            self._worker.cancel(job)
        if was_scoring:
            self._results.set_problem(STOPPED)
        self._results.set_stage(None)

    def type_prompt(self, text: str) -> None:
        """Take what stands in the prompt box; it is asked when no key was hit for a while."""
        self._typed = text
        self._forget_typed()
        if text.strip():
            self._timer.start()
        else:
            self._timer.stop()

    def submit_prompt(self, text: str) -> None:
        """Ask at once, as after the return key, and remember what was typed."""
        self._typed = text
        self._forget_typed()
        self._timer.stop()
        self._prompts.remember(text)
        self._ask_typed()

    def ask_wordings(self, prompt: Prompt) -> None:
        """Ask at once with wordings that a person edited."""
        self._typed = prompt
        self._forget_typed()
        self._timer.stop()
        self._ask_typed()

    def add_typed_to_list(self) -> None:
        """Keep the prompt that was answered last in the list, or say why it stands there anyway."""
        answer = self._results.typed
        if answer is None:
            return
        prompt = answer.finding.prompt
        if prompt in answer.model.prompts:
            # Where it was asked in a person's own wordings, the usual ones come back.
            self._prompts.remove(prompt.name)
            self._results.set_explanation(_always_asked(prompt))
        else:
            self._prompts.put(prompt)

    def show_heatmap(self, prompt: Prompt) -> None:
        """Ask where the score of a prompt comes from."""
        if self._scan_job is not None:
            # The worker answers the newest question about places only.
            self._jobs.likeness = None
            question = ExplainScore(self._scan_job, prompt)
            self._jobs.heatmap = self._worker.ask(self._window, question)

    def show_likeness(self, similar: SimilarScan) -> None:
        """Ask where the scan's likeness to a case of the library comes from."""
        if self._scan_job is not None:
            self._jobs.heatmap = None
            question = ExplainLikeness(self._scan_job, similar)
            self._jobs.likeness = self._worker.ask(self._window, question)

    def close(self) -> None:
        """Ask nothing more, and let the worker forget this window."""
        self._timer.stop()
        self._jobs, self._scan_job = _Jobs(), None
        self._worker.ask(self._window, ForgetScan())

    def _on_scan(self, scan: object) -> None:
        self._forget_scan()
        if scan is None or not self._score_on_open:
            self._worker.ask(self._window, ForgetScan())
        else:
            self.score()

    def _forget_scan(self) -> None:
        self._jobs, self._scan_job = _Jobs(), None
        self._encoded = ()
        self._timer.stop()
        self._results.clear()

    def _forget_typed(self) -> None:
        self._jobs.typed = None
        self._results.set_typed(None)
        self._results.set_explanation(None)

    def _encode(self, *, forced: bool) -> None:
        scan = self._session.scan
        if scan is None:
            return
        self._forget_scan()
        refusal = None if forced else scan.refusal
        self._session.set_refusal(refusal)
        if refusal is not None:
            # Known since it was read: nobody waits for a model to hear it.
            self._worker.ask(self._window, ForgetScan())
            self._results.set_problem(refusal)
            return
        self._scan_job = self._worker.ask(self._window, EncodeScan(scan.volume, forced))
        self._jobs.scan = self._scan_job
        self._ask_findings()
        if self._typed:
            self._ask_typed()
        self.asking_began.emit()

    def _ask_findings(self) -> None:
        if self._scan_job is not None:
            question = ScoreFindings(self._scan_job, self._prompts.own)
            self._jobs.findings = self._worker.ask(self._window, question)

    def _ask_typed(self) -> None:
        model = self._results.model
        if model is None:
            # Asked as soon as the model is there.
            return
        asked = read_typed(self._typed, model.style, listed=model.prompts)
        if isinstance(asked, Explanation):
            self._results.set_explanation(asked)
        elif self._scan_job is not None:
            question = ScoreTyped(self._scan_job, asked)
            self._jobs.typed = self._worker.ask(self._window, question)
        else:
            # Encodes the scan that is shown, and then asks this again.
            self.score()

    def _on_model(self, model: ModelFacts) -> None:
        self._results.set_model(model)
        self._results.set_model_problem(None)
        scored = self._results.scored
        is_waiting = self._jobs.scan is not None
        if self._scan_job is not None and not is_waiting:
            if scored is None or scored.model != model or self._jobs.pending():
                self.score()
        elif self._typed and self._jobs.typed is None:
            self._ask_typed()

    def _on_no_model(self, error: MedctError) -> None:
        self._results.set_model_problem(Problem.of(error))

    def _on_progress(self, job: int, stage: StageProgress) -> None:
        if job in self._jobs.pending():
            self._results.set_stage(stage)

    def _on_answer(self, job: int, answer: object, times: tuple[StageTime, ...]) -> None:
        if self._ended(job) is None:
            return
        if isinstance(answer, ScanEncoded):
            self._encoded = (*answer.notices, *answer.doubts)
            self._times = times
            self._results.set_embedding(answer.embedding)
        elif isinstance(answer, FindingsScored):
            self._show_findings(answer, (*self._times, *times))
        elif isinstance(answer, TypedAnswer):
            self._results.set_typed(answer)
        elif isinstance(answer, Explanation):
            self._results.set_explanation(answer)
        elif isinstance(answer, Relevance | Likeness):
            self._results.set_heatmap(answer)

    def _show_findings(self, answer: FindingsScored, times: tuple[StageTime, ...]) -> None:
        scored_at = datetime.now(UTC).replace(microsecond=0)
        self._results.set_problem(None)
        self._results.set_scored(
            ScoredList(answer.findings, answer.model, self._encoded, scored_at, times)
        )

    def _on_cancelled(self, job: int) -> None:
        self._ended(job)

    def _on_failed(self, job: int, error: MedctError) -> None:
        name = self._ended(job)
        if name is None:
            return
        problem = Problem.of(error)
        if name == "typed":
            self._results.set_explanation(Explanation(problem.summary, problem.remedy))
            return
        if name == "likeness":
            self.likeness_failed.emit(problem)
            return
        if name == "scan" and isinstance(error, NotScorableError):
            self._session.set_refusal(problem)
        self._results.set_problem(problem)

    def _ended(self, job: int) -> str | None:
        name = self._jobs.drop(job)
        if name is not None and not self._jobs.pending():
            self._results.set_stage(None)
        return name


def _always_asked(prompt: Prompt) -> Explanation:
    return Explanation(
        f"{prompt.name} is among the findings that are always scored.",
        "Its score stands in the list below. To ask in other words, edit the wordings first.",
    )
