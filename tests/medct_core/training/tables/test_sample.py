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
from medct_core.training.tables.sample import sample_table
from medct_core.training.tables.scan_table import read_scan_table
from tests.scan_rows import drawn_table

TOLERANCE = 0.02
"""How far a prevalence may move in a sample of a hundred scans or more."""


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


@pytest.mark.shared_data
@pytest.mark.parametrize("seed", range(3))
def test_a_thousand_scans_of_ct_rate_keep_its_prevalence(shared_dir: Path, seed: int) -> None:
    table = read_scan_table(shared_dir / "data" / "reports" / "ctrate_train_labels.csv")

    sample = sample_table(table, n=1000, seed=seed)

    assert len(sample.rows) == 1000
    assert sample.largest_difference < 0.005
