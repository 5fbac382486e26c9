"""Scans into the library by workers of a cluster: paths go out, rows of cases come back.

One program writes: this one. It keeps what came back every few seconds, cases before the ledger,
so that whatever is killed loses a few seconds of work and doubles nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Protocol

from medct_core.archive.case_writer import KEPT_EVERY_S, Arrived, CaseWriter
from medct_core.archive.embed_folder import OnProgress, Outcome, State, WantedScan
from medct_core.archive.embed_worker import LostScan, ScanAnswer, ScanTask
from medct_core.archive.fingerprint import fingerprint_of
from medct_core.archive.ledger import Asked, Entry, Ledger, Reason, WorkerKillerError, remembered
from medct_core.archive.schedule import MOST_LOSSES, Schedule
from medct_core.cancel import Cancelled, CancelToken
from medct_core.errors import MedctError
from medct_core.models.manifest import no_progress
from medct_core.models.stamp import ModelStamp
from medct_core.retrieval.library import CaseLibrary
from medct_core.retrieval.library_index import compact_library

_LOOK_EVERY_S = 0.2


class WorkerPool(Protocol):
    """Workers with the same model, each busy with one scan at most; one thread asks them."""

    @property
    def stamp(self) -> ModelStamp:
        """Of the model that all of them have."""
        ...

    @property
    def free(self) -> int:
        """How many wait for a scan."""
        ...

    def give(self, task: ScanTask) -> None:
        """Give a free worker a scan."""
        ...

    def wait(self, timeout_s: float) -> Sequence[ScanAnswer | LostScan]:
        """Wait for answers, and replace workers that are gone.

        Raises
        ------
        MedctError
            If no worker is left, or the cluster does not answer.
        """
        ...


@dataclass(frozen=True, slots=True)
class ClusterJob:
    """Who embeds, and where the cases go.

    Attributes
    ----------
    library
        Written by this program alone, as far as this job goes.
    workers
        With the model.
    is_forced
        Whether unsuitable scans are taken too.
    is_retried
        Whether scans that were refused before are read again.
    kept_every_s
        How long an answer waits at most until it is kept, seconds.
    """

    library: CaseLibrary
    workers: WorkerPool
    is_forced: bool = False
    is_retried: bool = False
    kept_every_s: float = KEPT_EVERY_S


def add_scans_on(
    job: ClusterJob,
    wanted: Sequence[WantedScan],
    *,
    cancel: CancelToken | None = None,
    on_progress: OnProgress = no_progress,
) -> Iterator[Outcome]:
    """Bring scans into the library as `add_scans` does, read by workers.

    No worker is asked about a scan that the ledger knows, unless the file changed, something new
    is said of it, or it is to be tried again. No more scans are on their way than there are
    workers. A scan whose worker dies goes to another; one that ends two is refused. Facts that
    name a patient come back from a worker and are made into keys here, so that the secret of the
    library goes nowhere.

    Parameters
    ----------
    job
        Workers and library.
    wanted
        Paths as all machines see them; outcomes come in another order.
    cancel
        Checked several times a second.
    on_progress
        Takes the fraction of all scans that is done, in [0, 1].

    Raises
    ------
    ResourceError
        If the library cannot be written, or the cluster is gone.
    Cancelled
        If `cancel` was raised; what was answered is kept.
    """
    return _Sharing(job, wanted, cancel or CancelToken()).outcomes(on_progress)


class _Sharing:
    """One job while it runs."""

    def __init__(self, job: ClusterJob, wanted: Sequence[WantedScan], cancel: CancelToken) -> None:
        self._job = job
        self._wanted = wanted
        self._cancel = cancel
        self._ledger = Ledger(job.library, job.workers.stamp, program=version("medct"))
        self._writer = CaseWriter(job.library, self._ledger, every_s=job.kept_every_s)
        self._schedule = Schedule()
        self._asked: dict[int, _OnItsWay] = {}
        self._coming = iter(range(len(wanted)))

    def outcomes(self, report: OnProgress) -> Iterator[Outcome]:
        for done, outcome in enumerate(self._all(), start=1):
            report(done / len(self._wanted))
            yield outcome
        compact_library(self._job.library, cancel=self._cancel)

    def _all(self) -> Iterator[Outcome]:
        try:
            yield from self._shared_out()
        except (Cancelled, MedctError):
            yield from self._writer.keep_all()
            raise
        yield from self._writer.keep_all()

    def _shared_out(self) -> Iterator[Outcome]:
        while True:
            self._cancel.raise_if_cancelled()
            yield from self._feed()
            if self._schedule.is_empty:
                return
            for event in self._job.workers.wait(_LOOK_EVERY_S):
                self._settle(event)
            # The workers are busy again while this writes.
            yield from self._feed()
            if self._writer.is_due:
                yield from self._writer.keep()

    def _feed(self) -> Iterator[Outcome]:
        """Give every free worker a scan; what the ledger knows is answered at once."""
        while self._job.workers.free:
            number = self._schedule.next()
            if number is not None:
                self._job.workers.give(self._asked[number].task)
                continue
            number = next(self._coming, None)
            if number is None:
                return
            yield from self._begun(number)

    def _begun(self, number: int) -> Iterator[Outcome]:
        """Answer from the ledger, or let the scan wait for a worker."""
        wanted, path = self._wanted[number], self._wanted[number].path.absolute()
        seen = fingerprint_of(path)
        asked = None if seen is None else Asked(path, seen, wanted.facts, self._job.is_forced)
        entry = None if asked is None else self._ledger.find(asked)
        answered = None if entry is None else self._remembered(wanted, entry)
        if answered is not None:
            yield answered
            return
        size = None if seen is None else seen.size_bytes
        task = ScanTask(number, str(path), size, "" if entry is None else entry.case_id)
        self._asked[number] = _OnItsWay(wanted, asked, task)
        self._schedule.put(number)

    def _remembered(self, wanted: WantedScan, entry: Entry) -> Outcome | None:
        """Say what became of a scan before, where that is still so."""
        if not entry.is_settled:
            return None
        if entry.reason is Reason.NONE:
            return Outcome(wanted.path, State.THERE, entry.case_id)
        if self._job.is_retried:
            return None
        return Outcome(wanted.path, State.REFUSED, error=remembered(entry.reason))

    def _settle(self, event: ScanAnswer | LostScan) -> None:
        number = event.number
        if isinstance(event, ScanAnswer):
            self._schedule.answered(number)
            self._take(event)
        elif not event.is_suspect:
            self._schedule.put_back(number)
        elif self._schedule.lost(number):
            self._take(ScanAnswer(number, error=_killer()))

    def _take(self, answer: ScanAnswer) -> None:
        one = self._asked.pop(answer.number)
        self._writer.take(Arrived(one.wanted, one.asked, answer))


@dataclass(frozen=True, slots=True)
class _OnItsWay:
    """A scan that waits for a worker, or for its answer."""

    wanted: WantedScan
    asked: Asked | None
    task: ScanTask


def _killer() -> WorkerKillerError:
    return WorkerKillerError(
        f"It killed the worker that read it, {MOST_LOSSES} times.",
        remedy="Add this scan alone, without --cluster, to see what happens.",
    )
