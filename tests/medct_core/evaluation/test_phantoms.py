"""Evaluation renders what no training saw, and sums it up honestly."""

import numpy as np
import pytest

from medct_core.cancel import Cancelled, CancelToken
from medct_core.errors import UsageError
from medct_core.evaluation.phantoms import PhantomTask, evaluate_phantoms
from medct_core.inference.engine import InferenceEngine
from medct_core.inference.prompt import Prompt
from medct_core.phantom.sampling import Draw
from medct_core.vocabulary import FINDINGS, UNLABELLED_FINDINGS
from tests.tiny_model import LOCAL, loaded_model

PROMPTS = tuple(
    Prompt(name, (f"{name} is present.", f"{name} was seen."), (f"No {name}.", f"{name} is not."))
    for name in FINDINGS
)


def nothing(_share: float) -> None:
    """Take a share and show it to nobody."""


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> InferenceEngine:
    return InferenceEngine(loaded_model(tmp_path_factory.mktemp("tiny") / "model", LOCAL))


def test_seeds_below_five_million_are_refused(engine: InferenceEngine) -> None:
    with pytest.raises(UsageError, match="evaluation"):
        evaluate_phantoms(
            engine, PROMPTS, PhantomTask(0, 4), None, cancel=CancelToken(), on_progress=nothing
        )


def test_a_cancelled_evaluation_stops(engine: InferenceEngine) -> None:
    cancel = CancelToken()
    cancel.cancel()

    with pytest.raises(Cancelled):
        evaluate_phantoms(
            engine,
            PROMPTS,
            PhantomTask(5_000_000, 5_000_004),
            None,
            cancel=cancel,
            on_progress=nothing,
        )


@pytest.mark.slow
def test_a_handful_of_phantoms_is_summed_up_without_inventing_numbers(
    engine: InferenceEngine,
) -> None:
    shares: list[float] = []
    task = PhantomTask(5_000_000, 5_000_012, Draw.BALANCED, "b")

    result = evaluate_phantoms(
        engine, PROMPTS, task, None, cancel=CancelToken(), on_progress=shares.append
    )

    fields = result.to_json()
    assert (fields["n"], fields["domain"], fields["draw"]) == (12, "b", "balanced")
    assert set(result.auroc) == set(FINDINGS)
    assert set(result.zero_shot) == set(UNLABELLED_FINDINGS)
    defined = [interval.value for interval in result.auroc.values()]
    if None in defined:
        assert result.mean_auroc is None
    else:
        assert result.mean_auroc == pytest.approx(
            np.mean([value for value in defined if value is not None])
        )
    assert result.trivial_baseline is None
    assert 0 <= result.twin_ranking <= 1
    assert result.single_wordings is None or 0 <= result.single_wordings <= 1
    assert shares[-1] == 1.0
