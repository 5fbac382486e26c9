"""Zero-shot and heads: who is asked how, and what is refused."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.special import expit

from medct_core.cancel import CancelToken
from medct_core.errors import ModelMismatchError, UsageError
from medct_core.evaluation.scans.ask import Asked, PromptQuestion, ask_all
from medct_core.evaluation.scans.contenders import Contender
from medct_core.evaluation.scans.evaluation import Evaluation
from medct_core.evaluation.scans.label_set import LabelSet, own_labels
from medct_core.evaluation.scans.protocols import Protocol, protocol_prompts
from medct_core.evaluation.scans.tasks import (
    ANSWERS,
    Task,
    evaluate_heads,
    evaluate_zero_shot,
)
from tests.labelled_samples import FINDINGS, labelled

Contenders = tuple[Contender, ...]

OWN = own_labels("test.csv", FINDINGS)


def task(*, labels: LabelSet = OWN, first: int = 11) -> Task:
    (test, _), (validation, _) = labelled(6), labelled(6, first=first, name="tuning.csv")
    return Task(labels, test, validation, Protocol.CT_CLIP, 0.9, 0)


def zero_shot(contenders: Contenders, wanted: Task, folder: Path) -> Evaluation:
    return evaluate_zero_shot(
        contenders, wanted, folder, cancel=CancelToken(), on_progress=lambda _: None
    )


def heads(contenders: Contenders, wanted: Task, folder: Path) -> Evaluation:
    return evaluate_heads(
        contenders, wanted, folder, cancel=CancelToken(), on_progress=lambda _: None
    )


def test_every_model_is_asked_the_same_and_measured_on_the_same(
    contenders: Contenders, tmp_path: Path
) -> None:
    result = zero_shot(contenders, task(), tmp_path)

    base, site = result.models
    assert base.wordings == site.wordings
    assert base.wordings["Emphysema"]["present"] == ("Emphysema is present.",)
    assert base.stamp.adapter is None
    assert site.stamp.adapter == "site"
    assert (base.overall.n, result.contest.validation.n) == (6, 6)
    assert list(result.comparisons) == ["site"]
    assert "scale 4.482" in base.asked


def test_whoever_is_measured_on_scans_it_learned_from_is_named(
    contenders: Contenders, tmp_path: Path
) -> None:
    base, site = contenders
    wanted = task()
    knows = replace(site, learned_from=frozenset(wanted.test.files[:2]))

    before = zero_shot(contenders, wanted, tmp_path).contest.cautions
    after = zero_shot((base, knows), wanted, tmp_path).contest.cautions

    assert not any("learned" in text for text in before)
    (said,) = set(after) - set(before)
    assert said.startswith("site has learned from 2 of the 6 scans of the test table")


def test_probabilities_are_those_of_the_engine(contenders: Contenders, tmp_path: Path) -> None:
    wanted = task()

    result = zero_shot(contenders, wanted, tmp_path)

    question = PromptQuestion(protocol_prompts(Protocol.CT_CLIP, FINDINGS))
    (logits,) = ask_all(
        [Asked.of(contenders[0], question, tmp_path / ANSWERS)],
        wanted.test,
        cancel=CancelToken(),
        on_progress=lambda _: None,
    ).values
    brier = np.mean((expit(logits) - wanted.test.truth) ** 2, axis=0)
    assert [one.brier for one in result.models[0].findings] == pytest.approx(brier)


def test_progress_never_goes_back_and_ends(contenders: Contenders, tmp_path: Path) -> None:
    told: list[float] = []

    evaluate_zero_shot(
        contenders[:1], task(), tmp_path, cancel=CancelToken(), on_progress=told.append
    )

    assert told == sorted(told)
    assert told[-1] == pytest.approx(1.0)


def test_a_patient_of_both_splits_is_refused_before_any_scan_is_read(
    contenders: Contenders, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match="1 patients are in"):
        zero_shot(contenders, task(first=6), tmp_path)


def test_heads_stand_beside_their_base_asked_by_prompts(
    contenders: Contenders, tmp_path: Path
) -> None:
    result = heads(contenders, task(), tmp_path)

    base, site = result.models
    assert base.name == "base, zero-shot"
    assert base.wordings
    assert not site.wordings
    assert "supervised head" in site.asked


def test_the_columns_of_a_head_are_found_by_name(contenders: Contenders, tmp_path: Path) -> None:
    base, site = contenders
    assert site.head is not None
    turned = own_labels("test.csv", FINDINGS[::-1])
    other_way = task(labels=turned)
    other_way = replace(
        other_way,
        test=replace(other_way.test, truth=other_way.test.truth[:, ::-1]),
        validation=replace(other_way.validation, truth=other_way.validation.truth[:, ::-1]),
    )

    one = heads((base, site), task(), tmp_path).models[1]
    two = heads((base, site), other_way, tmp_path).models[1]

    assert [f.name for f in two.findings] == list(FINDINGS[::-1])
    assert two.findings[0].brier == pytest.approx(one.findings[1].brier)


def test_what_a_head_does_not_score_is_named(contenders: Contenders, tmp_path: Path) -> None:
    base, site = contenders
    own = own_labels("test.csv", ("Lung nodule", "Cavitation"))
    unknown = replace(site, head_findings=("A", "B"))

    with pytest.raises(ModelMismatchError, match="Cavitation"):
        heads((base, site), task(labels=own), tmp_path)
    with pytest.raises(ModelMismatchError, match="scores 18 findings"):
        heads((base, unknown), task(), tmp_path)


def test_an_adapter_without_a_head_and_a_base_alone_are_refused(
    contenders: Contenders, tmp_path: Path
) -> None:
    base, site = contenders

    with pytest.raises(UsageError, match="'site' has no supervised head"):
        heads((base, replace(site, head=None)), task(), tmp_path)
    with pytest.raises(UsageError, match="A base model has no supervised head"):
        heads((base,), task(), tmp_path)
