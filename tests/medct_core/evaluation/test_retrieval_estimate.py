"""Estimates hold their value, and know that scans of one patient are not independent."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from medct_core.evaluation.retrieval_estimate import Resampling


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_an_interval_holds_the_mean_and_the_median(values: list[float]) -> None:
    drawn = np.array(values)
    resampling = Resampling(np.arange(len(drawn)))

    mean = resampling.mean(drawn, np.zeros_like(drawn))
    median = resampling.median(drawn, 0.5)

    assert mean.value is not None
    assert median.value is not None
    np.testing.assert_allclose(mean.value, drawn.mean())
    assert median.value == np.sort(drawn)[(len(drawn) - 1) // 2]
    assert mean.low is not None
    assert mean.high is not None
    assert drawn.min() - 1e-9 <= mean.low <= mean.high <= drawn.max() + 1e-9
    assert (mean.chance, median.chance) == (0.0, 0.5)


def test_ten_scans_of_each_patient_say_no_more_than_one() -> None:
    values = np.random.default_rng(0).random(40)
    once = Resampling(np.arange(40)).mean(values, values)
    repeated = np.repeat(values, 10)

    clustered = Resampling(np.repeat(np.arange(40), 10)).mean(repeated, repeated)

    assert clustered.low == once.low
    assert clustered.high == once.high


def test_an_interval_is_the_same_each_time_and_holds_the_truth_nineteen_times_of_twenty() -> None:
    rng = np.random.default_rng(1)
    held = []
    for _ in range(200):
        values = rng.random(60)
        estimate = Resampling(np.arange(60)).mean(values, values)
        again = Resampling(np.arange(60)).mean(values, values)
        assert estimate == again
        assert estimate.low is not None
        assert estimate.high is not None
        held.append(estimate.low <= 0.5 <= estimate.high)

    assert 0.88 <= np.mean(held) <= 0.99
