"""What a window can ask of the worker that owns the model: frozen values, no tensors."""

from dataclasses import dataclass

from app.state.answers import ModelChoice
from app.workers.mailbox import Kind
from medct_core.inference.prompt import Prompt
from medct_core.retrieval.centring import Centring
from medct_core.retrieval.library_case import LibraryCase
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


@dataclass(frozen=True, slots=True, eq=False)
class SimilarScan:
    """A case of the library as a search compares it.

    Attributes
    ----------
    case
        With its vector.
    centring
        That of the search.
    """

    case: LibraryCase
    centring: Centring


@dataclass(frozen=True, slots=True, eq=False)
class ExplainLikeness:
    """Say where the scan's likeness to a case comes from; the answer is `Likeness`."""

    scan_job: int
    similar: SimilarScan


@dataclass(frozen=True, slots=True, eq=False)
class ExplainBeside:
    """Say where in the scan of a case its likeness to the window's comes from.

    The answer is `Likeness`.

    Attributes
    ----------
    scan_job
        Job number of the `EncodeScan` of the window's scan.
    similar
        The case.
    volume
        Its scan.
    """

    scan_job: int
    similar: SimilarScan
    volume: Volume


@dataclass(frozen=True, slots=True, eq=False)
class AskRegion:
    """Find the tokens of a region of the scan; the answer is `region_search.AskedRegion`.

    Attributes
    ----------
    scan_job
        Job number of the `EncodeScan` that this is about.
    points_mm
        Corners of the region, LPS mm.
    """

    scan_job: int
    points_mm: tuple[tuple[float, float, float], ...]


@dataclass(frozen=True, slots=True)
class EmbedText:
    """Encode words that similar cases are wanted for; the answer is `retrieval.search.Query`."""

    text: str


@dataclass(frozen=True, slots=True, eq=False)
class EmbedScan:
    """Encode a scan for the library, in the background; the answer is `Embedding`.

    It gives way to every other question: then it is cancelled, and may be asked again.
    """

    volume: Volume


@dataclass(frozen=True, slots=True)
class ForgetScan:
    """Let go of everything about the window's scan; the answer is None."""


@dataclass(frozen=True, slots=True)
class LoadModel:
    """Take another model; the answer is its `ModelFacts`."""

    choice: ModelChoice


AboutPlaces = ExplainScore | ExplainLikeness | ExplainBeside | AskRegion
"""Questions about parts of the scan."""

AboutScan = ScoreFindings | ScoreTyped | AboutPlaces
"""Questions that wait for the encoding they name."""

Question = EncodeScan | AboutScan | EmbedText | EmbedScan | ForgetScan | LoadModel

KINDS: dict[type, Kind] = {
    EncodeScan: Kind.EMBED,
    ScoreFindings: Kind.SCORE_LIST,
    ScoreTyped: Kind.SCORE_TYPED,
    ExplainScore: Kind.RELEVANCE,
    ExplainLikeness: Kind.RELEVANCE,
    ExplainBeside: Kind.BESIDE,
    AskRegion: Kind.REGION,
    EmbedText: Kind.SIMILAR,
    EmbedScan: Kind.ARCHIVE,
    ForgetScan: Kind.FORGET,
    LoadModel: Kind.LOAD_MODEL,
}
"""The kind of each question, by which the mailbox replaces older ones."""
