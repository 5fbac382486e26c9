"""Crash log: what went wrong is written to a file that names no patient, and told to a person."""

import faulthandler
import logging
import logging.handlers
import os
import re
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import IO

from platformdirs import user_log_path
from PySide6.QtCore import QLockFile, QMessageLogContext, QtMsgType, qInstallMessageHandler

from medct_core.errors import MedctError

FOLDER_VARIABLE = "MEDCT_LOGS"
"""Environment variable that names another folder."""

log = logging.getLogger(__name__)

OnMistake = Callable[[str, str], None]
"""Takes a summary and a remedy, on the thread where it happened: the `emit` of a signal does."""

_LARGEST_BYTES, _OLDER_LOGS = 1_000_000, 3
_MOST_PROGRAMS = 20
_KEPT_CRASHES = 5
_LAST_LINES = 200
_QUIET_S = 10.0
_OWN = ("app", "medct_core", "qt")
_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}
# What these say is about code; all others may quote what stands in a file.
_ABOUT_CODE = (
    *(AssertionError, AttributeError, ImportError, IndexError, MemoryError, NameError),
    *(NotImplementedError, RecursionError, TypeError, ZeroDivisionError),
)
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
# A name in a path may have blanks in it, so the rest of the line goes too.
_FROM_PATH_ON = re.compile(r"\S*[\\/].*")


@dataclass(frozen=True, slots=True)
class PreviousCrash:
    """A program that ended without being closed.

    Attributes
    ----------
    summary, remedy
        For a person.
    path
        What it left behind, in one file.
    """

    summary: str
    remedy: str
    path: Path


class CrashLog:
    """The log of this program, until it is stopped.

    Attributes
    ----------
    path
        The file; None where none can be written.
    previous
        Programs that crashed before this one, the oldest first.
    """

    def __init__(
        self, path: Path | None, previous: tuple[PreviousCrash, ...], undo: list[Callable[[], None]]
    ) -> None:
        self.path = path
        self.previous = previous
        self._undo = undo

    def stop(self) -> None:
        """Take all hooks out: the program ends as it should."""
        while self._undo:
            self._undo.pop()()


def default_log_folder() -> Path:
    """Give this user's folder, or the one `FOLDER_VARIABLE` names."""
    named = os.environ.get(FOLDER_VARIABLE)
    return Path(named) if named else user_log_path("medct", appauthor=False)


def start_crash_log(folder: Path, on_mistake: OnMistake) -> CrashLog:
    """Write down from now on what goes wrong in Python, Qt and below, and find earlier crashes.

    A mistake that nobody caught is logged and told, and the window lives. Where the folder
    cannot be written there is no file, and everything else works.

    Parameters
    ----------
    folder
        Of the logs; each program that runs has files of its own in it.
    on_mistake
        Told about a mistake, at most once in ten seconds about the same.
    """
    undo: list[Callable[[], None]] = []
    previous: tuple[PreviousCrash, ...] = ()
    path: Path | None = None
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        previous = tuple(_earlier_crashes(folder))
        path = _open_files(folder, undo)
    _hook_python(_Mistakes(on_mistake, path), undo)
    _hook_qt(undo)
    return CrashLog(path, previous, undo)


class NamelessFormatter(logging.Formatter):
    """Formats what happened, where and when, without anything that could name a patient.

    Texts in quotes and paths are left out, and so is what other libraries say: they quote what
    stands in files. Of an error its type and the places in the code are kept, and its text only
    where that is about code.
    """

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(threadName)s %(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """Give the lines of one record."""
        is_own = record.name.partition(".")[0] in _OWN
        text = masked(record.getMessage()) if is_own else "(text left out)"
        shown = logging.makeLogRecord(
            {**record.__dict__, "msg": text, "args": None, "exc_text": None}
        )
        return super().format(shown)

    def formatException(  # noqa: N802 (the name is logging's)
        self,
        ei: tuple[type[BaseException], BaseException, TracebackType | None]
        | tuple[None, None, None],
    ) -> str:
        """Give the places of an error and of those it came from, the first one first."""
        error = ei[1]
        return "" if error is None else "\n".join(reversed(list(_chain(error))))


def masked(text: str) -> str:
    """Leave out of a text what may name a patient: texts in quotes, and lines from a path on."""
    return _FROM_PATH_ON.sub("…", _QUOTED.sub("'…'", text))


def _chain(error: BaseException) -> Iterator[str]:
    seen: set[int] = set()
    one: BaseException | None = error
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        said = f": {masked(str(one))}" if isinstance(one, _ABOUT_CODE) else ""
        places = "".join(traceback.format_tb(one.__traceback__))
        yield f"{places}{type(one).__name__}{said}"
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)


