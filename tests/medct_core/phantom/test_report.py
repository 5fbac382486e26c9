"""Reports of phantoms say what was drawn, and nothing else."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from medct_core.phantom.report import Polarity, write_report
from medct_core.phantom.request import SEVERITIES, Drawn
from medct_core.vocabulary import FINDINGS, TERMS, UNLABELLED_FINDINGS

NAMES = (*FINDINGS, *UNLABELLED_FINDINGS)


def drawn(severity: str, size_mm: float | None = None) -> Drawn:
    mask = np.ones((1, 1, 1), np.float32)
    return Drawn(mask, severity, "right lower lobe", "right", size_mm)


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
