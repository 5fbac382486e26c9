"""Schedule: which scan a free worker gets, and what becomes of one whose worker died."""

from collections import Counter, deque

MOST_LOSSES = 2
"""A scan that ends so many workers is the cause, not the machines."""


class Schedule:
    """Hands out scans by their numbers; each is answered or given up exactly once.

    Knows no worker and no scan. A number that was put in comes out of `next` once, and again
    after each `lost` that does not give it up, and after each `put_back`.
    """

    def __init__(self) -> None:
        self._waiting: deque[int] = deque()
        self._running: set[int] = set()
        self._losses: Counter[int] = Counter()

    @property
    def waiting(self) -> int:
        """How many wait for a worker."""
        return len(self._waiting)

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits and nothing runs."""
        return not self._waiting and not self._running

    def put(self, number: int) -> None:
        """Let a scan wait for a worker.

        Raises
        ------
        ValueError
            If it waits or runs already.
        """
        if number in self._running or number in self._waiting:
            raise ValueError(f"scan {number} is waiting or running already")
        self._waiting.append(number)

    def next(self) -> int | None:
        """Take the next scan for a worker; None where none waits."""
        if not self._waiting:
            return None
        number = self._waiting.popleft()
        self._running.add(number)
        return number

    def answered(self, number: int) -> None:
        """Forget a scan that was answered."""
        self._running.remove(number)
        self._losses.pop(number, None)

    def lost(self, number: int) -> bool:
        """Note that the worker that read a scan died.

        Returns
        -------
        Whether it is given up: it ended `MOST_LOSSES` workers. Otherwise it is the next to go
        to another worker.
        """
        self._losses[number] += 1
        if self._losses[number] >= MOST_LOSSES:
            self.answered(number)
            return True
        self.put_back(number)
        return False

    def put_back(self, number: int) -> None:
        """Let a running scan be the next, at no fault of its own."""
        self._running.remove(number)
        self._waiting.appendleft(number)
