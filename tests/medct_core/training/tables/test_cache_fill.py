"""Filling a cache: once for each scan, taken up after a stop, nothing lost and nothing hidden."""

import os
import shutil
from pathlib import Path
from typing import NamedTuple

import pytest

from medct_core.cancel import Cancelled, CancelToken
from medct_core.errors import OutOfDiskError
from medct_core.training.tables.cache_fill import Filled, State, fill_cache, need_of
from medct_core.training.tables.tensor_cache import TensorCache, create_cache
from tests import tiny_model
from tests.scan_rows import read_table, row


class Usage(NamedTuple):
    """What `shutil.disk_usage` gives, in bytes."""

    total: int
    used: int
    free: int


@pytest.fixture
def cache(tmp_path: Path) -> TensorCache:
    return create_cache(tmp_path / "cache", tiny_model.RECIPE)


def states(found: list[Filled]) -> list[State]:
    return [one.state for one in found]


@pytest.mark.parametrize("workers", [1, 2])
def test_every_scan_is_prepared_once(workers: int, tmp_path: Path, cache: TensorCache) -> None:
    rows = read_table(tmp_path).rows
    assert need_of(cache, rows).missing == 3

    first = list(fill_cache(cache, rows, workers=workers))
    second = list(fill_cache(cache, rows, workers=workers))

    assert states(first) == [State.NEW] * 3
    assert states(second) == [State.THERE] * 3
    assert sorted(one.row.scan for one in first) == [one.scan for one in rows]
    assert {one.difference for one in first} == {one.difference for one in second}
    assert need_of(cache, rows).bytes_needed == 0


def test_a_scan_that_cannot_be_used_is_named_and_stops_no_other(
    tmp_path: Path, cache: TensorCache
) -> None:
    (tmp_path / "a.nii").write_text("no scan", encoding="utf-8")
    rows = [row("a", tmp_path / "a.nii"), *read_table(tmp_path, 1).rows]

    refused, good = fill_cache(cache, rows)

    assert (refused.state, refused.difference) == (State.REFUSED, None)
    assert refused.why
    assert good.state is State.NEW


def test_work_that_was_stopped_goes_on_where_it_stopped(tmp_path: Path, cache: TensorCache) -> None:
    rows = read_table(tmp_path).rows
    cancel = CancelToken()
    run = fill_cache(cache, rows, cancel=cancel)
    next(run)
    cancel.cancel()
    with pytest.raises(Cancelled):
        next(run)

    assert states(list(fill_cache(cache, rows))) == [State.THERE, State.NEW, State.NEW]


def test_scans_that_do_not_fit_are_refused_before_the_first(
    tmp_path: Path, cache: TensorCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = read_table(tmp_path).rows
    free = 3 * cache.bytes_a_scan - 1
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: Usage(free, 0, free))

    with pytest.raises(OutOfDiskError, match="3 prepared scans"):
        list(fill_cache(cache, rows))
    assert need_of(cache, rows).missing == 3


def test_what_a_killed_run_left_behind_goes_and_what_is_being_written_stays(
    cache: TensorCache,
) -> None:
    old, new = (cache.folder / "tensors" / f".{name}.part.npy" for name in ("old", "new"))
    for part in (old, new):
        part.write_bytes(b"half")
    os.utime(old, (1, 1))

    list(fill_cache(cache, []))

    assert (old.exists(), new.exists()) == (False, True)


def test_a_full_disk_ends_the_work_instead_of_refusing_scans(
    tmp_path: Path, cache: TensorCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_arguments: object, **_named: object) -> None:
        raise OutOfDiskError("The disk is full.", remedy="Free some space.")

    monkeypatch.setattr(TensorCache, "keep", full)

    with pytest.raises(OutOfDiskError):
        list(fill_cache(cache, read_table(tmp_path).rows))
