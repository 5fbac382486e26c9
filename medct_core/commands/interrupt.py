"""Ctrl-C answered within a second, whatever the program is doing."""

import atexit
import contextlib
import os
import sys
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from medct_core.cancel import Cancelled, CancelToken
from medct_core.commands.console import INTERRUPTED, cancel_on_interrupt

Result = TypeVar("Result")

_SHOW_CURSOR = "\x1b[?25h"  # a progress bar that was left behind has hidden it
_LOOK_EVERY_S = 0.05
GRACE_S = 0.4
"""How long interrupted work may take to reach a place where it can stop."""


def interruptible(work: Callable[[CancelToken], Result], *, grace_s: float = GRACE_S) -> Result:
    """Do work in a thread of its own, so that Ctrl-C is noticed at once.

    The first Ctrl-C raises the token. Work that has not stopped soon after is left behind and
    ends with the process: files are written whole or not at all, so nothing is half done.

    Parameters
    ----------
    work
        Looks at the token it is given.
    grace_s
        How long it may take to stop; longer where it ends processes of its own.

    Raises
    ------
    Cancelled
        If Ctrl-C was pressed.
    """
    with cancel_on_interrupt() as token:
        worker = _Worker(work, token)
        worker.start()
        while worker.is_alive() and not token.is_cancelled:
            worker.join(_LOOK_EVERY_S)
        worker.join(grace_s if token.is_cancelled else None)
        if worker.is_alive():
            atexit.register(_leave)
            raise Cancelled
        return worker.result()


class _Worker(threading.Thread, Generic[Result]):
    """Runs a function and keeps what came of it."""

    def __init__(self, work: Callable[[CancelToken], Result], token: CancelToken) -> None:
        super().__init__(name="work", daemon=True)
        self._work = work
        self._token = token
        self._results: list[Result] = []
        self._error: BaseException | None = None

    def run(self) -> None:
        """Do the work; nothing may escape the thread."""
        try:
            self._results.append(self._work(self._token))
        except BaseException as error:  # noqa: BLE001 - raised again in the other thread
            self._error = error

    def result(self) -> Result:
        """Give what the work returned, or raise what it raised."""
        if self._error is not None:
            raise self._error
        return self._results[0]


def _leave() -> None:
    """End a process whose work does not stop; libraries may be in the middle of anything."""
    with contextlib.suppress(OSError, ValueError):
        if sys.stderr.isatty():
            sys.stderr.write(_SHOW_CURSOR)
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(INTERRUPTED)
