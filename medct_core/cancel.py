"""Stopping long work from another thread, at the points where it is safe to stop."""

import threading


class Cancelled(Exception):
    """The work was stopped on request; an answer, not an error."""


class CancelToken:
    """A flag that one thread raises and another checks. Thread-safe."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def cancel(self) -> None:
        """Ask the work that holds this token to stop."""
        self._event.set()

    @property
    def is_cancelled(self) -> bool:
        """Whether somebody asked for a stop."""
        return self._event.is_set()

    def raise_if_cancelled(self) -> None:
        """Leave the work if somebody asked for a stop.

        Raises
        ------
        Cancelled
            If `cancel` was called before.
        """
        if self._event.is_set():
            raise Cancelled
