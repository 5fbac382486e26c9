"""TaughtFinding: what is kept comes back, a scan is placed among others, and doubts are said."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medct_core.retrieval.taught_finding import (
    CHANCE_WARNING,
    SCANNER_WARNING,
    STALE,
    Estimate,
    Probe,
    TaughtFinding,
    read_taught,
)
from tests import library_samples, taught_samples
from tests.taught_samples import TRUST


def moved(value: float) -> TaughtFinding:
    """Give a finding whose cases scored one and the same."""
    finding = taught_samples.taught()
    assert finding.probe is not None
    held_out = np.full(4, value, dtype=np.float32)
    return replace(finding, probe=replace(finding.probe, held_out=held_out))


@pytest.mark.parametrize("is_stale", [False, True])
def test_what_is_kept_comes_back(is_stale: bool) -> None:
    other_site = replace(TRUST, other_site=Estimate(0.7, 0.5, 0.9), sites=3)
    finding = taught_samples.taught(trust=other_site if is_stale else TRUST)
    finding = finding.without_probe() if is_stale else finding

    back = read_taught(finding.to_json())

    assert back.to_json() == finding.to_json()
    assert (back.trust, back.labelled, back.stamp) == (
        finding.trust,
        finding.labelled,
        finding.stamp,
    )
    assert back.is_stale == is_stale


@pytest.mark.parametrize("text", ["{}", "[]", "no json", '{"format": 99}'])
def test_what_is_damaged_or_newer_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"damaged|newer|Expecting"):
        read_taught(text)


@given(st.integers(0, 50), st.floats(-1, 1, width=32), st.floats(-1, 1, width=32))
def test_more_of_the_others_lie_below_a_higher_score(seed: int, one: float, other: float) -> None:
    vector = library_samples.unit_vector(seed)
    low, high = sorted((one, other))

    below_low = moved(high).standing(vector)
    below_high = moved(low).standing(vector)

    assert below_low.score == below_high.score
    assert below_low.above_without <= below_high.above_without
    assert 0 <= below_low.above_with <= below_high.above_with <= 100


def test_a_scan_is_placed_among_those_with_and_those_without() -> None:
    finding = taught_samples.taught("Swan sign", 10, 90, 20, 40)
    probe = taught_samples.probe(10, 90, 20, 40)
    across = library_samples.unit_vector(5)
    across -= (across @ probe.direction) * probe.direction
    halfway = probe.direction + np.sqrt(3) * across / np.linalg.norm(across)

    standing = finding.standing((probe.mean + halfway).astype(np.float32))

    assert standing.score == pytest.approx(0.5, abs=1e-6)
    assert not standing.took_part
    assert standing.sentence == (
        "Higher than 100 % of the 2 cases without it and 50 % of the 2 with it"
    )


def test_a_case_that_took_part_has_the_score_it_got_unseen() -> None:
    finding = taught_samples.taught("Swan sign", 10, 20, 30, 40)
    own = library_samples.case(30)

    standing = finding.standing(own.vector, case_id=own.case_id)

    assert standing.took_part
    assert standing.score == pytest.approx(0.3)
    assert (standing.without, standing.with_it) == (1, 2)
    assert (standing.above_without, standing.above_with) == (0.0, 100.0)


def test_without_a_probe_there_is_no_standing() -> None:
    with pytest.raises(ValueError, match="stale"):
        taught_samples.taught().without_probe().standing(library_samples.unit_vector(1))


@pytest.mark.parametrize(
    ("auroc", "acquisition", "warns"), [(0.9, 0.84, False), (0.9, 0.86, True), (0.6, 0.99, True)]
)
def test_what_the_acquisition_explains_is_warned_of(
    auroc: float, acquisition: float, warns: bool
) -> None:
    trust = replace(
        TRUST,
        auroc=Estimate(auroc, auroc - 0.05, auroc + 0.05),
        acquisition=Estimate(acquisition, 0.5, 1.0),
    )

    warnings = taught_samples.taught(trust=trust).warnings

    assert (SCANNER_WARNING in warnings) == warns
    assert CHANCE_WARNING not in warnings


def test_chance_and_a_removed_case_are_warned_of() -> None:
    trust = replace(TRUST, auroc=Estimate(0.62, 0.49, 0.75))

    warnings = taught_samples.taught(trust=trust).without_probe().warnings

    assert warnings == (STALE, CHANCE_WARNING)


@pytest.mark.parametrize(
    "wrong",
    [
        {"direction": np.zeros(3, np.float32)},
        {"case_ids": ("a",)},
        {"held_out": np.full(4, np.nan, np.float32)},
    ],
)
def test_a_probe_whose_parts_do_not_fit_is_refused(wrong: dict[str, object]) -> None:
    fitting = taught_samples.probe(1, 2, 3, 4)

    with pytest.raises(ValueError, match="probe"):
        replace(fitting, **wrong)  # type: ignore[arg-type]


def test_a_vector_that_equals_the_mean_scores_nothing() -> None:
    probe: Probe = taught_samples.probe(1, 2)

    assert probe.score(probe.mean) == 0.0
