"""Which request comes next: the newest of each topic, and what it makes pointless is dropped.

No Qt, so that its tests are plain Python.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Generic, TypeVar

from medct_core.cancel import CancelToken


class Kind(Enum):
    """What a request wants of the model."""

    LOAD_MODEL = "load-model"
    EMBED = "embed"
    SCORE_LIST = "score-list"
    SCORE_TYPED = "score-typed"
    RELEVANCE = "relevance"
    BESIDE = "beside"
    REGION = "region"
    SIMILAR = "similar"
    ARCHIVE = "archive"
    FORGET = "forget"


_OF_A_SCAN = frozenset(
    {
        Kind.SCORE_LIST,
        Kind.SCORE_TYPED,
        Kind.RELEVANCE,
        Kind.BESIDE,
        Kind.REGION,
        Kind.SIMILAR,
    }
)
_REPLACES: dict[Kind, frozenset[Kind]] = {
    Kind.EMBED: frozenset({Kind.EMBED}) | _OF_A_SCAN,
    Kind.FORGET: frozenset({Kind.EMBED, Kind.FORGET}) | _OF_A_SCAN,
}
"""What a newer request of the same window makes pointless, where that is more than its own kind.

Another scan makes every question about the one before it pointless; a question never stops the
encoding it waits for.
"""

_BACKGROUND = frozenset({Kind.ARCHIVE})
"""What nobody sits and waits for: it gives way to everything else, whoever asks."""


@dataclass(frozen=True, slots=True)
class Topic:
    """What a request is about; of each topic only the newest request counts.

    Attributes
    ----------
    window
        Which window asks; empty for the model, which all windows share.
    kind
        What is wanted.
    """

    window: str
    kind: Kind


MODEL = Topic("", Kind.LOAD_MODEL)
"""The one topic of all requests for a model."""

Request = TypeVar("Request")


@dataclass(frozen=True, slots=True)
class Job(Generic[Request]):
    """One request, numbered in order of arrival, and the token that stops it."""

    number: int
    topic: Topic
    request: Request
    cancel: CancelToken = field(default_factory=CancelToken)


class LatestWinsMailbox(Generic[Request]):
    """Hands out jobs in order of arrival, keeping only the newest of each topic.

    Posting a job stops those it replaces, whether they wait or run: the same topic, all questions
    about the scan that another one takes the place of, and for another model whatever runs. A job
    for another model goes first, as everything else must be asked of that one. Work in the
    background comes last and is stopped by whatever is posted; who wants it asks again. One
    thread takes, any thread may do the rest.
    """

    def __init__(self) -> None:
        self._waiting: OrderedDict[int, Job[Request]] = OrderedDict()
        self._running: Job[Request] | None = None
        self._count = 0
        self._closed = False
        self._changed = threading.Condition()

    def post(self, topic: Topic, request: Request) -> int:
        """Add a request and return its job number, from 1; a closed mailbox drops it.

        A job that is replaced while it waits is never handed out.
        """
        with self._changed:
            self._count += 1
            if self._closed:
                return self._count
            self._drop(lambda job: _is_replaced(job.topic, topic))
            self._stop_running(lambda job: _is_stopped(job.topic, topic))
            self._waiting[self._count] = Job(self._count, topic, request)
            if topic.kind is Kind.LOAD_MODEL:
                self._waiting.move_to_end(self._count, last=False)
            self._changed.notify()
            return self._count

    def take(self) -> Job[Request] | None:
        """Wait for the next job; the one taken before counts as done. None once it is closed."""
        with self._changed:
            self._running = None
            self._changed.wait_for(lambda: self._waiting or self._closed)
            if self._closed:
                return None
            foreground = (n for n, job in self._waiting.items() if not _is_background(job.topic))
            first = next(foreground, next(iter(self._waiting)))
            self._running = self._waiting.pop(first)
            return self._running

    def cancel(self, number: int) -> bool:
        """Stop one job; say whether it was still waiting, so that nobody will ever take it."""
        with self._changed:
            self._stop_running(lambda job: job.number == number)
            return self._waiting.pop(number, None) is not None

    def close(self) -> None:
        """Drop what waits, stop what runs, and let `take` return None."""
        with self._changed:
            self._closed = True
            self._waiting.clear()
            self._stop_running(lambda _: True)
            self._changed.notify_all()

    def _drop(self, is_pointless: Callable[[Job[Request]], bool]) -> None:
        for number in [n for n, job in self._waiting.items() if is_pointless(job)]:
            del self._waiting[number]

    def _stop_running(self, is_pointless: Callable[[Job[Request]], bool]) -> None:
        if self._running is not None and is_pointless(self._running):
            self._running.cancel.cancel()


def _is_replaced(older: Topic, newer: Topic) -> bool:
    """Whether a waiting job on `older` is pointless once `newer` was asked."""
    kinds = _REPLACES.get(newer.kind, frozenset({newer.kind}))
    return older.window == newer.window and older.kind in kinds


def _is_stopped(older: Topic, newer: Topic) -> bool:
    """Whether a running job on `older` is pointless once `newer` was asked."""
    gives_way = _is_background(older) and not _is_background(newer)
    return newer.kind is Kind.LOAD_MODEL or gives_way or _is_replaced(older, newer)


def _is_background(topic: Topic) -> bool:
    return topic.kind in _BACKGROUND
