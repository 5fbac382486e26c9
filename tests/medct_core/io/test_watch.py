"""Progress and stopping while reading."""

import pytest

from medct_core.cancel import Cancelled, CancelToken
from medct_core.io.watch import Watch


def test_progress_stays_between_zero_and_one() -> None:
    seen: list[float] = []
    watch = Watch(on_progress=seen.append)

    for fraction in (-0.1, 0.5, 1.2):
        watch.step(fraction)

    assert seen == [0.0, 0.5, 1.0]


def test_a_raised_token_ends_the_work_before_anything_is_reported() -> None:
    token, seen = CancelToken(), list[float]()
    token.cancel()

    with pytest.raises(Cancelled):
        Watch(token, seen.append).step(0.5)

    assert seen == []


def test_looking_whether_to_stop_reports_nothing() -> None:
    token, told = CancelToken(), list[float]()
    watch = Watch(token, told.append)

    watch.check()
    token.cancel()

    with pytest.raises(Cancelled):
        watch.check()
    assert told == []
