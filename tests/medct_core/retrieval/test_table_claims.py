"""Of several writers one makes a table; the others wait for it, but not for a dead one."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import lancedb
import pytest
from lancedb.table import Table

from medct_core.retrieval.table_claims import make_claims, wait_for_turn

NAME = "cases_5f0c"


@pytest.fixture
def claims(tmp_path: Path) -> Table:
    now = timedelta(0)
    return make_claims(lancedb.connect(tmp_path / "library", read_consistency_interval=now))


def test_one_of_several_writers_makes_the_table(claims: Table) -> None:
    made = threading.Event()
    makers: list[int] = []

    def make(writer: int) -> None:
        wait_for_turn(claims, NAME, made.is_set)
        if not made.is_set():
            makers.append(writer)
            made.set()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(make, range(4)))

    assert len(makers) == 1


def test_a_writer_that_was_killed_before_it_made_the_table_is_passed_over(claims: Table) -> None:
    claims.add([{"table": NAME, "by": "killed"}])

    wait_for_turn(claims, NAME, lambda: False, patience_s=0.2)

    assert "killed" not in claims.to_arrow().column("by").to_pylist()


def test_a_claim_of_another_table_hinders_nobody(claims: Table) -> None:
    claims.add([{"table": "another", "by": "somebody"}])

    wait_for_turn(claims, NAME, lambda: False, patience_s=60.0)

    assert claims.count_rows() == 2


def test_the_table_of_claims_is_made_once(tmp_path: Path) -> None:
    connection = lancedb.connect(tmp_path / "library")
    make_claims(connection).add([{"table": NAME, "by": "first"}])

    again = make_claims(connection)

    assert again.count_rows() == 1
