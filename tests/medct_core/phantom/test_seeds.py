"""Seeds of one purpose are refused for another."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medct_core.errors import UsageError
from medct_core.phantom.seeds import CALIBRATION, EVALUATION, TRAINING, VALIDATION

RANGES = (TRAINING, VALIDATION, CALIBRATION, EVALUATION)


@given(first=st.integers(0, 9_000_000), count=st.integers(1, 1000))
def test_no_seed_serves_two_purposes(first: int, count: int) -> None:
    allowed = []
    for seed_range in RANGES:
        try:
            seed_range.check(first, first + count)
        except UsageError:
            continue
        allowed.append(seed_range.purpose)

    assert len(allowed) <= 1


def test_training_may_not_touch_the_evaluation_seeds() -> None:
    with pytest.raises(UsageError, match="training"):
        TRAINING.check(5_000_000, 5_000_400)


def test_an_empty_range_is_refused() -> None:
    with pytest.raises(UsageError):
        EVALUATION.check(5_000_000, 5_000_000)
