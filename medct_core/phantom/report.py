"""The report of a phantom: what a radiologist would write about what was drawn."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np

from medct_core.phantom.report_words import ADVERBS, PHRASINGS, Phrasing, Place
from medct_core.phantom.request import SEVERITIES, Drawn
from medct_core.vocabulary import FINDINGS, UNLABELLED_FINDINGS, article, sentence


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
        The summary: what is present, most severe first, then what is possible, or that there is
        nothing.
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


_PRESENT = (
    "There {is} {a}{term}.",
    "{a}{term} {is} present.",
    "{a}{term} {was} observed.",
    "{a}{term} {is} seen.",
    "{a}{term}.",
    "The scan shows {a}{term}.",
)
_DEVICES = ("{a}{term} {is} in place.", "{a}{term} {is} present.", "{a}{term}.")
_ABSENT = (
    "There {is} no {term}.",
    "No {term} {is} seen.",
    "{a}{term} {was} not observed.",
    "No {term}.",
    "No evidence of {a}{term}.",
    "{a}{term} {is} not present.",
)
_UNCERTAIN = (
    "Possible {term}.",
    "{a}{term} cannot be excluded.",
    "Appearances suspicious for {a}{term}.",
    "Questionable {term}.",
)
_NORMAL = ("No abnormality.", "Normal chest CT.", "Unremarkable examination.")
_ORDINALS = (
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
)
_RIB = re.compile(r"(?P<side>right|left) rib (?P<number>\d+)")
_PARTICIPLE = re.compile(r"(?:enlarged|calcified|dilated|thickened)\b")
_SIDES = {"right": "right", "left": "left", "both": "bilateral"}
_UNCERTAIN_SHARE = 0.15
_ABSENT_SHARE = 0.35
_DEGREE_SHARE = 0.5
_PLACE_SHARE = 0.8
_NUMBERED_SHARE = 0.4
_SIZE_FIRST_SHARE = 0.5


def write_report(drawn: Mapping[str, Drawn], rng: np.random.Generator) -> PhantomReport:
    """Put what was drawn into words; each run of `rng` words it differently.

    Parameters
    ----------
    drawn
        Finding name to what was drawn; a finding that is not there was not drawn.
    rng
        The report's own random stream.
    """
    statements = tuple(_state(name, drawn.get(name), rng) for name in _mentioned(drawn, rng))
    doubted = {s.finding for s in statements if s.polarity is Polarity.UNCERTAIN}
    return PhantomReport(statements, _impression(drawn, doubted, rng))


def _mentioned(drawn: Mapping[str, Drawn], rng: np.random.Generator) -> list[str]:
    names = [
        name
        for name in (*FINDINGS, *UNLABELLED_FINDINGS)
        if name in drawn or rng.random() < _ABSENT_SHARE
    ]
    return [names[index] for index in rng.permutation(len(names))]


def _state(name: str, drawn: Drawn | None, rng: np.random.Generator) -> Statement:
    words = PHRASINGS[name]
    if drawn is None:
        term = _pick(words.denied or words.terms, rng)
        return Statement(name, Polarity.ABSENT, sentence(_pick(_ABSENT, rng), term))
    term = _described(words, drawn, rng)
    if words.may_be_doubted and drawn.severity == "mild" and rng.random() < _UNCERTAIN_SHARE:
        return Statement(name, Polarity.UNCERTAIN, sentence(_pick(_UNCERTAIN, rng), term))
    templates = _DEVICES if words.place is Place.DEVICES else _PRESENT
    return Statement(name, Polarity.PRESENT, sentence(_pick(templates, rng), term))


def _described(words: Phrasing, drawn: Drawn, rng: np.random.Generator) -> str:
    """Name what was drawn with its degree, size and place."""
    if words.place is Place.DEVICES:
        return _with_articles(_devices(drawn))
    place = _place(words, drawn) if rng.random() < _PLACE_SHARE else ""
    return f"{_measured(_named(words, drawn, rng), words, drawn, rng)}{place}"


def _measured(named: str, words: Phrasing, drawn: Drawn, rng: np.random.Generator) -> str:
    """Add a size: ``12 mm lung nodule`` or ``lung nodule measuring 12 mm``."""
    if not (drawn.size_mm and words.size):
        return named
    size = words.size.format(mm=f"{drawn.size_mm:.0f}")
    if _is_several(words, drawn):
        return named + size.replace("measuring ", "measuring up to ")
    if not any(words.degrees[0]) and rng.random() < _SIZE_FIRST_SHARE:
        return f"{drawn.size_mm:.0f} mm {named}"
    return named + size


def _named(words: Phrasing, drawn: Drawn, rng: np.random.Generator) -> str:
    """Name what was drawn in a few words: ``small right pleural effusion``."""
    if words.place is Place.RIB:
        return "rib fracture" if drawn.severity == "mild" else "rib fractures"
    term = _pick(words.several if _is_several(words, drawn) else words.terms, rng)
    side = _SIDES.get(drawn.side, "") if words.place is Place.SIDE else ""
    degree = ""
    if rng.random() < _DEGREE_SHARE:
        degree = _pick(words.degrees[SEVERITIES.index(drawn.severity)], rng)
    if _PARTICIPLE.match(term):
        degree = ADVERBS[degree] if degree else ""
    return " ".join(word for word in (degree, side, term) if word)


def _is_several(words: Phrasing, drawn: Drawn) -> bool:
    if not words.several:
        return False
    return drawn.side == "both" or " and " in drawn.location or drawn.location.endswith("lung")


def _place(words: Phrasing, drawn: Drawn) -> str:
    location = drawn.location.removeprefix("the ")
    if words.place is Place.STATION and location:
        return f" at the {location} station{'s' if ' and ' in location else ''}"
    if words.place is Place.RIB:
        return _at_rib(drawn)
    if words.place is not Place.IN:
        return ""
    if not location:
        sides = {"right": " on the right", "left": " on the left", "both": " on both sides"}
        return sides.get(drawn.side, "")
    if location.startswith("both "):
        return f" in {location}"
    return f" in the {location.replace(' and ', ' and the ')}"


def _at_rib(drawn: Drawn) -> str:
    rib = _RIB.fullmatch(drawn.location)
    if rib is None or drawn.severity != "mild":
        return f" on the {drawn.side}"
    return f" of the {rib['side']} {_ORDINALS[int(rib['number']) - 1]} rib"


def _devices(drawn: Drawn) -> list[str]:
    """Give the devices, which a drawer names as the place."""
    return drawn.location.split(" and ")


def _with_articles(items: Sequence[str]) -> str:
    """Write ``a pacemaker and a gastric tube``; a single one gets its article in its sentence."""
    if len(items) == 1:
        return items[0]
    return _in_row([f"{article(item)}{item}" for item in items])


def _in_row(items: Sequence[str]) -> str:
    """Write ``a, b and c``."""
    return " and ".join(filter(None, (", ".join(items[:-1]), items[-1])))


def _impression(drawn: Mapping[str, Drawn], doubted: set[str], rng: np.random.Generator) -> str:
    names = sorted(drawn, key=lambda name: (_urgency(name, drawn[name]), name))
    if not names:
        return _pick(_NORMAL, rng)
    items = {name: _items(name, drawn[name], rng) for name in names}
    certain = [item for name in names if name not in doubted for item in items[name]]
    possible = [item for name in names if name in doubted for item in items[name]]
    if rng.random() < _NUMBERED_SHARE:
        lines = [*certain, *(f"possible {item}" for item in possible)]
        return " ".join(f"{n}. {_capital(line)}." for n, line in enumerate(lines, start=1))
    rows = [_in_row(certain)] if certain else []
    rows += [f"possible {_in_row(possible)}"] if possible else []
    return " ".join(f"{_capital(row)}." for row in rows)


def _urgency(name: str, drawn: Drawn) -> int:
    """Order of the impression: the most severe first, what was put in on purpose last."""
    if PHRASINGS[name].place is Place.DEVICES:
        return len(SEVERITIES)
    return -SEVERITIES.index(drawn.severity)


def _items(name: str, drawn: Drawn, rng: np.random.Generator) -> list[str]:
    words = PHRASINGS[name]
    return _devices(drawn) if words.place is Place.DEVICES else [_named(words, drawn, rng)]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _pick(options: Sequence[str], rng: np.random.Generator) -> str:
    return options[int(rng.integers(len(options)))]
