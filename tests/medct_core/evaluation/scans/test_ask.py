"""Asking: every scan is read once, a killed run goes on, a bad scan stops no other."""

from pathlib import Path

import numpy as np
import pytest
import torch

from medct_core.cancel import Cancelled, CancelToken
from medct_core.errors import UsageError
from medct_core.evaluation.scans.ask import (
    Answers,
    Asked,
    HeadQuestion,
    PromptQuestion,
    VectorQuestion,
    ask_all,
)
from medct_core.evaluation.scans.contenders import Contender
from medct_core.evaluation.scans.labelled_scans import LabelledScans, LeftOut
from medct_core.evaluation.scans.protocols import Protocol, protocol_prompts
from medct_core.preprocess.prepare import prepare
from tests import small_chest
from tests.labelled_samples import FINDINGS, labelled


def asked(contenders: tuple[Contender, ...], folder: Path) -> list[Asked]:
    question = PromptQuestion(protocol_prompts(Protocol.CT_CLIP, FINDINGS))
    return [Asked.of(one, question, folder) for one in contenders]


def answers(questions: list[Asked], scans: LabelledScans) -> Answers:
    return ask_all(questions, scans, cancel=CancelToken(), on_progress=lambda _: None)


def test_every_scan_is_read_once_for_all_models_and_never_again(
    contenders: tuple[Contender, ...], tmp_path: Path
) -> None:
    (scans, reads), (again, read_again) = labelled(3), labelled(3)

    first = answers(asked(contenders, tmp_path), scans)
    second = answers(asked(contenders, tmp_path), again)

    assert reads.rows == [0, 1, 2]
    assert read_again.rows == []
    for one, two in zip(first.values, second.values, strict=True):
        assert one.shape == (3, len(FINDINGS))
        assert np.array_equal(one, two)
    assert not np.array_equal(first.values[0], first.values[1])


def test_a_stopped_run_goes_on_where_it_was(
    contenders: tuple[Contender, ...], tmp_path: Path
) -> None:
    (scans, reads), (rest, read_later) = labelled(3), labelled(3)
    cancel = CancelToken()

    with pytest.raises(Cancelled):
        ask_all(
            asked(contenders, tmp_path), scans, cancel=cancel, on_progress=lambda _: cancel.cancel()
        )
    result = answers(asked(contenders, tmp_path), rest)

    assert reads.rows == [0]
    assert read_later.rows == [1, 2]
    assert len(result.scans) == 3


def test_a_scan_that_cannot_be_scored_is_named_and_stops_no_other(
    contenders: tuple[Contender, ...], tmp_path: Path
) -> None:
    scans, _ = labelled(3, refused={1: "It has no lungs."})

    result = answers(asked(contenders, tmp_path), scans)

    assert result.scans.scans == ("1.nii.gz", "3.nii.gz")
    assert result.scans.left_out == (LeftOut("2.nii.gz", "It has no lungs."),)
    assert all(len(values) == 2 for values in result.values)


def test_nothing_that_can_be_scored_is_an_error(
    contenders: tuple[Contender, ...], tmp_path: Path
) -> None:
    scans, _ = labelled(1, refused={0: "It has no lungs."})

    with pytest.raises(UsageError, match="no lungs"):
        answers(asked(contenders, tmp_path), scans)


def test_answers_are_those_of_the_engine_and_of_the_head(
    contenders: tuple[Contender, ...], tmp_path: Path
) -> None:
    adapter = contenders[1]
    assert adapter.head is not None
    scans, _ = labelled(1)
    prompts = protocol_prompts(Protocol.MEDCT_VLM, FINDINGS)
    questions = [
        Asked.of(adapter, PromptQuestion(prompts), tmp_path),
        Asked.of(adapter, HeadQuestion(adapter.head, ()), tmp_path),
        Asked.of(adapter, VectorQuestion(), tmp_path),
    ]

    logits, heads, vectors = answers(questions, scans).values

    adapter.use()
    prepared = prepare(small_chest.volume(1), adapter.engine.recipe)
    embedding = adapter.engine.embed_volume(prepared)
    scores = adapter.engine.score(embedding, prompts)
    assert logits[0].tolist() == [one.logit for one in scores.answers]
    with torch.inference_mode():
        expected = adapter.head(torch.tensor(embedding.vector))
    assert heads[0] == pytest.approx(expected.numpy())
    assert np.array_equal(vectors[0].astype(np.float32), embedding.vector)
