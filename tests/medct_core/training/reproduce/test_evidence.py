"""Evidence: finished runs of a ledger, group by group."""

from pathlib import Path

import pytest

from medct_core.training.reproduce.evidence import Evidence, trained_share
from medct_core.training.reproduce.ledger import Ledger
from medct_core.training.reproduce.plan import Method, Run, runs_named
from tests.reproduce_samples import fill, made_up_answers, made_up_record

RUNS = runs_named(("M-base", "M-lora-paper-s0", "M-lora-paper-s1", "M-head-s0"))


def _skill(run: Run, domain: str) -> float:
    return 0.4 if run.method is Method.BASE or domain == "A" else 1.2


@pytest.fixture(scope="module")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> Evidence:
    ledger = Ledger(tmp_path_factory.mktemp("ledger"))
    fill(ledger, RUNS, _skill)
    return Evidence(ledger)


def test_finished_and_missing_runs_are_all_that_are_planned(evidence: Evidence) -> None:
    done = {run.id for group in evidence.groups for run in evidence.done(group)}

    assert done == {run.id for run in RUNS}
    assert done | set(evidence.missing) == {run.id for run in runs_named(())}
    assert not done & set(evidence.missing)


def test_a_group_is_summed_up_over_its_seeds(evidence: Evidence) -> None:
    result = evidence.result("M-lora-paper")

    assert result is not None
    assert (result.done, result.planned) == (2, 5)
    assert result.hours == pytest.approx(1 / 3)
    gain, after = result.gain["mean_auroc"], result.metrics["mean_auroc"]
    assert gain.is_above_zero
    assert gain.value is not None
    assert after is not None
    base = evidence.result("M-base")
    assert base is not None
    assert base.metrics["mean_auroc"] == pytest.approx(after - gain.value)


def test_a_base_gains_nothing_over_itself(evidence: Evidence) -> None:
    base = evidence.result("M-base")

    assert base is not None
    assert {gain.value for gain in base.gain.values()} == {0.0}
    assert base.trained_share is None


@pytest.mark.parametrize("group", ["M-full-paper", "R-lora-paper"])
def test_a_group_without_finished_runs_has_no_result(evidence: Evidence, group: str) -> None:
    assert evidence.result(group) is None


def test_a_group_without_its_base_has_no_result(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    fill(ledger, RUNS[1:2], _skill)

    assert Evidence(ledger).result("M-lora-paper") is None


def test_the_share_that_is_trained_counts_the_adapter_on_top() -> None:
    answers = made_up_answers(RUNS[1], skill=_skill, scans=20)

    share = trained_share(made_up_record(RUNS[1], answers))

    assert share == pytest.approx(0.02)
