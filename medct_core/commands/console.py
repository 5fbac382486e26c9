"""What every command shares: progress, errors and JSON on the right stream, exit codes."""

import contextlib
import errno
import json
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterable, Iterator
from types import FrameType

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.text import Text

from medct_core.cancel import Cancelled, CancelToken
from medct_core.errors import (
    DISK_FULL,
    MedctError,
    ModelUnavailableError,
    OutOfDiskError,
    OutOfMemoryError,
    ResourceError,
    ScanRefusedError,
    UsageError,
)

DONE, OUR_FAULT, WRONG_USAGE, REFUSED, NO_MODEL, NO_RESOURCE = range(6)
INTERRUPTED = 130  # what a shell reports for a program ended by SIGINT: 128 + 2

_EXIT_CODES: tuple[tuple[type[BaseException], int], ...] = (
    (UsageError, WRONG_USAGE),
    (ScanRefusedError, REFUSED),
    (ModelUnavailableError, NO_MODEL),
    (ResourceError, NO_RESOURCE),
    (Cancelled, INTERRUPTED),
    (KeyboardInterrupt, INTERRUPTED),
)
_SHOWN_AFTER_S = 1.0
_NOT_ALLOWED = frozenset(
    (
        *(errno.EACCES, errno.EPERM, errno.EROFS),
        *(errno.ENOTDIR, errno.EISDIR, errno.EEXIST, errno.ENAMETOOLONG),
    )
)
"""Numbers of an `OSError` that say of a path that it is no place to write to."""


class OurFaultError(MedctError):
    """Something the program should have foreseen and did not."""


def to_stderr() -> Console:
    """Console on standard error; made anew each time, because tests and pipes replace it."""
    return Console(stderr=True, soft_wrap=True, highlight=False)


def print_json(value: object) -> None:
    """Write `value` as JSON, and nothing else, to standard output.

    Other alphabets are escaped, so that any terminal and pipe can carry the text.

    Raises
    ------
    ValueError
        If a number is NaN or infinite: JSON has neither.
    """
    sys.stdout.write(json.dumps(value, indent=2, allow_nan=False) + "\n")


def print_text(text: str) -> None:
    """Write one line of a command's answer to standard output."""
    sys.stdout.write(text + "\n")


def as_shown(error: BaseException) -> MedctError:
    """Put any error into words for a person: summary and remedy."""
    if isinstance(error, MedctError):
        return error
    if isinstance(error, MemoryError):
        return OutOfMemoryError(
            "There is not enough free memory for this.",
            remedy="Close other programs, or use a machine with more memory.",
        )
    if isinstance(error, OSError) and error.errno in DISK_FULL:
        place = f" at {error.filename!r}" if error.filename else ""
        return OutOfDiskError(
            f"The disk is full{place}.",
            remedy="Free some space, or choose another folder.",
        )
    if isinstance(error, OSError) and error.errno in _NOT_ALLOWED and error.filename:
        return ResourceError(
            f"{str(error.filename)!r} cannot be used: {error.strerror}.",
            remedy="Choose a place that this program may read and write.",
        )
    return OurFaultError(
        f"The program made a mistake: {type(error).__name__}: {error}",
        remedy="This is our fault, not yours. Add --debug to the command to see the details, and "
        "report them as README.md says under 'Reporting a fault'.",
    )


def exit_code_of(error: BaseException) -> int:
    """Exit code that stands for `error`."""
    shown = error if isinstance(error, (Cancelled, KeyboardInterrupt)) else as_shown(error)
    return next((code for family, code in _EXIT_CODES if isinstance(shown, family)), OUR_FAULT)


def worst(codes: Iterable[int]) -> int:
    """Exit code of several scans: the highest of theirs, 0 for none."""
    return max(codes, default=DONE)


def show_error(error: BaseException) -> None:
    """Print summary and remedy of `error` to standard error, without a traceback."""
    console = to_stderr()
    if isinstance(error, (Cancelled, KeyboardInterrupt)):
        console.print("Interrupted.")
        return
    shown = as_shown(error)
    console.print(Text(shown.summary, style="bold red"))
    console.print(Text(shown.remedy))


def show_traceback(error: BaseException) -> None:
    """Print where `error` came from to standard error."""
    sys.stderr.write("".join(traceback.format_exception(error)))


@contextlib.contextmanager
def progress_bar(title: str) -> Iterator[Callable[[float], None]]:
    """Show a bar on standard error while the block runs.

    It appears only on a terminal, and only once the work has taken a second, so that short
    work and log files stay quiet. It is gone when the block ends.

    Parameters
    ----------
    title
        What is being done, a few words.

    Yields
    ------
    Function that takes the fraction done, in [0, 1]; any thread may call it.
    """
    console = to_stderr()
    if not console.is_terminal:
        yield lambda _fraction: None
        return
    columns = TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn()
    progress = Progress(*columns, console=console, transient=True)
    task = progress.add_task(title, total=1.0)
    timer = threading.Timer(_SHOWN_AFTER_S, progress.start)
    timer.daemon = True
    timer.start()
    try:
        yield _fraction_setter(progress, task)
    finally:
        timer.cancel()
        timer.join()
        progress.stop()


def _fraction_setter(progress: Progress, task: TaskID) -> Callable[[float], None]:
    def report(fraction: float) -> None:
        progress.update(task, completed=min(max(fraction, 0.0), 1.0))

    return report


@contextlib.contextmanager
def cancel_on_interrupt() -> Iterator[CancelToken]:
    """Turn the first Ctrl-C inside the block into a cancelled token; the second one kills.

    The same with SIGTERM, by which a cluster ends what has run too long. Outside the main
    thread, where signals cannot be caught, the token is never cancelled.

    Yields
    ------
    Token to hand to the work.

    Raises
    ------
    Cancelled
        At the end of the block, if it was asked for and the work did not raise it itself.
    """
    token = CancelToken()
    if threading.current_thread() is not threading.main_thread():
        yield token
        return

    def stop(_signal_number: int, _frame: FrameType | None) -> None:
        token.cancel()
        for number in previous:
            signal.signal(number, signal.SIG_DFL)

    previous = {one: signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)}
    for number in previous:
        signal.signal(number, stop)
    try:
        yield token
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
    token.raise_if_cancelled()
