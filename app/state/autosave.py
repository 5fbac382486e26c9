"""Autosave: what each window shows, kept beside the cases until it closes, for after a crash."""

import os
import threading
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from platformdirs import user_data_path
from PySide6.QtCore import QLockFile

from app.state.session_file import SESSION_SUFFIX, SessionFile, read_session, write_session
from medct_core.errors import OutOfDiskError, UsageError

FOLDER_VARIABLE = "MEDCT_AUTOSAVE"
"""Environment variable that names another folder."""

_LOCK_SUFFIX = ".lock"


class AutosaveFile:
    """The autosaved session of one window; safe to use from several threads.

    A lock lies beside it while the program lives, and outlives the program if it is killed:
    that tells a session that was left behind from one that somebody is working on.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock_file = _lock_of(path)
        self._guard = threading.Lock()
        self._is_closed = False

    def write(self, session: SessionFile) -> None:
        """Replace what was saved; nothing once the file is closed.

        Raises
        ------
        OutOfDiskError
            If it cannot be written; then what was saved before stays.
        """
        with self._guard:
            if not self._is_closed:
                self._hold()
                write_session(session, self.path)

    def clear(self) -> None:
        """Remove what was saved, as when no scan is open any more."""
        with self._guard:
            self._remove()

    def close(self) -> None:
        """Remove what was saved and write no more: the window closes as it should."""
        with self._guard:
            self._is_closed = True
            self._remove()
            self._lock_file.unlock()

    def _hold(self) -> None:
        if self._lock_file.isLocked():
            return
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _cannot_save(self.path.parent) from error
        if not self._lock_file.tryLock(0):
            raise _cannot_save(self.path.parent)

    def _remove(self) -> None:
        try:
            self.path.unlink(missing_ok=True)
        except OSError:
            # It is offered once more at the next start, which is better than a stop at the end.
            return


class CrashedSession:
    """A session that a program left behind when it ended without closing its window.

    Nobody else is offered it until it is discarded or let go.

    Attributes
    ----------
    session
        What was saved last.
    saved_at
        When, in UTC.
    """

    def __init__(self, path: Path, session: SessionFile, lock: QLockFile) -> None:
        self.session = session
        self.saved_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        self._path = path
        self._lock = lock

    def discard(self) -> None:
        """Remove it: it was restored and saved anew, or nobody wants it."""
        try:
            self._path.unlink(missing_ok=True)
        except OSError:
            # It is offered again at the next start.
            return
        finally:
            self._lock.unlock()

    def let_go(self) -> None:
        """Keep it for another time."""
        self._lock.unlock()


@dataclass(frozen=True, slots=True)
class AutosaveFolder:
    """Where autosaved sessions lie, one for each window.

    Attributes
    ----------
    path
        The folder; made when the first session is saved.
    """

    path: Path

    def begin(self) -> AutosaveFile:
        """Give a window its file, under a name that no other window has; nothing is written."""
        return AutosaveFile(self.path / f"{uuid.uuid4().hex}{SESSION_SUFFIX}")

    def crashed(self) -> tuple[CrashedSession, ...]:
        """Give what dead programs left behind, the newest first.

        Sessions of living programs are left alone, and of two programs that ask at once only
        one gets each. What cannot be read is left where it is.
        """
        try:
            # A hidden one was being written when its program died; the one before it is whole.
            paths = sorted(self.path.glob(f"[!.]*{SESSION_SUFFIX}"))
        except OSError:
            return ()
        found = [one for path in paths if (one := _left_behind(path)) is not None]
        return tuple(sorted(found, key=lambda one: one.saved_at, reverse=True))


def default_autosave_folder() -> AutosaveFolder:
    """Give this user's folder, or the one `FOLDER_VARIABLE` names."""
    named = os.environ.get(FOLDER_VARIABLE)
    usual = user_data_path("medct", appauthor=False) / "autosave"
    return AutosaveFolder(Path(named) if named else usual)


def _left_behind(path: Path) -> CrashedSession | None:
    lock = _lock_of(path)
    if not lock.tryLock(0):
        return None
    try:
        return CrashedSession(path, read_session(path), lock)
    except (UsageError, OSError):
        # Damaged, of a newer version, or just restored by another program.
        lock.unlock()
        return None


def _lock_of(path: Path) -> QLockFile:
    lock = QLockFile(str(path.with_suffix(_LOCK_SUFFIX)))
    # A lock is stale when its program is dead, however long it has been held.
    lock.setStaleLockTime(0)
    return lock


def _cannot_save(folder: Path) -> OutOfDiskError:
    return OutOfDiskError(
        f"Your work cannot be kept for the case of a crash in {str(folder)!r}.",
        remedy="Free some space there, or check whether you may write in that folder; save the "
        "session yourself until then.",
    )
