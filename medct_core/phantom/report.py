"""The report of a phantom: what a radiologist would write about what was drawn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np

from medct_core.phantom.request import Drawn
from medct_core.vocabulary import FINDINGS, TERMS, UNLABELLED_FINDINGS, sentence


class Polarity(Enum):
    """What a statement says of its finding."""

    PRESENT = "present"
    ABSENT = "absent"
    UNCERTAIN = "uncertain"


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence about one finding."""

    finding: str
    polarity: Polarity
    text: str


@dataclass(frozen=True, slots=True)
class PhantomReport:
    """A report and what each of its sentences says.

    Attributes
    ----------
    statements
        The findings section, sentence by sentence, in reading order.
    impression
        The summary: what is present, most severe first, or that nothing is.
    """

    statements: tuple[Statement, ...]
    impression: str

    @property
    def findings(self) -> str:
        """The findings section as one text."""
        return " ".join(statement.text for statement in self.statements)

    @property
    def text(self) -> str:
        """Findings and impression, as a model reads them."""
        return f"{self.findings} {self.impression}"


_SEVERITY_WORDS = {
    "mild": ("mild", "minimal", "slight", "small"),
    "moderate": ("moderate", "moderate", ""),
    "severe": ("severe", "extensive", "marked", "large"),
}
_UNLABELLED_TERMS = {
    "Pneumothorax": ("pneumothorax", "air in the pleural space"),
    "Rib fracture": ("rib fracture", "fractured rib"),
    "Thyroid nodule": ("thyroid nodule", "nodule in the thyroid gland"),
}
_PRESENT = (
    "There is {term}{place}.",
    "{term}{place} is present.",
    "{term} was observed{place}.",
    "{term} is seen{place}.",
    "{term}{place}.",
)
_ABSENT = (
    "There is no {term}.",
    "No {term} is seen.",
    "{term} was not observed.",
    "No {term}.",
    "{term} is not present.",
)
_UNCERTAIN = (
    "Possible {term}{place}.",
    "{term}{place} cannot be excluded.",
    "Appearance suspicious for {term}{place}.",
)
_UNCERTAIN_SHARE = 0.15
_ABSENT_SHARE = 0.35
_SEVERITY_SHARE = 0.5
_PLACE_SHARE = 0.8


def write_report(drawn: Mapping[str, Drawn], rng: np.random.Generator) -> PhantomReport:
    """Put what was drawn into words; each run of `rng` words it differently.

    Parameters
    ----------
    drawn
        Finding name to what was drawn; a finding that is not there was not drawn.
    rng
        The report's own random stream.
    """
    statements = [_state(name, drawn.get(name), rng) for name in _mentioned(drawn, rng)]
    return PhantomReport(tuple(statements), _impression(drawn, rng))


def _mentioned(drawn: Mapping[str, Drawn], rng: np.random.Generator) -> list[str]:
    names = [
        name
        for name in (*FINDINGS, *UNLABELLED_FINDINGS)
        if name in drawn or rng.random() < _ABSENT_SHARE
    ]
    return [names[index] for index in rng.permutation(len(names))]


def _state(name: str, drawn: Drawn | None, rng: np.random.Generator) -> Statement:
    term = _pick(TERMS.get(name) or _UNLABELLED_TERMS[name], rng)
    if drawn is None:
        return Statement(name, Polarity.ABSENT, sentence(_pick(_ABSENT, rng), term))
    unsure = drawn.severity == "mild" and rng.random() < _UNCERTAIN_SHARE
    template = _pick(_UNCERTAIN if unsure else _PRESENT, rng)
    polarity = Polarity.UNCERTAIN if unsure else Polarity.PRESENT
    return Statement(name, polarity, _about(template, term, drawn, rng))


def _about(template: str, term: str, drawn: Drawn, rng: np.random.Generator) -> str:
    words = _pick(_SEVERITY_WORDS[drawn.severity], rng) if rng.random() < _SEVERITY_SHARE else ""
    size = f" measuring {drawn.size_mm:.0f} mm" if drawn.size_mm else ""
    place = _place(drawn) if rng.random() < _PLACE_SHARE else ""
    text = template.replace("{place}", f"{size}{place}")
    return sentence(text, f"{words} {term}".strip())


def _place(drawn: Drawn) -> str:
    if drawn.location:
        return f" in the {drawn.location.removeprefix('the ')}"
    return {"right": " on the right", "left": " on the left", "both": " on both sides"}.get(
        drawn.side, ""
    )


def _impression(drawn: Mapping[str, Drawn], rng: np.random.Generator) -> str:
    order = {"severe": 0, "moderate": 1, "mild": 2}
    names = sorted(drawn, key=lambda name: (order[drawn[name].severity], name))
    if not names:
        return _pick(("No abnormality.", "Normal chest CT.", "Unremarkable examination."), rng)
    terms = [_pick(TERMS.get(name) or _UNLABELLED_TERMS[name], rng) for name in names]
    return sentence("{term}.", ", ".join(terms))


def _pick(options: Sequence[str], rng: np.random.Generator) -> str:
    return options[int(rng.integers(len(options)))]
