"""A similar case in words: how alike, whose, and what is known of it as far as it may be said."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.panels.similar_card import (
    LONGEST_PLACE,
    SimilarCard,
    cards_of,
    known_text,
    mark_text,
    percentile_text,
    place_text,
    spoken,
)
from medct_core.retrieval.library_case import KnownFinding
from tests.similar_samples import HAS, HAS_NOT, REPORTED, found

KNOWN = {"findings": (HAS_NOT, HAS, REPORTED)}
ALL = frozenset({"Emphysema", "Lung nodule", "Cardiomegaly"})


def known(shown: frozenset[str], **facts: object) -> str:
    return known_text(SimilarCard(found(facts=facts), shown)).replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ({"percentile": 97.4}, "2. More alike than 97% of pairs"),
        ({}, "2 of 9"),
        ({"is_self": True, "percentile": 50.0}, "This scan"),
    ],
)
def test_a_case_says_how_alike_it_is(said: dict[str, Any], text: str) -> None:
    assert place_text(found(2, **said)) == text


@pytest.mark.parametrize(
    ("percentile", "text"),
    [(0.0, "<1%"), (0.99, "<1%"), (42.9, "42%"), (98.99, "98%"), (99.0, "99.0%"), (99.57, "99.5%")],
)
def test_a_percentile_is_rounded_down(percentile: float, text: str) -> None:
    assert percentile_text(percentile) == text


def test_the_longest_place_is_the_longest() -> None:
    assert place_text(found(99, percentile=100.0)) == LONGEST_PLACE


@given(st.floats(0.0, 100.0))
def test_no_case_is_more_alike_than_all_pairs(percentile: float) -> None:
    text = percentile_text(percentile)

    assert "100" not in text
    assert text == "<1%" or float(text.removesuffix("%")) <= percentile


def test_what_a_case_has_comes_first_and_a_tick_says_what_is_verified() -> None:
    assert known(ALL, **KNOWN) == "● Emphysema ✓ · ● Lung nodule · ○ Cardiomegaly ✓ absent"


def test_many_absent_findings_are_counted() -> None:
    absent = tuple(KnownFinding(f"F{n}", is_present=False, is_verified=n > 0) for n in range(4))
    names = frozenset({"Emphysema"} | {finding.name for finding in absent})

    text = known(names, findings=(HAS, *absent))
    alone = known(names, findings=absent)

    assert text == "● Emphysema ✓ · ○ 4 others known to be absent"
    assert alone == "○ 4 known to be absent"


def test_nothing_is_said_of_a_finding_before_the_verdict_on_it() -> None:
    assert known(frozenset(), **KNOWN) == "3 known findings, shown after your verdict"
    assert known(frozenset(), findings=(HAS,)) == "1 known finding, shown after your verdict"
    assert known(frozenset({"Lung nodule"}), **KNOWN) == "● Lung nodule · 2 more after your verdict"
    assert known(frozenset()) == "No known findings"


@given(
    st.lists(st.sampled_from(["Emphysema", "Lung nodule", "Cardiomegaly"]), unique=True),
    st.booleans(),
)
def test_a_hidden_finding_leaves_no_trace(shown: list[str], is_present: bool) -> None:
    findings = tuple(KnownFinding(name, is_present, is_verified=True) for name in sorted(ALL))
    card = SimilarCard(found(facts={"findings": findings}), frozenset(shown))

    for name in ALL - set(shown):
        assert name not in spoken(card)


def test_cases_of_one_patient_say_so() -> None:
    one = found(1, group=0)
    same = found(2, group=0)
    own = found(3, group=2, is_of_query=True)
    itself = found(4, group=2, is_of_query=True, is_self=True, rank=0)

    cards = cards_of((itself, one, same, own), frozenset(), frozenset())

    assert [mark_text(card) for card in cards] == [
        *("", "", "◆ Same patient as number 1", "◆ Same patient as the open scan")
    ]


def test_a_case_that_is_not_similar_says_so() -> None:
    case = found(1)

    (card,) = cards_of((case,), frozenset(), frozenset({case.case.case_id}))

    assert mark_text(card) == "✗ Marked as not similar"


def test_a_screen_reader_hears_no_signs() -> None:
    card = SimilarCard(found(facts={**KNOWN, "tags": ("x",), "sex": "M"}, percentile=60.0), ALL)

    assert spoken(card) == (
        "1. More alike than 60% of random pairs of different patients\n"
        "scan-1.nii.gz\n"
        "male, tag x\n"
        "Emphysema (verified), Lung nodule, Cardiomegaly (verified) absent"
    )
