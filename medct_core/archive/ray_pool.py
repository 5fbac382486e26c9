"""RayPool: embedding workers as processes of a Ray cluster, replaced when they die."""

import contextlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from types import ModuleType
from typing import Any

from medct_core.archive.embed_worker import (
    EmbedWorker,
    LostScan,
    ScanAnswer,
    ScanTask,
    WorkerReady,
    WorkerWish,
)
from medct_core.archive.ray_connection import connected, explained, in_plain_words
from medct_core.archive.worker_plan import Machine, WorkerPlan, plan_workers
from medct_core.cancel import CancelToken
from medct_core.errors import MedctError, ModelUnavailableError, ResourceError
from medct_core.models.stamp import ModelStamp

_LONGEST_START_S = 300.0
"""A worker of a program that was just killed may hold its core for half a minute."""

_LONGEST_SCAN_S = 1800.0
_LOOK_EVERY_S = 0.2
_MOST_FAILED_STARTS = 2


@dataclass(slots=True, eq=False)
class _Slot:
    """Place of one worker, and what it does."""

    actor: Any
    since: float
    task: ScanTask | None = None
    is_started: bool = False
    failed_starts: int = 0


@contextlib.contextmanager
def ray_workers(
    address: str,
    wish: WorkerWish,
    *,
    count: int | None = None,
    cancel: CancelToken | None = None,
) -> Iterator["RayPool"]:
    """Start workers on a cluster, which end with the block; gives them when one is ready.

    Parameters
    ----------
    address
        As for `ray_connection.connected`.
    wish
        What each loads.
    count
        How many; as many as fit if None.
    cancel
        Checked while the first worker starts.

    Raises
    ------
    UsageError
        If the cluster cannot be used so: its versions, its size, what it sees.
    ModelUnavailableError
        If no worker has the model.
    ResourceError
        If the cluster does not answer, or no worker starts.
    Cancelled
        If `cancel` was raised.
    """
    token = cancel or CancelToken()
    with connected(address) as ray:
        with explained(address):
            plan = plan_workers(_machines(ray), device=wish.device, wanted=count)
            pool = RayPool(ray, address, plan, wish)
        try:
            pool.await_first(token)
            yield pool
        finally:
            pool.close()


