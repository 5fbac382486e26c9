"""Samples of tables: whole patients, the same findings as often, the same for one seed."""

from collections import Counter
from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medct_core.errors import UsageError
from medct_core.training.tables.sample import sample_table, write_sample
from medct_core.training.tables.scan_table import ScanRow, ScanTable, read_scan_table

TOLERANCE = 0.02
"""How far a prevalence may move in a sample of a hundred scans or more."""


def drawn_table(seed: int, patients: int, findings: int = 6) -> ScanTable:
    """Make up patients of one to three scans with rare and frequent findings."""
    generator = np.random.default_rng(seed)
    shares = np.linspace(0.05, 0.5, findings)
    rows: list[ScanRow] = []
    for patient in range(patients):
        labels = tuple(bool(one) for one in generator.random(findings) < shares)
        for _ in range(generator.integers(1, 4)):
            line = len(rows) + 2
            cells = (f"s{line}", *("01"[one] for one in labels))
            rows.append(ScanRow(line, f"s{line}", f"P{patient}", labels, "", "", cells))
    names = tuple(f"F{number}" for number in range(findings))
    header = ("VolumeName", *(f"finding:{name}" for name in names))
    return ScanTable(
        "t.csv", header, names, tuple(rows), (), (), has_paths=False, has_reports=False
    )


@given(st.integers(0, 99), st.integers(3, 60), st.integers(0, 2**32))
@settings(max_examples=40, deadline=None)
def test_a_patient_is_drawn_whole_or_not_at_all(data: int, n: int, seed: int) -> None:
    table = drawn_table(data, patients=60)

    sample = sample_table(table, n=n, seed=seed)

    everywhere = Counter(row.patient for row in table.rows)
    here = Counter(row.patient for row in sample.rows)
    assert here == {patient: everywhere[patient] for patient in here}
    assert sample.patients == len(here)
    assert n - 2 <= len(sample.rows) <= n


@given(st.integers(0, 99), st.integers(100, 400), st.integers(0, 2**32))
@settings(max_examples=25, deadline=None)
def test_every_finding_stays_as_frequent_as_it_was(data: int, n: int, seed: int) -> None:
    table = drawn_table(data, patients=400)

    sample = sample_table(table, n=n, seed=seed)

    assert sample.largest_difference <= TOLERANCE
    for number, share in enumerate(sample.prevalence.values()):
        assert share == pytest.approx(np.mean([row.labels[number] for row in sample.rows]))


@given(st.integers(0, 2**32), st.randoms(use_true_random=False))
@settings(max_examples=15, deadline=None)
def test_one_seed_draws_the_same_scans_whatever_the_order_of_lines(
    seed: int, random: Random
) -> None:
    table = drawn_table(1, patients=80)
    rows = list(table.rows)
    random.shuffle(rows)

    one = sample_table(table, n=50, seed=seed)
    other = sample_table(replace(table, rows=tuple(rows)), n=50, seed=seed)

    assert {row.scan for row in one.rows} == {row.scan for row in other.rows}


def test_another_seed_draws_other_scans() -> None:
    table = drawn_table(1, patients=80)

    first, second = (sample_table(table, n=50, seed=seed).rows for seed in (1, 2))

    assert first != second


def test_asking_for_all_gives_all() -> None:
    table = drawn_table(2, patients=30)

    sample = sample_table(table, n=len(table.rows), seed=0)

    assert sample.rows == table.rows
    assert sample.largest_difference == 0.0


def test_a_table_without_findings_is_drawn_from_too() -> None:
    table = drawn_table(2, patients=30, findings=0)

    sample = sample_table(table, n=20, seed=0)

    assert 18 <= len(sample.rows) <= 20
    assert sample.largest_difference == 0.0


def test_more_scans_than_there_are_cannot_be_drawn() -> None:
    table = drawn_table(2, patients=30)

    with pytest.raises(UsageError, match=f"{len(table.rows)} usable scans"):
        sample_table(table, n=len(table.rows) + 1, seed=0)


def test_fewer_scans_than_any_patient_has_cannot_be_drawn() -> None:
    table = drawn_table(2, patients=30)
    twice = replace(table, rows=table.rows + table.rows)

    with pytest.raises(UsageError, match="Every patient"):
        sample_table(twice, n=1, seed=0)


def test_a_written_sample_reads_back_as_what_was_drawn(tmp_path: Path) -> None:
    table = drawn_table(3, patients=30)
    sample = sample_table(table, n=20, seed=0)

    write_sample(sample, table, tmp_path / "out.csv")

    read = read_scan_table(tmp_path / "out.csv")
    assert [(row.scan, row.labels) for row in read.rows] == [
        (row.scan, row.labels) for row in sample.rows
    ]


def test_a_file_that_is_there_is_never_overwritten(tmp_path: Path) -> None:
    table = drawn_table(3, patients=30)
    sample = sample_table(table, n=20, seed=0)
    (tmp_path / "out.csv").write_text("mine")

    with pytest.raises(UsageError, match="exists"):
        write_sample(sample, table, tmp_path / "out.csv")
    with pytest.raises(UsageError, match="cannot be written"):
        write_sample(sample, table, tmp_path / "none" / "out.csv")

    assert (tmp_path / "out.csv").read_text() == "mine"


@pytest.mark.shared_data
@pytest.mark.parametrize("seed", range(3))
def test_a_thousand_scans_of_ct_rate_keep_its_prevalence(shared_dir: Path, seed: int) -> None:
    table = read_scan_table(shared_dir / "data" / "reports" / "ctrate_train_labels.csv")

    sample = sample_table(table, n=1000, seed=seed)

    assert len(sample.rows) == 1000
    assert sample.largest_difference < 0.005
