"""Base and adapter are measured on the same held-out patients by the usual rules."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy.special import expit

from medct_core.cancel import Cancelled, CancelToken
from medct_core.evaluation.multilabel.overall import overall
from medct_core.evaluation.multilabel.predictions import Predictions
from medct_core.evaluation.multilabel.thresholds import choose_thresholds
from medct_core.evaluation.scans.evaluation import Evaluation
from medct_core.models.adapter_manifest import (
    HELD_OUT_AUROC,
    HELD_OUT_BASE_AUROC,
    HELD_OUT_HEAD_AUROC,
    HELD_OUT_PATIENTS,
)
from medct_core.models.bundle import load_model
from medct_core.training.adapt.adapted import Adapted, Logits, Values
from medct_core.training.adapt.config import AdaptConfig, HeadKind
from medct_core.training.adapt.held_out import held_out_metrics, judge_held_out
from medct_core.training.adapt.parts import LeftOut, Parts
from tests.adapt_samples import FINDINGS, Viewer, fitted, viewer

LEFT_OUT = tuple((LeftOut("table.csv", 4, f"scan-{part}", "it is no scan"),) for part in range(3))


def _parts() -> Parts:
    train, validation, test = (viewer(seed=seed, patients=9) for seed in (0, 1, 2))
    return Parts(train, validation, test, LEFT_OUT)  # type: ignore[arg-type]


def _mean_auroc(parts: Parts, score: Callable[[Values], Logits]) -> float | None:
    validation, test = (
        Predictions(
            FINDINGS,
            seen.cohort.labels,
            expit(score(seen.values).astype(np.float64)),
            seen.cohort.patients,
        )
        for seen in (parts.validation, parts.test)
        if isinstance(seen, Viewer)
    )
    return overall(test, choose_thresholds(validation)).mean_auroc


def _judged(
    tiny: Path, made: Adapted, parts: Parts, head: HeadKind, told: list[float]
) -> Evaluation:
    return judge_held_out(
        made,
        parts,
        AdaptConfig(head=head),
        load_model(tiny).stamp,
        cancel=CancelToken(),
        on_progress=told.append,
    )


def test_the_numbers_are_those_of_the_evaluation(tiny: Path, tmp_path: Path) -> None:
    made, parts = fitted(tiny, tmp_path, head="prompt", rate=0.02), _parts()
    told: list[float] = []

    evaluation = _judged(tiny, made, parts, "prompt", told)

    base, own = evaluation.models
    assert own.overall.mean_auroc == pytest.approx(_mean_auroc(parts, made.prompt_logits))
    assert evaluation.contest.task == "zero-shot"
    assert [one.scan for one in evaluation.contest.validation.left_out] == ["scan-1"]
    assert [one.scan for one in evaluation.contest.test.left_out] == ["scan-2"]
    assert base.stamp.adapter is None
    assert own.stamp != base.stamp
    assert told[-1] == 1.0
    assert held_out_metrics(evaluation) == {
        HELD_OUT_AUROC: own.overall.mean_auroc,
        HELD_OUT_BASE_AUROC: base.overall.mean_auroc,
        HELD_OUT_PATIENTS: 9.0,
    }


def test_an_adapter_with_a_head_is_offered_by_what_prompts_say(tiny: Path, tmp_path: Path) -> None:
    made, parts = fitted(tiny, tmp_path, head="paper", rate=0.02), _parts()
    told: list[float] = []

    evaluation = _judged(tiny, made, parts, "paper", told)

    _, by_prompts, by_head = evaluation.models
    assert by_prompts.overall.mean_auroc == pytest.approx(_mean_auroc(parts, made.prompt_logits))
    assert by_head.overall.mean_auroc == pytest.approx(
        _mean_auroc(parts, lambda values: made.prompt_and_head_logits(values)[1])
    )
    assert by_head.overall.mean_auroc != by_prompts.overall.mean_auroc
    assert evaluation.contest.task == "classify"
    assert told[-1] == 1.0
    metrics = held_out_metrics(evaluation)
    assert metrics[HELD_OUT_AUROC] == by_prompts.overall.mean_auroc
    assert metrics[HELD_OUT_HEAD_AUROC] == by_head.overall.mean_auroc


def test_measuring_can_be_stopped(tiny: Path, tmp_path: Path) -> None:
    made, cancel = fitted(tiny, tmp_path, head="prompt"), CancelToken()
    cancel.cancel()

    with pytest.raises(Cancelled):
        judge_held_out(
            made,
            _parts(),
            AdaptConfig(head="prompt"),
            load_model(tiny).stamp,
            cancel=cancel,
            on_progress=lambda share: None,
        )
