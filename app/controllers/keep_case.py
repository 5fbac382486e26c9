"""Keeping a case: the record of the scan that is shown is read, filled in, and saved on change."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal

from app.controllers.case_files import CaseFiles, Version
from app.state.answers import Problem
from app.state.case_folder import CaseFolder, LoadedCase
from app.state.case_lists import CaseLists
from app.state.case_merge import merged
from app.state.case_record import CaseRecord
from app.state.session import OpenScan, SessionState
from app.workers.edge import as_shown
from app.workers.loader_pool import LoaderPool, Work
from medct_core.cancel import CancelToken
from medct_core.errors import MedctError

NO_NAME_YET = "0" * 64
"""Stands for the hash of a scan until it is worked out; nothing is saved under it."""

NOTHING = CaseRecord(NO_NAME_YET)

_DOING = "keeping your measurements and comments"


@dataclass(frozen=True, slots=True)
class Pauses:
    """How long the controller waits.

    Attributes
    ----------
    save_ms
        Between the last change and saving it.
    retry_ms
        Between a try that failed and the next.
    """

    save_ms: int = 300
    retry_ms: int = 5000


@dataclass(slots=True, eq=False)
class _Opened:
    """One opening of a scan, and what its lists held last."""

    scan: OpenScan
    latest: CaseRecord
    saved: CaseRecord = NOTHING

    @property
    def is_loaded(self) -> bool:
        return self.latest.scan_sha256 != NO_NAME_YET


@dataclass(frozen=True, slots=True)
class _Load:
    opened: _Opened


@dataclass(frozen=True, slots=True)
class _Save:
    scan_sha256: str


_Task = _Load | _Save


@dataclass(frozen=True, slots=True)
class _Running:
    """The job that is waited for."""

    job: int
    task: _Task


class KeepCase(QObject):
    """Keeps the case record of one window's scan.

    Build it before everything else that follows the scan: it empties the lists first, so that
    nothing of one scan is ever shown on another. What is changed before the record was read is
    put on top of it. A record that cannot be read or written is told once, kept in memory and
    tried again; it is never replaced by one that leaves out what lies on disk.

    Parameters
    ----------
    session
        Whose scan is followed.
    lists
        Filled here, and saved when anybody changes them.
    folder
        Where records lie.
    loader
        Reads and writes them.
    pauses
        How long to wait.
    parent
        Owner.
    """

    problem_changed = Signal(object)  # Problem | None: why something is not saved yet
    noticed = Signal(object)  # tuple[Notice, ...]: a damaged record was kept aside

    def __init__(
        self,
        session: SessionState,
        lists: CaseLists,
        folder: CaseFolder,
        loader: LoaderPool,
        *,
        pauses: Pauses | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._lists, self._loader = session, lists, loader
        self._files = CaseFiles(folder)
        self._opened: _Opened | None = None
        self._unsaved: dict[str, CaseRecord] = {}
        self._on_disk: dict[str, CaseRecord] = {}
        self._ready: list[_Task] = []
        self._later: list[_Task] = []
        self._running: _Running | None = None
        self._count = 0
        self._problem: Problem | None = None
        self._is_filling = False
        self._is_closed = False
        waits = pauses or Pauses()
        self._saving = QTimer(self, singleShot=True, interval=waits.save_ms)
        self._retrying = QTimer(self, singleShot=True, interval=waits.retry_ms)
        self._listen()

    def _listen(self) -> None:
        self._saving.timeout.connect(self._save_soon)
        self._retrying.timeout.connect(self._try_again)
        self._session.scan_changed.connect(self._follow)
        self._lists.on_change(self._on_change)
        self._loader.done.connect(self._on_done)
        self._loader.failed.connect(self._on_failed)
        self._loader.cancelled.connect(self._on_cancelled)

    @property
    def problem(self) -> Problem | None:
        """Why something is not saved yet."""
        return self._problem

    @property
    def is_loaded(self) -> bool:
        """Whether the record of the scan that is shown has been read."""
        return self._opened is not None and self._opened.is_loaded

    def add(self, record: CaseRecord) -> None:
        """Put a record of the scan that is shown, as of a session, on top of what is there.

        The caller has checked that it is of this scan.
        """
        with self._filling():
            self._lists.show(merged(self._lists.record(record.scan_sha256), record))
        self._on_change()

    def save_now(self) -> Problem | None:
        """Save everything on this thread, as before the window closes.

        Returns
        -------
        Why something could not be saved, None where all is; then it is still in memory.
        """
        problem: Problem | None = None
        waiting: list[_Task] = []
        todo = self._take_all()
        while todo:
            task = todo.pop(0)
            if isinstance(task, _Load) and task.opened.latest == NOTHING:
                waiting.append(task)
                continue
            try:
                self._finish(task, self._work(task)(CancelToken(), _nobody))
            except Exception as error:  # noqa: BLE001 (told, and kept for another try)
                problem = Problem.of(as_shown(error, doing=_DOING))
                self._later.append(task)
            self._hand_over()
            todo = list(dict.fromkeys([*todo, *self._ready]))
            self._ready = []
        self._ready = waiting
        self._set_problem(problem)
        self._go_on()
        return problem

    def close(self) -> Problem | None:
        """Save everything now, then stop; what it returns could not be saved and is lost."""
        problem = self.save_now()
        self._is_closed = True
        self._saving.stop()
        self._retrying.stop()
        return problem

    def _follow(self) -> None:
        before, scan = self._opened, self._session.scan
        if scan is (before.scan if before else None) or self._is_closed:
            return
        self._save_soon()
        self._opened = None
        if before is not None:
            self._drop_if_unchanged(before)
            with self._filling():
                self._lists.clear()
        if scan is not None:
            # What was asked before any scan was open goes with the first.
            self._opened = _Opened(scan, self._lists.record(NO_NAME_YET))
            # What was left unread goes first: it may be of the same scan.
            self._ready += [*self._later, _Load(self._opened)]
            self._later = []
        self._go_on()

    def _drop_if_unchanged(self, left: _Opened) -> None:
        if left.latest == NOTHING:
            self._ready = [one for one in self._ready if one != _Load(left)]
            self._later = [one for one in self._later if one != _Load(left)]
            if not self._later:
                self._set_problem(None)

    def _on_change(self) -> None:
        if self._is_filling or self._is_closed:
            return
        self._follow()
        opened = self._opened
        if opened is not None:
            opened.latest = self._lists.record(opened.latest.scan_sha256)
            if opened.is_loaded:
                self._saving.start()

    def _save_soon(self) -> None:
        self._hand_over()
        self._go_on()

    def _hand_over(self) -> None:
        """Take what the lists hold as something to be saved, if it is not yet."""
        self._saving.stop()
        opened = self._opened
        if opened is not None and opened.is_loaded and opened.latest != opened.saved:
            opened.saved = opened.latest
            self._to_save(opened.latest)

    def _to_save(self, record: CaseRecord) -> None:
        task = _Save(record.scan_sha256)
        self._unsaved[record.scan_sha256] = record
        if task not in (*self._ready, *self._later):
            self._ready.append(task)

    def _go_on(self) -> None:
        """Have the next task done, one at a time, so that none overtakes another."""
        if self._is_closed:
            return
        if self._later and not self._retrying.isActive():
            self._retrying.start()
        if self._running is None and self._ready:
            task = self._ready.pop(0)
            self._running = _Running(self._loader.submit(self._work(task), doing=_DOING), task)

    def _work(self, task: _Task) -> Work:
        if isinstance(task, _Load):
            return partial(self._files.load, task.opened.scan.volume)
        self._count += 1
        name = task.scan_sha256
        version = Version(self._count, self._unsaved[name], self._on_disk[name])
        return partial(self._files.save, version)

    def _take_all(self) -> list[_Task]:
        """Give every task that is not done; the answer of the one that runs is no longer heard."""
        self._hand_over()
        running = [self._running.task] if self._running else []
        tasks = dict.fromkeys([*running, *self._ready, *self._later])
        self._running, self._ready, self._later = None, [], []
        return list(tasks)

    def _try_again(self) -> None:
        self._ready += self._later
        self._later = []
        self._go_on()

    def _on_done(self, job: int, result: object) -> None:
        if (task := self._ended(job)) is not None:
            self._finish(task, result)
            if not self._later:
                self._set_problem(None)
            self._go_on()

    def _on_failed(self, job: int, error: MedctError) -> None:
        if (task := self._ended(job)) is not None:
            if self._still_wanted(task):
                self._put_off(task)
                self._set_problem(Problem.of(error))
            self._go_on()

    def _on_cancelled(self, job: int) -> None:
        # The program ends: `close` saves on its own thread.
        if (task := self._ended(job)) is not None:
            self._put_off(task)

    def _put_off(self, task: _Task) -> None:
        self._ready = [one for one in self._ready if one != task]
        self._later.append(task)

    def _ended(self, job: int) -> _Task | None:
        if self._running is None or self._running.job != job:
            return None
        ended, self._running = self._running, None
        return ended.task

    def _still_wanted(self, task: _Task) -> bool:
        if isinstance(task, _Save) or task.opened is self._opened:
            return True
        return task.opened.latest != NOTHING

    def _finish(self, task: _Task, result: object) -> None:
        if isinstance(task, _Load):
            assert isinstance(result, LoadedCase)
            self._finish_loading(task.opened, result)
        else:
            assert isinstance(result, CaseRecord)
            self._finish_saving(task, result)

    def _finish_saving(self, task: _Save, record: CaseRecord) -> None:
        name = task.scan_sha256
        self._on_disk[name] = record
        self._ready = [one for one in self._ready if one != task]
        if self._unsaved[name] == record:
            del self._unsaved[name]
        else:
            self._ready.append(task)

    def _finish_loading(self, opened: _Opened, loaded: LoadedCase) -> None:
        name = loaded.record.scan_sha256
        if name not in self._unsaved:
            self._on_disk[name] = loaded.record
        if opened is self._opened:
            self._fill(opened, loaded)
        elif opened.latest != NOTHING:
            self._keep_left(opened, loaded)

    def _fill(self, opened: _Opened, loaded: LoadedCase) -> None:
        saved = self._newest_of(loaded)
        with self._filling():
            self._lists.show_merged(saved, opened.latest)
        opened.saved = saved
        opened.latest = self._lists.record(saved.scan_sha256)
        if opened.latest != saved:
            self._saving.start()
        if loaded.notices:
            self.noticed.emit(loaded.notices)

    def _keep_left(self, left: _Opened, loaded: LoadedCase) -> None:
        """Save what was changed on a scan that was left before its record was read."""
        record = merged(self._newest_of(loaded), left.latest)
        opened = self._opened
        if opened is not None and opened.latest.scan_sha256 == record.scan_sha256:
            self.add(record)
        else:
            self._to_save(record)

    def _newest_of(self, loaded: LoadedCase) -> CaseRecord:
        """Give what is not on disk yet before what is there."""
        return self._unsaved.get(loaded.record.scan_sha256, loaded.record)

    def _set_problem(self, problem: Problem | None) -> None:
        if problem != self._problem:
            self._problem = problem
            self.problem_changed.emit(problem)

    @contextmanager
    def _filling(self) -> Iterator[None]:
        """Change the lists without taking it for a person's wish."""
        self._is_filling = True
        try:
            yield
        finally:
            self._is_filling = False


def _nobody(_fraction: float) -> None:
    """Told how far it is."""
