"""Every question has its kind, and no two share one."""

from typing import get_args

from app.workers.mailbox import Kind
from app.workers.questions import KINDS, AboutScan, EncodeScan, ForgetScan, LoadModel


def test_every_question_has_a_kind_of_its_own() -> None:
    questions = {EncodeScan, ForgetScan, LoadModel, *get_args(AboutScan)}

    assert set(KINDS) == questions
    assert len(set(KINDS.values())) == len(KINDS)
    assert set(Kind) - set(KINDS.values()) == {Kind.SIMILAR}
