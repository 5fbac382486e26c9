"""Every question has its kind, and only maps share one."""

from typing import get_args

from app.workers.mailbox import Kind
from app.workers.questions import KINDS, Question


def test_every_question_has_a_kind() -> None:
    assert set(KINDS) == set(get_args(Question))
    assert set(KINDS.values()) == set(Kind)


def test_only_maps_take_the_place_of_each_other() -> None:
    kinds = [kind for kind in KINDS.values() if kind is not Kind.RELEVANCE]

    assert len(set(kinds)) == len(kinds)
