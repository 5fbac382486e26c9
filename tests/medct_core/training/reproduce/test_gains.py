"""Gains: over patients and seeds, and whether rare findings gain more."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr

from medct_core.evaluation.multilabel.compare import compare
from medct_core.evaluation.multilabel.predictions import Predictions
from medct_core.evaluation.multilabel.thresholds import Thresholds
from medct_core.training.reproduce.gains import (
    SIX_METRICS,
    Estimate,
    Measured,
    means,
    six_metrics,
    steps,
    trend,
)

FINDINGS = ("a", "b", "c")
CUTS = Thresholds(FINDINGS, (0.5, 0.5, 0.5))


def _predictions(skill: float, seed: int, count: int = 80) -> Predictions:
    truth = np.random.default_rng(0).random((count, 3)) < 0.4
    noise = np.random.default_rng(seed).normal(size=truth.shape)
    probability = 1 / (1 + np.exp(-(skill * (2 * truth - 1) + noise)))
    return Predictions(FINDINGS, truth, probability, np.arange(count))


def _measured(skill: float, seed: int) -> Measured:
    return six_metrics(_predictions(skill, seed), CUTS)[0]


def test_one_seed_gives_what_the_comparison_of_two_models_gives() -> None:
    base, other = _predictions(0.2, 1), _predictions(1.0, 2)
    known = compare(
        base,
        other,
        base_thresholds=CUTS,
        other_thresholds=CUTS,
        rng=np.random.default_rng(11),
    )

    gained = steps([six_metrics(base, CUTS)[0]], [six_metrics(other, CUTS)[0]])

    for row, name in enumerate(SIX_METRICS):
        expected, found = known.metrics[name], gained.estimate(row)
        assert (found.value, found.low, found.high) == pytest.approx(
            (expected.gain, expected.low, expected.high)
        )


def test_nothing_is_gained_over_itself() -> None:
    runs = [_measured(0.5, seed) for seed in range(3)]

    gained = steps(runs, runs)

    assert all(gained.estimate(row) == Estimate(0, 0, 0) for row in range(len(SIX_METRICS)))


def test_seeds_that_differ_widen_the_interval() -> None:
    base = [_measured(0.2, 9)]
    alike, apart = [_measured(0.8, 1)] * 4, [_measured(skill, 1) for skill in (0.1, 0.5, 1.1, 1.8)]

    width = []
    for runs in (alike, apart):
        gain = steps(base, runs).estimate(SIX_METRICS.index("mean_auroc"))
        assert gain.low is not None
        assert gain.high is not None
        width.append(gain.high - gain.low)

    assert width[1] > 1.5 * width[0]


@pytest.mark.parametrize("seeds", [2, 3, 5])
def test_an_interval_over_few_seeds_holds_the_truth_as_often_as_it_says(seeds: int) -> None:
    rng = np.random.default_rng(seeds)
    base = [Measured(np.zeros(300), np.zeros((300, 1000)))]
    # 300 experiments in which nothing is gained and only seeds make a difference.
    runs = [
        Measured(value, np.repeat(value[:, None], 1000, axis=1))
        for value in rng.normal(size=(seeds, 300))
    ]

    low, high = np.percentile(steps(base, runs).drawn, [2.5, 97.5], axis=1)

    covered = ((low < 0) & (high > 0)).mean()
    assert covered > 0.88


def test_the_mean_of_some_gains_has_an_interval_of_its_own() -> None:
    base = [Measured(np.zeros(3), np.zeros((3, 1000)))]
    run = Measured(np.array([0.1, 0.3, 9.0]), np.full((3, 1000), 0.2))

    gained = steps(base, [run])

    assert gained.mean_of(np.array([True, True, False])).value == pytest.approx(0.2)
    assert gained.mean_of(np.zeros(3, bool)) == Estimate(None, None, None)


@given(st.permutations(range(4)))
def test_the_order_of_the_seeds_does_not_change_the_gain(order: list[int]) -> None:
    runs = [Measured(np.array([float(n)]), np.full((1, 1000), float(n))) for n in range(4)]
    base = [Measured(np.zeros(1), np.zeros((1, 1000)))]

    gained = steps(base, [runs[place] for place in order])

    assert gained.value[0] == 1.5
    assert sorted(gained.by_seed[:, 0]) == [0, 1, 2, 3]


@pytest.mark.parametrize(("before", "after"), [(2, 3), (1, 0), (0, 2)])
def test_groups_that_do_not_match_are_refused(before: int, after: int) -> None:
    one = Measured(np.zeros(1), np.zeros((1, 1000)))

    with pytest.raises(ValueError, match="seed by seed"):
        steps([one] * before, [one] * after)


def test_means_are_drawn_over_scans() -> None:
    values = np.random.default_rng(0).normal(0.3, 1.0, (2, 400))

    found = means(values)

    np.testing.assert_allclose(found.value, values.mean(axis=1))
    np.testing.assert_allclose(found.drawn.std(axis=1), values.std(axis=1) / 20, rtol=0.15)


@given(st.lists(st.floats(-1, 1), min_size=5, max_size=18, unique=True), st.integers(0, 99))
def test_the_trend_is_spearmans_correlation(gain: list[float], seed: int) -> None:
    prevalence = np.random.default_rng(seed).random(len(gain))

    found = trend(prevalence, np.array(gain))

    assert found.correlation == pytest.approx(spearmanr(prevalence, gain).statistic)
    assert 0 < found.p <= 1


def test_gains_that_fall_with_prevalence_are_no_chance() -> None:
    prevalence = np.linspace(0.01, 0.5, 18)

    falling, rising = trend(prevalence, -prevalence), trend(prevalence, prevalence)

    assert (falling.correlation, rising.correlation) == pytest.approx((-1, 1))
    assert falling.p < 0.001
    assert rising.p > 0.999


def test_a_finding_whose_gain_is_not_defined_is_left_out_of_the_trend() -> None:
    gain = np.array([0.3, np.nan, 0.2, 0.1])

    assert trend(np.array([0.1, 0.2, 0.3, 0.4]), gain).findings == 3


def test_gains_that_are_all_equal_show_no_trend() -> None:
    found = trend(np.linspace(0, 1, 6), np.zeros(6))

    assert (found.correlation, found.p) == (0, 1)


@pytest.mark.parametrize(
    ("low", "high", "above", "within"),
    [(0.01, 0.04, True, True), (-0.01, 0.04, False, True), (0.01, 0.06, True, False)],
)
def test_an_interval_lies_above_zero_or_close_to_it(
    low: float, high: float, above: bool, within: bool
) -> None:
    estimate = Estimate(0.02, low, high)

    assert (estimate.is_above_zero, estimate.is_within(0.05)) == (above, within)


def test_what_is_not_defined_is_neither_above_zero_nor_close_to_it() -> None:
    unknown = Estimate(None, None, None)

    assert not unknown.is_above_zero
    assert not unknown.is_within(1.0)
