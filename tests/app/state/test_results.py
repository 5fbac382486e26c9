"""Results say what changed, once, and are dropped together."""

from datetime import UTC, datetime

import pytest

from app.state.answers import Explanation, Problem, StageProgress, TypedAnswer
from app.state.results import ResultsState, ScoredList
from medct_core.findings.finding import Finding
from tests.app.stand_ins import EMBEDDED, NODULE, facts, relevance

SCORED = ScoredList((Finding(NODULE, 0.5),), facts(), (), datetime(2026, 11, 22, tzinfo=UTC))
VALUES = {
    "model": facts(),
    "model_problem": Problem("Missing.", "Install it."),
    "embedding": EMBEDDED,
    "scored": SCORED,
    "typed": TypedAnswer(Finding(NODULE, 0.5), None, facts()),
    "explanation": Explanation("It is empty.", "Type something."),
    "heatmap": relevance(),
    "stage": StageProgress("encode", 0.5, 1.0),
    "problem": Problem("No lungs.", "Choose a chest CT."),
}


@pytest.mark.parametrize("name", VALUES)
def test_every_value_is_told_once_when_it_changes(name: str) -> None:
    results, told = ResultsState(), list[object]()
    getattr(results, f"{name}_changed").connect(told.append)
    change = getattr(results, f"set_{name}")
    assert getattr(results, name) is None

    change(VALUES[name])
    change(VALUES[name])
    change(None)

    assert told == [VALUES[name], None]


def test_clearing_drops_everything_but_the_model() -> None:
    results = ResultsState()
    for name, value in VALUES.items():
        getattr(results, f"set_{name}")(value)

    results.clear()

    left = [name for name in VALUES if getattr(results, name) is not None]
    assert left == ["model", "model_problem"]
