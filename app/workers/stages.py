"""How far work is, told often enough to be seen and seldom enough to cost nothing."""

import time
from collections import deque
from collections.abc import Callable

from app.state.answers import StageProgress, StageTime

MOST_A_SECOND = 20
"""What may be told within any second."""

_STEP_S = 1 / 12
"""Between two fractions of a stage, so that a bar moves evenly instead of in bursts. What is left
of a second is kept for stages that begin."""

_SPAN_S = 1.01
"""A little more than a second, so that rounding never makes it one signal too many."""

Clock = Callable[[], float]
"""Gives seconds that never go back."""


class Pace:
    """Decides what is told and what is left out. Not thread-safe.

    Parameters
    ----------
    now
        The clock.
    """

    def __init__(self, now: Clock = time.monotonic) -> None:
        self._now = now
        self._told: deque[float] = deque(maxlen=MOST_A_SECOND)

    def may_begin(self) -> bool:
        """Whether the beginning of a stage may be told now; if so it counts as told."""
        now = self._now()
        if sum(now - at < _SPAN_S for at in self._told) >= MOST_A_SECOND:
            return False
        self._told.append(now)
        return True

    def may_step(self) -> bool:
        """Whether a fraction may be told now; if so it counts as told."""
        is_soon = bool(self._told) and self._now() - self._told[-1] < _STEP_S
        return not is_soon and self.may_begin()


class StageClock:
    """Measures the stages of one job and passes their progress on.

    Parameters
    ----------
    tell
        Takes what may be told.
    pace
        Shared by all jobs of a thread.
    now
        The clock.
    """

    def __init__(
        self, tell: Callable[[StageProgress], None], pace: Pace, now: Clock = time.monotonic
    ) -> None:
        self._tell = tell
        self._pace = pace
        self._now = now
        self._begun: dict[str, float] = {}
        self._ended: dict[str, float] = {}
        self._stage = ""

    def __call__(self, stage: str, fraction: float) -> None:
        """Take the name of a stage and the fraction of it that is done, in [0, 1]."""
        is_new = stage != self._stage
        if is_new:
            self._end()
            self._stage = stage
            self._begun[stage] = self._now()
        if self._pace.may_begin() if is_new else self._pace.may_step():
            seconds = self._now() - self._begun[stage]
            self._tell(StageProgress(stage, fraction, seconds))

    def times(self) -> tuple[StageTime, ...]:
        """How long every stage took, in order; the last one ends now."""
        self._end()
        return tuple(StageTime(stage, seconds) for stage, seconds in self._ended.items())

    def _end(self) -> None:
        if self._stage:
            self._ended[self._stage] = self._now() - self._begun[self._stage]
