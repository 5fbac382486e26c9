"""The state of similar cases says what changed, once."""

import pytest

from app.state.answers import Problem
from app.state.similar import NO_SCAN, Filling, NoSimilarCases, SimilarState, SimilarWaiting
from app.state.similar_page import SimilarPage

PAGE = SimilarPage("library", "tiny", 3)


@pytest.mark.parametrize(
    "shown", [PAGE, SimilarWaiting("Looking."), NoSimilarCases("None."), Problem("Gone.", "Wait.")]
)
def test_what_is_shown_is_told_once_and_is_a_page_or_none(shown: object) -> None:
    state, told = SimilarState(), list[object]()
    state.shown_changed.connect(told.append)
    assert (state.shown, state.page) == (NO_SCAN, None)

    state.show(shown)  # type: ignore[arg-type]
    state.show(shown)  # type: ignore[arg-type]

    assert told == [shown]
    assert state.page == (shown if shown is PAGE else None)


def test_other_values_are_told_once_too() -> None:
    state, told = SimilarState(), list[object]()
    for changed in (state.allowed_changed, state.map_changed, state.filling_changed):
        changed.connect(told.append)

    for _ in range(2):
        state.allow(frozenset({"Emphysema"}))
        state.set_filling(Filling(total=4, done=1))
        state.set_map(None)

    assert told == [frozenset({"Emphysema"}), Filling(total=4, done=1)]
    assert (state.allowed, state.map) == (frozenset({"Emphysema"}), None)


def test_the_share_counts_the_scan_that_is_worked_on() -> None:
    assert Filling().share is None
    assert Filling(total=4, done=1, fraction=0.5).share == pytest.approx(0.375)
