"""What is known about a scan and who says so: values that travel from threads to the window."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Self

from app.state.window_words import in_window
from medct_core.errors import MedctError
from medct_core.findings.finding import Finding
from medct_core.inference.prompt import Prompt
from medct_core.models.stamp import ModelStamp
from medct_core.volume.notice import Notice

if TYPE_CHECKING:
    # Loading what is named here only would delay the window.
    from medct_core.findings.reference import Five
    from medct_core.inference.embedding import Embedding
    from medct_core.inference.paraphrase import Spread
    from medct_core.inference.wording import PromptStyle
    from medct_core.retrieval.centring import Centring


@dataclass(frozen=True, slots=True)
class Problem:
    """Why something did not work, and what to do: shown as two lines."""

    summary: str
    remedy: str

    @classmethod
    def of(cls, error: MedctError) -> Self:
        """Take both lines from an error, in the words of a window."""
        return cls(error.summary, in_window(error.remedy))


@dataclass(frozen=True, slots=True)
class StageProgress:
    """How far the work on one question is.

    Attributes
    ----------
    stage
        ``load``, ``prepare``, ``encode``, ``text`` or ``score``.
    fraction
        Of this stage, in [0, 1].
    seconds
        Since it began.
    """

    stage: str
    fraction: float
    seconds: float


@dataclass(frozen=True, slots=True)
class StageTime:
    """How long one stage of finished work took, in seconds."""

    stage: str
    seconds: float


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """Which model to load.

    Attributes
    ----------
    model
        Name or folder; None takes CT-CLIP where it is installed, else medct-mini.
    adapter
        Folder or name of an adapter, or ``none``; None takes what is used by default with the
        model.
    device
        ``auto``, ``cpu``, ``mps``, ``cuda`` or ``cuda:1``.
    """

    model: str | None = None
    adapter: Path | None = None
    device: str = "auto"


@dataclass(frozen=True, slots=True)
class KnownSpread:
    """Scores of known cases with and without a finding, in [0, 1], at `reference.QUANTILES`."""

    present: "Five"
    absent: "Five"


@dataclass(frozen=True, slots=True)
class KnownScores:
    """Scores of known cases on both scales.

    Attributes
    ----------
    raw
        Uncalibrated.
    calibrated
        None where the model has no calibration for them.
    """

    raw: KnownSpread
    calibrated: KnownSpread | None

    def beside(self, finding: Finding) -> KnownSpread:
        """Those on the scale on which a finding is shown."""
        if finding.calibrated is None or self.calibrated is None:
            return self.raw
        return self.calibrated


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """What a window must know of the model that is loaded.

    Attributes
    ----------
    stamp
        Goes with every number.
    title
        One line for people.
    headline
        What its scores mean; stands above every result.
    device
        Where it runs: ``cpu``, ``cuda (NVIDIA ...)``.
    style
        The sentences it is asked with.
    prompts
        How it is asked for the eighteen findings.
    known
        By finding, how it scores known cases, where it says so.
    known_population
        Whom those cases show: ``phantoms``; empty where there are none.
    centring
        The mean of known scans that comes with it, for a library too small to fit its own; None
        where it brings none.
    """

    stamp: ModelStamp
    title: str
    headline: str
    device: str
    style: "PromptStyle"
    prompts: tuple[Prompt, ...]
    known: Mapping[str, KnownScores] = field(default_factory=dict, hash=False)
    known_population: str = ""
    centring: "Centring | None" = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, eq=False)
class ScanEncoded:
    """A scan may be asked about now.

    Attributes
    ----------
    notices
        The scan's own and what preparation adds.
    doubts
        What is against its scores.
    embedding
        The scan as the model sees it.
    """

    notices: tuple[Notice, ...]
    doubts: tuple[Notice, ...]
    embedding: "Embedding"


@dataclass(frozen=True, slots=True)
class FindingsScored:
    """The findings of the list, in the order asked, and the model that says so."""

    findings: tuple[Finding, ...]
    model: ModelFacts


@dataclass(frozen=True, slots=True)
class TypedAnswer:
    """The answer to what a person typed.

    Attributes
    ----------
    finding
        Its score.
    spread
        The score in other words; None where it cannot be said otherwise.
    model
        The model that says so.
    """

    finding: Finding
    spread: "Spread | None"
    model: ModelFacts


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why there is no number for what was typed.

    Attributes
    ----------
    summary, remedy
        Two lines for the reader; the second says what could be asked instead.
    """

    summary: str
    remedy: str
