"""Reading a model's card: what it was trained on, and what its answers were found to be worth."""

import re
from dataclasses import dataclass
from pathlib import Path

from app.state.answers import ModelFacts
from medct_core.errors import ModelUnavailableError
from medct_core.models.manifest import CARD_FILE, ModelManifest, read_manifest

_LARGEST_CHARACTERS = 2**20
_SECTION = re.compile(r"^## +(.+?) *$", re.MULTILINE)
_MEAN = re.compile(r"Mean AUROC \*{0,2}([01]\.\d+)")
_ROW = re.compile(
    r"^\| *([^|]+?) *\| *([01]\.\d+) *\| *([01]\.\d+) to ([01]\.\d+) *\| *(\d+) *\|$", re.MULTILINE
)
_ZERO_SHOT = "Zero-shot:"
_GUESSING = 0.5


@dataclass(frozen=True, slots=True)
class Auroc:
    """How well one finding is told apart.

    Attributes
    ----------
    finding
        Its name.
    value, low, high
        Area under the ROC curve and its 95 % interval, in [0, 1]; 0.5 is guessing.
    positives
        Number of scans that had it.
    """

    finding: str
    value: float
    low: float
    high: float
    positives: int

    @property
    def may_be_guessing(self) -> bool:
        """Whether the interval reaches down to what guessing gives."""
        return self.low <= _GUESSING


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One test of a model.

    Attributes
    ----------
    title
        On what, and how it was asked.
    mean
        Mean AUROC of `trained`, as the card gives it.
    trained, zero_shot
        Findings it was trained on, and others.
    """

    title: str
    mean: float
    trained: tuple[Auroc, ...]
    zero_shot: tuple[Auroc, ...] = ()


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What is known of a model; empty texts and no evaluations where nothing is.

    Attributes
    ----------
    title, headline
        One line for people; what its scores mean.
    population, licence_note
        Whom its training scans show; what may be done with it.
    is_synthetic
        Whether it has never seen a patient; None where nobody says.
    finding_count
        Number of findings it is asked for without being told.
    adapter
        Name of an adapter on top of it, to which no evaluation applies; empty for none.
    evaluations
        In the order of the card.
    reads_text
        Whether it scores findings; one that does not finds similar cases only.
    """

    title: str
    headline: str = ""
    population: str = ""
    licence_note: str = ""
    is_synthetic: bool | None = None
    finding_count: int = 0
    adapter: str = ""
    evaluations: tuple[Evaluation, ...] = ()
    reads_text: bool = True


def card_of(facts: ModelFacts, folder: Path | None) -> ModelCard:
    """Put together what is known of the model that is loaded.

    Parameters
    ----------
    facts
        Of the model.
    folder
        Where it lies, if that is known; what cannot be read there is left out.
    """
    manifest = None if folder is None else _manifest(folder)
    adapter = facts.stamp.adapter or ""
    count = len(facts.prompts)
    if folder is None or manifest is None:
        return ModelCard(facts.title, facts.headline, finding_count=count, adapter=adapter)
    return ModelCard(
        title=facts.title,
        headline=facts.headline,
        population=manifest.population,
        licence_note=manifest.licence_note,
        is_synthetic=manifest.is_synthetic,
        finding_count=count,
        adapter=adapter,
        evaluations=read_evaluations(_text(folder / CARD_FILE)),
        reads_text=manifest.reads_text,
    )


def read_evaluations(text: str) -> tuple[Evaluation, ...]:
    """Find the tables of AUROCs in a card; sections without one are passed over.

    Parameters
    ----------
    text
        Markdown, as training writes it.
    """
    parts = _SECTION.split(text)[1:]
    found = (_evaluation(title, body) for title, body in zip(parts[::2], parts[1::2], strict=True))
    return tuple(one for one in found if one is not None)


def _evaluation(title: str, body: str) -> Evaluation | None:
    mean = _MEAN.search(body)
    trained, _, zero_shot = body.partition(_ZERO_SHOT)
    rows = _rows(trained)
    if mean is None or not rows:
        return None
    return Evaluation(title, float(mean.group(1)), rows, _rows(zero_shot))


def _rows(text: str) -> tuple[Auroc, ...]:
    return tuple(
        Auroc(name, float(value), float(low), float(high), int(positives))
        for name, value, low, high, positives in _ROW.findall(text)
    )


def _manifest(folder: Path) -> ModelManifest | None:
    try:
        return read_manifest(folder)
    except ModelUnavailableError:
        return None


def _text(path: Path) -> str:
    try:
        with path.open(encoding="utf-8") as file:
            return file.read(_LARGEST_CHARACTERS)
    except (OSError, UnicodeDecodeError):
        return ""
