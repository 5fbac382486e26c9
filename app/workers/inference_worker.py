"""The one thread that owns the model: it loads it, and answers questions one at a time."""

import logging
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, QThread, Signal

from app.state.answers import (
    Explanation,
    FindingsScored,
    ModelChoice,
    ModelFacts,
    ScanEncoded,
    StageProgress,
    TypedAnswer,
)
from app.workers.edge import as_shown
from app.workers.first_imports import import_circular
from app.workers.mailbox import MODEL, Job, Kind, LatestWinsMailbox, Topic
from app.workers.questions import (
    KINDS,
    AboutPlaces,
    AboutScan,
    AskRegion,
    EmbedScan,
    EmbedText,
    EncodeScan,
    ExplainLikeness,
    ExplainScore,
    ForgetScan,
    LoadModel,
    Question,
    ScoreFindings,
    ScoreTyped,
    SimilarScan,
)
from app.workers.stages import Pace, StageClock
from medct_core.cancel import Cancelled, CancelToken
from medct_core.errors import MedctError, OutOfMemoryError
from medct_core.findings.finding import Finding
from medct_core.inference.embedding import Embedding
from medct_core.inference.likeness import Likeness
from medct_core.inference.prompt import Prompt
from medct_core.inference.scores import Relevance
from medct_core.retrieval.region_search import AskedRegion
from medct_core.retrieval.search import Query
from medct_core.volume.volume import Volume

if TYPE_CHECKING:
    from medct_core.analysis import EncodedScan

log = logging.getLogger(__name__)

OnStage = Callable[[str, float], None]
Map = Relevance | Likeness
OfScan = ScanEncoded | FindingsScored | TypedAnswer | Explanation | Map
Answer = OfScan | Query | AskedRegion | Embedding | ModelFacts | None

_DOING = {
    Kind.LOAD_MODEL: "loading the model",
    Kind.EMBED: "encoding the scan",
    Kind.SCORE_LIST: "scoring the findings",
    Kind.SCORE_TYPED: "scoring the prompt",
    Kind.RELEVANCE: "working out the heatmap",
    Kind.REGION: "looking at a region of the scan",
    Kind.BESIDE: "working out the heatmap of the similar case",
    Kind.SIMILAR: "reading the words",
    Kind.ARCHIVE: "encoding a scan for the library",
    Kind.FORGET: "closing the scan",
}


class Desk(Protocol):
    """A loaded model as the worker asks it; `asking.EngineDesk` is the real one."""

    @property
    def facts(self) -> ModelFacts:
        """What a window must know of the model."""

    def swapped(self, choice: ModelChoice) -> "Desk":
        """Put another adapter on the same model; after an error all is as before."""

    def encode(
        self, volume: Volume, *, forced: bool, cancel: CancelToken, on_stage: OnStage
    ) -> "EncodedScan":
        """Prepare and encode a scan."""

    def findings(
        self,
        scan: "EncodedScan",
        own: tuple[Prompt, ...],
        *,
        cancel: CancelToken,
        on_stage: OnStage,
    ) -> tuple[Finding, ...]:
        """Score the findings of the list."""

    def typed(
        self, scan: "EncodedScan", prompt: Prompt, *, cancel: CancelToken, on_stage: OnStage
    ) -> TypedAnswer | Explanation:
        """Score one prompt, or say why it gets no number."""

    def relevance(
        self,
        volume: Volume,
        scan: "EncodedScan",
        prompt: Prompt,
        *,
        cancel: CancelToken,
        on_stage: OnStage,
    ) -> Relevance:
        """Say where a score comes from."""

    def likeness(
        self,
        volume: Volume,
        scan: "EncodedScan",
        similar: SimilarScan,
        *,
        cancel: CancelToken,
        on_stage: OnStage,
    ) -> Likeness:
        """Say where the scan's likeness to a case comes from."""

    def likeness_beside(
        self,
        volume: Volume,
        scan: "EncodedScan",
        similar: SimilarScan,
        *,
        cancel: CancelToken,
        on_stage: OnStage,
    ) -> Likeness:
        """Say where in the volume of a case its likeness to the scan comes from."""

    def region(
        self, scan: "EncodedScan", points_mm: tuple[tuple[float, float, float], ...]
    ) -> AskedRegion:
        """Find the tokens of a region, whose corners are given."""

    def text_query(self, text: str, *, cancel: CancelToken, on_stage: OnStage) -> Query:
        """Encode words that similar cases are wanted for."""

    def embedding(self, volume: Volume, *, cancel: CancelToken, on_stage: OnStage) -> Embedding:
        """Encode a scan for the library; refuse an unsuitable one."""


