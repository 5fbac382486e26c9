"""Metrics agree with their definition and say when they are undefined."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from medct_core.evaluation.metrics import auroc, auroc_interval, mean_or_none

scores = st.lists(st.integers(-5, 5), min_size=1, max_size=12)


@given(positive=scores, negative=scores)
def test_auroc_is_the_chance_that_a_positive_scores_higher(
    positive: list[int], negative: list[int]
) -> None:
    truth = np.array([True] * len(positive) + [False] * len(negative))
    wins = [1.0 if p > n else 0.5 if p == n else 0.0 for p in positive for n in negative]

    value = auroc(truth, np.array(positive + negative, float))

    assert value is not None
    np.testing.assert_allclose(value, np.mean(wins))


@given(positive=scores, negative=scores, stretch=st.floats(0.1, 10))
def test_auroc_depends_on_the_order_alone(
    positive: list[int], negative: list[int], stretch: float
) -> None:
    truth = np.array([True] * len(positive) + [False] * len(negative))
    values = np.array(positive + negative, float)

    assert auroc(truth, values) == auroc(truth, values * stretch + 3)


def test_auroc_is_undefined_without_both_kinds() -> None:
    assert auroc(np.ones(3, bool), np.arange(3.0)) is None
    assert auroc(np.zeros(3, bool), np.arange(3.0)) is None


def test_the_interval_holds_its_value_and_narrows_with_more_cases() -> None:
    rng = np.random.default_rng(1)
    widths = []
    for count in (50, 2000):
        truth = rng.random(count) < 0.4
        score = rng.normal(size=count) + truth

        interval = auroc_interval(truth, score, np.random.default_rng(2))

        assert interval.value is not None
        assert interval.low is not None
        assert interval.high is not None
        assert interval.low < interval.value < interval.high
        assert interval.positives == truth.sum()
        widths.append(interval.high - interval.low)
    assert widths[1] < widths[0] / 3


def test_a_mean_over_fewer_findings_is_not_given() -> None:
    assert mean_or_none([0.5, None]) is None
    assert mean_or_none([]) is None
    assert mean_or_none([0.5, 1.0]) == 0.75
