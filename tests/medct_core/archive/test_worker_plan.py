"""WorkerPlan: workers fit on the machines, and use what there is."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from medct_core.archive.worker_plan import BYTES_A_WORKER, Machine, plan_workers
from medct_core.errors import ResourceError, UsageError

MUCH = 1e12
machines = st.lists(
    st.builds(
        Machine,
        cores=st.integers(0, 32),
        gpus=st.just(0),
        memory_bytes=st.integers(0, 64).map(lambda gib: gib * 2.0**30),
    ),
    min_size=1,
    max_size=4,
)


@given(machines=machines, wanted=st.none() | st.integers(1, 8))
def test_workers_never_need_more_cores_than_a_machine_has(
    machines: list[Machine], wanted: int | None
) -> None:
    fit = sum(min(one.cores, int(one.memory_bytes // BYTES_A_WORKER)) for one in machines)
    assume(fit >= (wanted or 1))

    plan = plan_workers(machines, wanted=wanted)

    assert plan.count == (fit if wanted is None else wanted)
    assert plan.cores >= 1
    assert sum(one.cores // plan.cores for one in machines) >= plan.count


def test_one_worker_takes_all_cores_of_a_machine() -> None:
    plan = plan_workers([Machine(8, 0, MUCH)], wanted=1)

    assert (plan.count, plan.cores, plan.gpus) == (1, 8, 0)


def test_every_core_gets_a_worker_where_nothing_is_said() -> None:
    plan = plan_workers([Machine(8, 0, MUCH), Machine(4, 0, MUCH)])

    assert (plan.count, plan.cores) == (12, 1)


def test_graphics_cards_get_a_worker_each() -> None:
    cluster = [Machine(16, 2, MUCH), Machine(8, 0, MUCH)]

    plan, without = plan_workers(cluster), plan_workers(cluster, device="cpu")

    assert (plan.count, plan.cores, plan.gpus) == (2, 8, 1)
    assert (without.count, without.gpus) == (24, 0)


@pytest.mark.parametrize(("device", "wanted"), [("cuda", None), ("cpu", 5), ("auto", 5)])
def test_more_than_there_is_is_refused(device: str, wanted: int | None) -> None:
    with pytest.raises(UsageError, match=r"4 workers|no graphics card"):
        plan_workers([Machine(4, 0, MUCH)], device=device, wanted=wanted)


def test_a_machine_without_memory_gets_no_worker() -> None:
    with pytest.raises(ResourceError, match="memory"):
        plan_workers([Machine(4, 0, BYTES_A_WORKER / 2)])