class _LogFile(logging.handlers.RotatingFileHandler):
    """A log that a full disk does not turn into another mistake."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 (the name is logging's)
        """Leave the record out."""


class _Mistakes:
    """Logs mistakes that nobody caught, and tells a person, not too often about the same."""

    def __init__(self, on_mistake: OnMistake, path: Path | None) -> None:
        self._on_mistake = on_mistake
        self._path = path
        self._last: dict[tuple[str, int], float] = {}

    def in_main(
        self, kind: type[BaseException], error: BaseException, places: TracebackType | None
    ) -> None:
        """Take what reached the top of the program, or a slot that Qt called."""
        # Whoever started the program from a terminal sees it there, as ever.
        sys.__excepthook__(kind, error, places)
        if not issubclass(kind, KeyboardInterrupt):
            self._note(error, places)

    def in_thread(self, args: threading.ExceptHookArgs) -> None:
        """Take what reached the top of a thread."""
        if args.exc_value is not None and args.exc_type is not SystemExit:
            self._note(args.exc_value, args.exc_traceback)

    def in_silence(self, args: "sys.UnraisableHookArgs") -> None:
        """Take what happened where nobody could be told, as in a finaliser."""
        log.error("A mistake while cleaning up", exc_info=args.exc_value)

    def _note(self, error: BaseException, places: TracebackType | None) -> None:
        if not self._is_new(error, places):
            return
        log.critical("A mistake that nobody caught", exc_info=error.with_traceback(places))
        try:
            self._on_mistake(*self._words(error))
        except Exception:
            log.exception("The mistake could not be told")

    def _is_new(self, error: BaseException, places: TracebackType | None) -> bool:
        while places is not None and places.tb_next is not None:
            places = places.tb_next
        line = places.tb_lineno if places else 0
        key, now = (type(error).__name__, line), time.monotonic()
        is_new = now - self._last.get(key, -_QUIET_S) >= _QUIET_S
        if is_new:
            self._last[key] = now
        return is_new

    def _words(self, error: BaseException) -> tuple[str, str]:
        if isinstance(error, MedctError):
            return error.summary, error.remedy
        if isinstance(error, MemoryError):
            return "The memory ran out.", "Close other scans and programs, then try again."
        log_file = f" and send us {self._path}" if self._path else ""
        return (
            "The program made a mistake; your work is kept.",
            "This is our fault, not yours: save your session, start the program again if it "
            f"behaves strangely{log_file}.",
        )


def _hook_python(mistakes: _Mistakes, undo: list[Callable[[], None]]) -> None:
    before = sys.excepthook, threading.excepthook, sys.unraisablehook

    def restore() -> None:
        sys.excepthook, threading.excepthook, sys.unraisablehook = before

    undo.append(restore)
    sys.excepthook = mistakes.in_main
    threading.excepthook = mistakes.in_thread
    sys.unraisablehook = mistakes.in_silence


def _hook_qt(undo: list[Callable[[], None]]) -> None:
    before = qInstallMessageHandler(_log_qt)
    undo.append(lambda: _put_back(before))


def _put_back(handler: object) -> None:
    qInstallMessageHandler(handler)  # type: ignore[arg-type]


def _log_qt(kind: QtMsgType, _context: QMessageLogContext, text: str) -> None:
    logging.getLogger("qt").log(_LEVELS[kind], "%s", text)


def _open_files(folder: Path, undo: list[Callable[[], None]]) -> Path | None:
    """Take the first name that no other program holds, and write under it."""
    for number in range(1, _MOST_PROGRAMS + 1):
        name = "medct" if number == 1 else f"medct-{number}"
        lock = _lock(folder / f"{name}.lock")
        if lock.tryLock(0):
            undo.append(lock.unlock)
            _catch_faults(folder / f"{name}.fault", undo)
            _write_log(folder / f"{name}.log", undo)
            return folder / f"{name}.log"
    return None


def _catch_faults(path: Path, undo: list[Callable[[], None]]) -> None:
    file: IO[str] = path.open("w", encoding="utf-8")

    def stop() -> None:
        faulthandler.disable()
        file.close()
        path.unlink(missing_ok=True)

    undo.append(stop)
    faulthandler.enable(file, all_threads=True)


def _write_log(path: Path, undo: list[Callable[[], None]]) -> None:
    handler = _LogFile(path, maxBytes=_LARGEST_BYTES, backupCount=_OLDER_LOGS, encoding="utf-8")
    handler.setFormatter(NamelessFormatter())
    root, own = logging.getLogger(), [logging.getLogger(name) for name in _OWN]
    levels = [one.level for one in own]

    def stop() -> None:
        root.removeHandler(handler)
        handler.close()
        for one, level in zip(own, levels, strict=True):
            one.setLevel(level)

    undo.append(stop)
    root.addHandler(handler)
    for one in own:
        one.setLevel(logging.INFO)


def _earlier_crashes(folder: Path) -> Iterator[PreviousCrash]:
    """Find programs that hold a lock although they are dead, and keep what they left."""
    for path in sorted(folder.glob("medct*.lock")):
        lock = _lock(path)
        if lock.tryLock(0):
            kept = _keep(path)
            lock.unlock()
            yield PreviousCrash(
                "The program ended last time without being closed.",
                f"If it crashed by itself, send us {kept}; it names no patient.",
                kept,
            )
    for old in sorted(folder.glob("crash-*.txt"))[:-_KEPT_CRASHES]:
        old.unlink(missing_ok=True)


def _keep(lock: Path) -> Path:
    """Put the places where a program died, and the end of its log, into one file."""
    fault, written = lock.with_suffix(".fault"), lock.with_suffix(".log")
    kept = lock.with_name(f"crash-{datetime.now().astimezone():%Y%m%d-%H%M%S}-{lock.stem}.txt")
    lines = _text(written).splitlines()[-_LAST_LINES:]
    kept.write_text("\n".join([_text(fault), *lines]) + "\n", encoding="utf-8")
    fault.unlink(missing_ok=True)
    return kept


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _lock(path: Path) -> QLockFile:
    lock = QLockFile(str(path))
    # A lock is stale when its program is dead, however long it has been held.
    lock.setStaleLockTime(0)
    return lock
