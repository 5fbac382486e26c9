"""What a fit tells while it runs can be read by a person."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medct_core.training.adapt.progress import FitProgress


@pytest.mark.parametrize(
    ("seconds", "said"), [(40.0, "40 s"), (600.0, "10 min"), (11_100.0, "3 h 05 min")]
)
def test_the_time_left_is_said_as_a_person_would(seconds: float, said: str) -> None:
    line = FitProgress(30, 150, 2, 15, 0.4321, seconds).line

    assert line == f"Epoch 2 of 15, loss 0.432, {said} left"


@given(steps=st.integers(1, 10_000), data=st.data())
def test_the_fraction_grows_to_one(steps: int, data: st.DataObject) -> None:
    step = data.draw(st.integers(1, steps))

    fraction = FitProgress(step, steps, 1, 1, 0.0, 0.0).fraction

    assert 0 < fraction <= 1
    assert (fraction == 1) == (step == steps)
