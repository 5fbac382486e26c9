"""Sessions: what a window shows and holds, saved to a ``.medct`` file, restored, and autosaved."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QObject, QTimer, Signal

from app.controllers.keep_case import NO_NAME_YET, KeepCase
from app.controllers.session_work import (
    CheckedScan,
    FoundScan,
    SavedSession,
    autosave_shown,
    compare,
    find_scan,
    read_and_look,
    write_shown,
)
from app.state.answers import Problem
from app.state.autosave import AutosaveFile, CrashedSession
from app.state.case_lists import CaseLists
from app.state.case_record import CaseRecord
from app.state.session import OpenScan, SessionState
from app.state.session_file import SESSION_SUFFIX, OtherScanError, SessionFile
from app.state.view import PlaneKind, ViewState
from app.state.view_values import (
    ShownPart,
    show_views,
    views_from_values,
    views_of,
    views_to_values,
)
from app.workers.edge import as_shown
from app.workers.loader_pool import LoaderPool, Work
from medct_core.cancel import CancelToken
from medct_core.errors import MedctError
from medct_core.io.study import Series
from medct_core.measurement.fields import JsonValue

NOTHING_OPEN = Problem(
    "There is no session to save: no scan is open.",
    "Open a scan first.",
)
OTHER_VIEWS = Problem(
    "The views of this session cannot be shown again; its measurements and comments are there.",
    "Arrange the views anew; update this program if the session was saved by a newer one.",
)

_SAVING = "saving the session"


class Pictures(Protocol):
    """The pictures of a window, as far as a session keeps them."""

    def shown_parts(self) -> Mapping[PlaneKind, ShownPart]:
        """Which parts of the planes are shown, of the pictures that are zoomed or moved."""

    def show_parts(self, parts: Mapping[PlaneKind, ShownPart]) -> None:
        """Show these parts, and whole slices in all other pictures."""


class Opener(Protocol):
    """What opens scans; `open_study.OpenStudy` does."""

    def open_path(self, path: Path, *, series_uid: str = "") -> None:
        """Open a file, a folder or a zip, and of it a series; empty takes the usual one."""

    def choose_series(self, series: Series) -> None:
        """Read another series of the study that is open."""


@dataclass(frozen=True, slots=True, eq=False)
class SessionParts:
    """The parts of a window that a session is made of."""

    session: SessionState
    view: ViewState
    pictures: Pictures
    lists: CaseLists
    keep: KeepCase


@dataclass(frozen=True, slots=True)
class AutosavePauses:
    """When a session is autosaved.

    Attributes
    ----------
    change_ms
        After the last change a reader made.
    always_ms
        From one time to the next, for views that moved.
    """

    change_ms: int = 1000
    always_ms: int = 30_000


@dataclass(frozen=True, slots=True, eq=False)
class _Shown:
    """A window as it stands at one moment; equal parts mean an equal session."""

    scan: OpenScan
    record: CaseRecord
    views: dict[str, JsonValue]

    def is_as(self, other: "_Shown | None") -> bool:
        return other is not None and (self.scan, self.record, self.views) == (
            other.scan,
            other.record,
            other.views,
        )


@dataclass(slots=True)
class _Wish:
    """A session that is to be restored, and the file a crash left it in."""

    session: SessionFile | None
    path: Path | None = None
    crashed: CrashedSession | None = None
    job: int | None = None


class KeepSession(QObject):
    """Saves, restores and autosaves the session of one window.

    A session is restored on its own scan only, told by the hash of the voxels: its record comes
    on top of what the case holds, then its views are shown. Build it after whatever shows a scan
    in the pictures.

    Parameters
    ----------
    parts
        Of the window.
    opener
        Opens the scan of a session.
    loader
        Reads and writes files.
    autosave
        The window's file for the case of a crash.
    pauses
        When it is written.
    parent
        Owner.
    """

    saved = Signal(object)  # Path
    restored = Signal(object)  # SessionFile
    failed = Signal(object)  # Problem
    scan_wanted = Signal(object, object)  # Path where it was, Problem: answer by locate or give_up
    autosave_problem_changed = Signal(object)  # Problem | None

    def __init__(
        self,
        parts: SessionParts,
        opener: Opener,
        loader: LoaderPool,
        autosave: AutosaveFile,
        *,
        pauses: AutosavePauses | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._parts, self._opener, self._loader = parts, opener, loader
        self._autosave = autosave
        self._path: Path | None = None
        self._wish: _Wish | None = None
        self._saving: dict[int, Work] = {}
        self._autosave_job: int | None = None
        self._autosaved: _Shown | None = None
        self._autosave_problem: Problem | None = None
        self._restored_crash: CrashedSession | None = None
        self._saved_crash: CrashedSession | None = None
        waits = pauses or AutosavePauses()
        self._soon = QTimer(self, singleShot=True, interval=waits.change_ms)
        self._always = QTimer(self, interval=waits.always_ms)
        self._listen()
        self._always.start()

    def _listen(self) -> None:
        session = self._parts.session
        session.scan_changed.connect(self._on_scan)
        session.problem_changed.connect(self._on_problem)
        session.loading_changed.connect(self._on_loading)
        self._parts.lists.on_change(self._autosave_soon)
        self._soon.timeout.connect(self.autosave)
        self._always.timeout.connect(self.autosave)
        self._loader.done.connect(self._on_done)
        self._loader.failed.connect(self._on_failed)
        self._loader.cancelled.connect(self._on_cancelled)

    @property
    def path(self) -> Path | None:
        """Where the session of the scan that is shown was saved or opened last."""
        return self._path

    @property
    def is_restoring(self) -> bool:
        """Whether a session is being restored, or its scan is asked for."""
        return self._wish is not None

    def save(self, path: Path) -> None:
        """Write the session as it is now; `saved` or `failed` says how it went."""
        shown = self._shown()
        if shown is None:
            self.failed.emit(NOTHING_OPEN)
            return
        named = (
            path if path.suffix == SESSION_SUFFIX else path.with_name(path.name + SESSION_SUFFIX)
        )
        work = partial(write_shown, shown.scan, shown.record, shown.views, named)
        self._saving[self._loader.submit(work, doing=_SAVING)] = work

    def finish_saving(self) -> Problem | None:
        """Save on this thread what was asked for and may still be waiting, before all ends.

        Returns
        -------
        Why a session could not be saved, None where all are.
        """
        try:
            while self._saving:
                job, work = next(iter(self._saving.items()))
                work(CancelToken(), _nobody)
                del self._saving[job]
        except Exception as error:  # noqa: BLE001 (told, and kept for another try)
            return Problem.of(as_shown(error, doing=_SAVING))
        return None

    def open(self, path: Path) -> None:
        """Restore a session; `restored`, `scan_wanted` or `failed` says how it went."""
        self.give_up()
        self._wish = _Wish(None, path=path)
        self._wish.job = self._loader.submit(
            partial(read_and_look, path), doing="reading the session"
        )

    def restore(self, crashed: CrashedSession) -> None:
        """Restore what a crash left behind; it is removed once it is autosaved anew."""
        self.give_up()
        self._wish = _Wish(crashed.session, crashed=crashed)
        work = partial(find_scan, crashed.session)
        self._wish.job = self._loader.submit(work, doing="looking for the scan")

    def locate(self, path: Path) -> None:
        """Answer `scan_wanted`: the scan lies here now."""
        if self._wish is not None and self._wish.session is not None:
            self._wish.session = self._wish.session.with_scan_at(path)
            self._open_scan()

    def give_up(self) -> None:
        """Restore nothing any more; what a crash left behind is kept for another time."""
        wish, self._wish = self._wish, None
        if wish is not None and wish.crashed is not None:
            wish.crashed.let_go()

    def _autosave_soon(self) -> None:
        self._soon.start()

    def autosave(self) -> None:
        """Keep the session as it is now for the case of a crash, if anything changed."""
        self._soon.stop()
        shown = self._shown()
        if shown is None:
            self._autosaved = None
            self._autosave.clear()
        elif self._autosave_job is not None:
            # Asked again as soon as the file is there.
            self._soon.start()
        elif not shown.is_as(self._autosaved):
            self._autosaved = shown
            work = partial(autosave_shown, shown.scan, shown.record, shown.views, self._autosave)
            self._autosave_job = self._loader.submit(work, doing="keeping your work")
            self._saved_crash = self._restored_crash

    def close(self) -> None:
        """Stop, and remove what is only for the case of a crash."""
        self._soon.stop()
        self._always.stop()
        self.give_up()
        self._autosave.close()
        self._end_crash()

    def _shown(self) -> _Shown | None:
        parts = self._parts
        scan = parts.session.scan
        if scan is None:
            return None
        views = views_to_values(views_of(parts.view, parts.pictures.shown_parts()))
        return _Shown(scan, parts.lists.record(NO_NAME_YET), views)

    def _on_scan(self, scan: OpenScan | None) -> None:
        self._path = None
        self._soon.start()
        wish = self._wish
        if wish is None or wish.session is None:
            return
        if scan is None or scan.path.absolute() != wish.session.scan_path:
            self.give_up()
        else:
            self._check(scan, wish.session)

    def _on_problem(self, problem: Problem | None) -> None:
        if problem is not None and self._wish is not None and self._wish.session is not None:
            self.give_up()

    def _on_loading(self, loading: object) -> None:
        if loading is None and self._wish is not None:
            # A scan that was read is shown right after this; nothing comes after a stop.
            QTimer.singleShot(0, self._give_up_if_stopped)

    def _give_up_if_stopped(self) -> None:
        session, wish = self._parts.session, self._wish
        is_waiting = wish is not None and wish.session is not None and wish.job is None
        if is_waiting and session.loading is None and session.question is None:
            self.give_up()

    def _open_scan(self) -> None:
        assert self._wish is not None
        session, scan = self._wish.session, self._parts.session.scan
        assert session is not None
        self._wish.job = None
        if scan is not None and scan.path.absolute() == session.scan_path:
            self._check(scan, session)
        else:
            self._opener.open_path(session.scan_path, series_uid=session.series_uid)

    def _check(self, scan: OpenScan, session: SessionFile) -> None:
        """Have the voxels compared, or read the right series first."""
        assert self._wish is not None
        others = [one for one in scan.study.series if one.uid == session.series_uid]
        if scan.series.uid != session.series_uid and others:
            self._opener.choose_series(others[0])
            return
        work = partial(compare, session, scan)
        self._wish.job = self._loader.submit(work, doing="comparing the scan")

    def _on_done(self, job: int, result: object) -> None:
        if job in self._saving:
            del self._saving[job]
            self._note_saved(result)
        elif job == self._autosave_job:
            self._autosave_job = None
            self._set_autosave_problem(None)
            if self._saved_crash is self._restored_crash:
                self._end_crash()
        elif self._wish is not None and job == self._wish.job:
            self._go_on(self._wish, result)

    def _on_failed(self, job: int, error: MedctError) -> None:
        if job in self._saving:
            del self._saving[job]
            self.failed.emit(Problem.of(error))
        elif job == self._autosave_job:
            self._autosave_job = self._autosaved = None
            self._set_autosave_problem(Problem.of(error))
        elif self._wish is not None and job == self._wish.job:
            self._ask_or_fail(self._wish, error)

    def _on_cancelled(self, job: int) -> None:
        self._saving.pop(job, None)
        if job == self._autosave_job:
            self._autosave_job = self._autosaved = None
        elif self._wish is not None and job == self._wish.job:
            self.give_up()

    def _note_saved(self, result: object) -> None:
        assert isinstance(result, SavedSession)
        if self._parts.session.scan is result.scan:
            self._path = result.path
        self.saved.emit(result.path)

    def _go_on(self, wish: _Wish, result: object) -> None:
        wish.job = None
        if isinstance(result, CheckedScan):
            if result.scan is self._parts.session.scan:
                self._restore(wish, result.session)
            return
        assert isinstance(result, FoundScan)
        wish.session = result.session
        if result.missing is not None:
            self.scan_wanted.emit(result.session.scan_path, result.missing)
        else:
            self._open_scan()

    def _ask_or_fail(self, wish: _Wish, error: MedctError) -> None:
        wish.job = None
        if isinstance(error, OtherScanError) and wish.session is not None:
            self.scan_wanted.emit(wish.session.scan_path, Problem.of(error))
        else:
            self.give_up()
            self.failed.emit(Problem.of(error))

    def _restore(self, wish: _Wish, session: SessionFile) -> None:
        self._wish = None
        self._parts.keep.add(session.record)
        try:
            views = views_from_values(session.views)
        except ValueError:
            self.failed.emit(OTHER_VIEWS)
        else:
            show_views(views, self._parts.view)
            self._parts.pictures.show_parts(views.parts)
        self._path = wish.path
        self._end_crash()
        self._restored_crash = wish.crashed
        self.restored.emit(session)
        self.autosave()

    def _end_crash(self) -> None:
        """Remove what a crash left behind, now that it is kept elsewhere."""
        crashed, self._restored_crash = self._restored_crash, None
        if crashed is not None:
            crashed.discard()

    def _set_autosave_problem(self, problem: Problem | None) -> None:
        if problem != self._autosave_problem:
            self._autosave_problem = problem
            self.autosave_problem_changed.emit(problem)


def _nobody(_fraction: float) -> None:
    """Told how far it is."""
