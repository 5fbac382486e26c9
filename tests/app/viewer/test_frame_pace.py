"""The pace finds the finest picture that is drawn in time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.viewer.frame_pace import COARSEST, FINEST, FramePace


@given(cost_s=st.floats(0.05, 2.0), start=st.floats(FINEST, COARSEST))
def test_frames_come_to_take_the_target_time(cost_s: float, start: float) -> None:
    pace = FramePace(target_s=0.04, start=start)

    for _ in range(40):
        pace.note(cost_s / pace.ray_distance**2)

    assert pace.ray_distance == pytest.approx(min((cost_s / 0.04) ** 0.5, COARSEST), rel=0.05)


def test_a_fast_machine_gets_the_finest_picture() -> None:
    pace = FramePace(target_s=0.04, start=3.0)

    for _ in range(20):
        pace.note(0.001)

    assert pace.ray_distance == FINEST


def test_one_slow_frame_does_not_spoil_the_next() -> None:
    pace = FramePace(target_s=0.04, start=2.0)

    pace.note(30.0)

    assert pace.ray_distance <= 2.0 * 1.6
