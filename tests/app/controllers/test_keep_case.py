"""What a reader adds to a scan is there again, whatever happens between the two openings."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.controllers.keep_case import KeepCase, Pauses
from app.state.answers import Problem
from app.state.case_folder import CaseFolder
from app.state.case_lists import CaseLists
from app.state.case_record import CaseRecord, Decision
from app.state.measurements import MeasurementList
from app.state.prompt_list import PromptList
from app.state.reviews import MarkedImages, ReviewList
from app.state.session import OpenScan, SessionState
from app.workers.edge import as_shown
from app.workers.loader_pool import LoaderPool
from medct_core.cancel import CancelToken
from medct_core.errors import OutOfDiskError
from medct_core.inference.prompt import Prompt
from medct_core.measurement.shapes import Length
from medct_core.volume.notice import Notice
from tests import small_chest
from tests.app.stand_ins import PATIENCE_MS, FakeLoader
from tests.app.state import test_session
from tests.case_samples import FULL
from tests.drawn_samples import AXIAL

pytestmark = pytest.mark.gui

AZYGOS = Prompt("Azygos lobe", ("There is an azygos lobe.",))
NEVER = Pauses(save_ms=3_600_000, retry_ms=3_600_000)


def opened(seed: int) -> OpenScan:
    """Give a scan that has voxels of its own."""
    return replace(test_session.scan(f"{seed}.nii.gz"), volume=small_chest.volume(seed))


def line(name: str) -> Length:
    return Length(name, "", AXIAL, (0.0, 0.0, 0.0), (10.0, 0.0, 0.0))


def name_of(scan: OpenScan) -> str:
    return scan.volume.content_sha256


class Window:
    """The case of one window, with a loader that works when told."""

    def __init__(self, folder: CaseFolder, loader: LoaderPool | None = None) -> None:
        self.folder, self.session, self.fake = folder, SessionState(), FakeLoader()
        self.lists = CaseLists(MeasurementList(), ReviewList(), PromptList(), MarkedImages())
        self.keep = KeepCase(
            self.session,
            self.lists,
            folder,
            loader or self.fake.as_loader(),
            pauses=NEVER if loader is None else Pauses(1, 1),
        )
        self.problems: list[Problem | None] = []
        self.notices: list[tuple[Notice, ...]] = []
        self.keep.problem_changed.connect(self.problems.append)
        self.keep.noticed.connect(self.notices.append)
        self._answered = 0

    def work(self) -> None:
        """Have everything done that waits, in order."""
        while self._answered < len(self.fake.works):
            self._answered += 1
            number = self._answered
            try:
                result = self.fake.works[number - 1](CancelToken(), lambda _: None)
            except Exception as error:  # noqa: BLE001 (as the loader's threads do)
                self.fake.failed.emit(number, as_shown(error, doing="trying"))
            else:
                self.fake.done.emit(number, result)

    def wait(self) -> None:
        """Let the pause after a change pass."""
        self.keep._saving.timeout.emit()
        self.work()

    def retry(self) -> None:
        """Let the pause after a failure pass."""
        self.keep._retrying.stop()
        self.keep._retrying.timeout.emit()
        self.work()

    def show(self, scan: OpenScan | None) -> None:
        """Open a scan and wait until its record is there."""
        self.session.set_scan(scan)
        self.work()

    def saved(self, scan: OpenScan) -> CaseRecord:
        """Give what lies on disk about a scan."""
        return self.folder.load(name_of(scan)).record


@pytest.fixture
def folder(tmp_path: Path) -> CaseFolder:
    return CaseFolder(tmp_path / "cases")


@pytest.fixture
def window(qapp: object, folder: CaseFolder) -> Window:
    """Build a window with nothing in it."""
    return Window(folder)


@pytest.fixture
def spoil(monkeypatch: pytest.MonkeyPatch) -> Callable[[], Callable[[], None]]:
    """Let the disk be full until what this gives is called."""

    def full(self: CaseFolder, record: CaseRecord) -> None:
        raise OutOfDiskError("The disk is full.", remedy="Free some space.")

    def begin() -> Callable[[], None]:
        monkeypatch.setattr(CaseFolder, "save", full)
        return monkeypatch.undo

    return begin


def test_what_was_saved_fills_the_lists_when_its_scan_opens(
    window: Window, folder: CaseFolder
) -> None:
    scan = opened(1)
    record = replace(FULL, scan_sha256=name_of(scan))
    folder.save(record)

    window.show(scan)

    assert window.keep.is_loaded
    assert window.lists.record(name_of(scan)) == record
    assert not window.lists.measurements.can_undo
    window.wait()
    assert len(window.fake.works) == 1


def test_every_kind_of_change_is_saved_under_the_scan(window: Window) -> None:
    scan = opened(1)
    window.show(scan)

    window.lists.measurements.add(line("m"))
    window.lists.reviews.decide("Emphysema", Decision.ACCEPTED)
    window.lists.prompts.put(AZYGOS)
    window.lists.images.add(FULL.marked_images[0])
    window.wait()

    saved = window.saved(scan)
    assert saved == window.lists.record(name_of(scan))
    assert (len(saved.measurements), len(saved.reviews)) == (1, 1)
    assert (saved.prompts, saved.marked_images) == ((AZYGOS,), FULL.marked_images)


def test_a_scan_that_was_only_looked_at_leaves_no_file(window: Window) -> None:
    window.show(opened(1))
    window.show(opened(2))

    window.keep.close()

    assert not window.folder.path.exists()


def test_another_scan_never_shows_or_keeps_what_was_drawn_on_the_one_before(
    window: Window,
) -> None:
    first, second = opened(1), opened(2)
    window.show(first)
    window.lists.measurements.add(line("on the first"))

    window.session.set_scan(second)
    assert window.lists.record(name_of(second)) == CaseRecord(name_of(second))
    assert not window.lists.measurements.can_undo
    window.lists.measurements.add(line("on the second"))
    window.work()
    window.wait()

    assert [one.id for one in window.saved(first).measurements] == ["on the first"]
    assert [one.id for one in window.saved(second).measurements] == ["on the second"]


def test_a_change_of_someone_who_hears_of_the_scan_first_is_not_saved_under_the_other(
    folder: CaseFolder, qapp: object
) -> None:
    first, second = opened(1), opened(2)
    session = SessionState()
    lists = CaseLists(MeasurementList(), ReviewList(), PromptList(), MarkedImages())
    session.scan_changed.connect(
        lambda scan: lists.reviews.comment("Emphysema", "second") if scan is second else None
    )
    keep = KeepCase(session, lists, folder, FakeLoader().as_loader(), pauses=NEVER)
    session.set_scan(first)
    lists.measurements.add(line("on the first"))

    session.set_scan(second)
    keep.close()

    saved = folder.load(name_of(first)).record
    assert [one.id for one in saved.measurements] == ["on the first"]
    assert saved.reviews == ()


def test_a_change_before_the_record_was_read_is_put_on_top_of_it(
    window: Window, folder: CaseFolder
) -> None:
    scan = opened(1)
    folder.save(replace(FULL, scan_sha256=name_of(scan)))
    window.session.set_scan(scan)

    window.lists.measurements.add(line("early"))
    window.lists.reviews.decide("Cardiomegaly", Decision.REJECTED)
    window.wait()

    assert window.lists.measurements.items == (*FULL.measurements, line("early"))
    assert len(window.lists.reviews.items) == 3
    assert window.lists.measurements.can_undo
    window.wait()
    assert window.saved(scan) == window.lists.record(name_of(scan))


def test_a_change_before_the_record_was_read_outlives_the_next_scan(
    window: Window, folder: CaseFolder
) -> None:
    first, second = opened(1), opened(2)
    folder.save(replace(FULL, scan_sha256=name_of(first)))
    window.session.set_scan(first)
    window.lists.measurements.add(line("early"))

    window.show(second)

    assert window.saved(first).measurements == (*FULL.measurements, line("early"))
    assert window.saved(first).reviews == FULL.reviews
    assert window.lists.measurements.items == ()


def test_going_away_and_back_at_once_loses_nothing(window: Window) -> None:
    first = opened(1)
    window.session.set_scan(first)
    window.lists.measurements.add(line("early"))
    window.session.set_scan(opened(2))

    window.session.set_scan(opened(1))
    window.lists.measurements.add(line("late"))
    window.work()
    window.wait()

    assert {one.id for one in window.lists.measurements.items} == {"early", "late"}
    assert {one.id for one in window.saved(first).measurements} == {"early", "late"}


def test_what_is_asked_before_any_scan_is_open_goes_with_the_first(window: Window) -> None:
    first, second = opened(1), opened(2)
    window.lists.prompts.put(AZYGOS)

    window.show(first)
    window.wait()
    window.show(second)

    assert window.saved(first).prompts == (AZYGOS,)
    assert window.lists.prompts.own == ()


def test_closing_saves_at_once_without_the_loader(window: Window) -> None:
    scan, other = opened(1), opened(2)
    window.session.set_scan(scan)
    window.lists.measurements.add(line("never loaded"))
    window.session.set_scan(other)
    window.lists.measurements.add(line("never loaded either"))

    problem = window.keep.close()

    assert problem is None
    assert [one.id for one in window.saved(scan).measurements] == ["never loaded"]
    assert [one.id for one in window.saved(other).measurements] == ["never loaded either"]


def test_an_older_save_that_comes_late_changes_nothing(window: Window) -> None:
    scan = opened(1)
    window.show(scan)
    window.lists.measurements.add(line("m"))
    window.keep._saving.timeout.emit()
    window.lists.measurements.delete("m")
    window.lists.measurements.add(line("n"))

    window.keep.save_now()
    window.work()

    assert [one.id for one in window.saved(scan).measurements] == ["n"]


def test_a_full_disk_is_told_once_and_loses_nothing(
    window: Window, spoil: Callable[[], Callable[[], None]]
) -> None:
    first, second = opened(1), opened(2)
    window.show(first)
    mend = spoil()
    window.lists.measurements.add(line("m"))

    window.wait()
    window.retry()
    window.show(second)
    window.show(first)

    full = Problem("The disk is full.", "Free some space.")
    assert window.problems == [full]
    assert [one.id for one in window.lists.measurements.items] == ["m"]
    mend()
    window.retry()
    assert [one.id for one in window.saved(first).measurements] == ["m"]
    assert window.problems == [full, None]


def test_more_changes_while_the_disk_is_full_are_saved_together(
    window: Window, spoil: Callable[[], Callable[[], None]]
) -> None:
    scan = opened(1)
    window.show(scan)
    mend = spoil()
    window.lists.measurements.add(line("m"))
    window.keep._saving.timeout.emit()
    window.lists.measurements.add(line("n"))
    window.keep._saving.timeout.emit()
    window.work()
    mend()

    window.retry()
    window.retry()

    assert [one.id for one in window.saved(scan).measurements] == ["m", "n"]
    assert window.keep.problem is None


def test_closing_with_a_full_disk_says_so_and_can_be_tried_again(
    window: Window, spoil: Callable[[], Callable[[], None]]
) -> None:
    scan = opened(1)
    window.show(scan)
    mend = spoil()
    window.lists.measurements.add(line("m"))

    told = window.keep.save_now()
    mend()

    assert told == Problem("The disk is full.", "Free some space.")
    assert window.keep.close() is None
    assert [one.id for one in window.saved(scan).measurements] == ["m"]


def test_a_record_that_may_not_be_read_is_never_replaced(
    window: Window, folder: CaseFolder
) -> None:
    scan = opened(1)
    record = replace(FULL, scan_sha256=name_of(scan))
    folder.save(record)
    path = folder.file_of(record)
    hidden = path.rename(path.with_suffix(".hidden"))
    path.mkdir()

    window.show(scan)
    window.lists.measurements.add(line("m"))
    window.wait()
    assert window.keep.save_now() is not None
    window.show(opened(2))
    path.rmdir()
    hidden.rename(path)
    window.retry()

    assert window.saved(scan).measurements == (*FULL.measurements, line("m"))
    assert window.saved(scan).reviews == FULL.reviews
    assert window.keep.problem is None


def test_a_record_that_may_not_be_read_is_no_matter_once_its_scan_is_gone(
    window: Window, folder: CaseFolder
) -> None:
    folder.file_of(CaseRecord(name_of(opened(1)))).mkdir(parents=True)
    window.show(opened(1))
    assert window.keep.problem is not None

    window.show(opened(2))

    assert window.keep.problem is None


def test_a_damaged_record_is_kept_aside_and_said(window: Window, folder: CaseFolder) -> None:
    scan = opened(1)
    path = folder.file_of(CaseRecord(name_of(scan)))
    path.parent.mkdir()
    path.write_bytes(b"{")

    window.show(scan)
    window.lists.measurements.add(line("m"))
    window.wait()

    ((notice,),) = window.notices
    assert "damaged" in notice.text
    assert [one.id for one in window.saved(scan).measurements] == ["m"]
    assert len(list(folder.path.iterdir())) == 2


def test_two_windows_of_one_scan_keep_what_either_adds(window: Window, folder: CaseFolder) -> None:
    scan, other = opened(1), Window(folder)
    window.show(scan)
    other.show(scan)

    window.lists.measurements.add(line("one"))
    window.wait()
    other.lists.measurements.add(line("other"))
    other.wait()
    window.lists.reviews.comment("Emphysema", "upper lobes")
    window.wait()

    saved = window.saved(scan)
    assert {one.id for one in saved.measurements} == {"one", "other"}
    assert [one.comment for one in saved.reviews] == ["upper lobes"]


def test_a_session_is_put_on_top_of_what_is_there(window: Window, folder: CaseFolder) -> None:
    scan = opened(1)
    record = replace(FULL, scan_sha256=name_of(scan))
    window.show(scan)
    window.lists.measurements.add(line("m"))

    window.keep.add(record)
    window.wait()

    assert window.lists.measurements.items == (line("m"), *FULL.measurements)
    assert window.saved(scan) == window.lists.record(name_of(scan))


def test_a_session_may_be_put_on_top_before_the_record_was_read(
    window: Window, folder: CaseFolder
) -> None:
    scan = opened(1)
    folder.save(CaseRecord(name_of(scan), (line("m"),)))
    window.session.set_scan(scan)

    window.keep.add(replace(FULL, scan_sha256=name_of(scan)))
    window.work()
    window.wait()

    assert window.saved(scan).measurements == (line("m"), *FULL.measurements)


def test_work_that_was_stopped_is_done_when_the_window_closes(window: Window) -> None:
    scan = opened(1)
    window.show(scan)
    window.lists.measurements.add(line("m"))
    window.keep._saving.timeout.emit()

    window.fake.cancelled.emit(len(window.fake.works))

    assert window.keep.close() is None
    assert [one.id for one in window.saved(scan).measurements] == ["m"]


def test_nothing_is_asked_of_the_loader_once_the_window_is_closed(window: Window) -> None:
    window.show(opened(1))
    window.keep.close()
    asked = len(window.fake.works)

    window.lists.measurements.add(line("m"))
    window.session.set_scan(opened(2))
    window.fake.done.emit(1, "late")

    assert len(window.fake.works) == asked


def test_real_threads_save_soon_after_the_last_change(qtbot: QtBot, folder: CaseFolder) -> None:
    loader, scan = LoaderPool(), opened(1)
    window = Window(folder, loader)
    window.session.set_scan(scan)
    window.lists.measurements.add(line("m"))

    def is_saved() -> bool:
        return window.saved(scan).measurements == (line("m"),)

    qtbot.waitUntil(is_saved, timeout=PATIENCE_MS)
    window.lists.measurements.delete("m")
    window.keep.close()
    loader.stop()

    assert window.saved(scan) == CaseRecord(name_of(scan))
