"""Whether a prompt is in the language that models of chest CT are taught: strings only.

A model gives a number to anything, a cake recipe too. How alike vectors are does not tell such a
text from a finding in rare words; the words themselves do.
"""

import re
from collections.abc import Callable, Iterable
from enum import Enum
from functools import cache

from medct_core.resources_folder import resources_folder
from medct_core.vocabulary import TERMS, UNLABELLED_FINDINGS

CountPieces = Callable[[str], int]
"""How many pieces a model's tokenizer cuts a word into."""

_WORD = re.compile(r"[^\W\d_]+(?:'[a-z]+)?")
_SHORTEST = 2
_STEM = 3
# Words that stand in any sentence about a scan, or in any sentence at all.
_EVERYWHERE = frozenset(
    _WORD.findall(
        """
    a an and any are as at be by can compatible consistent ct demonstrated demonstrates
    evidence examination features findings finding for from has have identified image in
    into is it least left no none not noted observed of on or patient picture positive
    present recognised report right scan seen shown showing shows sign signs so such
    suggestive that the there this to typical upper lower visible was were which with
    within without yes
    """
    )
)
# What terms of the vocabulary are built with, though it says nothing by itself.
_PLAIN = frozenset(
    _WORD.findall(
        """
    area areas around behind between broad central foreign great grey larger line lines
    material measuring mild moderate normal number old pattern plate position previous
    severe sided signet size sleeves small than thick through track tracks tree two wall
    walls wide wider white ill well bud crazy reduced increased decreased lead coil filter
    halo volume virus wound stone air irregular rounded smooth solid solitary prominent
    patchy adjacent bypass port clip surgery rectangular elevated oblique inflation fields
    gas lodged stretched reversed flooded contrast tip motion trapped narrowing
    interposition over bubble veil tram stripe budding milky infused drain contour
    centimetre millimetre diameter superimposed comet bamboo deviation deviated polygonal
    checkerboard doughnut taper calibre caliber traumatic bullet crowding swelling
    """
    )
)
_ENDINGS = re.compile(
    r"[a-z]{3,}(?:itis|osis|oses|otic|oma|omas|omata|omatous|aemia|emia|aemic|ectasis|ectases|"
    r"ectatic|ectasia|opathy|opathies|megaly|ectomy|otomy|ostomy|stenosis|cele|celes|lithiasis|"
    r"plasia|plastic|sclerosis|sclerotic|thorax|cardia|cardial|cardium|pleural|trophy|trophic|"
    r"bronchial|vascular|pulmonary|thoracic|mediastinal|pericardial|oedema|penia|ptysis|pnoea)"
)


_PREFIXES = tuple(
    _WORD.findall(
        """
    aero ante bi broncho cardio centri centro endo epi extra haemo hemo hydro hyper hypo
    infra inter intra juxta macro micro multi oesophago osteo over pan para peri pleuro
    pneumo poly post pre pseudo retro spondylo sub super supra thoraco tracheo trans uni
    vaso
    """
    )
)
# Plain words that together name a sign.
_SIGNS = re.compile(
    r"\b(?:tree[ -]in[ -]bud|budding tree|halo|foreign (?:body|bodies|object)|"
    r"signet[ -]ring|tram[ -](?:track|line)|air[ -](?:bubble|crescent|trapping|fluid)|trapped gas|"
    r"doughnut|bypass operation|coin[ -]?(?:shaped|like)?[ -](?:lesion|spot)|crazy[ -]paving|"
    r"milky|veil-like|ring shadow)s?\b"
)


class Distance(Enum):
    """How far a text is from the language of the models."""

    NEAR = "near"
    OFF_TOPIC = "off-topic"
    """English, but no word of the field in it."""
    UNREADABLE = "unreadable"
    """More words that are none of English or of the field than words that are."""


def distance(text: str, count_pieces: CountPieces) -> Distance:
    """Judge a text by its words.

    It is near if one of its words is of the field, and words that are neither of the field nor
    read whole by the tokenizer are not in the majority. Measured on wordings that nothing was
    chosen by, and on phrases of real reports: `tests/medct_core/inference/test_language.py`.

    Parameters
    ----------
    text
        A finding or a sentence.
    count_pieces
        Of the model that is to read it.
    """
    if _SIGNS.search(text.casefold()):
        return Distance.NEAR
    words = [word for word in _words(text) if word not in _EVERYWHERE]
    of_field = [word for word in words if _is_of_field(word)]
    strange = [word for word in words if not _is_of_field(word) and count_pieces(word) > 1]
    if len(strange) > len(of_field) or not any(word.isascii() for word in words):
        return Distance.UNREADABLE
    telling = [word for word in of_field if word not in _PLAIN]
    return Distance.NEAR if telling else Distance.OFF_TOPIC


def _words(text: str) -> Iterable[str]:
    return (word for word in _WORD.findall(text.casefold()) if len(word) >= _SHORTEST)


def _is_of_field(word: str) -> bool:
    if any(form in field_words() for form in _singulars(word)) or _ENDINGS.fullmatch(word):
        return True
    rests = (word.removeprefix(start) for start in _PREFIXES if word.startswith(start))
    return any(len(rest) > _STEM and _is_of_field(rest) for rest in rests)


def _singulars(word: str) -> Iterable[str]:
    yield word
    if word.endswith("ies"):
        yield f"{word[:-3]}y"
    if word.endswith("es"):
        yield word[:-2]
    if word.endswith("s"):
        yield word[:-1]


@cache
def field_words() -> frozenset[str]:
    """Words of the field: those of the vocabulary, and the list that the program brings."""
    path = resources_folder() / "prompts" / "field-words.txt"
    lines = path.read_text(encoding="utf-8").splitlines()
    listed = " ".join(line for line in lines if not line.startswith("#"))
    named = " ".join([*UNLABELLED_FINDINGS, *(term for terms in TERMS.values() for term in terms)])
    return frozenset(_words(f"{listed} {named}")) - _EVERYWHERE
