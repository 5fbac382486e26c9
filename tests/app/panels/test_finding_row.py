"""Findings in words, sorted and searched."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.panels.finding_row import (
    GROUPS,
    OWN_GROUP,
    FindingRow,
    Order,
    Review,
    arranged,
    captions,
    percent,
    score_text,
    shown_score,
    spoken,
    verdict_text,
)
from medct_core.findings.finding import Finding, Verdict
from medct_core.inference.prompt import Prompt
from medct_core.vocabulary import FINDINGS


def raw(name: str, probability: float) -> FindingRow:
    return FindingRow(Finding(Prompt(name, (f"{name}.",)), probability))


def calibrated(name: str, probability: float, verdict: Verdict) -> FindingRow:
    return FindingRow(
        Finding(
            Prompt(name, (f"{name}.",)),
            0.5,
            calibrated=probability,
            threshold=0.4,
            verdict=verdict,
        )
    )


lists = st.lists(
    st.builds(
        raw, st.sampled_from((*FINDINGS, "Pneumothorax", "Air crescent")), st.floats(0.0, 1.0)
    ),
    unique_by=lambda row: row.name,
).map(tuple)


def test_every_known_finding_belongs_to_one_organ() -> None:
    grouped = [name for names in GROUPS.values() for name in names]

    assert sorted(grouped) == sorted(FINDINGS)


def test_what_was_typed_stands_in_a_group_of_its_own() -> None:
    assert raw("Air crescent sign", 0.2).group == OWN_GROUP


def test_a_raw_score_says_that_it_is_not_calibrated() -> None:
    assert score_text(raw("Emphysema", 0.834).finding) == "0.83 uncalibrated"


def test_a_calibrated_probability_is_shown_instead_of_the_raw_score() -> None:
    row = calibrated("Emphysema", 0.834, Verdict.PRESENT)

    assert score_text(row.finding) == "83%"
    assert shown_score(row.finding) == 0.834


@given(st.floats(0.0, 1.0))
def test_no_probability_is_shown_as_certain(probability: float) -> None:
    assert percent(probability) not in {"0%", "100%"}


def test_a_verdict_has_a_mark_and_a_word_and_a_missing_one_is_blank() -> None:
    said = [verdict_text(verdict) for verdict in (*Verdict, None)]

    assert said == ["● present", "○ absent", "◐ undecided", ""]


@given(lists, st.sampled_from(Order))
def test_sorting_loses_and_adds_nothing(rows: tuple[FindingRow, ...], order: Order) -> None:
    assert {row.name for row in arranged(rows, order)} == {row.name for row in rows}


@given(lists)
def test_the_highest_score_comes_first(rows: tuple[FindingRow, ...]) -> None:
    scores = [shown_score(row.finding) for row in arranged(rows, Order.SCORE)]

    assert scores == sorted(scores, reverse=True)


@given(lists)
def test_names_are_in_alphabetical_order(rows: tuple[FindingRow, ...]) -> None:
    names = [row.name for row in arranged(rows, Order.NAME)]

    assert names == sorted(names, key=str.casefold)


@given(lists)
def test_every_group_has_one_heading(rows: tuple[FindingRow, ...]) -> None:
    shown = arranged(rows, Order.GROUP)

    headings = [heading for heading in captions(shown, Order.GROUP) if heading]

    assert sorted(headings) == sorted({row.group for row in rows})


@given(lists)
def test_other_orders_have_no_headings(rows: tuple[FindingRow, ...]) -> None:
    assert set(captions(arranged(rows, Order.SCORE), Order.SCORE)) <= {""}


@pytest.mark.parametrize("needle", ["emphy", "EMPHYSEMA", "  bullae "])
def test_a_search_finds_names_and_synonyms(needle: str) -> None:
    rows = tuple(raw(name, 0.5) for name in FINDINGS)

    found = arranged(rows, Order.NAME, needle)

    assert [row.name for row in found] == ["Emphysema"]


def test_a_screen_reader_hears_everything_a_row_shows() -> None:
    row = FindingRow(
        calibrated("Emphysema", 0.83, Verdict.PRESENT).finding,
        review=Review.ACCEPTED,
        statement="Mild emphysema",
        comment="Upper lobes",
    )

    assert spoken(row) == (
        "Emphysema, 83% calibrated probability, present, threshold 0.40, accepted, "
        "worded as Mild emphysema, comment: Upper lobes"
    )


def test_a_screen_reader_says_what_similar_cases_had() -> None:
    row = FindingRow(Finding(Prompt("Emphysema", ("Emphysema.",)), 0.5), evidence="1 of 2 had it")

    assert spoken(row).endswith("similar cases: 1 of 2 had it")
