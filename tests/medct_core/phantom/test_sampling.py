"""Which findings a phantom gets."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medct_core.phantom.prevalence import PREVALENCE
from medct_core.phantom.request import SEVERITIES
from medct_core.phantom.sampling import (
    TRAINING_SEVERITIES,
    Draw,
    SeverityShares,
    sample_spec,
    severity_of,
    twin_of,
)
from medct_core.vocabulary import FINDINGS, UNLABELLED_FINDINGS

SEEDS = st.integers(0, 10**7)
MANY = 4000
# Four standard errors of a share near one half.
TOLERANCE = 4 * 0.5 / MANY**0.5
# What the first seed of evaluation has shown since the first version.
EVALUATED = {
    "Pericardial effusion": "mild",
    "Coronary artery wall calcification": "severe",
    "Pleural effusion": "mild",
    "Consolidation": "severe",
    "Pneumothorax": "severe",
}


def shares(draw: Draw) -> dict[str, float]:
    """How often each finding is drawn."""
    drawn = [sample_spec(seed, draw, "a").findings for seed in range(MANY)]
    return {
        name: float(np.mean([name in names for names in drawn]))
        for name in (*FINDINGS, *UNLABELLED_FINDINGS)
    }


def test_balanced_findings_are_as_likely_as_each_other() -> None:
    drawn = shares(Draw.BALANCED)

    assert all(drawn[name] == pytest.approx(0.3, abs=TOLERANCE) for name in FINDINGS)


def test_natural_findings_are_as_likely_as_counted() -> None:
    drawn = shares(Draw.NATURAL)

    assert all(drawn[name] == pytest.approx(PREVALENCE[name], abs=TOLERANCE) for name in FINDINGS)


def test_raising_lifts_only_rare_findings() -> None:
    drawn = shares(Draw.RAISED)

    for name in FINDINGS:
        assert drawn[name] == pytest.approx(max(PREVALENCE[name], 0.2), abs=TOLERANCE)


@pytest.mark.parametrize("draw", list(Draw))
def test_never_labelled_findings_have_a_rate_of_their_own(draw: Draw) -> None:
    drawn = shares(draw)

    assert all(drawn[name] == pytest.approx(0.15, abs=TOLERANCE) for name in UNLABELLED_FINDINGS)


def test_natural_findings_go_together_as_counted() -> None:
    drawn = [sample_spec(seed, Draw.NATURAL, "a").findings for seed in range(MANY)]
    fluid = np.array(["Pleural effusion" in names for names in drawn])
    collapse = np.array(["Atelectasis" in names for names in drawn])

    assert collapse[fluid].mean() > 1.5 * collapse[~fluid].mean()


@given(SEEDS, st.sampled_from(list(Draw)))
def test_the_same_seed_gives_the_same_phantom_whatever_the_scanner(seed: int, draw: Draw) -> None:
    one, other = (sample_spec(seed, draw, domain) for domain in ("a", "b"))

    assert one.severities == other.severities
    assert one.severities == sample_spec(seed, draw, "a").severities


@given(SEEDS, st.sampled_from(FINDINGS))
def test_a_twin_differs_in_one_finding(seed: int, name: str) -> None:
    spec = sample_spec(seed, Draw.BALANCED, "a")

    twin = twin_of(spec, name)

    assert set(spec.severities) ^ set(twin.severities) == {(name, severity_of(seed, name))}
    assert set(twin_of(twin, name).severities) == set(spec.severities)


@given(SEEDS, st.sampled_from(FINDINGS))
def test_severity_depends_on_seed_and_finding_alone(seed: int, name: str) -> None:
    for draw in Draw:
        drawn = dict(sample_spec(seed, draw, "a").severities)
        assert drawn.get(name, severity_of(seed, name)) == severity_of(seed, name)
    assert severity_of(seed, name) in SEVERITIES


def test_evaluation_keeps_the_specs_it_had_before_there_were_shares() -> None:
    spec = sample_spec(5_000_000, Draw.BALANCED, "a")

    assert dict(spec.severities) == EVALUATED


def test_training_shows_severe_findings_more_often_than_mild_ones() -> None:
    drawn = [severity_of(seed, "Emphysema", TRAINING_SEVERITIES) for seed in range(MANY)]

    for severity, share in zip(SEVERITIES, (0.2, 0.35, 0.45), strict=True):
        assert drawn.count(severity) / MANY == pytest.approx(share, abs=TOLERANCE)


@given(SEEDS, st.sampled_from(list(Draw)))
def test_shares_of_severities_do_not_choose_the_findings(seed: int, draw: Draw) -> None:
    even = sample_spec(seed, draw, "a")
    shifted = sample_spec(seed, draw, "a", TRAINING_SEVERITIES)

    assert shifted.findings == even.findings
    assert shifted == sample_spec(seed, draw, "a", SeverityShares(20, 35, 45))


@given(SEEDS, st.sampled_from(SEVERITIES))
def test_a_severity_without_a_share_never_comes(seed: int, severity: str) -> None:
    shares = SeverityShares(*(0.0 if name == severity else 1.0 for name in SEVERITIES))

    assert severity not in dict(sample_spec(seed, Draw.BALANCED, "a", shares).severities).values()


@pytest.mark.parametrize("shares", [(0.0, 0.0, 0.0), (-0.1, 0.6, 0.5), (1.2, 0.0, -0.2)])
def test_shares_that_are_none_are_refused(shares: tuple[float, float, float]) -> None:
    with pytest.raises(ValueError, match="negative"):
        SeverityShares(*shares)
