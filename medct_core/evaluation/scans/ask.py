"""Every scan read once, every contender asked about it, every answer kept."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Protocol

import numpy as np
import torch

from medct_core.cancel import CancelToken
from medct_core.errors import ScanRefusedError
from medct_core.evaluation.multilabel.predictions import Double
from medct_core.evaluation.scans.answer_book import AnswerBook, open_book
from medct_core.evaluation.scans.contenders import Contender
from medct_core.evaluation.scans.labelled_scans import LabelledScans
from medct_core.inference.embedding import Embedding
from medct_core.inference.engine import InferenceEngine
from medct_core.inference.prompt import Prompt
from medct_core.preprocess.model_input import ModelInput
from medct_core.preprocess.prepare import prepare
from medct_core.preprocess.suitability import check_scorable


class Question(Protocol):
    """What is asked of an encoded scan."""

    @property
    def said(self) -> object:
        """Give everything that decides an answer but model and scan, as values for JSON."""
        ...

    def answer(self, engine: InferenceEngine, embedding: Embedding) -> Double:
        """Give the answer, ``(k,)``; k is the same for every scan."""
        ...


@dataclass(frozen=True, slots=True)
class PromptQuestion:
    """Logits of prompts."""

    prompts: tuple[Prompt, ...]

    @property
    def said(self) -> object:
        """The wordings."""
        return ["prompts", *(asdict(prompt) for prompt in self.prompts)]

    def answer(self, engine: InferenceEngine, embedding: Embedding) -> Double:
        """Logits, ``(prompts,)``."""
        scores = engine.score(embedding, self.prompts)
        return np.array([one.logit for one in scores.answers])


@dataclass(frozen=True, slots=True, eq=False)
class HeadQuestion:
    """Logits of a linear head on the vector of a scan."""

    head: torch.nn.Linear
    findings: tuple[str, ...]

    @property
    def said(self) -> object:
        """Weights and findings."""
        weights = [one.detach().cpu().double().tolist() for one in self.head.parameters()]
        return ["head", list(self.findings), weights]

    def answer(self, engine: InferenceEngine, embedding: Embedding) -> Double:  # noqa: ARG002
        """Logits, ``(findings,)``."""
        vector = torch.tensor(embedding.vector, device=self.head.weight.device)
        with torch.inference_mode():
            return self.head(vector).cpu().double().numpy()  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True)
class VectorQuestion:
    """The vector of a scan itself."""

    @property
    def said(self) -> object:
        """Nothing is asked."""
        return ["vector"]

    def answer(self, engine: InferenceEngine, embedding: Embedding) -> Double:  # noqa: ARG002
        """Give the vector, ``(d,)`` of unit length."""
        return embedding.vector.astype(np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A contender, what it is asked, and where its answers are kept."""

    contender: Contender
    question: Question
    book: AnswerBook

    @classmethod
    def of(cls, contender: Contender, question: Question, folder: Path) -> "Asked":
        """Open the book of a contender's answers in a folder."""
        return cls(contender, question, open_book(folder, contender.engine.stamp, question.said))


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """What every contender answered.

    Attributes
    ----------
    scans
        Those that could be measured.
    values
        ``(n, k)`` float64 of each contender, in their order.
    """

    scans: LabelledScans
    values: tuple[Double, ...]


def ask_all(
    asked: Sequence[Asked],
    scans: LabelledScans,
    *,
    cancel: CancelToken,
    on_progress: Callable[[float], None],
) -> Answers:
    """Ask every contender about every scan; what was answered before is not asked again.

    Parameters
    ----------
    asked
        Contenders on one network.
    scans
        Read one at a time. One that cannot be read or scored is left out, with its reason.
    cancel, on_progress
        Checked before each scan; told the share done.

    Raises
    ------
    UsageError
        If no scan can be measured.
    OutOfMemoryError
        If the memory does not suffice.
    Cancelled
        If `cancel` was raised.
    """
    refused: dict[int, str] = {}
    for row in range(len(scans)):
        cancel.raise_if_cancelled()
        missing = [one for one in asked if one.book.get(scans.keys[row]) is None]
        if missing:
            try:
                _ask_one(missing, scans, row, cancel)
            except ScanRefusedError as error:
                refused[row] = error.summary
        on_progress((row + 1) / len(scans))
    left = scans.without(refused) if refused else scans
    return Answers(left, tuple(_values(one.book, left) for one in asked))


def _ask_one(asked: Sequence[Asked], scans: LabelledScans, row: int, cancel: CancelToken) -> None:
    prepared = _prepared(asked[0].contender.engine, scans, row, cancel)
    for one in asked:
        one.contender.use()
        engine = one.contender.engine
        embedding = engine.embed_volume(prepared, cancel=cancel)
        one.book.put(scans.keys[row], one.question.answer(engine, embedding))


def _prepared(
    engine: InferenceEngine, scans: LabelledScans, row: int, cancel: CancelToken
) -> ModelInput:
    volume = replace(scans.read(row, cancel), source=Path(scans.scans[row]).name)
    check_scorable(volume, engine.recipe)
    return prepare(volume, engine.recipe, cancel=cancel)


def _values(book: AnswerBook, scans: LabelledScans) -> Double:
    found = [book.get(key) for key in scans.keys]
    return np.array([one for one in found if one is not None], np.float64)
