"""Work is divided among processes without loss, and one process needs no other."""

import json
import sys
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from medct_core.errors import UsageError
from medct_core.training.adapt.processes import Processes, join_processes
from tests.two_processes import in_two

CPU = torch.device("cpu")

_TALKS = """
import atexit
import json
from pathlib import Path
import torch
from medct_core.cancel import Cancelled
from medct_core.errors import ScanRefusedError
from medct_core.training.adapt import processes
from medct_core.training.adapt.processes import join_processes

def finish():
    names = [task.read_text().strip() for task in Path("/proc/self/task").glob("*/comm")]
    said["threads"] = [name for name in names if "gloo" in name]
    Path(f"{here.index}.json").write_text(json.dumps(said))

atexit.register(finish)  # what is registered first is done last
here = join_processes("cpu")
said = {}

def tried(name, work):
    try:
        with here.together():
            work()
        said[name] = "went on"
    except Exception as error:
        said[name] = f"{type(error).__name__}: {error}"

def refuse():
    if here.index == 1:
        raise ScanRefusedError("A scan is broken.", remedy="Leave it out.")

def fill_disk():
    if here.is_first:
        raise OSError(28, "No space left on device")

def stop():
    if here.index == 1:
        raise Cancelled

tried("refused", refuse)
tried("disk", fill_disk)
tried("stopped", stop)
tried("nothing", lambda: None)
said["late"] = [here.any_says(so=here.is_first), here.any_says(so=False)]
said["numbers"] = here.gathered_numbers(torch.tensor([[here.index, 7]])).tolist()
for name, words in (("same", "x"), ("other", str(here.index))):
    try:
        here.require_same(words, "scans")
        said[name] = "went on"
    except Exception as error:
        said[name] = str(error)
way = processes._talk()._get_backend(torch.device("cpu"))
said["waits_s"] = way.options._timeout.total_seconds()
del way
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


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a graphics card")
def test_a_graphics_card_that_is_not_there_is_refused() -> None:
    with pytest.raises(UsageError, match="no graphics card"):
        join_processes("cuda")


def test_without_a_launcher_there_is_one_process() -> None:
    here = join_processes("cpu")

    here.wait()
    here.sum_gradients([])

    assert (here.count, here.index, here.device, here.is_first) == (1, 0, CPU, True)


Said = tuple[dict[str, Any], dict[str, Any]]


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> Said:
    """Have two processes talk, and give what each saw."""
    folder = tmp_path_factory.mktemp("talk")
    program = folder / "talks.py"
    program.write_text(_TALKS, encoding="utf-8")
    done = in_two(str(program), folder=folder)
    assert done.returncode == 0, done.stderr
    first, second = (json.loads((folder / f"{index}.json").read_text()) for index in range(2))
    return first, second


@pytest.mark.slow
def test_what_one_process_cannot_do_ends_all_with_its_words(said: Said) -> None:
    first, second = said

    assert second["refused"] == "ScanRefusedError: A scan is broken. Leave it out."
    assert first["refused"].startswith("UsageError: Process 1 of the run cannot go on: A scan is")
    assert first["disk"].startswith("OSError")
    assert "Process 0 of the run cannot go on" in second["disk"]
    assert "No space left" in second["disk"]


@pytest.mark.slow
def test_what_is_stopped_in_one_process_is_stopped_in_all(said: Said) -> None:
    assert [one["stopped"] for one in said] == ["Cancelled: "] * 2
    assert [one["nothing"] for one in said] == ["went on"] * 2


@pytest.mark.slow
def test_processes_tell_each_other_flags_and_numbers(said: Said) -> None:
    for one in said:
        assert one["late"] == [True, False]
        assert one["numbers"] == [[0, 7], [1, 7]]


@pytest.mark.slow
def test_processes_that_see_different_things_go_no_further(said: Said) -> None:
    for one in said:
        assert one["same"] == "went on"
        assert "do not see the same scans" in one["other"]


@pytest.mark.slow
def test_processes_wait_for_days_while_the_first_prepares_scans(said: Said) -> None:
    assert all(one["waits_s"] >= 24 * 3600 for one in said)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not list threads as files")
def test_an_ended_process_leaves_no_thread_that_would_abort_it(said: Said) -> None:
    assert [one["threads"] for one in said] == [[], []]


def test_a_process_alone_raises_what_it_meets() -> None:
    alone = Processes(1, 0, CPU)

    with pytest.raises(ZeroDivisionError), alone.together():
        _ = 1 / 0
    alone.require_same("anything", "scans")

    assert alone.any_says(so=True)
    assert not alone.any_says(so=False)
