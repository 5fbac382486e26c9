"""Workers in this process, which die when they are told to; stands in for a cluster."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from medct_core.archive.embed_worker import (
    EmbedWorker,
    LostScan,
    ScanAnswer,
    ScanTask,
    WorkerWish,
)
from medct_core.models.stamp import ModelStamp


class WorkersHere:
    """A pool that answers at once.

    Parameters
    ----------
    worker
        Reads the scans.
    count
        How many scans it takes at a time.
    deaths
        How often each file ends its worker, by name.
    """

    def __init__(
        self, worker: EmbedWorker, *, count: int = 2, deaths: dict[str, int] | None = None
    ) -> None:
        stamp = worker.start().stamp
        assert stamp is not None
        self.stamp: ModelStamp = stamp
        self.read: list[str] = []
        self.most_at_once = 0
        self._worker = worker
        self._count = count
        self._deaths = Counter(deaths or {})
        self._given: list[ScanTask] = []

    @property
    def free(self) -> int:
        """How many wait for a scan."""
        return self._count - len(self._given)

    def give(self, task: ScanTask) -> None:
        """Take a scan."""
        assert self.free
        self._given.append(task)
        self.most_at_once = max(self.most_at_once, len(self._given))

    def wait(self, timeout_s: float) -> Sequence[ScanAnswer | LostScan]:
        """Answer the scan that was given last, or die of it."""
        if not self._given:
            return []
        task = self._given.pop()
        name = Path(task.path).name
        self.read.append(name)
        if self._deaths[name] > 0:
            self._deaths[name] -= 1
            return [LostScan(task.number, is_suspect=True)]
        return [self._worker.embed(task)]


def worker_with(model: Path, **wishes: object) -> EmbedWorker:
    """Make a worker that was not started yet."""
    return EmbedWorker(WorkerWish(str(model), device="cpu", **wishes), cores=1)  # type: ignore[arg-type]
