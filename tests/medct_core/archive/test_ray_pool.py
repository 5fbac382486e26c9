"""RayPool: workers join, answer, die and are replaced; who would give other numbers stays out."""

from importlib.metadata import version
from types import ModuleType
from typing import cast

import pytest

from medct_core.archive import ray_pool
from medct_core.archive.embed_worker import (
    LostScan,
    ScanAnswer,
    ScanTask,
    WorkerReady,
    WorkerWish,
)
from medct_core.archive.worker_plan import WorkerPlan
from medct_core.cancel import Cancelled, CancelToken
from medct_core.errors import MedctError, ModelUnavailableError, ResourceError, UsageError
from tests.library_samples import OTHER_STAMP, STAMP

pytest.importorskip("ray")
from ray.exceptions import ActorDiedError, RayTaskError, WorkerCrashedError

from medct_core.archive.ray_pool import RayPool
from tests.fake_ray import FakeRay

HERE = version("medct")
READY = WorkerReady("one", HERE, STAMP)
TASK = ScanTask(7, "/archive/a.nii")
UNSEEN = UsageError("It does not see '/archive'.", remedy="Mount it.")


def answers(task: ScanTask) -> ScanAnswer:
    return ScanAnswer(task.number, "a" * 32)


GOOD = {"start": READY, "embed": answers}


def pool_of(*scripts: dict[str, object], count: int = 1) -> tuple[RayPool, FakeRay]:
    ray = FakeRay(scripts)
    plan = WorkerPlan(count, cores=3, gpus=1)
    return RayPool(cast("ModuleType", ray), "ray://head:1", plan, WorkerWish()), ray


def begun(*scripts: dict[str, object], count: int = 1) -> tuple[RayPool, FakeRay]:
    pool, ray = pool_of(*scripts, count=count)
    pool.await_first(CancelToken())
    return pool, ray


def test_a_scan_is_answered_and_its_worker_free_again() -> None:
    pool, ray = begun(GOOD)

    pool.give(TASK)
    busy = pool.free
    (answer,) = pool.wait(0)

    assert isinstance(answer, ScanAnswer)
    assert (busy, pool.free, answer.number) == (0, 1, 7)
    assert pool.stamp == STAMP
    assert ray.options["num_cpus"] == 3
    assert ray.options["num_gpus"] == 1


@pytest.mark.parametrize("death", [ActorDiedError(), WorkerCrashedError()])
def test_a_worker_that_dies_is_replaced_and_its_scan_suspected(death: Exception) -> None:
    pool, ray = begun({"start": READY, "embed": death}, GOOD)
    pool.give(TASK)

    lost = list(pool.wait(0))
    pool.wait(0)

    assert lost == [LostScan(7, is_suspect=True)]
    assert (ray.made, pool.free) == (2, 1)


def test_a_worker_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ray_pool, "_LONGEST_SCAN_S", -1.0)
    pool, ray = begun({"start": READY, "embed": None}, GOOD)
    pool.give(TASK)

    lost = pool.wait(0)

    assert lost == [LostScan(7, is_suspect=True)]
    assert len(ray.killed) == 1


def test_a_fault_of_ours_refuses_one_scan_and_keeps_the_worker() -> None:
    fault = RayTaskError("embed", "/archive/MUSTERFRAU", ValueError("MUSTERFRAU"))
    pool, _ = begun({"start": READY, "embed": fault})
    pool.give(TASK)

    (answer,) = pool.wait(0)

    assert isinstance(answer, ScanAnswer)
    assert (answer.number, pool.free) == (7, 1)
    assert "MUSTERFRAU" not in str(answer.error)


def sees_nothing(task: ScanTask) -> ScanAnswer:
    return ScanAnswer(task.number, error=UNSEEN, is_blind=True)


def test_a_machine_that_went_blind_gives_its_scan_back_and_gets_no_other() -> None:
    pool, ray = begun({"start": READY, "embed": sees_nothing}, GOOD, count=2)
    while pool.free < 2:
        pool.wait(0)
    pool.give(TASK)
    pool.give(ScanTask(8, "/archive/b.nii"))

    events = pool.wait(0)

    assert [one for one in events if isinstance(one, LostScan)] == [LostScan(8, is_suspect=False)]
    assert sorted(one.number for one in events) == [7, 8]
    assert (pool.free, ray.made, len(ray.killed)) == (1, 2, 1)
    assert "no longer sees" in pool.notices[0]


def test_the_last_machine_that_goes_blind_ends_the_work() -> None:
    pool, _ = begun({"start": READY, "embed": sees_nothing})
    pool.give(TASK)

    with pytest.raises(UsageError, match="does not see"):
        pool.wait(0)


@pytest.mark.parametrize(
    ("ready", "kind", "words"),
    [
        (WorkerReady("two", "0.0.1", STAMP), ResourceError, "0.0.1"),
        (WorkerReady("two", HERE, error=UNSEEN), UsageError, "'two'.*does not see"),
        (WorkerReady("two", HERE, error=RuntimeError("odd")), ResourceError, "odd"),
        (
            WorkerReady("two", HERE, error=ModelUnavailableError("None.", remedy="Install.")),
            ModelUnavailableError,
            "'two': None",
        ),
    ],
)
def test_a_worker_that_cannot_work_says_why(
    ready: WorkerReady, kind: type[MedctError], words: str
) -> None:
    pool, _ = pool_of({"start": ready})

    with pytest.raises(kind, match=words):
        pool.await_first(CancelToken())


def test_other_weights_stay_out_and_the_rest_goes_on() -> None:
    pool, ray = begun(GOOD, {"start": WorkerReady("two", HERE, OTHER_STAMP)}, count=2)

    pool.wait(0)

    assert (pool.free, len(ray.killed)) == (1, 1)
    assert "'two' has other weights" in pool.notices[0]


def test_a_worker_that_never_starts_ends_the_work() -> None:
    death = ActorDiedError()
    pool, ray = pool_of({"start": death})

    with pytest.raises(MedctError, match="cluster"):
        pool.await_first(CancelToken())

    assert ray.made == 2


def test_waiting_for_the_first_worker_can_be_stopped_and_ends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    token = CancelToken()
    pool, _ = pool_of({"start": None})
    token.cancel()

    with pytest.raises(Cancelled):
        pool.await_first(token)
    monkeypatch.setattr(ray_pool, "_LONGEST_START_S", -1.0)
    with pytest.raises(ResourceError, match="No worker could be started"):
        pool.await_first(CancelToken())


def test_closing_ends_every_worker() -> None:
    pool, ray = begun(GOOD, count=3)

    pool.close()

    assert len(ray.killed) == 3
