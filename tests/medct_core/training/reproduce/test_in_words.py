"""What was measured reads as in a table, whatever of it is not defined."""

from pathlib import Path

from medct_core.training.reproduce.evidence import Evidence
from medct_core.training.reproduce.gains import Estimate
from medct_core.training.reproduce.in_words import gain_of, in_words, percent
from medct_core.training.reproduce.ledger import Ledger
from medct_core.training.reproduce.plan import Method, planned_runs
from medct_core.training.reproduce.verdicts import CLAIMS
from tests.reproduce_samples import fill


def test_every_claim_is_said_in_words_once_it_is_tested(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    groups = ("M-base", "R-base", "M-lora-paper", "M-full-paper", "R-lora-paper")
    runs = [run for run in planned_runs() if run.group in groups]
    fill(ledger, runs, lambda run, _domain: 0.4 if run.method is Method.BASE else 1.2)
    evidence = Evidence(ledger)

    said = {claim.name: in_words(claim.name, claim.judged(evidence)[0].numbers) for claim in CLAIMS}

    assert all(said.values())
    assert said["all_six_metrics_gain"].startswith("6 of 6 rise")
    assert said["no_added_latency"] == "merged 1.01 times the base's time, beside it 1.20"
    assert said["less_forgetting"].startswith("base 6")


def test_what_was_not_measured_is_left_empty() -> None:
    assert in_words("auroc_gain", {}) == ""
    assert (percent(None), gain_of(Estimate(None, None, None))) == ("-", "-")
    assert gain_of(Estimate(0.012, -0.1, 0.2)) == "+1.2 [-10.0, +20.0]"
