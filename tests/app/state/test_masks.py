"""The masks of one window."""

import pytest

from app.state.answers import Problem
from app.state.masks import MaskLabel, MasksState
from medct_core.io.label_map import facts_of
from tests import mask_samples

pytestmark = pytest.mark.gui


def labels() -> tuple[MaskLabel, ...]:
    label_map = mask_samples.label_map()
    pairs = zip(label_map.labels, facts_of(label_map), strict=True)
    return tuple(MaskLabel(label, facts) for label, facts in pairs)


def with_two() -> MasksState:
    state = MasksState()
    for name in ("a", "b"):
        state.add(name, (mask_samples.label_map(),), labels(), ())
    return state


def test_a_new_mask_lies_on_top_and_all_of_it_is_shown(qapp: object) -> None:
    state = with_two()

    assert [mask.name for mask in state.masks] == ["a", "b"]
    assert state.masks[0].identity != state.masks[1].identity
    assert state.masks[1].shown == {1, 3}


def test_changes_of_one_mask_leave_the_others_alone(qapp: object) -> None:
    state = with_two()
    first, second = state.masks

    state.show(first.identity, frozenset({3}))
    state.set_opacity(first.identity, 7.0)

    assert state.masks[0].shown == {3}
    assert state.masks[0].opacity == 1.0
    assert state.masks[1] is second


def test_only_changes_are_told(qapp: object) -> None:
    state = with_two()
    first = state.masks[0]
    told = list[object]()
    state.masks_changed.connect(told.append)

    state.set_opacity(first.identity, first.opacity)
    state.show(first.identity, first.shown)
    state.show(99, frozenset())
    assert told == []

    state.remove(first.identity)
    state.clear()
    state.clear()
    assert len(told) == 2


def test_a_mask_is_found_until_it_is_removed(qapp: object) -> None:
    state = with_two()
    first = state.masks[0]

    assert state.find(first.identity) is first
    state.remove(first.identity)
    assert state.find(first.identity) is None


def test_loading_and_problems_are_told_once(qapp: object) -> None:
    state = MasksState()
    told = list[object]()
    state.loading_changed.connect(told.append)
    state.problem_changed.connect(told.append)
    problem = Problem("a", "b")

    for _ in range(2):
        state.set_loading("m.nii")
        state.set_problem(problem)

    assert told == ["m.nii", problem]
    assert (state.loading, state.problem) == ("m.nii", problem)
