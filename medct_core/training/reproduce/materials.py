"""Materials of the experiment: its phantoms and bases, drawn and trained where they are missing."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

from filelock import FileLock, Timeout

from medct_core.models.bundle import LoadedModel
from medct_core.training.cohort import ScanViewer
from medct_core.training.reproduce.bases import Base, base_model, make_base
from medct_core.training.reproduce.corpora import (
    TEST_A,
    TEST_B,
    TRAIN_B,
    VALIDATION_B,
    Part,
    PlainPhantoms,
    Report,
    part_corpus,
)
from medct_core.training.reproduce.measure import HeldOutScans
from medct_core.training.reproduce.plan import BaseLetter

_WORKERS = 1
_ASK_EVERY_S = 1.0


class PhantomMaterials:
    """Phantoms and bases of the experiment; what is missing is made when it is first asked for.

    Several programs may use one folder: while one makes something, the others wait for it.

    Parameters
    ----------
    work
        Folder for phantoms, and for what bases are trained from.
    bases
        Folder of the bases' model folders.
    report
        Told the stage, and the share of it that is done, of what takes long; may raise `Cancelled`.
    """

    def __init__(self, work: Path, bases: Path, report: Report) -> None:
        self._work = work
        self._bases = bases
        self._report = report

    @cached_property
    def tests(self) -> HeldOutScans:
        """Scans that no run learns from."""
        with self._alone():
            return HeldOutScans(self._plain(VALIDATION_B), self._plain(TEST_B), self._plain(TEST_A))

    def base(self, letter: BaseLetter) -> LoadedModel:
        """Load a base, a new copy with every call."""
        with self._alone():
            if not (self._bases / letter).is_dir():
                make_base(self._work, self._bases, Base(letter), self._report)
        return base_model(self._bases, Base(letter))

    @cached_property
    def training(self) -> ScanViewer:
        """The labelled scans of domain B that runs learn from."""
        with self._alone():
            return self._plain(TRAIN_B)

    def _plain(self, part: Part) -> ScanViewer:
        return PlainPhantoms(part, part_corpus(self._work, part, _WORKERS, self._report))

    @contextmanager
    def _alone(self) -> Iterator[None]:
        self._work.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self._work / ".materials.lock")
        while True:
            try:
                lock.acquire(timeout=_ASK_EVERY_S)
                break
            except Timeout:
                self._report("waiting for another program to make what this one needs", 0.0)
        try:
            yield
        finally:
            lock.release()