OpenDesk = Callable[[ModelChoice, Callable[[float], None]], Desk]
"""Takes which model to load and who is told of the fraction; gives the model."""


def open_real_desk(choice: ModelChoice, on_progress: Callable[[float], None]) -> Desk:
    """Load a real model; errors as in `asking.open_desk`."""
    import_circular()
    # Torch takes seconds to import, and the window is painted meanwhile.
    from app.workers.asking import open_desk  # noqa: PLC0415

    return open_desk(choice, on_progress)


@dataclass(frozen=True, slots=True, eq=False)
class _Kept:
    """What came of the newest encoding of a window's scan.

    Attributes
    ----------
    job
        Its number.
    volume
        The scan.
    outcome
        The encoded scan, or why there is none.
    """

    job: int
    volume: Volume
    outcome: "EncodedScan | MedctError"


@dataclass(frozen=True, slots=True, eq=False)
class _Told:
    """What stops work, and who is told how far it is."""

    cancel: CancelToken
    on_stage: OnStage


class InferenceWorker(QThread):
    """Loads a model, then answers questions one at a time, the newest of each kind.

    Every answer carries the number of its job, so a receiver can drop one it no longer waits for.
    A job that was replaced before it began is never answered; every other one is answered once,
    failed once, or cancelled once. No error ends the thread. Connect its signals to bound methods
    of objects that live on the GUI thread.

    Parameters
    ----------
    open_desk
        Loads a model; runs in this thread.
    choice
        What to load first.
    parent
        Owner.
    """

    model_ready = Signal(object)  # ModelFacts
    model_unavailable = Signal(object)  # MedctError
    progress = Signal(int, object)  # job number, StageProgress
    answered = Signal(int, object, object)  # job number, Answer, tuple[StageTime, ...]
    cancelled = Signal(int)  # job number
    failed = Signal(int, object)  # job number, MedctError

    def __init__(
        self, open_desk: OpenDesk, choice: ModelChoice | None = None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._open_desk = open_desk
        self._mailbox = LatestWinsMailbox[Question]()
        self._pace = Pace()
        self._desk: Desk | None = None
        self._loaded = ModelChoice()
        self._without_desk = MedctError(
            "No model is loaded.", remedy="Choose one in the menu Model."
        )
        self._kept: dict[str, _Kept] = {}
        self.load_model(choice or ModelChoice())

    def ask(self, window: str, question: Question) -> int:
        """Post a question of a window and return its job number. Any thread may ask."""
        return self._mailbox.post(Topic(window, KINDS[type(question)]), question)

    def load_model(self, choice: ModelChoice) -> int:
        """Take another model for all windows; the one in use stays if that fails.

        Where only the adapter is another one, the model is not loaded again.
        """
        return self._mailbox.post(MODEL, LoadModel(choice))

    def cancel(self, job: int) -> None:
        """Stop one job, whether it waits or runs; it answers with `cancelled`."""
        if self._mailbox.cancel(job):
            self.cancelled.emit(job)

    def stop(self) -> None:
        """Cancel all work and wait for the thread to end."""
        self._mailbox.close()
        self.wait()

    def run(self) -> None:
        """Answer jobs until the mailbox closes. Qt calls this in the new thread."""
        while (job := self._mailbox.take()) is not None:
            self._answer(job)
        self._kept.clear()
        self._desk = None

    def _answer(self, job: Job[Question]) -> None:
        clock = StageClock(lambda stage: self._tell(job, stage), self._pace)
        doing = _DOING[job.topic.kind]
        try:
            answer = self._done(job, clock)
        except Cancelled:
            self.cancelled.emit(job.number)
        except Exception as error:  # the edge of the thread: nothing may escape it
            if isinstance(error, MedctError):
                log.info("Job %d: no answer while %s", job.number, doing)
            else:
                log.exception("Job %d failed while %s", job.number, doing)
            self.failed.emit(job.number, as_shown(error, doing=doing))
        else:
            self.answered.emit(job.number, answer, clock.times())

    def _tell(self, job: Job[Question], stage: StageProgress) -> None:
        if not job.cancel.is_cancelled:
            self.progress.emit(job.number, stage)

    def _done(self, job: Job[Question], clock: StageClock) -> Answer:
        job.cancel.raise_if_cancelled()
        question = job.request
        if isinstance(question, LoadModel):
            return self._load(question.choice, job.cancel, clock)
        if isinstance(question, ForgetScan):
            self._kept.pop(job.topic.window, None)
            return None
        if isinstance(question, EncodeScan):
            return self._encode(question, job, clock)
        if isinstance(question, EmbedText):
            return self._model().text_query(question.text, cancel=job.cancel, on_stage=clock)
        if isinstance(question, EmbedScan):
            return self._model().embedding(question.volume, cancel=job.cancel, on_stage=clock)
        return self._asked(question, job, clock)

    def _load(self, choice: ModelChoice, cancel: CancelToken, clock: StageClock) -> ModelFacts:
        def told(fraction: float) -> None:
            cancel.raise_if_cancelled()
            clock("load", fraction)

        clock("load", 0.0)
        try:
            self._desk = self._opened(choice, told)
            self._loaded = choice
            self._kept.clear()
        except Cancelled:
            self._tell_ready()
            raise
        except Exception as error:
            self._tell_ready()
            self._without_desk = as_shown(error, doing="loading the model")
            # Last, as a model that is ready takes back what was wrong before.
            self.model_unavailable.emit(self._without_desk)
            raise
        self._tell_ready()
        return self._desk.facts

    def _tell_ready(self) -> None:
        """Also after a failure: what the change of model stopped is asked again."""
        if self._desk is not None:
            self.model_ready.emit(self._desk.facts)

    def _opened(self, choice: ModelChoice, told: Callable[[float], None]) -> Desk:
        if self._desk is not None and _differs_in_adapter_only(choice, self._loaded):
            return self._desk.swapped(choice)
        try:
            return self._open_desk(choice, told)
        except OutOfMemoryError:
            if self._desk is None:
                raise
        # Two models at once may be what is too much.
        self._desk = None
        self._kept.clear()
        return self._open_desk(choice, told)

    def _encode(self, question: EncodeScan, job: Job[Question], clock: StageClock) -> ScanEncoded:
        window = job.topic.window
        self._kept.pop(window, None)
        try:
            scan = self._model().encode(
                question.volume, forced=question.forced, cancel=job.cancel, on_stage=clock
            )
        except Cancelled:
            raise
        except Exception as error:
            shown = as_shown(error, doing=_DOING[Kind.EMBED])
            self._kept[window] = _Kept(job.number, question.volume, shown)
            raise
        self._kept[window] = _Kept(job.number, question.volume, scan)
        return ScanEncoded(scan.notices, scan.doubts, scan.embedding)

    def _asked(self, question: AboutScan, job: Job[Question], clock: StageClock) -> Answer:
        kept = self._kept.get(job.topic.window)
        if kept is None or kept.job != question.scan_job:
            raise Cancelled
        scan, desk = kept.outcome, self._model()
        if isinstance(scan, MedctError):
            raise copy(scan)
        if isinstance(question, ScoreFindings):
            findings = desk.findings(scan, question.own, cancel=job.cancel, on_stage=clock)
            return FindingsScored(findings, desk.facts)
        if isinstance(question, ScoreTyped):
            return desk.typed(scan, question.prompt, cancel=job.cancel, on_stage=clock)
        told = _Told(job.cancel, clock)
        return _mapped(desk, kept.volume, scan, question, told)

    def _model(self) -> Desk:
        if self._desk is None:
            raise copy(self._without_desk)
        return self._desk


def _differs_in_adapter_only(one: ModelChoice, other: ModelChoice) -> bool:
    # The very same choice again means that something on the disk has changed.
    return one != other and replace(one, adapter=other.adapter) == other


def _mapped(
    desk: Desk,
    volume: Volume,
    scan: "EncodedScan",
    question: AboutPlaces,
    told: _Told,
) -> Map | AskedRegion:
    """Answer a question about places."""
    if isinstance(question, AskRegion):
        return desk.region(scan, question.points_mm)
    cancel, on_stage = told.cancel, told.on_stage
    if isinstance(question, ExplainScore):
        return desk.relevance(volume, scan, question.prompt, cancel=cancel, on_stage=on_stage)
    if isinstance(question, ExplainLikeness):
        return desk.likeness(volume, scan, question.similar, cancel=cancel, on_stage=on_stage)
    return desk.likeness_beside(
        question.volume, scan, question.similar, cancel=cancel, on_stage=on_stage
    )
