"""What a batch costs reaches the weights it should, and no row that only fills up."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional

from medct_core.models.bundle import load_model
from medct_core.training.adapt.config import AdaptConfig
from medct_core.training.adapt.learner import Learner, prepare_learner
from medct_core.training.adapt.objective import Batch, Objective, parts_of
from medct_core.training.adapt.processes import Processes
from medct_core.training.adapt.wordings import TextSide
from tests.adapt_samples import FINDINGS, viewer

ALONE = Processes(1, 0, torch.device("cpu"))


def _prepared(folder: Path, **settings: Any) -> tuple[Learner, Objective]:  # noqa: ANN401
    model, config = load_model(folder), AdaptConfig(**settings)
    learner = prepare_learner(model, len(FINDINGS), config, ALONE.device)
    return learner, Objective(learner, TextSide(model, FINDINGS, config), ALONE)


def _batch(rows: list[int], counts: list[bool] | None = None, total: int | None = None) -> Batch:
    seen = viewer()
    return Batch(
        values=torch.from_numpy(seen.values[rows]),
        labels=torch.from_numpy(seen.cohort.labels[rows]).float(),
        reports=tuple(seen.cohort.reports[row] for row in rows),
        counts=np.array(counts or [True] * len(rows)),
        patients=seen.cohort.patients[rows],
        total=total or len(rows),
        reported=total or len(rows),
    )


def _reached(learner: Learner, costs: dict[str, Tensor]) -> set[str]:
    torch.autograd.backward(torch.stack(list(costs.values())).sum())
    moved = {n for n, p in learner.trained.items() if p.grad is not None and p.grad.abs().max() > 0}
    sides = ("text_transformer", "visual_transformer", "head")
    return {side for side in sides if any(side in name for name in moved)}


@pytest.mark.parametrize(
    ("settings", "reached"),
    [
        ({"head": "paper"}, {"visual_transformer", "head"}),
        ({"head": "prompt"}, {"visual_transformer", "text_transformer"}),
        ({"head": "both"}, {"visual_transformer", "text_transformer", "head"}),
        ({"head": "prompt", "prompts": "single"}, {"visual_transformer", "text_transformer"}),
        ({"head": "prompt", "loss": "contrast"}, {"visual_transformer", "text_transformer"}),
        ({"head": "paper", "loss": "sum"}, {"visual_transformer", "text_transformer", "head"}),
    ],
)
def test_text_adapters_learn_from_words_only(
    tiny: Path, settings: dict[str, str], reached: set[str]
) -> None:
    learner, objective = _prepared(tiny, **settings)
    with torch.no_grad():  # at first the second thin matrix is zero, and hides the first
        for name, parameter in learner.trained.items():
            if "lora_B" in name:
                parameter.normal_(std=0.02)

    costs = objective.costs(_batch([0, 1, 2, 3]))

    assert tuple(costs) == parts_of(learner.config)
    assert _reached(learner, costs) == reached


def test_the_cost_of_prompts_is_that_of_their_logits(tiny: Path) -> None:
    learner, objective = _prepared(tiny, head="prompt")
    batch = _batch([0, 1, 2])
    text = TextSide(learner.model, FINDINGS, learner.config)

    cost = objective.costs(batch)["prompt"]

    logits = learner.prompt_logits(learner.features(batch.values), text.directions())
    torch.testing.assert_close(
        cost, functional.binary_cross_entropy_with_logits(logits, batch.labels)
    )


@pytest.mark.parametrize("settings", [{"head": "prompt"}, {"head": "prompt", "loss": "contrast"}])
def test_a_row_that_only_fills_up_costs_nothing(tiny: Path, settings: dict[str, str]) -> None:
    _, objective = _prepared(tiny, **settings)

    filled = objective.costs(_batch([0, 1, 0], [True, True, False], total=2))
    plain = objective.costs(_batch([0, 1]))

    torch.testing.assert_close(filled, plain)


def test_a_scan_without_a_report_does_not_weaken_the_contrast_of_the_others(tiny: Path) -> None:
    _, objective = _prepared(tiny, head="prompt", loss="contrast")
    told = _batch([0, 1])
    silent = replace(_batch([0, 1, 2]), reports=(*told.reports, " "), reported=2)

    torch.testing.assert_close(objective.costs(silent), objective.costs(told))


def test_parts_of_a_step_add_up_to_the_step(tiny: Path) -> None:
    _, objective = _prepared(tiny, head="prompt")

    parts = [objective.costs(_batch(rows, total=5))["prompt"] for rows in ([0, 1, 2], [3, 4])]
    whole = objective.costs(_batch([0, 1, 2, 3, 4]))["prompt"]

    torch.testing.assert_close(sum(parts), whole)


def test_the_weight_of_the_contrast_counts_in_the_sum_alone(tiny: Path) -> None:
    costs = [
        _prepared(tiny, head="prompt", loss=loss, contrast_weight=weight)[1].costs(_batch([0, 1]))
        for loss, weight in (("sum", 1.0), ("sum", 3.0), ("contrast", 3.0))
    ]

    one, three, alone = (float(cost["contrast"].detach()) for cost in costs)
    assert three == pytest.approx(3 * one)
    assert alone == pytest.approx(one)
