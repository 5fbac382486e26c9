"""The ledger: what is kept is found again, whole or not at all, and by one program at a time."""

import json
import multiprocessing
import signal
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medct_core.errors import ResourceError, UsageError
from medct_core.training.reproduce.ledger import Ledger, Record
from medct_core.training.reproduce.plan import planned_runs

PLAN = planned_runs()
BASE, FIRST, SECOND = PLAN[:3]


def _record(place: int = 1) -> Record:
    return Record(
        PLAN[place],
        data={"train_b": "a" * 64},
        base_sha256="b" * 64,
        config={"epochs": 15},
        versions={"torch": "2"},
        seconds={"fit": 1800.0, "measure": 360.0},
        sizes={"trained": 10},
        metrics={"own": {"B": {"mean_auroc": 0.75, "undefined": None}}},
    )


def _arrays() -> dict[str, np.ndarray]:
    return {"labels": np.eye(3, dtype=np.bool_), "scores": np.arange(9, dtype=np.float16)}


def test_a_run_is_missing_until_it_is_kept(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "results")

    before = ledger.has(FIRST)
    ledger.keep(_record(), _arrays())

    assert (before, ledger.has(FIRST), ledger.has(SECOND)) == (False, True, False)


@given(place=st.integers(0, len(PLAN) - 1), auroc=st.floats(0, 1))
def test_a_record_reads_as_it_was_written(place: int, auroc: float) -> None:
    record = replace(_record(place), metrics={"own": {"B": {"mean_auroc": auroc}}})

    again = Record.from_json(record.to_json())

    assert again.to_json() == record.to_json()
    assert again.run == record.run
    assert again.hours == pytest.approx(0.6)


def test_what_the_model_answered_reads_as_it_was_written(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    ledger.keep(_record(), _arrays())

    again = ledger.arrays(FIRST)

    assert again.keys() == _arrays().keys()
    for name, values in _arrays().items():
        np.testing.assert_array_equal(again[name], values)
        assert again[name].dtype == values.dtype


def test_a_run_that_broke_off_leaves_nothing(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)

    with pytest.raises(ValueError, match="not JSON compliant"):
        ledger.keep(replace(_record(), metrics={"auroc": float("nan")}), _arrays())

    assert not ledger.has(FIRST)
    assert [path.name for path in tmp_path.iterdir()] == [f"{FIRST.id}.npz"]


@pytest.mark.parametrize("text", ["", "{", '{"format": 2}', "[]", '{"format": 1, "id": "x"}'])
def test_a_damaged_record_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / f"{FIRST.id}.json").write_text(text, encoding="utf-8")

    with pytest.raises(ResourceError, match=f"{FIRST.id}.json"):
        Ledger(tmp_path).record(FIRST)


def test_a_record_under_the_name_of_another_run_is_refused(tmp_path: Path) -> None:
    fields = json.loads(_record().to_json()) | {"id": SECOND.id}
    (tmp_path / f"{SECOND.id}.json").write_text(json.dumps(fields), encoding="utf-8")

    with pytest.raises(ResourceError, match="describes"):
        Ledger(tmp_path).record(SECOND)


def test_damaged_answers_are_named(tmp_path: Path) -> None:
    (tmp_path / f"{FIRST.id}.npz").write_bytes(b"PK\x03\x04 not whole")

    with pytest.raises(ResourceError, match=f"{FIRST.id}.npz"):
        Ledger(tmp_path).arrays(FIRST)


def test_missing_runs_are_left_out_of_the_records(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    ledger.keep(_record(0), _arrays())
    ledger.keep(_record(2), _arrays())

    assert [record.run for record in ledger.records(PLAN)] == [BASE, SECOND]


def test_runs_on_different_scans_are_not_compared(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    ledger.keep(_record(0), _arrays())
    ledger.keep(replace(_record(1), data={"train_b": "c" * 64}), _arrays())

    with pytest.raises(UsageError, match="different scans"):
        ledger.records(PLAN)


def test_runs_of_different_bases_are_not_compared(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    ledger.keep(_record(0), _arrays())
    ledger.keep(replace(_record(1), base_sha256="c" * 64), _arrays())

    with pytest.raises(UsageError, match="different bases"):
        ledger.records(PLAN)


def test_runs_of_a_group_that_learned_in_different_ways_are_not_averaged(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    one, two = (run for run in PLAN if run.group == "M-lora-paper" and run.seed < 2)
    ledger.keep(replace(_record(0), run=one, config={"rate": 0.1, "seed": 0}), _arrays())
    ledger.require_alike(replace(_record(0), run=two, config={"rate": 0.1, "seed": 1}))

    with pytest.raises(UsageError, match="trained in different ways"):
        ledger.require_alike(replace(_record(0), run=two, config={"rate": 0.2, "seed": 1}))


def _hold(folder: Path, pipe: Connection) -> None:
    with Ledger(folder).locked(FIRST) as is_ours:
        pipe.send(is_ours)
        pipe.recv()


def test_a_run_belongs_to_one_program_until_that_dies(tmp_path: Path) -> None:
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_hold, args=(tmp_path, theirs))
    process.start()
    assert ours.recv()

    with Ledger(tmp_path).locked(FIRST) as while_alive, Ledger(tmp_path).locked(SECOND) as other:
        answers = [while_alive, other]
    process.kill()
    process.join()
    with Ledger(tmp_path).locked(FIRST) as after:
        answers.append(after)

    assert answers == [False, True, True]
    assert process.exitcode == -signal.SIGKILL


def test_a_run_that_another_program_finished_meanwhile_is_left_alone(tmp_path: Path) -> None:
    Ledger(tmp_path).keep(_record(), _arrays())

    with Ledger(tmp_path).locked(FIRST) as is_ours:
        assert not is_ours


def test_no_lock_file_stays(tmp_path: Path) -> None:
    with Ledger(tmp_path).locked(FIRST):
        during = [path.name for path in tmp_path.iterdir()]

    assert during == [f".{FIRST.id}.lock"]
    assert list(tmp_path.iterdir()) == []
