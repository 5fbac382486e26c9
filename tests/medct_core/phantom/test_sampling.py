"""Which findings a phantom gets."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medct_core.phantom.prevalence import PREVALENCE
from medct_core.phantom.request import SEVERITIES
from medct_core.phantom.sampling import Draw, sample_spec, severity_of, twin_of
from medct_core.vocabulary import FINDINGS, UNLABELLED_FINDINGS

SEEDS = st.integers(0, 10**7)
MANY = 4000
# Four standard errors of a share near one half.
TOLERANCE = 4 * 0.5 / MANY**0.5


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
