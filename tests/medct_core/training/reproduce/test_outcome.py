"""Outcome: one JSON file that says what is known, and what is missing."""

import json
from pathlib import Path

import pytest

from medct_core.training.reproduce.evidence import Evidence
from medct_core.training.reproduce.ledger import Ledger
from medct_core.training.reproduce.outcome import conclude, write_outcome
from medct_core.training.reproduce.plan import Method, Run, planned_runs, runs_named
from tests.reproduce_samples import fill

RUNS = runs_named(("M-base", *(f"M-lora-paper-s{seed}" for seed in range(3))))


def _skill(run: Run, _domain: str) -> float:
    return 0.4 if run.method is Method.BASE else 1.2


def test_the_file_holds_the_gain_with_its_interval_and_a_verdict_a_claim(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "lora")
    fill(ledger, RUNS, _skill)

    write_outcome(conclude(Evidence(ledger)), tmp_path / "lora.json")

    content = json.loads((tmp_path / "lora.json").read_text(encoding="utf-8"))
    low, high = content["interval"]
    assert low < content["gain"] < high
    assert content["gain"] == content["claims"]["auroc_gain"]["numbers"]["gain"]
    assert 0.5 < content["base_auroc"]["A"] < 0.8
    assert content["trainable_fraction"] == pytest.approx(0.02)
    assert content["fraction_with_gradient"] == pytest.approx(0.005)
    assert content["total_hours"] == pytest.approx(4 / 6)
    assert content["setup"]["scans"]["test-b"] == 1000
    assert content["setup"]["bases_sha256"] == {"M": "M" * 64}
    assert content["deviations"]
    assert {one["verdict"] for one in content["claims"].values()} <= {
        *("held", "did not hold", "not tested yet")
    }


def test_missing_runs_are_named(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    fill(ledger, RUNS, _skill)

    runs = conclude(Evidence(ledger)).to_json()["runs"]

    assert isinstance(runs, dict)
    assert runs["done"] == 4
    assert set(runs["missing"]) == {run.id for run in planned_runs()} - {run.id for run in RUNS}


def test_an_empty_ledger_says_that_nothing_was_tested(tmp_path: Path) -> None:
    content = conclude(Evidence(Ledger(tmp_path))).to_json()

    assert (content["gain"], content["interval"]) == (None, [None, None])
    assert content["base_auroc"] == {"A": None, "B": None}
    json.dumps(content, allow_nan=False)
