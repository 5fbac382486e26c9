"""Tables: the paper's numbers beside ours, and nothing where nothing was measured."""

from pathlib import Path

import pytest

from medct_core.training.reproduce.evidence import Evidence
from medct_core.training.reproduce.ledger import Ledger
from medct_core.training.reproduce.outcome import TESTED, Outcome, conclude
from medct_core.training.reproduce.plan import Method, Run, runs_named
from medct_core.training.reproduce.tables import claims_table, groups_table, report, table_4
from medct_core.training.reproduce.verdicts import CLAIMS
from tests.reproduce_samples import fill


def _skill(run: Run, _domain: str) -> float:
    return 0.4 if run.method is Method.BASE else 1.2


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    ledger = Ledger(tmp_path_factory.mktemp("ledger"))
    fill(ledger, runs_named(("M-base", *(f"M-lora-paper-s{seed}" for seed in range(3)))), _skill)
    return conclude(Evidence(ledger))


def _rows(table: str) -> list[list[str]]:
    return [line.strip("| ").split(" | ") for line in table.splitlines()]


def test_table_4_repeats_the_paper_and_sets_ours_beside_it(outcome: Outcome) -> None:
    rows = _rows(table_4(outcome))

    assert rows[2][:4] == ["accuracy", "67.2", "73.6", "+6.4"]
    assert rows[-1][:4] == ["mean AUROC", "61.3", "68.9", "+7.6"]
    base, adapted, gain = (float(cell.split()[0]) for cell in rows[-1][4:])
    assert adapted - base == pytest.approx(gain, abs=0.11)


def test_without_runs_our_half_of_table_4_is_empty(tmp_path: Path) -> None:
    nothing = conclude(Evidence(Ledger(tmp_path)))

    assert _rows(table_4(nothing))[2][4:] == ["-", "-", "-"]
    assert "not finished yet" in report(nothing)


def test_every_claim_has_a_row(outcome: Outcome) -> None:
    rows = _rows(claims_table(outcome))[2:]

    assert [row[0] for row in rows] == [claim.statement for claim in CLAIMS]
    assert [rows[0][1], *rows[0][3:5]] == ["held", "M-lora-paper", "3 of 5"]
    assert " to " in rows[0][2]
    assert "1.77 GB / 6.7 MB = 265 times" in rows[-1][2]


def test_every_group_with_a_finished_run_has_a_row(outcome: Outcome) -> None:
    assert [row[0] for row in _rows(groups_table(outcome))[2:]] == ["M-base", "M-lora-paper"]


def test_the_page_names_what_is_missing(outcome: Outcome) -> None:
    page = report(outcome)

    assert page.startswith("# ")
    assert "R-lora-prompt-s4" in page.split("## Missing runs")[1]


def test_the_page_says_the_rules_the_data_and_what_differs_from_the_paper(outcome: Outcome) -> None:
    page = report(outcome)

    assert all(claim.rule in page for claim in CLAIMS)
    assert TESTED in page
    assert "1000 of test-b" in page
    assert "Scans are not augmented" in page
    assert f"Base M: SHA-256 {'M' * 64}" in page


def test_what_may_learn_stands_beside_what_a_gradient_came_to(outcome: Outcome) -> None:
    rows = _rows(groups_table(outcome))

    learns = rows[0].index("may learn")
    assert rows[0][learns + 1] == "learns"
    assert rows[3][learns : learns + 2] == ["2.00%", "0.50%"]
