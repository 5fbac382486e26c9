"""ResultsState: what the model says about the scan that is shown, and what is still pending."""

from dataclasses import dataclass, replace
from datetime import datetime

from PySide6.QtCore import QObject, Signal

from app.state.answers import (
    Explanation,
    ModelFacts,
    Problem,
    StageProgress,
    StageTime,
    TypedAnswer,
)
from medct_core.findings.finding import Finding
from medct_core.inference.embedding import Embedding
from medct_core.inference.likeness import Likeness
from medct_core.inference.scores import Relevance
from medct_core.volume.notice import Notice

ShownMap = Relevance | Likeness
"""A map of places: of the score of a finding, or of the likeness to another scan."""


@dataclass(frozen=True, slots=True)
class ScoredList:
    """The findings of the list, and who says so.

    Attributes
    ----------
    findings
        In the order asked; the eighteen first.
    model
        That gave every one of them.
    notices
        What preparation adds and what is against the scores.
    scored_at
        When, with its zone.
    times
        How long each stage took.
    """

    findings: tuple[Finding, ...]
    model: ModelFacts
    notices: tuple[Notice, ...]
    scored_at: datetime
    times: tuple[StageTime, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class _Answers:
    embedding: Embedding | None = None
    scored: ScoredList | None = None
    typed: TypedAnswer | None = None
    explanation: Explanation | None = None
    heatmap: ShownMap | None = None
    stage: StageProgress | None = None
    problem: Problem | None = None


class ResultsState(QObject):
    """The answers of one window. Only controllers write it, only on the GUI thread.

    Everything but the model belongs to the scan that is shown, and `clear` drops it together.
    """

    model_changed = Signal(object)  # ModelFacts | None
    model_problem_changed = Signal(object)  # Problem | None: why a model could not be loaded
    embedding_changed = Signal(object)  # Embedding | None: the scan as the model sees it
    scored_changed = Signal(object)  # ScoredList | None
    typed_changed = Signal(object)  # TypedAnswer | None
    explanation_changed = Signal(object)  # Explanation | None: why there is no typed answer
    heatmap_changed = Signal(object)  # ShownMap | None
    stage_changed = Signal(object)  # StageProgress | None: what is being worked on
    problem_changed = Signal(object)  # Problem | None: why the scan has no scores

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model: ModelFacts | None = None
        self._model_problem: Problem | None = None
        self._answers = _Answers()

    @property
    def model(self) -> ModelFacts | None:
        """The model that is loaded."""
        return self._model

    @property
    def model_problem(self) -> Problem | None:
        """Why the last model that was asked for could not be loaded."""
        return self._model_problem

    @property
    def embedding(self) -> Embedding | None:
        """The scan as the model sees it; there before its findings."""
        return self._answers.embedding

    @property
    def scored(self) -> ScoredList | None:
        """The findings of the list."""
        return self._answers.scored

    @property
    def typed(self) -> TypedAnswer | None:
        """The answer to what was typed."""
        return self._answers.typed

    @property
    def explanation(self) -> Explanation | None:
        """Why there is no answer to what was typed."""
        return self._answers.explanation

    @property
    def heatmap(self) -> ShownMap | None:
        """The map that was asked for."""
        return self._answers.heatmap

    @property
    def stage(self) -> StageProgress | None:
        """What is being worked on; None while nothing is."""
        return self._answers.stage

    @property
    def problem(self) -> Problem | None:
        """Why the scan has no scores."""
        return self._answers.problem

    def set_model(self, model: ModelFacts | None) -> None:
        """Say which model is loaded."""
        if model != self._model:
            self._model = model
            self.model_changed.emit(model)

    def set_model_problem(self, problem: Problem | None) -> None:
        """Say why a model could not be loaded."""
        if problem != self._model_problem:
            self._model_problem = problem
            self.model_problem_changed.emit(problem)

    def set_embedding(self, embedding: Embedding | None) -> None:
        """Keep what the model sees of the scan."""
        if embedding is not self._answers.embedding:
            self._answers = replace(self._answers, embedding=embedding)
            self.embedding_changed.emit(embedding)

    def set_scored(self, scored: ScoredList | None) -> None:
        """Show the findings of the list."""
        if scored != self._answers.scored:
            self._answers = replace(self._answers, scored=scored)
            self.scored_changed.emit(scored)

    def set_typed(self, typed: TypedAnswer | None) -> None:
        """Show the answer to what was typed."""
        if typed != self._answers.typed:
            self._answers = replace(self._answers, typed=typed)
            self.typed_changed.emit(typed)

    def set_explanation(self, explanation: Explanation | None) -> None:
        """Say why there is no answer to what was typed."""
        if explanation != self._answers.explanation:
            self._answers = replace(self._answers, explanation=explanation)
            self.explanation_changed.emit(explanation)

    def set_heatmap(self, heatmap: ShownMap | None) -> None:
        """Show a map, or none."""
        if heatmap is not self._answers.heatmap:
            self._answers = replace(self._answers, heatmap=heatmap)
            self.heatmap_changed.emit(heatmap)

    def set_stage(self, stage: StageProgress | None) -> None:
        """Say what is being worked on."""
        if stage != self._answers.stage:
            self._answers = replace(self._answers, stage=stage)
            self.stage_changed.emit(stage)

    def set_problem(self, problem: Problem | None) -> None:
        """Say why the scan has no scores."""
        if problem != self._answers.problem:
            self._answers = replace(self._answers, problem=problem)
            self.problem_changed.emit(problem)

    def clear(self) -> None:
        """Drop everything that was said about a scan; the model stays."""
        self.set_embedding(None)
        self.set_scored(None)
        self.set_typed(None)
        self.set_explanation(None)
        self.set_heatmap(None)
        self.set_stage(None)
        self.set_problem(None)
