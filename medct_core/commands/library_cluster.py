"""`--cluster` of `medct library add` and `import`: scans embedded by the workers of a cluster."""

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from medct_core.cancel import CancelToken
from medct_core.commands.console import progress_bar, to_stderr
from medct_core.errors import UsageError

if TYPE_CHECKING:
    from medct_core.archive.embed_folder import Outcome, WantedScan
    from medct_core.archive.embed_worker import WorkerWish
    from medct_core.retrieval.library import CaseLibrary

ClusterOption = Annotated[
    str | None,
    typer.Option(
        metavar="ADDRESS",
        help="Embed with the workers of a Ray cluster: ray://HOST:10001, or local.",
    ),
]
WorkersOption = Annotated[
    int | None, typer.Option(min=1, help="Workers of the cluster; as many as fit if left out.")
]
RetryOption = Annotated[
    bool, typer.Option("--retry", help="On a cluster: read again what was refused before.")
]

CLUSTER_GRACE_S = 15.0
"""Keeping what was answered and ending workers takes two seconds; on a busy machine longer."""

_LINE_EVERY_S = 60.0
_MOST_SAMPLES = 16


@dataclass(slots=True)
class ClusterRun:
    """What is wanted of a cluster, and how it went.

    Attributes
    ----------
    address
        As the user gave it; None for no cluster.
    workers
        How many are wanted; None for as many as fit. Then how many there were.
    is_retried
        Whether what was refused before is read again.
    cores
        Of each worker.
    seconds
        From the first scan to the last.
    notices
        What became of workers.
    """

    address: str | None
    workers: int | None = None
    is_retried: bool = False
    cores: int = 0
    seconds: float = 0.0
    notices: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.address is None and (self.workers is not None or self.is_retried):
            raise UsageError(
                "--workers and --retry belong to --cluster.",
                remedy="Add --cluster local, or leave them out.",
            )


def add_on_cluster(
    run: ClusterRun,
    library: "CaseLibrary",
    scans: Sequence["WantedScan"],
    wish: "WorkerWish",
    cancel: CancelToken,
) -> Iterator["Outcome"]:
    """Share scans among the workers of a cluster; `run` is told how it went.

    Raises
    ------
    MedctError
        If the cluster cannot be used, or the library not be written.
    Cancelled
        If `cancel` was raised.
    """
    from medct_core.archive.add_on_cluster import ClusterJob, add_scans_on
    from medct_core.archive.ray_pool import ray_workers

    assert run.address is not None
    with contextlib.ExitStack() as stack:
        with progress_bar("Starting the workers"):
            pool = stack.enter_context(
                ray_workers(run.address, wish, count=run.workers, cancel=cancel)
            )
        run.workers, run.cores, run.notices = pool.plan.count, pool.plan.cores, pool.notices
        job = ClusterJob(library, pool, wish.is_forced, run.is_retried)
        report = stack.enter_context(_counted(len(scans), run.workers))
        begin = time.monotonic()
        for done, outcome in enumerate(add_scans_on(job, scans, cancel=cancel), start=1):
            run.seconds = time.monotonic() - begin
            report(done)
            yield outcome


def samples_of(scans: Sequence["WantedScan"]) -> tuple[str, ...]:
    """Choose some scans from all over, by which a machine shows that it sees the archive."""
    step = max(1, len(scans) // _MOST_SAMPLES)
    return tuple(str(scan.path.absolute()) for scan in scans[::step][:_MOST_SAMPLES])


@contextlib.contextmanager
def _counted(total: int, workers: int) -> Iterator[Callable[[int], None]]:
    """Show how many are done, how fast and how long still; a line a minute where none looks."""
    console = to_stderr()
    if not console.is_terminal:
        yield _line_writer(total, workers)
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(f"Adding with {workers} workers", total=total, rate="")
        begin = time.monotonic()

        def report(done: int) -> None:
            rate = rate_of(done, time.monotonic() - begin)
            progress.update(task, completed=done, rate=rate)

        yield report


def _line_writer(total: int, workers: int) -> Callable[[int], None]:
    console, begin = to_stderr(), time.monotonic()
    told = begin

    def report(done: int) -> None:
        nonlocal told
        now = time.monotonic()
        if now - told < _LINE_EVERY_S:
            return
        told = now
        rate = rate_of(done, now - begin)
        console.print(Text(f"{done:,} of {total:,} scans, {rate}, {workers} workers"))

    return report


def rate_of(done: int, seconds: float) -> str:
    """Say how many scans a second were done."""
    return f"{done / max(seconds, 1e-3):.2f} a second"
