"""The edge of a thread: whatever went wrong there becomes two lines for a person."""

from copy import copy

from app.state.window_words import in_window
from medct_core.errors import DISK_FULL, MedctError, OutOfDiskError, OutOfMemoryError


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
        shown.summary = in_window(error.summary)
        shown.remedy = in_window(error.remedy)
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
