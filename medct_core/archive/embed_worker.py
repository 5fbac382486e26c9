"""EmbedWorker: what runs on a machine of a cluster; paths come in, rows of cases go out.

Knows no cluster: it is an ordinary object whose methods take and give values. None of them
raises, since what is raised on a cluster is written to its logs, with the names of files.
"""

import contextlib
import os
import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

from medct_core.archive.fingerprint import fingerprint_of
from medct_core.archive.known_facts import KnownFacts
from medct_core.archive.scan_case import embedding_of, plain_case, read_with_facts
from medct_core.errors import MedctError, UsageError
from medct_core.inference.engine import InferenceEngine
from medct_core.models.stamp import ModelStamp
from medct_core.retrieval.library_case import LibraryCase, case_id_of


@dataclass(frozen=True, slots=True)
class WorkerWish:
    """What every worker is started with.

    Attributes
    ----------
    model, adapter, device
        As for `open_engine`; folders as the worker's machine sees them.
    is_forced
        Whether unsuitable scans are taken too.
    samples
        Some of the scans: a machine that sees none of them is of no use.
    """

    model: str | None = None
    adapter: str | None = None
    device: str = "auto"
    is_forced: bool = False
    samples: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class WorkerReady:
    """A worker that was started, or why it was not.

    Attributes
    ----------
    host
        Name of its machine.
    program
        Version of MedCT there.
    stamp
        Of its model; None where there is an error.
    error
        Why it cannot work.
    """

    host: str
    program: str
    stamp: ModelStamp | None = None
    error: Exception | None = None


@dataclass(frozen=True, slots=True)
class ScanTask:
    """A scan to embed.

    Attributes
    ----------
    number
        Comes back with the answer.
    path
        Absolute.
    size_bytes
        What the asker sees there; another file of the same name is no answer. None: unseen.
    known
        A case that needs no embedding: only what the header says is wanted then.
    """

    number: int
    path: str = field(repr=False)
    size_bytes: int | None = None
    known: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class ScanAnswer:
    """What came of a scan.

    Attributes
    ----------
    number
        Of the task.
    case_id
        Empty where it was refused.
    case
        As one model sees it, without a patient's key; None where it was known already.
    facts
        What header and neighbours say; goes no further than to whoever holds the salt.
    error
        Why it was refused.
    is_blind
        Whether the worker's machine sees none of the scans any more.
    """

    number: int
    case_id: str = ""
    case: LibraryCase | None = None
    facts: KnownFacts = field(default_factory=KnownFacts)
    error: Exception | None = field(default=None, repr=False)
    is_blind: bool = False


@dataclass(frozen=True, slots=True)
class LostScan:
    """A scan whose worker is gone.

    Attributes
    ----------
    number
        Of the task.
    is_suspect
        Whether the scan may be the cause: false where a machine no longer saw any scan.
    """

    number: int
    is_suspect: bool


class EmbedWorker:
    """One model in one process, asked about one scan after the other.

    Parameters
    ----------
    wish
        What to load.
    cores
        It computes with so many threads.
    """

    def __init__(self, wish: WorkerWish, cores: int) -> None:
        self._wish = wish
        self._cores = cores
        self._engine: InferenceEngine | None = None

    def start(self) -> WorkerReady:
        """Load the model, and look whether the scans can be seen from here."""
        host, program = socket.gethostname(), version("medct")
        try:
            self._require_sight(host)
            with _silence():
                self._engine = self._loaded()
        except Exception as error:  # noqa: BLE001 - nothing may escape to the cluster's logs
            return WorkerReady(host, program, error=_portable(error))
        return WorkerReady(host, program, self._engine.stamp)

    def embed(self, task: ScanTask) -> ScanAnswer:
        """Read and embed one scan."""
        try:
            with _silence():
                return self._embedded(task)
        except Exception as error:  # noqa: BLE001 - as above
            return ScanAnswer(task.number, error=_portable(error), is_blind=self._is_blind())

    def _loaded(self) -> InferenceEngine:
        import torch  # noqa: PLC0415 - takes seconds, and whoever only asks needs none

        from medct_core.inference.loading import open_engine  # noqa: PLC0415 - imports torch

        os.environ["OMP_NUM_THREADS"] = str(self._cores)
        torch.set_num_threads(self._cores)
        wish = self._wish
        adapter = None if wish.adapter is None else Path(wish.adapter)
        engine = open_engine(wish.model, device=wish.device, adapter=adapter)
        # An archive goes past once: what is kept for the next time would only fill the disk.
        return InferenceEngine(engine.loaded)

    def _embedded(self, task: ScanTask) -> ScanAnswer:
        assert self._engine is not None
        path = Path(task.path)
        _require_same(path, task.size_bytes)
        scan = read_with_facts(path, KnownFacts())
        case_id = case_id_of(scan.volume.content_sha256, self._engine.stamp)
        if case_id == task.known:
            return ScanAnswer(task.number, case_id, None, scan.facts)
        embedding = embedding_of(self._engine, scan.volume, is_forced=self._wish.is_forced)
        return ScanAnswer(task.number, case_id, plain_case(scan, embedding), scan.facts)

    def _is_blind(self) -> bool:
        samples = self._wish.samples
        return bool(samples) and not any(Path(sample).exists() for sample in samples)

    def _require_sight(self, host: str) -> None:
        if self._is_blind():
            raise UsageError(
                f"The machine {host!r} of the cluster does not see {self._wish.samples[0]!r}.",
                remedy="Make the scans reachable there under the same path.",
            )


def _require_same(path: Path, size_bytes: int | None) -> None:
    """Refuse a path at which this machine sees nothing, or something else."""
    found = fingerprint_of(path)
    if found is None:
        raise UsageError(
            f"The machine {socket.gethostname()!r} of the cluster does not see {str(path)!r}.",
            remedy="Make the scans reachable there under the same path.",
        )
    if size_bytes is not None and found.size_bytes != size_bytes:
        raise UsageError(
            f"At {str(path)!r} the machine {socket.gethostname()!r} of the cluster sees "
            f"{found.size_bytes} bytes, and this machine {size_bytes}.",
            remedy="Make the same folder reachable under this path on all machines.",
        )


def _portable(error: Exception) -> Exception:
    """Keep of an error what any other process can rebuild."""
    if isinstance(error, MedctError):
        return error
    if isinstance(error, MemoryError):
        return MemoryError()
    return RuntimeError(f"{type(error).__name__}: {error}")


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """Drop what readers print: it may name a patient, and a cluster keeps what is printed."""
    sys.stdout.flush()
    sys.stderr.flush()
    kept = os.dup(1), os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        yield
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        for copy, number in zip(kept, (1, 2), strict=True):
            os.dup2(copy, number)
            os.close(copy)
        os.close(nowhere)
