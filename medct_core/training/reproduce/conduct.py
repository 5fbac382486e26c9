"""Conducting the experiment: run after run into the ledger, until told to stop."""

import statistics
from collections.abc import Sequence
from functools import partial
from typing import Protocol

from medct_core.cancel import CancelToken
from medct_core.training.adapt.progress import FitProgress
from medct_core.training.reproduce.ledger import Ledger, Record
from medct_core.training.reproduce.plan import Run, base_run, planned_runs
from medct_core.training.reproduce.run import Materials, identities, perform
from medct_core.training.reproduce.work import Work


class Watch(Protocol):
    """Is told how it goes."""

    def begins(self, run: Run, left: int) -> None:
        """Say which run begins, and how many are left with it."""
        ...

    def learned(self, run: Run, progress: FitProgress) -> None:
        """Say where a run stands after a step."""
        ...

    def finished(self, record: Record, left: int) -> None:
        """Say what was kept, and how many runs are left."""
        ...


def conduct(
    runs: Sequence[Run],
    ledger: Ledger,
    materials: Materials,
    work: Work,
    *,
    cancel: CancelToken,
    watch: Watch,
) -> None:
    """Do those of some runs that are not finished and that no other program works on.

    Raises
    ------
    Cancelled
        If `cancel` was raised; finished runs are kept, and the one that was begun can go on.
    MedctError
        If the ledger holds runs of other scans or bases, or a run cannot go on.
    """
    done = 0
    for run in runs:
        if done == work.most_runs:
            return
        cancel.raise_if_cancelled()
        with ledger.locked(run) as is_ours:
            if is_ours:
                watch.begins(run, _left(runs, ledger))
                record = _do(run, ledger, materials, work, cancel, watch)
                watch.finished(record, _left(runs, ledger))
                done += 1


def usual_seconds(ledger: Ledger) -> float | None:
    """Tell how long a run usually takes, by those that are finished; None without any."""
    known = [
        record.hours * 3600.0
        for record in ledger.records(planned_runs())
        if record.run != base_run(record.run.base)
    ]
    return statistics.median(known) if known else None


def _do(
    run: Run,
    ledger: Ledger,
    materials: Materials,
    work: Work,
    cancel: CancelToken,
    watch: Watch,
) -> Record:
    ledger.require_alike(_announced(run, materials))
    told = partial(watch.learned, run)
    record, answers = perform(run, materials, work, cancel=cancel, on_progress=told)
    ledger.require_alike(record)
    ledger.keep(record, answers.to_arrays())
    return record


def _left(runs: Sequence[Run], ledger: Ledger) -> int:
    return sum(not ledger.has(run) for run in runs)


def _announced(run: Run, materials: Materials) -> Record:
    base = materials.base(run.base).stamp.checkpoint_sha256
    return Record(run, data=identities(materials.tests), base_sha256=base)
