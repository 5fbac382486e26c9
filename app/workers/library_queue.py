"""Which work on the library comes next: the newest of each kind a window wants, writing always.

No Qt, so that its tests are plain Python.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from medct_core.cancel import CancelToken

Work = TypeVar("Work")


@dataclass(frozen=True, slots=True)
class LibraryTopic:
    """What work is about; of each topic only the newest counts.

    Attributes
    ----------
    window
        Which window wants it.
    kind
        A word of the one who wants it: ``search``, ``evidence``, ``map``.
    """

    window: str
    kind: str


@dataclass(frozen=True, slots=True, eq=False)
class LibraryJob(Generic[Work]):
    """One piece of work, numbered in order of arrival.

    Attributes
    ----------
    number
        From 1.
    topic
        What it is about; None for work that nothing replaces.
    work
        What to do.
    doing
        Completes "The program made a mistake while ...".
    is_kept
        Whether it is done even if the queue closes meanwhile.
    cancel
        Stops it.
    """

    number: int
    topic: LibraryTopic | None
    work: Work
    doing: str
    is_kept: bool = False
    cancel: CancelToken = field(default_factory=CancelToken)


class LibraryQueue(Generic[Work]):
    """Hands out work in order of arrival. One thread takes, any thread may do the rest."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[int, LibraryJob[Work]] = OrderedDict()
        self._running: LibraryJob[Work] | None = None
        self._count = 0
        self._closed = False
        self._changed = threading.Condition()

    def ask(self, topic: LibraryTopic, work: Work, *, doing: str) -> int:
        """Add work in the place of older work on the same topic, which stops; give its number."""
        with self._changed:
            self._drop(lambda job: job.topic == topic)
            if self._running is not None and self._running.topic == topic:
                self._running.cancel.cancel()
            return self._put(topic, work, doing, is_kept=False)

    def add(self, work: Work, *, doing: str) -> int:
        """Add work that nothing replaces; give its number."""
        with self._changed:
            return self._put(None, work, doing, is_kept=False)

    def keep(self, work: Work, *, doing: str) -> int:
        """Add work that is done whatever happens, such as writing; give its number."""
        with self._changed:
            return self._put(None, work, doing, is_kept=True)

    def take(self) -> LibraryJob[Work] | None:
        """Wait for the next job; the one taken before counts as done.

        Returns
        -------
        None once the queue is closed and all that is kept was taken.
        """
        with self._changed:
            self._running = None
            self._changed.wait_for(lambda: self._waiting or self._closed)
            if not self._waiting:
                return None
            _, self._running = self._waiting.popitem(last=False)
            return self._running

    def cancel(self, number: int) -> bool:
        """Stop one job; say whether it was still waiting, so that nobody will ever take it."""
        with self._changed:
            if self._running is not None and self._running.number == number:
                self._running.cancel.cancel()
            return self._waiting.pop(number, None) is not None

    def close(self) -> None:
        """Drop what waits and stop what runs, but for what is kept."""
        with self._changed:
            self._closed = True
            self._drop(lambda job: not job.is_kept)
            if self._running is not None and not self._running.is_kept:
                self._running.cancel.cancel()
            self._changed.notify_all()

    def _drop(self, is_pointless: Callable[[LibraryJob[Work]], bool]) -> None:
        for number in [n for n, job in self._waiting.items() if is_pointless(job)]:
            del self._waiting[number]

    def _put(self, topic: LibraryTopic | None, work: Work, doing: str, *, is_kept: bool) -> int:
        self._count += 1
        if not self._closed:
            job = LibraryJob(self._count, topic, work, doing, is_kept)
            self._waiting[self._count] = job
            self._changed.notify()
        return self._count
