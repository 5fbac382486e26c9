"""WorkerPlan: how many workers fit on the machines of a cluster, and what each may use."""

from collections.abc import Sequence
from dataclasses import dataclass

from medct_core.errors import ResourceError, UsageError

BYTES_A_WORKER = 2 * 2**30
"""A worker with medct-mini and a scan of 512x512x250 peaks at about half of it."""


@dataclass(frozen=True, slots=True)
class Machine:
    """What one machine of a cluster lends.

    Attributes
    ----------
    cores
        Processor cores.
    gpus
        Graphics cards that compute.
    memory_bytes
        Main memory.
    """

    cores: int
    gpus: int
    memory_bytes: float


@dataclass(frozen=True, slots=True)
class WorkerPlan:
    """Workers, all alike.

    Attributes
    ----------
    count
        How many.
    cores
        Of each; no worker computes with more threads.
    gpus
        Of each, 0 or 1.
    """

    count: int
    cores: int
    gpus: int


def plan_workers(
    machines: Sequence[Machine], *, device: str = "auto", wanted: int | None = None
) -> WorkerPlan:
    """Share machines among workers: one for each graphics card, or one for each core.

    Reading a scan takes more time than a small model, and uses one core: many workers of one
    core each bring more than few of many. Fewer workers than cores share the cores evenly.

    Parameters
    ----------
    machines
        Of the cluster.
    device
        ``auto`` takes graphics cards where there are any, ``cuda`` insists, ``cpu`` takes none.
    wanted
        How many workers; as many as fit if None.

    Raises
    ------
    UsageError
        If more are wanted than fit, or graphics cards that are not there.
    ResourceError
        If none fits.
    """
    gpus = sum(machine.gpus for machine in machines)
    if device.startswith("cuda") and not gpus:
        raise UsageError(
            "The cluster has no graphics card that computes.",
            remedy="Leave --device out, or start the cluster on machines with such cards.",
        )
    if gpus and device != "cpu":
        return WorkerPlan(_fitting(gpus, wanted, "graphics cards"), _cores_a_gpu(machines), 1)
    fit = sum(_workers_on(machine) for machine in machines)
    if not fit:
        raise ResourceError(
            "No machine of the cluster has a free core and 2 GiB of memory for a worker.",
            remedy="Start the cluster on larger machines.",
        )
    count = _fitting(fit, wanted, "workers with a core and 2 GiB of memory each")
    return WorkerPlan(count, _cores_each(machines, count), 0)


def _fitting(most: int, wanted: int | None, what: str) -> int:
    if wanted is not None and wanted > most:
        raise UsageError(
            f"The cluster has room for {most} {what}; {wanted} workers were asked for.",
            remedy=f"Ask for {most} at most, or leave --workers out.",
        )
    return most if wanted is None else wanted


def _workers_on(machine: Machine) -> int:
    return min(machine.cores, int(machine.memory_bytes // BYTES_A_WORKER))


def _cores_a_gpu(machines: Sequence[Machine]) -> int:
    """Share the cores of the machine that has fewest for each of its cards."""
    return max(1, min(one.cores // one.gpus for one in machines if one.gpus))


def _cores_each(machines: Sequence[Machine], count: int) -> int:
    """Find the most cores for each of so many workers, none of which spans two machines."""
    largest = max(machine.cores for machine in machines)
    return next(
        cores
        for cores in range(largest, 0, -1)
        if sum(machine.cores // cores for machine in machines) >= count
    )
