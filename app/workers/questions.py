"""What a window can ask of the worker that owns the model: frozen values, no tensors."""

from dataclasses import dataclass

from app.state.answers import ModelChoice
from app.workers.mailbox import Kind
from medct_core.inference.prompt import Prompt
from medct_core.volume.volume import Volume


@dataclass(frozen=True, slots=True, eq=False)
class EncodeScan:
    """Prepare and encode a scan; the answer is `ScanEncoded`.

    Attributes
    ----------
    volume
        The scan.
    forced
        Whether it is scored although it is unsuitable.
    """

    volume: Volume
    forced: bool = False


@dataclass(frozen=True, slots=True)
class ScoreFindings:
    """Score the eighteen findings and a person's own; the answer is `FindingsScored`.

    Attributes
    ----------
    scan_job
        Job number of the `EncodeScan` that this is about.
    own
        What is asked beside them, or instead of one of the same name.
    """

    scan_job: int
    own: tuple[Prompt, ...] = ()


@dataclass(frozen=True, slots=True)
class ScoreTyped:
    """Score one prompt in several wordings; the answer is `TypedAnswer` or `Explanation`."""

    scan_job: int
    prompt: Prompt


@dataclass(frozen=True, slots=True)
class ExplainScore:
    """Say where a score comes from; the answer is `Relevance`."""

    scan_job: int
    prompt: Prompt


@dataclass(frozen=True, slots=True)
class ForgetScan:
    """Let go of everything about the window's scan; the answer is None."""


@dataclass(frozen=True, slots=True)
class LoadModel:
    """Take another model; the answer is its `ModelFacts`."""

    choice: ModelChoice


AboutScan = ScoreFindings | ScoreTyped | ExplainScore
"""Questions that wait for the encoding they name."""

Question = EncodeScan | AboutScan | ForgetScan | LoadModel

KINDS: dict[type, Kind] = {
    EncodeScan: Kind.EMBED,
    ScoreFindings: Kind.SCORE_LIST,
    ScoreTyped: Kind.SCORE_TYPED,
    ExplainScore: Kind.RELEVANCE,
    ForgetScan: Kind.FORGET,
    LoadModel: Kind.LOAD_MODEL,
}
"""The kind of each question, by which the mailbox replaces older ones."""
