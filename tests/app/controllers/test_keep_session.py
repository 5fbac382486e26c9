"""A session goes on where it stopped: on its own scan only, wherever that lies, after a crash."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from app.controllers.keep_case import KeepCase
from app.controllers.keep_session import (
    NOTHING_OPEN,
    OTHER_VIEWS,
    AutosavePauses,
    KeepSession,
    SessionParts,
)
from app.state.answers import Problem
from app.state.autosave import AutosaveFolder
from app.state.case_folder import CaseFolder
from app.state.case_lists import CaseLists
from app.state.measurements import MeasurementList
from app.state.prompt_list import PromptList
from app.state.reviews import MarkedImages, ReviewList
from app.state.session import Loading, OpenScan, SessionState
from app.state.session_file import SessionFile, read_session, write_session
from app.state.view import Layout, PlaneKind, ViewState
from app.state.view_values import ShownPart, views_of, views_to_values
from app.workers.edge import as_shown
from medct_core.cancel import CancelToken
from medct_core.errors import OutOfDiskError
from medct_core.io.study import Series
from medct_core.measurement.shapes import Length
from medct_core.volume.window import LUNG
from tests.app.controllers.test_keep_case import NEVER, line, name_of, opened
from tests.app.stand_ins import FakeLoader
from tests.case_samples import FULL

pytestmark = pytest.mark.gui

PART = {PlaneKind.AXIAL: ShownPart((1.0, 2.0, 3.0), 80.0)}


class FakePictures:
    """Pictures that remember which parts they show."""

    def __init__(self) -> None:
        self.parts: dict[PlaneKind, ShownPart] = {}

    def shown_parts(self) -> Mapping[PlaneKind, ShownPart]:
        """Give them."""
        return dict(self.parts)

    def show_parts(self, parts: Mapping[PlaneKind, ShownPart]) -> None:
        """Take them."""
        self.parts = dict(parts)


class FakeOpener:
    """Notes what is to be opened."""

    def __init__(self) -> None:
        self.paths: list[Path] = []
        self.series: list[Series] = []

    def open_path(self, path: Path, *, series_uid: str = "") -> None:
        """Note a path."""
        self.paths.append(path)

    def choose_series(self, series: Series) -> None:
        """Note a series."""
        self.series.append(series)


class Window:
    """One window with everything a session is made of, and a loader that works when told."""

    def __init__(self, folder: Path) -> None:
        self.session, self.view, self.loader = SessionState(), ViewState(), FakeLoader()
        self.pictures, self.opener = FakePictures(), FakeOpener()
        self.lists = CaseLists(MeasurementList(), ReviewList(), PromptList(), MarkedImages())
        cases = CaseFolder(folder / "cases")
        loader = self.loader.as_loader()
        self.keep = KeepCase(self.session, self.lists, cases, loader, pauses=NEVER)
        parts = SessionParts(self.session, self.view, self.pictures, self.lists, self.keep)
        self.folder = AutosaveFolder(folder / "autosave")
        self.sessions = KeepSession(
            parts,
            self.opener,
            loader,
            self.folder.begin(),
            pauses=AutosavePauses(3_600_000, 3_600_000),
        )
        self.told: list[tuple[str, object]] = []
        self._listen()
        self._answered = 0

    def _listen(self) -> None:
        for name in ("saved", "restored", "failed", "autosave_problem_changed"):
            signal = getattr(self.sessions, name)
            signal.connect(lambda value, name=name: self.told.append((name, value)))
        self.sessions.scan_wanted.connect(
            lambda path, problem: self.told.append(("scan_wanted", (path, problem)))
        )

    def work(self) -> None:
        """Have everything done that waits, in order."""
        while self._answered < len(self.loader.works):
            self._answered += 1
            number = self._answered
            try:
                result = self.loader.works[number - 1](CancelToken(), lambda _: None)
            except Exception as error:  # noqa: BLE001 (as the loader's threads do)
                self.loader.failed.emit(number, as_shown(error, doing="trying"))
            else:
                self.loader.done.emit(number, result)

    def show(self, scan: OpenScan | None) -> None:
        """Open a scan and have all its work done."""
        self.session.set_scan(scan)
        self.work()

    def of(self, name: str) -> list[object]:
        """Give what a signal said."""
        return [value for one, value in self.told if one == name]

    def autosaved(self) -> SessionFile:
        """Give what would be restored after a crash."""
        self.sessions.autosave()
        self.work()
        (path,) = self.folder.path.glob("[!.]*.medct")
        return read_session(path)


@pytest.fixture
def window(qapp: object, tmp_path: Path) -> Window:
    """Build a window with nothing in it."""
    return Window(tmp_path / "one")


@pytest.fixture
def other(qapp: object, tmp_path: Path) -> Window:
    """Build another window, of another user."""
    return Window(tmp_path / "other")


@pytest.fixture
def scan(tmp_path: Path) -> OpenScan:
    """Give a scan whose file is there."""
    path = tmp_path / "scans" / "1.nii.gz"
    path.parent.mkdir()
    path.write_bytes(b"voxels")
    return replace(opened(1), path=path)


@pytest.fixture
def saved(window: Window, scan: OpenScan, tmp_path: Path) -> Path:
    """Save a session with a measurement and a lung window."""
    window.show(scan)
    window.lists.measurements.add(line("m"))
    window.view.set_window(LUNG)
    window.view.set_layout(Layout.AXIAL)
    window.pictures.parts = dict(PART)
    window.sessions.save(tmp_path / "reading")
    window.work()
    return tmp_path / "reading.medct"


def drawn(window: Window) -> list[str]:
    return [one.id for one in window.lists.measurements.items]


def problem_of(told: object) -> Problem:
    assert isinstance(told, tuple)
    problem = told[1]
    assert isinstance(problem, Problem)
    return problem


def test_a_session_is_restored_with_its_scan_record_and_views(
    window: Window, other: Window, saved: Path, scan: OpenScan
) -> None:
    other.sessions.open(saved)
    other.work()
    assert other.opener.paths == [scan.path]
    other.show(replace(scan))

    assert window.of("saved") == [saved]
    assert drawn(other) == ["m"]
    assert views_of(other.view, other.pictures.parts) == views_of(window.view, PART)
    assert len(other.of("restored")) == 1
    assert other.sessions.path == saved
    other.keep.close()
    assert len(other.keep._files._folder.load(name_of(scan)).record.measurements) == 1


def test_a_session_of_the_scan_that_is_open_reads_nothing_again(
    window: Window, saved: Path
) -> None:
    window.lists.measurements.add(line("later"))
    window.view.set_layout(Layout.GRID)

    window.sessions.open(saved)
    window.work()

    assert window.opener.paths == []
    assert drawn(window) == ["m", "later"]
    assert window.view.layout is Layout.AXIAL


def test_a_scan_that_moved_is_asked_for_and_found(
    other: Window, saved: Path, scan: OpenScan, tmp_path: Path
) -> None:
    there = scan.path.rename(tmp_path / "moved.nii.gz")
    other.sessions.open(saved)
    other.work()

    (asked,) = other.of("scan_wanted")
    assert "no longer at" in problem_of(asked).summary
    other.sessions.locate(there)
    other.show(replace(scan, path=there))

    assert other.opener.paths == [there]
    assert drawn(other) == ["m"]


def test_a_scan_that_moved_and_is_not_found_changes_nothing(
    other: Window, saved: Path, scan: OpenScan
) -> None:
    scan.path.unlink()
    other.sessions.open(saved)
    other.work()

    other.sessions.give_up()
    other.sessions.locate(scan.path)
    other.show(opened(2))

    assert other.opener.paths == []
    assert drawn(other) == []


def test_a_session_is_never_restored_on_another_scan(
    other: Window, saved: Path, scan: OpenScan
) -> None:
    other.sessions.open(saved)
    other.work()

    other.show(replace(opened(2), path=scan.path))

    (asked,) = other.of("scan_wanted")
    assert "not the scan of the session" in problem_of(asked).summary
    assert drawn(other) == []
    assert other.of("restored") == []


def test_a_person_who_opens_another_scan_meanwhile_gets_that_one(
    other: Window, saved: Path, scan: OpenScan
) -> None:
    other.sessions.open(saved)
    other.work()

    other.show(opened(2))
    other.show(scan)

    assert drawn(other) == []
    assert other.of("restored") == []


def test_the_series_of_the_session_is_read_where_another_came_first(
    other: Window, saved: Path, scan: OpenScan
) -> None:
    first = replace(scan.series, uid="another")
    study = replace(scan.study, series=(first, scan.series))
    other.sessions.open(saved)
    other.work()

    other.show(replace(opened(2), path=scan.path, study=study, series=first))
    assert other.opener.series == [scan.series]
    other.show(replace(scan, study=study))

    assert drawn(other) == ["m"]


def test_a_scan_that_does_not_open_ends_the_wish(
    other: Window, saved: Path, scan: OpenScan
) -> None:
    other.sessions.open(saved)
    other.work()

    other.session.set_problem(Problem("It is damaged.", "Copy it again."))
    other.show(scan)

    assert other.of("restored") == []


def test_reading_that_was_stopped_ends_the_wish(
    qtbot: object, other: Window, saved: Path, scan: OpenScan, qapp: object
) -> None:
    other.sessions.open(saved)
    other.work()
    other.session.set_loading(Loading("1.nii.gz"))

    other.session.set_loading(None)
    qapp.processEvents()  # type: ignore[attr-defined]
    other.show(scan)

    assert other.of("restored") == []


def test_a_file_that_is_no_session_is_refused(other: Window, tmp_path: Path) -> None:
    path = tmp_path / "letter.medct"
    path.write_bytes(b"Dear colleague")

    other.sessions.open(path)
    other.work()

    (problem,) = other.of("failed")
    assert isinstance(problem, Problem)
    assert "damaged, or no session" in problem.summary


def test_views_that_cannot_be_shown_leave_the_record(
    other: Window, scan: OpenScan, tmp_path: Path
) -> None:
    path = tmp_path / "old.medct"
    record = replace(FULL, scan_sha256=name_of(scan))
    write_session(SessionFile(scan.path, scan.series.uid, record, {"version": 99}), path)

    other.sessions.open(path)
    other.work()
    other.show(scan)

    assert other.of("failed") == [OTHER_VIEWS]
    assert other.lists.measurements.items == FULL.measurements


def test_without_a_scan_there_is_nothing_to_save(other: Window, tmp_path: Path) -> None:
    other.sessions.save(tmp_path / "empty.medct")

    assert other.of("failed") == [NOTHING_OPEN]


def test_a_session_that_cannot_be_written_is_told(
    window: Window, scan: OpenScan, tmp_path: Path
) -> None:
    (tmp_path / "file").write_bytes(b"")
    window.show(scan)

    window.sessions.save(tmp_path / "file" / "reading.medct")
    window.work()

    (problem,) = window.of("failed")
    assert isinstance(problem, Problem)
    assert "cannot be saved" in problem.summary
    assert window.sessions.path is None


def test_what_is_autosaved_is_what_is_shown(window: Window, saved: Path, scan: OpenScan) -> None:
    session = window.autosaved()

    assert session == read_session(saved)
    assert session.views == views_to_values(views_of(window.view, PART))


def test_nothing_is_written_while_nothing_changes(window: Window, saved: Path) -> None:
    window.autosaved()
    count = len(window.loader.works)

    window.sessions.autosave()

    assert len(window.loader.works) == count


def test_a_window_that_closes_or_shows_no_scan_leaves_no_autosave(
    window: Window, scan: OpenScan
) -> None:
    window.show(scan)
    window.autosaved()

    window.show(None)
    window.sessions.autosave()
    assert list(window.folder.path.glob("*.medct")) == []
    window.show(scan)
    window.autosaved()
    window.sessions.close()

    assert list(window.folder.path.iterdir()) == []


def test_an_autosave_that_comes_after_closing_is_not_written(
    window: Window, scan: OpenScan
) -> None:
    window.show(scan)
    window.sessions.autosave()

    window.sessions.close()
    window.work()

    assert not window.folder.path.exists() or list(window.folder.path.iterdir()) == []


def test_a_disk_that_is_full_is_told_once_and_tried_again(
    window: Window, scan: OpenScan, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OutOfDiskError("The disk is full.", remedy="Free some space.")

    window.show(scan)
    monkeypatch.setattr("app.state.autosave.write_session", full)
    for _ in range(3):
        window.sessions.autosave()
        window.work()
    monkeypatch.undo()

    assert window.autosaved().scan_path == scan.path
    told = window.of("autosave_problem_changed")
    assert told == [Problem("The disk is full.", "Free some space."), None]


def test_what_a_crash_left_behind_is_restored_and_then_removed(
    window: Window, other: Window, saved: Path, scan: OpenScan
) -> None:
    window.autosaved()
    window.sessions._autosave._lock_file.unlock()  # as the system does when a program ends
    (crashed,) = window.folder.crashed()

    other.sessions.restore(crashed)
    other.work()
    other.show(scan)

    assert drawn(other) == ["m"]
    assert other.view.layout is Layout.AXIAL
    assert other.sessions.path is None
    assert list(window.folder.path.glob("*.medct")) == []
    assert other.autosaved().record.measurements == (line("m"),)


def test_a_crash_whose_scan_is_gone_is_kept_for_another_time(
    window: Window, other: Window, saved: Path, scan: OpenScan
) -> None:
    window.autosaved()
    window.sessions._autosave._lock_file.unlock()  # as the system does when a program ends
    scan.path.unlink()

    other.sessions.restore(window.folder.crashed()[0])
    other.work()
    other.sessions.close()

    assert len(other.of("scan_wanted")) == 1
    assert len(window.folder.crashed()) == 1


def test_a_change_is_autosaved_soon(window: Window, scan: OpenScan) -> None:
    window.show(scan)
    window.autosaved()

    window.lists.measurements.add(line("n"))

    assert window.sessions._soon.isActive()
    assert isinstance(window.autosaved().record.measurements[0], Length)


def test_an_autosave_is_not_begun_while_another_is_written(window: Window, scan: OpenScan) -> None:
    window.show(scan)
    window.sessions.autosave()
    count = len(window.loader.works)
    window.lists.measurements.add(line("n"))

    window.sessions.autosave()
    assert len(window.loader.works) == count
    window.work()

    assert len(window.autosaved().record.measurements) == 1


def test_work_that_was_stopped_is_no_longer_waited_for(
    other: Window, saved: Path, scan: OpenScan, tmp_path: Path
) -> None:
    other.sessions.open(saved)
    other.loader.cancelled.emit(len(other.loader.works))
    other.show(scan)
    other.sessions.save(tmp_path / "late.medct")

    other.loader.cancelled.emit(len(other.loader.works))
    other.work()

    assert other.of("restored") == []
    assert other.of("saved") == []
