"""Base and adapter are measured on the same held-out patients by the usual rules."""

from pathlib import Path

import numpy as np
import pytest
from scipy.special import expit

from medct_core.cancel import Cancelled, CancelToken
from medct_core.evaluation.multilabel.overall import overall
from medct_core.evaluation.multilabel.predictions import Predictions
from medct_core.evaluation.multilabel.thresholds import choose_thresholds
from medct_core.models.adapter_manifest import (
    HELD_OUT_AUROC,
    HELD_OUT_BASE_AUROC,
    HELD_OUT_PATIENTS,
)
from medct_core.models.bundle import load_model
from medct_core.training.adapt.adapted import Adapted
from medct_core.training.adapt.config import AdaptConfig
from medct_core.training.adapt.held_out import held_out_metrics, judge_held_out
from medct_core.training.adapt.parts import LeftOut, Parts
from tests.adapt_samples import FINDINGS, Viewer, fitted, viewer

LEFT_OUT = tuple((LeftOut("table.csv", 4, f"scan-{part}", "it is no scan"),) for part in range(3))


def _parts() -> Parts:
    train, validation, test = (viewer(seed=seed, patients=9) for seed in (0, 1, 2))
    return Parts(train, validation, test, LEFT_OUT)  # type: ignore[arg-type]


def _predictions(made: Adapted, seen: Viewer) -> Predictions:
    probability = expit(made.finding_logits(seen.values).astype(np.float64))
    return Predictions(FINDINGS, seen.cohort.labels, probability, seen.cohort.patients)


@pytest.mark.parametrize("head", ["paper", "prompt"])
def test_the_numbers_are_those_of_the_evaluation(tiny: Path, tmp_path: Path, head: str) -> None:
    made, parts = fitted(tiny, tmp_path, head=head, rate=0.02), _parts()
    told: list[float] = []

    evaluation = judge_held_out(
        made,
        parts,
        AdaptConfig(head=head),  # type: ignore[arg-type]
        load_model(tiny).stamp,
        cancel=CancelToken(),
        on_progress=told.append,
    )

    base, own = evaluation.models
    seen: list[Viewer] = [parts.validation, parts.test]  # type: ignore[list-item]
    validation, test = (_predictions(made, one) for one in seen)
    expected = overall(test, choose_thresholds(validation))
    assert own.overall.mean_auroc == pytest.approx(expected.mean_auroc)
    assert own.overall.macro_f1 == pytest.approx(expected.macro_f1)
    assert evaluation.contest.task == ("classify" if head == "paper" else "zero-shot")
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
