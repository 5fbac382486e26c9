"""The edge of a thread: whatever went wrong there becomes two lines for a person."""

import re
from copy import copy

from medct_core.errors import DISK_FULL, MedctError, OutOfDiskError, OutOfMemoryError

# What the core tells a person at a command line, and what a person at a window does instead.
_WINDOW_WORDS = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        (r"Choose one with --frame 1 to --frame (\d+)\.", r"Choose a volume from 1 to \1."),
        (r"score this one by force \(--force\)", "score this one all the same"),
        (r"Use --device (\w+)([,;])", r"Choose the device '\1' in the settings\2"),
        (r"choose another folder with --out\b", "choose another folder"),
    )
)


def in_window_words(text: str) -> str:
    """Put a message into the words of a window, which has no command line."""
    for pattern, words in _WINDOW_WORDS:
        text = pattern.sub(words, text)
    return text


def as_shown(error: Exception, *, doing: str) -> MedctError:
    """Put any error into words for a person.

    Parameters
    ----------
    error
        What left the work; one of ours is copied without its traceback, which would keep whole
        scans in memory as long as the message is shown.
    doing
        Completes "The program made a mistake while ...".
    """
    if isinstance(error, MedctError):
        shown = copy(error)
        shown.summary = in_window_words(error.summary)
        shown.remedy = in_window_words(error.remedy)
        return shown
    if isinstance(error, MemoryError):
        return OutOfMemoryError(
            f"The memory ran out while {doing}.",
            remedy="Close other scans and programs, then try again.",
        )
    if isinstance(error, OSError) and error.errno in DISK_FULL:
        return OutOfDiskError(
            f"The disk became full while {doing}.",
            remedy="Free some space, or choose another folder.",
        )
    return MedctError(
        f"The program made a mistake while {doing}.",
        remedy="This is our fault, not yours: try again, and report it with the log file if it "
        "happens twice.",
    )
