"""Stand-ins for what is slow: a model, the worker that owns one, and the threads that read."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from PySide6.QtCore import QObject, Signal

from app.state.answers import ModelChoice, ModelFacts, TypedAnswer
from app.workers.inference_worker import InferenceWorker, OnStage
from app.workers.kept_libraries import KeptLibraries
from app.workers.library_worker import LibraryWork, LibraryWorker
from app.workers.loader_pool import LoaderPool, Work
from app.workers.questions import Question, SimilarScan
from medct_core.cancel import CancelToken
from medct_core.errors import MedctError
from medct_core.findings.finding import Finding
from medct_core.inference.embedding import Embedding
from medct_core.inference.likeness import Likeness
from medct_core.inference.paraphrase import Spread
from medct_core.inference.prompt import Prompt
from medct_core.inference.scores import Relevance
from medct_core.inference.wording import CT_CLIP_STYLE
from medct_core.models.stamp import ModelStamp
from medct_core.retrieval.region import TokenRegion
from medct_core.retrieval.region_search import AskedRegion
from medct_core.retrieval.search import Query
from medct_core.volume.notice import Notice
from medct_core.volume.volume import Volume
from tests.library_samples import unit_vector

if TYPE_CHECKING:
    from medct_core.analysis import EncodedScan

PATIENCE_MS = 120_000
"""A busy machine must not fail a test."""

NODULE = Prompt("Lung nodule", ("Lung nodule is present.",), ("Lung nodule is not present.",))
NOTICE = Notice("resampled", "The slices were resampled.")
DOUBT = Notice("forced", "This scan was scored by force.")


def facts(name: str = "tiny") -> ModelFacts:
    """Facts of a model of this name."""
    stamp = ModelStamp(name, "0" * 64, "tiny-1", "float32")
    return ModelFacts(stamp, name, "Means nothing.", "cpu", CT_CLIP_STYLE, (NODULE,))


def relevance(prompt: Prompt = NODULE) -> Relevance:
    """Give a map of one token."""
    array = np.ones((1, 1, 1), "f4")
    affine = np.eye(4)
    return Relevance(prompt, array, affine, "contribution", 1.0, facts().stamp, "0" * 64)


def embedding(volume: Volume, stamp: ModelStamp | None = None) -> Embedding:
    """Give a vector that another scan does not have."""
    sha256 = volume.content_sha256
    return Embedding(unit_vector(int(sha256[:8], 16)), stamp or facts().stamp, sha256)


def likeness(other: str = "like.nii.gz") -> Likeness:
    """Give a map of one token."""
    values = np.full((1, 1, 1), 0.5, "f4")
    return Likeness(other, values, np.eye(4), -0.1, facts().stamp, "0" * 64)


def asked_region() -> AskedRegion:
    """Give a region of one token."""
    codes = np.zeros((2, 2, 2), np.int16)
    query = Query(unit_vector(0), facts().stamp, scan_sha256="0" * 64)
    return AskedRegion(query, codes, TokenRegion((0, 0, 0), (1, 1, 1)), np.eye(3, dtype="f4"))


EMBEDDED = Embedding(unit_vector(0), facts().stamp, "0" * 64)


@dataclass
class StandInDesk:
    """A model that answers at once, waits at a gate, or goes wrong, as told."""

    facts: ModelFacts = field(default_factory=facts)
    open_gate: threading.Event = field(default_factory=threading.Event)
    began: threading.Event = field(default_factory=threading.Event)
    wrong: dict[str, Exception] = field(default_factory=dict)
    encoded: list[Volume] = field(default_factory=list)
    swaps: list[ModelChoice] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.open_gate.set()

    def swapped(self, choice: ModelChoice) -> "StandInDesk":
        """Give a desk with an adapter of that name, as on a real model."""
        self.swaps.append(choice)
        if "swapped" in self.wrong:
            raise self.wrong["swapped"]
        name = None if choice.adapter is None else choice.adapter.name
        adapter_sha256 = None if name is None else "a" * 64
        stamp = replace(self.facts.stamp, adapter=name, adapter_sha256=adapter_sha256)
        return replace(self, facts=replace(self.facts, stamp=stamp))

    def encode(
        self, volume: Volume, *, forced: bool, cancel: CancelToken, on_stage: OnStage
    ) -> "EncodedScan":
        """Encode when the gate is open."""
        on_stage("prepare", 0.0)
        on_stage("encode", 0.5)
        self._pass("encode", cancel)
        self.encoded.append(volume)
        doubts = (DOUBT,) if forced else ()
        encoded = SimpleNamespace(
            notices=(NOTICE,), doubts=doubts, source=volume.source, embedding=self._seen(volume)
        )
        # The real one would load torch, and only a desk looks into it.
        return cast("EncodedScan", encoded)

    def findings(
        self,
        scan: "EncodedScan",
        own: tuple[Prompt, ...],
        *,
        cancel: CancelToken,
        on_stage: OnStage,
    ) -> tuple[Finding, ...]:  # the scan's name is its first finding
        """Score when the gate is open."""
        on_stage("score", 0.0)
        self._pass("findings", cancel)
        source = cast("SimpleNamespace", scan).source
        asked = (replace(NODULE, name=source), *own)
        return tuple(Finding(prompt, 0.5) for prompt in asked)

    def typed(
        self, scan: "EncodedScan", prompt: Prompt, *, cancel: CancelToken, on_stage: OnStage
    ) -> TypedAnswer:
        """Score one prompt when the gate is open."""
        self._pass("typed", cancel)
        return TypedAnswer(Finding(prompt, 0.5), Spread(0.4, 0.6, 2), self.facts)

    def relevance(
        self,
        volume: Volume,
        scan: "EncodedScan",
        prompt: Prompt,
        *,
        cancel: CancelToken,
        on_stage: OnStage,
    ) -> Relevance:
        """Explain when the gate is open."""
        self._pass("relevance", cancel)
        return relevance(prompt)

    def region(
        self, scan: "EncodedScan", points_mm: tuple[tuple[float, float, float], ...]
    ) -> AskedRegion:
        """Find one token."""
        if "region" in self.wrong:
            raise self.wrong["region"]
        return asked_region()

    def text_query(self, text: str, *, cancel: CancelToken, on_stage: OnStage) -> Query:
        """Encode words when the gate is open; other words are another vector."""
        self._pass("text", cancel)
        return Query(unit_vector(len(text)), self.facts.stamp)

    def embedding(self, volume: Volume, *, cancel: CancelToken, on_stage: OnStage) -> Embedding:
        """Encode for the library when the gate is open."""
        on_stage("encode", 0.5)
        self._pass("embedding", cancel)
        return self._seen(volume)

    def _seen(self, volume: Volume) -> Embedding:
        return embedding(volume, self.facts.stamp)

    def likeness(
        self,
        volume: Volume,
        scan: "EncodedScan",
        similar: SimilarScan,
        *,
        cancel: CancelToken,
        on_stage: OnStage,
    ) -> Likeness:
        """Explain when the gate is open."""
        self._pass("likeness", cancel)
        return likeness(similar.case.source)

    def likeness_beside(
        self,
        volume: Volume,
        scan: "EncodedScan",
        similar: SimilarScan,
        *,
        cancel: CancelToken,
        on_stage: OnStage,
    ) -> Likeness:
        """Explain when the gate is open."""
        self._pass("likeness_beside", cancel)
        return likeness(volume.source)

    def _pass(self, step: str, cancel: CancelToken) -> None:
        self.began.set()
        while not self.open_gate.wait(0.005):
            cancel.raise_if_cancelled()
        if step in self.wrong:
            raise self.wrong[step]


class FakeWorker(QObject):
    """Takes questions and answers when told, also late and out of order."""

    model_ready = Signal(object)
    model_unavailable = Signal(object)
    progress = Signal(int, object)
    answered = Signal(int, object, object)
    cancelled = Signal(int)
    failed = Signal(int, object)

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[str, Question]] = []
        self.stopped: list[int] = []
        self.choices: list[ModelChoice] = []

    def ask(self, window: str, question: Question) -> int:
        """Note a question; its number is its place, from 1."""
        self.asked.append((window, question))
        return len(self.asked)

    def load_model(self, choice: ModelChoice) -> int:
        """Note a model."""
        self.choices.append(choice)
        return -1

    def cancel(self, job: int) -> None:
        """Note what is to be stopped."""
        self.stopped.append(job)

    def number_of(self, kind: type) -> int:
        """Give the number of the newest question of a kind."""
        numbers = [n for n, (_, one) in enumerate(self.asked, 1) if isinstance(one, kind)]
        return numbers[-1]

    def newest(self, kind: type) -> Any:  # noqa: ANN401 - a question of that kind
        """Give the newest question of a kind."""
        return self.asked[self.number_of(kind) - 1][1]

    def of(self, kind: type) -> list[Question]:
        """Give all questions of a kind."""
        return [one for _, one in self.asked if isinstance(one, kind)]

    def as_worker(self) -> InferenceWorker:
        """Pass for the real one."""
        return cast("InferenceWorker", self)


class FakeLibrary(QObject):
    """Takes work on the library and does it when told, also late and out of order."""

    progress = Signal(int, float)
    done = Signal(int, object)
    failed = Signal(int, object)
    cancelled = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.works: list[LibraryWork] = []
        self.kinds: list[str] = []
        self.stopped: list[int] = []
        self.kept = KeptLibraries()

    def ask(self, window: str, kind: str, work: LibraryWork, *, doing: str) -> int:
        """Note a question; its number is its place, from 1."""
        assert window
        return self._note(kind, work, doing)

    def add(self, work: LibraryWork, *, doing: str) -> int:
        """Note work."""
        return self._note("add", work, doing)

    def keep(self, work: LibraryWork, *, doing: str) -> int:
        """Note what is written."""
        return self._note("keep", work, doing)

    def cancel(self, number: int) -> None:
        """Note what is to be stopped."""
        self.stopped.append(number)

    def newest(self, kind: str) -> int:
        """Give the number of the newest work of a kind."""
        return max(number for number, one in enumerate(self.kinds, 1) if one == kind)

    def finish(self, number: int) -> object:
        """Do the work, say what came of it, and give it."""
        try:
            result = self.works[number - 1](self.kept, CancelToken(), lambda _: None)
        except MedctError as error:
            self.failed.emit(number, error)
            return error
        self.done.emit(number, result)
        return result

    def finish_newest(self, kind: str) -> object:
        """Do the newest work of a kind."""
        return self.finish(self.newest(kind))

    def as_library(self) -> LibraryWorker:
        """Pass for the real one."""
        return cast("LibraryWorker", self)

    def _note(self, kind: str, work: LibraryWork, doing: str) -> int:
        assert doing
        self.works.append(work)
        self.kinds.append(kind)
        return len(self.works)


class FakeLoader(QObject):
    """Takes work and does it when told, also late and out of order."""

    progress = Signal(int, float)
    done = Signal(int, object)
    failed = Signal(int, object)
    cancelled = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.works: list[Work] = []
        self.stopped: list[int] = []

    def submit(self, work: Work, *, doing: str) -> int:
        """Note work; its number is its place, from 1."""
        assert doing
        self.works.append(work)
        return len(self.works)

    def cancel(self, number: int) -> None:
        """Note what is to be stopped."""
        self.stopped.append(number)

    def finish(self, number: int, told: Callable[[float], None] = lambda _: None) -> None:
        """Do the work and say what came of it."""
        self.done.emit(number, self.works[number - 1](CancelToken(), told))

    def as_loader(self) -> LoaderPool:
        """Pass for the real one."""
        return cast("LoaderPool", self)
