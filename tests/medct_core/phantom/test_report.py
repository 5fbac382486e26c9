"""Reports of phantoms say what was drawn, and nothing else."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medct_core.phantom.report import Polarity, write_report
from medct_core.phantom.request import SEVERITIES, Drawn
from medct_core.vocabulary import FINDINGS, TERMS, UNLABELLED_FINDINGS

NAMES = (*FINDINGS, *UNLABELLED_FINDINGS)
SEEDS = st.integers(0, 2**32)
FAULTS = (
    r"\b[Aa]n? an?\b",
    r"\b(?:[Aa] [aeio]\w*|[Aa]n [^aeiou\W]\w*) ",
    r"\b[Aa]n? [\w -]*(?:nodes|arteries|changes|bands|opacities)\b",
    r"\b(?:changes|septa|nodes|bronchi|opacities|arteries)\b[^.]* (?:is|was) ",
    r"(?:mphysema|telectasis|hickening|ffusion|odule) (?:are|were) ",
)


def drawn(
    severity: str,
    size_mm: float | None = None,
    location: str = "right lower lobe",
    side: str = "right",
) -> Drawn:
    return Drawn(np.ones((1, 1, 1), np.float32), severity, location, side, size_mm)


def statements_about(name: str, what: Drawn) -> set[str]:
    """Give what sixty reports say of one finding."""
    reports = (write_report({name: what}, np.random.default_rng(seed)) for seed in range(60))
    return {s.text for report in reports for s in report.statements if s.finding == name}


@given(
    names=st.sets(st.sampled_from(NAMES)),
    severity=st.sampled_from(SEVERITIES),
    seed=st.integers(0, 2**32),
)
def test_what_is_drawn_is_stated_and_nothing_else_is_claimed(
    names: set[str], severity: str, seed: int
) -> None:
    report = write_report({name: drawn(severity) for name in names}, np.random.default_rng(seed))

    claimed = {s.finding for s in report.statements if s.polarity is not Polarity.ABSENT}
    denied = {s.finding for s in report.statements if s.polarity is Polarity.ABSENT}
    assert claimed == names
    assert not denied & names


def test_the_impression_names_the_severe_before_the_mild() -> None:
    both = {"Emphysema": drawn("mild"), "Cardiomegaly": drawn("severe")}

    impression = write_report(both, np.random.default_rng(3)).impression.lower()

    first = min(impression.find(t) for t in TERMS["Cardiomegaly"] if t in impression)
    second = min(impression.find(t) for t in TERMS["Emphysema"] if t in impression)
    assert first < second


def test_an_empty_phantom_gets_a_normal_impression() -> None:
    report = write_report({}, np.random.default_rng(0))

    assert {s.polarity for s in report.statements} <= {Polarity.ABSENT}
    assert not any(term in report.impression for terms in TERMS.values() for term in terms)


def test_a_size_is_reported_where_one_was_drawn() -> None:
    report = write_report({"Lung nodule": drawn("severe", 23.4)}, np.random.default_rng(1))

    assert "23 mm" in report.findings


def test_two_streams_word_the_same_findings_differently() -> None:
    what = {name: drawn("moderate") for name in FINDINGS[:6]}

    texts = {write_report(what, np.random.default_rng(seed)).text for seed in range(8)}

    assert len(texts) > 1


@given(severities=st.dictionaries(st.sampled_from(NAMES), st.sampled_from(SEVERITIES)), seed=SEEDS)
def test_verbs_and_articles_agree_with_their_nouns(severities: dict[str, str], seed: int) -> None:
    what = {name: drawn(severity) for name, severity in severities.items()}

    text = write_report(what, np.random.default_rng(seed)).text

    assert not [fault for fault in FAULTS if re.search(fault, text)]
    assert "  " not in text
    assert "{" not in text


@given(severities=st.dictionaries(st.sampled_from(NAMES), st.sampled_from(SEVERITIES)), seed=SEEDS)
def test_a_doubt_of_the_findings_stays_a_doubt_in_the_impression(
    severities: dict[str, str], seed: int
) -> None:
    what = {name: drawn(severity) for name, severity in severities.items()}

    report = write_report(what, np.random.default_rng(seed))

    doubts = sum(s.polarity is Polarity.UNCERTAIN for s in report.statements)
    assert ("ossible" in report.impression) == (doubts > 0)


@pytest.mark.parametrize(
    ("name", "location", "side", "size_mm", "never"),
    [
        ("Pleural effusion", "right pleural space", "right", None, r"ilateral|space|left"),
        ("Pleural effusion", "both pleural spaces", "both", None, r"right|left|space|A "),
        ("Cardiomegaly", "heart", "middle", None, r"in the heart|mild enlarged|small"),
        ("Emphysema", "upper lobes", "both", None, r"lobes .*lobe|small"),
        ("Hiatal hernia", "behind the heart", "middle", 31.0, r"in the behind|mild"),
        ("Medical material", "pacemaker", "right", None, r"mild|small|Possible|cannot"),
        ("Lymphadenopathy", "subcarinal", "middle", 12.0, r"in the|small|stations"),
        ("Lung nodule", "right lung", "right", 9.0, r"[Nn]odule(?!s)"),
        ("Coronary artery wall calcification", "coronary arteries", "middle", None, r" in the "),
    ],
)
def test_words_fit_the_finding_and_name_its_place_once(
    name: str, location: str, side: str, size_mm: float | None, never: str
) -> None:
    said = statements_about(name, drawn("mild", size_mm, location, side))

    assert len(said) >= 3
    assert not [text for text in said if re.search(never, text)]


def test_several_devices_are_named_one_by_one_after_all_else() -> None:
    devices = drawn("severe", None, "pacemaker and endotracheal tube", "right")

    said = statements_about("Medical material", devices)
    other = {"Medical material": devices, "Emphysema": drawn("moderate")}
    impression = write_report(other, np.random.default_rng(2)).impression.lower()

    assert "A pacemaker and an endotracheal tube are in place." in said
    assert impression.index("emphysema") < impression.index("pacemaker")


def test_a_single_broken_rib_is_counted() -> None:
    said = statements_about("Rib fracture", drawn("mild", None, "right rib 5", "right"))

    assert any("of the right fifth rib" in text for text in said)
    assert not any("rib 5" in text for text in said)


def test_a_lone_nodule_is_sized_before_or_after_its_noun() -> None:
    said = statements_about("Lung nodule", drawn("moderate", 18.2))

    assert "An 18 mm lung nodule in the right lower lobe is seen." in said
    assert any("nodule measuring 18 mm in the right lower lobe" in text for text in said)
