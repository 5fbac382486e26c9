"""Progress is told seldom enough, and every stage is measured."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from app.state.answers import StageProgress, StageTime
from app.workers.stages import MOST_A_SECOND, Pace, StageClock


class Hands:
    """A clock that is turned by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """Read it."""
        return self.now


@given(
    st.lists(
        st.tuples(st.sampled_from([0.0, 0.001, 0.02, 0.3, 1.0]), st.sampled_from("abc")),
        max_size=200,
    )
)
def test_no_second_holds_more_than_twenty_signals(steps: list[tuple[float, str]]) -> None:
    hands, told = Hands(), list[float]()
    pace = Pace(hands)
    clock = StageClock(lambda _: told.append(hands.now), pace, hands)

    for wait_s, stage in steps:
        hands.now += wait_s
        clock(stage, 0.5)

    for start in told:
        assert sum(start <= at <= start + 1.0 for at in told) <= MOST_A_SECOND


def test_a_stage_that_begins_is_told_where_its_steps_are_not() -> None:
    hands, told = Hands(), list[StageProgress]()
    clock = StageClock(told.append, Pace(hands), hands)

    for number in range(50):
        clock("prepare", number / 50)
    clock("encode", 0.0)

    assert [one.stage for one in told].count("prepare") < 50
    assert told[-1] == StageProgress("encode", 0.0, 0.0)


def test_the_steps_of_a_second_are_spread_over_it() -> None:
    hands, told = Hands(), list[float]()
    pace = Pace(hands)

    for millisecond in range(1000):
        hands.now = millisecond / 1000
        told += [hands.now] if pace.may_step() else []

    apart = [later - earlier for earlier, later in pairwise(told)]
    assert len(told) == 12
    assert min(apart) > 0.08
    assert max(apart) < 0.09


def test_every_stage_is_measured_whether_told_or_not() -> None:
    hands = Hands()
    clock = StageClock(lambda _: None, Pace(hands), hands)

    for stage, seconds in (("prepare", 2.0), ("encode", 5.0), ("score", 0.5)):
        clock(stage, 0.0)
        hands.now += seconds

    assert clock.times() == (
        StageTime("prepare", 2.0),
        StageTime("encode", 5.0),
        StageTime("score", 0.5),
    )


def test_work_without_stages_has_no_times() -> None:
    assert StageClock(lambda _: None, Pace()).times() == ()
