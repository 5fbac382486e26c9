"""Splits of tables: every scan in one part, no patient in two, findings as frequent."""

from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medct_core.errors import UsageError
from medct_core.training.tables.scan_table import read_scan_table
from medct_core.training.tables.split import Part, split_table
from tests.scan_rows import drawn_table

USUAL = (0.8, 0.1, 0.1)
TOLERANCE = 0.02
"""How far a prevalence may lie from the table's in a part of a hundred scans or more."""


def scans_of(parts: tuple[Part, ...]) -> list[list[str]]:
    return [[row.scan for row in part.rows] for part in parts]


@given(
    st.integers(0, 99),
    st.sampled_from([USUAL, (0.5, 0.25, 0.25), (0.9, 0.1, 0.0), (0.4, 0.3, 0.3)]),
    st.integers(0, 2**32),
)
@settings(max_examples=30, deadline=None)
def test_every_scan_is_in_one_part_and_no_patient_in_two(
    data: int, shares: tuple[float, float, float], seed: int
) -> None:
    table = drawn_table(data, patients=90)

    parts = split_table(table, shares, seed=seed)

    together = [row.line for part in parts for row in part.rows]
    assert sorted(together) == [row.line for row in table.rows]
    patients = [{row.patient for row in part.rows} for part in parts]
    assert sum(map(len, patients)) == len(set.union(*patients))
    assert [part.patients for part in parts] == [len(one) for one in patients]
    wanted = [share * len(table.rows) for share in shares if share]
    # The last patient of a part may have two scans too many for it.
    near = [abs(len(part.rows) - want) for part, want in zip(parts, wanted, strict=True)]
    assert max(near) <= 2 * len(parts)


@given(st.integers(0, 99), st.integers(0, 2**32))
@settings(max_examples=15, deadline=None)
def test_every_finding_is_as_frequent_in_each_part(data: int, seed: int) -> None:
    table = drawn_table(data, patients=700)
    whole = {
        name: sum(row.labels[place] for row in table.rows) / len(table.rows)
        for place, name in enumerate(table.findings)
    }

    for part in split_table(table, USUAL, seed=seed):
        assert all(abs(share - whole[name]) <= TOLERANCE for name, share in part.prevalence.items())


def test_the_order_of_the_lines_does_not_matter_and_the_seed_does() -> None:
    table = drawn_table(1, patients=60)
    rows = list(table.rows)
    Random(0).shuffle(rows)

    here = split_table(table, USUAL, seed=5)
    there = split_table(replace(table, rows=tuple(rows)), USUAL, seed=5)
    other = split_table(table, USUAL, seed=6)

    assert list(map(set, scans_of(here))) == list(map(set, scans_of(there)))
    assert scans_of(here) != scans_of(other)


def test_a_part_with_the_share_zero_is_left_out() -> None:
    table = drawn_table(1, patients=60)

    assert [part.name for part in split_table(table, (0.7, 0.0, 0.3), seed=0)] == ["train", "test"]


def test_a_finding_that_a_part_lacks_is_named() -> None:
    table = drawn_table(1, patients=60)
    never = replace(table, rows=tuple(replace(row, labels=(False,) * 6) for row in table.rows))

    assert all(part.without == table.findings for part in split_table(never, USUAL, seed=0))
    whole = replace(table, rows=tuple(replace(row, labels=(True,) * 6) for row in table.rows))
    assert all(part.without == () for part in split_table(whole, USUAL, seed=0))


@pytest.mark.parametrize("shares", [(0.8, 0.1, 0.2), (1.2, -0.1, -0.1), (0.5, 0.5)])
def test_shares_that_are_no_parts_of_one_are_refused(shares: tuple[float, ...]) -> None:
    with pytest.raises(UsageError, match="no three parts of one"):
        split_table(drawn_table(1, patients=9), shares, seed=0)


def test_a_part_without_scans_is_refused() -> None:
    with pytest.raises(UsageError, match="hold no scan"):
        split_table(drawn_table(1, patients=2), (0.98, 0.01, 0.01), seed=0)


@pytest.mark.shared_data
def test_ct_rate_is_split_with_its_prevalence(shared_dir: Path) -> None:
    table = read_scan_table(shared_dir / "data" / "reports" / "ctrate_train_labels.csv")

    parts = split_table(table, USUAL, seed=1)

    assert [len(part.rows) for part in parts] == [37719, 4715, 4715]
    apart = [
        abs(part.prevalence[name] - parts[0].prevalence[name])
        for part in parts
        for name in table.findings
    ]
    assert max(apart) < 0.001
