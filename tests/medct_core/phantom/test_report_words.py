"""The words of reports fit what is drawn, and repeat nothing that a report adds itself."""

import re

from medct_core.phantom.report_words import ADVERBS, PHRASINGS
from medct_core.vocabulary import FINDINGS, UNLABELLED_FINDINGS


def test_everything_that_can_be_drawn_has_words() -> None:
    assert set(PHRASINGS) == {*FINDINGS, *UNLABELLED_FINDINGS}
    assert all(phrasing.terms for phrasing in PHRASINGS.values())


def test_no_noun_brings_a_place_a_side_or_a_degree_of_its_own() -> None:
    nouns = [n for p in PHRASINGS.values() for n in (*p.terms, *p.several)]

    own = re.compile(
        r"\b(?:in|at|of|right|left|bilateral|unilateral|upper|lower|apical|hilar|basal|small|"
        r"large|mild|severe|extensive)\b"
    )
    assert not [noun for noun in nouns if own.search(noun)]


def test_what_stands_before_a_participle_can_become_an_adverb() -> None:
    for phrasing in PHRASINGS.values():
        if any(re.match(r"enlarged|calcified|dilated|thickened", n) for n in phrasing.terms):
            assert {word for words in phrasing.degrees for word in words} <= set(ADVERBS)
