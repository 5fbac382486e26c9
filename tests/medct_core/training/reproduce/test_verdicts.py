"""Verdicts: each follows from the numbers by its rule, and from nothing before there are enough."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from medct_core.training.reproduce.answers import Retrieved
from medct_core.training.reproduce.evidence import Evidence
from medct_core.training.reproduce.ledger import Ledger
from medct_core.training.reproduce.plan import Method, Run, runs_named
from medct_core.training.reproduce.verdicts import CLAIMS, HEADLINE, LEAST_SEEDS, Judged, Verdict
from medct_core.vocabulary import FINDINGS
from tests.reproduce_samples import fill, made_up_answers, made_up_record

SEEDS = range(3)
RUNS = runs_named(
    ("M-base", *(f"M-{kind}-paper-s{seed}" for kind in ("lora", "full") for seed in SEEDS))
)

Skill = Callable[[Run, str], float]


def _as_claimed(run: Run, domain: str) -> float:
    skills = {Method.BASE: {"A": 1.5, "B": 0.2}, Method.LORA: {"A": 1.5, "B": 1.5}}
    return skills.get(run.method, {"A": 0.3, "B": 1.6})[domain]


def _the_other_way_round(run: Run, domain: str) -> float:
    skills = {Method.BASE: {"A": 1.5, "B": 1.2}, Method.LORA: {"A": 0.2, "B": 0.1}}
    return skills.get(run.method, {"A": 1.5, "B": 1.6})[domain]


def _verdicts(folder: Path, runs: tuple[Run, ...], skill: Skill) -> dict[str, Judged]:
    ledger = Ledger(folder)
    fill(ledger, runs, skill)
    evidence = Evidence(ledger)
    return {claim.name: claim.judged(evidence)[0] for claim in CLAIMS}


@pytest.fixture(scope="module")
def claimed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Judged]:
    return _verdicts(tmp_path_factory.mktemp("claimed"), RUNS, _as_claimed)


@pytest.fixture(scope="module")
def opposite(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Judged]:
    return _verdicts(tmp_path_factory.mktemp("opposite"), RUNS, _the_other_way_round)


@pytest.mark.parametrize(
    "name",
    [
        "auroc_gain",
        "all_six_metrics_gain",
        "zero_shot_gain_without_text_gradient",
        "less_forgetting",
    ],
)
def test_a_claim_holds_where_the_numbers_say_so_and_only_there(
    name: str, claimed: dict[str, Judged], opposite: dict[str, Judged]
) -> None:
    assert claimed[name].verdict is Verdict.HELD
    assert opposite[name].verdict is Verdict.DID_NOT_HOLD


def test_a_verdict_names_its_runs_and_how_many_are_still_missing(
    claimed: dict[str, Judged],
) -> None:
    gain = claimed["auroc_gain"]

    assert (gain.group, gain.done, gain.planned) == (HEADLINE, 3, 5)
    assert gain.numbers["gain"] == pytest.approx(
        float(str(gain.numbers["adapted"])) - float(str(gain.numbers["base"]))
    )


def test_a_gain_that_is_alike_for_all_findings_is_no_gain_of_the_rare(
    claimed: dict[str, Judged],
) -> None:
    assert claimed["rare_findings_gain_more"].verdict is Verdict.DID_NOT_HOLD


def test_retrieval_is_judged_on_the_base_that_learned_from_reports(
    claimed: dict[str, Judged],
) -> None:
    retrieval = claimed["retrieval_unchanged"]

    assert retrieval.group == "R-lora-paper"
    assert retrieval.verdict is Verdict.NOT_TESTED


@pytest.mark.parametrize(
    ("base", "adapted", "verdict"),
    [
        ((10, 0.6), (11, 0.6), Verdict.HELD),
        ((10, 0.6), (10, 0.4), Verdict.DID_NOT_HOLD),
        ((10, 0.6), (119, 0.6), Verdict.DID_NOT_HOLD),
        ((110, 0.6), (119, 0.6), Verdict.HELD),  # no report found its scan before either
        ((110, 0.0), (119, 0.0), Verdict.NOT_TESTED),
    ],
)
def test_retrieval_is_unchanged_only_where_there_was_some(
    tmp_path: Path,
    base: tuple[int, float],
    adapted: tuple[int, float],
    verdict: Verdict,
) -> None:
    ledger = Ledger(tmp_path)
    for run in runs_named(("R-base", *(f"R-lora-paper-s{seed}" for seed in SEEDS))):
        rank, overlap = base if run.method is Method.BASE else adapted
        answers = made_up_answers(run, skill=_as_claimed)
        retrieved = Retrieved(np.full(120, rank), np.full(120, overlap))
        answers = replace(answers, retrieved=retrieved)
        ledger.keep(made_up_record(run, answers), answers.to_arrays())
    claim = next(one for one in CLAIMS if one.name == "retrieval_unchanged")

    assert claim.judged(Evidence(ledger))[0].verdict is verdict


@pytest.mark.parametrize(("offset", "verdict"), [(0.0, Verdict.HELD), (-2.5, Verdict.DID_NOT_HOLD)])
def test_rare_findings_gain_more_only_if_they_gain(
    tmp_path: Path, offset: float, verdict: Verdict
) -> None:
    ledger = Ledger(tmp_path)
    # Of the made-up scans the first finding is the rarest.
    more = np.linspace(2.0, 0.3, len(FINDINGS)) + offset
    for run in RUNS[:4]:
        answers = made_up_answers(run, skill=lambda _run, _domain: 1.0, scans=800)
        if run.method is not Method.BASE:
            logits = answers.logits["own", "B"] + (answers.truth["B"] * more).astype(np.float16)
            answers = replace(answers, logits=answers.logits | {("own", "B"): logits})
        ledger.keep(made_up_record(run, answers), answers.to_arrays())
    claim = next(one for one in CLAIMS if one.name == "rare_findings_gain_more")

    judged = claim.judged(Evidence(ledger))[0]

    assert judged.verdict is verdict
    assert float(str(judged.numbers["correlation"])) < -0.5


def test_latency_and_size_follow_from_what_was_measured_and_counted(
    claimed: dict[str, Judged],
) -> None:
    latency, size = claimed["no_added_latency"], claimed["adapter_size"]

    assert (latency.verdict, latency.numbers["merged_ratio"]) == (Verdict.HELD, 1.01)
    assert (size.verdict, size.numbers["experiment_ratio"]) == (Verdict.HELD, 50)


def test_nothing_is_tested_in_an_empty_ledger(tmp_path: Path) -> None:
    verdicts = _verdicts(tmp_path, (), _as_claimed)

    assert {one.verdict for one in verdicts.values()} == {Verdict.NOT_TESTED}


def test_two_seeds_are_not_enough(tmp_path: Path) -> None:
    verdicts = _verdicts(tmp_path, RUNS[:3], _as_claimed)

    assert LEAST_SEEDS == 3
    assert {one.verdict for one in verdicts.values()} == {Verdict.NOT_TESTED}


def test_without_the_base_nothing_is_gained(tmp_path: Path) -> None:
    verdicts = _verdicts(tmp_path, RUNS[1:], _as_claimed)

    assert {one.verdict for one in verdicts.values()} == {Verdict.NOT_TESTED}


def test_forgetting_waits_for_full_fine_tuning(tmp_path: Path) -> None:
    verdicts = _verdicts(tmp_path, RUNS[:6], _as_claimed)

    assert verdicts["less_forgetting"].verdict is Verdict.NOT_TESTED
    assert verdicts["auroc_gain"].verdict is Verdict.HELD


def test_every_claim_has_a_rule_and_plain_numbers(claimed: dict[str, Judged]) -> None:
    for claim in CLAIMS:
        assert claim.decided_on in claim.groups
        assert claim.rule.endswith(".")
        json.dumps(claimed[claim.name].to_json(), allow_nan=False)