class RayPool:
    """Workers of one plan; see `add_on_cluster.WorkerPool`.

    Parameters
    ----------
    ray
        Connected.
    address
        Of the cluster, for messages.
    plan
        How many workers, and what each may use.
    wish
        What each loads.
    """

    def __init__(self, ray: ModuleType, address: str, plan: WorkerPlan, wish: WorkerWish) -> None:
        self._ray = ray
        self._address = address
        self._plan = plan
        self._wish = wish
        self._stamp: ModelStamp | None = None
        self._asked: dict[Any, _Slot] = {}
        self._idle: list[_Slot] = []
        self._last_error: MedctError | None = None
        self.notices: list[str] = []
        """What became of workers, for a person."""
        self._make_actor = ray.remote(
            num_cpus=plan.cores, num_gpus=plan.gpus, max_restarts=0, max_task_retries=0
        )(EmbedWorker)
        for _ in range(plan.count):
            self._begin(_Slot(None, 0.0))

    @property
    def plan(self) -> WorkerPlan:
        """How many workers were wanted, and what each may use."""
        return self._plan

    @property
    def stamp(self) -> ModelStamp:
        """Of the model that all workers have."""
        assert self._stamp is not None
        return self._stamp

    @property
    def free(self) -> int:
        """How many wait for a scan."""
        return len(self._idle)

    def await_first(self, cancel: CancelToken) -> None:
        """Wait until one worker can be given a scan; the others follow.

        Raises
        ------
        MedctError
            If none can be started.
        Cancelled
            If `cancel` was raised.
        """
        end = time.monotonic() + _LONGEST_START_S
        while not self._idle:
            cancel.raise_if_cancelled()
            if time.monotonic() > end:
                raise ResourceError(
                    f"No worker could be started in {_LONGEST_START_S:.0f} seconds: the cluster "
                    f"at {self._address} has no {self._plan.cores} free cores on one machine.",
                    remedy="Wait until others are done with it, or start it on more machines.",
                )
            self.wait(_LOOK_EVERY_S)

    def give(self, task: ScanTask) -> None:
        """Give a free worker a scan."""
        slot = self._idle.pop()
        slot.task, slot.since = task, time.monotonic()
        with explained(self._address):
            self._asked[slot.actor.embed.remote(task)] = slot

    def wait(self, timeout_s: float) -> Sequence[ScanAnswer | LostScan]:
        """Wait for answers, and replace workers that are gone.

        Raises
        ------
        MedctError
            If no worker is left, or the cluster does not answer.
        """
        with explained(self._address):
            ready = self._ready(timeout_s)
            events = [self._settled(ref, self._asked.pop(ref)) for ref in ready]
            events += [self._overdue(ref) for ref in self._late()]
        if not self._asked and not self._idle:
            raise self._last_error or ResourceError(
                "No worker is left on the cluster.", remedy="Look at its logs."
            )
        return [event for event in events if event is not None]

    def close(self) -> None:
        """End all workers."""
        slots = [*self._asked.values(), *self._idle]
        self._asked.clear()
        self._idle.clear()
        with contextlib.suppress(Exception):  # a cluster that is gone has no workers to end
            for slot in slots:
                self._ray.kill(slot.actor)

    def _ready(self, timeout_s: float) -> list[Any]:
        refs = list(self._asked)
        if not refs:
            return []
        ready, _ = self._ray.wait(refs, num_returns=1, timeout=timeout_s)
        if ready:
            ready, _ = self._ray.wait(refs, num_returns=len(refs), timeout=0)
        return list(ready)

    def _settled(self, ref: object, slot: _Slot) -> ScanAnswer | LostScan | None:
        """Take what a worker gave, or note that it is gone."""
        errors = self._ray.exceptions
        try:
            given = self._ray.get(ref)
        except errors.RayError as error:
            if slot.task is None or not isinstance(error, errors.RayTaskError):
                return self._gone(slot, error)
            fault = RuntimeError(f"a worker failed: {type(error.cause).__name__}")
            given = ScanAnswer(slot.task.number, error=fault)
        if isinstance(given, WorkerReady):
            self._started(slot, given)
            return None
        return self._answered(slot, given)

    def _answered(self, slot: _Slot, answer: ScanAnswer) -> ScanAnswer | LostScan:
        slot.task = None
        if not answer.is_blind:
            self._idle.append(slot)
            return answer
        self.notices.append("A machine of the cluster no longer sees the scans; it was left out.")
        assert isinstance(answer.error, Exception)
        self._leave_out(slot, answer.error)
        return LostScan(answer.number, is_suspect=False)

    def _started(self, slot: _Slot, ready: WorkerReady) -> None:
        """Let a worker join, unless it would give other numbers than the rest."""
        error = self._unfit(ready)
        if error is not None:
            self.notices.append(error.summary)
            self._leave_out(slot, error)
            return
        self._stamp = ready.stamp
        slot.is_started, slot.failed_starts = True, 0
        self._idle.append(slot)

    def _unfit(self, ready: WorkerReady) -> MedctError | None:
        here = version("medct")
        if ready.program != here:
            return ResourceError(
                f"The machine {ready.host!r} has MedCT {ready.program}, this one {here}.",
                remedy="Install the same version on all of them.",
            )
        if isinstance(ready.error, MedctError):
            return _said_of(ready.host, ready.error)
        if ready.error is not None:
            return ResourceError(
                f"On the machine {ready.host!r} the model cannot be loaded: {ready.error}.",
                remedy="Check that 'medct models verify' works there.",
            )
        if self._stamp not in (None, ready.stamp):
            return ModelUnavailableError(
                f"The machine {ready.host!r} has other weights than the rest of the cluster, or "
                "computes with another precision.",
                remedy="Install the same model on all of them; where processors differ, set "
                "MEDCT_PRECISION to float32 on all.",
            )
        return None

    def _gone(self, slot: _Slot, error: Exception) -> LostScan | None:
        """Start another worker in the place of one that died."""
        task, slot.task = slot.task, None
        if slot.is_started:
            self._begin(slot)
            return None if task is None else LostScan(task.number, is_suspect=True)
        slot.failed_starts += 1
        if slot.failed_starts < _MOST_FAILED_STARTS:
            self._begin(slot)
        else:
            self._leave_out(slot, in_plain_words(self._address, error))
        return None

    def _begin(self, slot: _Slot) -> None:
        slot.actor = self._make_actor.remote(self._wish, self._plan.cores)
        slot.since, slot.is_started = time.monotonic(), False
        self._asked[slot.actor.start.remote()] = slot

    def _leave_out(self, slot: _Slot, error: Exception) -> None:
        """End a worker for good; the last one says why there is none."""
        self._last_error = error if isinstance(error, MedctError) else None
        self._ray.kill(slot.actor)

    def _late(self) -> list[Any]:
        end = time.monotonic() - _LONGEST_SCAN_S
        return [ref for ref, slot in self._asked.items() if slot.task and slot.since < end]

    def _overdue(self, ref: object) -> LostScan | None:
        """End a worker that hangs."""
        slot = self._asked.pop(ref)
        self._ray.kill(slot.actor)
        return self._gone(slot, TimeoutError())


def _said_of(host: str, error: MedctError) -> MedctError:
    """Say on which machine it is so, keeping the family of the error."""
    said = type(error).__new__(type(error))
    MedctError.__init__(said, f"On the machine {host!r}: {error.summary}", remedy=error.remedy)
    return said


def _machines(ray: ModuleType) -> list[Machine]:
    alive = [node["Resources"] for node in ray.nodes() if node["Alive"]]
    return [
        Machine(int(one.get("CPU", 0)), int(one.get("GPU", 0)), one.get("memory", 0.0))
        for one in alive
    ]
