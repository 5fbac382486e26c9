"""Phantoms for retrieval: put into words, embedded, and each embedded once."""

from pathlib import Path

import numpy as np
import pytest

from medct_core.cancel import Cancelled, CancelToken
from medct_core.errors import UsageError
from medct_core.evaluation.retrieval_cases import RetrievalCases
from medct_core.evaluation.retrieval_phantoms import PhantomRange, check_apart, phantom_cases
from medct_core.inference.embedding import Embedding
from medct_core.inference.engine import InferenceEngine
from medct_core.phantom.sampling import Draw, sample_spec
from medct_core.preprocess.model_input import ModelInput
from medct_core.vocabulary import FINDINGS
from tests.tiny_model import PAIR, loaded_model

FIRST = 5_000_000


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> InferenceEngine:
    return InferenceEngine(loaded_model(tmp_path_factory.mktemp("tiny") / "model", PAIR))


def embedded(
    engine: InferenceEngine, count: int, keep: Path | None = None, told: list[float] | None = None
) -> RetrievalCases:
    wanted = PhantomRange(FIRST, FIRST + count)
    report = (told if told is not None else []).append
    return phantom_cases(engine, wanted, keep=keep, cancel=CancelToken(), on_progress=report)


def test_seeds_of_training_are_refused_and_so_are_seeds_for_two_purposes() -> None:
    with pytest.raises(UsageError, match="evaluation"):
        PhantomRange(0, 10)
    with pytest.raises(UsageError, match="share"):
        check_apart(PhantomRange(FIRST, FIRST + 10), PhantomRange(FIRST + 9, FIRST + 12))
    check_apart(PhantomRange(FIRST, FIRST + 10), PhantomRange(FIRST + 10, FIRST + 12))


def test_a_phantom_has_the_report_and_the_labels_of_what_was_drawn(
    engine: InferenceEngine,
) -> None:
    cases = embedded(engine, 1)

    drawn = set(sample_spec(FIRST, Draw.BALANCED, "a").findings)
    assert {name for name, there in zip(FINDINGS, cases.labels[0], strict=True) if there} == {
        name for name in FINDINGS if name in drawn
    }
    assert cases.reports[0].endswith(".")
    np.testing.assert_allclose(np.linalg.norm(cases.report_vectors, axis=1), 1, atol=1e-5)
    assert cases.patients == (str(FIRST),)


def test_what_was_kept_is_not_embedded_again_unless_it_is_damaged(
    engine: InferenceEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = embedded(engine, 2, tmp_path)
    kept = sorted(tmp_path.rglob("*.npz"))
    kept[1].write_bytes(kept[1].read_bytes()[:-30])
    told: list[float] = []
    embed = engine.embed_volume
    count: list[int] = []

    def counted(given: ModelInput) -> Embedding:
        count.append(1)
        return embed(given)

    monkeypatch.setattr(engine, "embed_volume", counted)

    again = embedded(engine, 2, tmp_path, told)

    assert len(count) == 1
    assert told == [1.0]
    assert again.reports == first.reports
    np.testing.assert_array_equal(again.vectors, first.vectors)
    np.testing.assert_array_equal(again.labels, first.labels)


def test_a_cancelled_run_stops(engine: InferenceEngine) -> None:
    cancel = CancelToken()
    cancel.cancel()

    with pytest.raises(Cancelled):
        phantom_cases(
            engine,
            PhantomRange(FIRST, FIRST + 1),
            cancel=cancel,
            on_progress=lambda _share: None,
        )
