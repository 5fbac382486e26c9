"""Work is divided among processes without loss, and one process needs no other."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from medct_core.training.adapt.processes import Processes, join_processes

CPU = torch.device("cpu")
ROOT = Path(__file__).parents[4]

_WAITS = """
from pathlib import Path
from torch.distributed import distributed_c10d
from medct_core.training.adapt.processes import join_processes

here = join_processes("cpu")
group = distributed_c10d._get_default_group()
seconds = group._get_backend(here.device).options._timeout.total_seconds()
Path(f"{here.index}.txt").write_text(str(seconds))
here.wait()
"""


@given(rows=st.lists(st.integers(0, 99), min_size=1, max_size=40), count=st.integers(1, 9))
def test_every_row_counts_once_and_all_parts_are_equally_long(rows: list[int], count: int) -> None:
    shares = [Processes(count, index, CPU).share(rows) for index in range(count)]

    counted = [row for part, counts in shares for row, one in zip(part, counts, strict=True) if one]
    assert counted == rows
    assert len({len(part) for part, _ in shares}) == 1
    assert all(part for part, _ in shares)


def test_one_process_has_everything_already() -> None:
    alone = Processes(1, 0, CPU)
    rows = torch.randn(3, 2, requires_grad=True)

    assert alone.gathered(rows) is rows
    assert alone.summed(rows) is rows
    assert alone.gathered_numbers(rows) is rows


def test_without_a_launcher_there_is_one_process() -> None:
    here = join_processes("cpu")

    here.wait()
    here.sum_gradients([])

    assert (here.count, here.index, here.device, here.is_first) == (1, 0, CPU, True)


@pytest.mark.slow
def test_processes_wait_for_days_while_the_first_prepares_scans(tmp_path: Path) -> None:
    program = tmp_path / "waits.py"
    program.write_text(_WAITS, encoding="utf-8")
    launcher = ("-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2")
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}

    subprocess.run(
        [sys.executable, *launcher, str(program)],
        cwd=tmp_path,
        env=environment,
        check=True,
        capture_output=True,
    )

    waits = [float((tmp_path / f"{index}.txt").read_text()) for index in range(2)]
    assert min(waits) >= 24 * 3600
