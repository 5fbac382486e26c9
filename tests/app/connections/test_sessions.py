"""A session is saved, restored, and its scan looked for where it was moved."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest
from PySide6.QtWidgets import QDialogButtonBox, QRadioButton

from app.connections.sessions import proposed_name
from app.state.session_file import read_session
from app.state.view import Layout
from app.windows.question_dialog import QuestionDialog
from medct_core.errors import OutOfDiskError
from medct_core.measurement.shapes import Length
from medct_core.volume.window import LUNG
from tests.app.case_windows import Case, FileDialogs, Workplace
from tests.drawn_samples import AXIAL

pytestmark = pytest.mark.gui

LINE = Length("line", "", AXIAL, (0.0, 0.0, 0.0), (10.0, 0.0, 0.0))


def drawn(case: Case) -> list[str]:
    return [one.id for one in case.shown.states.lists.measurements.items]


def look_for_it(dialog: QuestionDialog, place: int) -> None:
    """Answer whether it is a file (0) or a folder (1)."""
    dialog.findChildren(QRadioButton)[place].setChecked(True)
    take, role = dialog.findChildren(QDialogButtonBox)[0], QDialogButtonBox.ButtonRole.AcceptRole
    next(one for one in take.buttons() if take.buttonRole(one) is role).click()


@pytest.fixture
def scan(chests: tuple[Path, Path], tmp_path: Path) -> Path:
    """Give a scan that may be moved."""
    return Path(shutil.copy(chests[0], tmp_path / "mine.nii.gz"))


@pytest.fixture
def saved(case: Case, files: FileDialogs, scan: Path, tmp_path: Path) -> Path:
    """Save a session with a line, lung window and one view, and close the scan."""
    case.open(scan)
    case.shown.states.lists.measurements.add(LINE)
    case.view.set_window(LUNG)
    case.view.set_layout(Layout.AXIAL)
    files.answer = tmp_path / "reading.medct"
    case.trigger("save_session_as")
    case.wait(lambda: "reading.medct" in case.status)
    case.trigger("close_scan")
    files.answer = None
    return tmp_path / "reading.medct"


@pytest.fixture
def other(workplace: Workplace, saved: Path) -> Case:
    """Give a window that has seen nothing of the session."""
    assert saved.is_file()
    return workplace.open_window()


def test_a_session_comes_back_with_scan_drawings_and_views(
    other: Case, files: FileDialogs, saved: Path, scan: Path
) -> None:
    files.answer = saved

    other.trigger("open_session")
    other.wait(lambda: other.shown.keep_session.path == saved)

    assert other.session.scan is not None
    assert other.session.scan.path == scan
    assert drawn(other) == ["line"]
    assert other.view.window == LUNG
    assert other.view.layout is Layout.AXIAL


def test_a_session_that_is_dropped_is_restored(other: Case, saved: Path) -> None:
    other.window.paths_dropped.emit((saved,))

    other.wait(lambda: other.shown.keep_session.path == saved)
    assert drawn(other) == ["line"]


def test_saving_again_asks_nothing_and_overwrites(
    other: Case, files: FileDialogs, saved: Path
) -> None:
    other.window.paths_dropped.emit((saved,))
    other.wait(lambda: other.shown.keep_session.path == saved)
    asked = len(files.proposed)
    other.shown.states.lists.measurements.clear()

    other.trigger("save_session")
    other.wait(lambda: "reading.medct" in other.status)

    assert len(files.proposed) == asked
    assert read_session(saved).record.measurements == ()


def test_the_first_saving_asks_where(case: Case, files: FileDialogs, scan: Path) -> None:
    case.open(scan)

    case.trigger("save_session")

    assert files.proposed == [("Save session", str(scan.with_name("mine.medct")))]


def test_without_a_scan_there_is_nothing_to_save(
    case: Case, files: FileDialogs, tmp_path: Path
) -> None:
    files.answer = tmp_path / "a.medct"

    case.trigger("save_session")

    assert "no scan is open" in case.banner
    assert files.proposed == []


def test_a_scan_that_was_moved_is_looked_for(
    other: Case, files: FileDialogs, saved: Path, scan: Path
) -> None:
    moved = Path(shutil.move(scan, scan.with_name("elsewhere.nii.gz")))
    other.window.paths_dropped.emit((saved,))
    files.answer = moved

    look_for_it(other.dialog(QuestionDialog), 0)
    other.wait(lambda: other.shown.keep_session.path == saved)

    assert other.session.scan is not None
    assert other.session.scan.path == moved
    assert drawn(other) == ["line"]


def test_a_scan_that_became_a_folder_is_looked_for_as_a_folder(
    other: Case, files: FileDialogs, saved: Path, scan: Path
) -> None:
    scan.unlink()
    other.window.paths_dropped.emit((saved,))

    look_for_it(other.dialog(QuestionDialog), 1)

    assert files.proposed[-1][0] == "The scan"
    other.wait(lambda: not other.has_dialog())
    assert other.session.scan is None


def test_nothing_of_a_session_is_shown_on_another_scan(
    other: Case, files: FileDialogs, saved: Path, scan: Path, chests: tuple[Path, Path]
) -> None:
    scan.unlink()
    other.window.paths_dropped.emit((saved,))
    files.answer = chests[1]

    look_for_it(other.dialog(QuestionDialog), 0)
    other.wait(lambda: other.session.scan is not None)
    dialog = other.dialog(QuestionDialog)

    assert drawn(other) == []
    dialog.reject()
    other.wait(lambda: not other.has_dialog())
    assert drawn(other) == []


def test_whoever_gives_up_keeps_the_scan_that_is_open(
    other: Case, saved: Path, scan: Path, chests: tuple[Path, Path]
) -> None:
    open_scan = other.open(chests[1])
    scan.unlink()
    other.window.paths_dropped.emit((saved,))

    other.dialog(QuestionDialog).reject()

    other.wait(lambda: not other.has_dialog())
    assert other.session.scan is open_scan


def test_a_session_that_cannot_be_read_says_so(case: Case, tmp_path: Path) -> None:
    (tmp_path / "broken.medct").write_text("{")

    case.window.paths_dropped.emit((tmp_path / "broken.medct",))

    case.wait(lambda: "broken.medct" in case.banner)


def test_work_that_is_not_kept_is_told_until_it_is(
    case: Case, chests: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    case.open(chests[0])
    case.wait(lambda: case.shown.controllers.keep_case.is_loaded)
    full = OutOfDiskError("The disk is full.", remedy="Free some space.")

    def refuse(*_given: object, **_named: object) -> None:
        raise full

    with monkeypatch.context() as patch:
        patch.setattr("app.state.case_folder.CaseFolder.save_changes", refuse)
        case.shown.states.lists.measurements.add(LINE)
        case.wait(lambda: "The disk is full." in case.banner)

    assert case.shown.controllers.keep_case.save_now() is None
    assert case.banner == ""


@pytest.mark.parametrize(
    ("name", "proposed"),
    [
        ("chest.nii.gz", "chest.medct"),
        ("chest.v2.nii", "chest.v2.medct"),
        ("CHEST.NII.GZ", "CHEST.medct"),
        ("study 2024.01.31", "study 2024.01.31.medct"),
        ("series.zip", "series.medct"),
        ("1.2.826.0.1", "1.2.826.0.1.medct"),
    ],
)
def test_a_session_is_named_like_its_scan(name: str, proposed: str) -> None:
    assert proposed_name(Path("scans") / name) == Path("scans") / proposed


@pytest.fixture
def busy(workplace: Workplace, case: Case, chests: tuple[Path, Path]) -> Iterator[None]:
    """Give every thread that writes something else to do until the test ends."""
    case.open(chests[0])
    case.settle()
    case.wait(lambda: case.shown.controllers.keep_case.is_loaded)
    gate = Event()
    for _ in range(2):
        workplace.services.loader.submit(lambda _cancel, _told: gate.wait(), doing="waiting")
    yield
    gate.set()


@pytest.mark.usefixtures("busy")
def test_a_session_that_still_waits_to_be_saved_is_saved_before_the_window_closes(
    case: Case, files: FileDialogs, tmp_path: Path
) -> None:
    files.answer = tmp_path / "late.medct"
    case.trigger("save_session_as")
    assert not files.answer.exists()

    assert case.window.close()

    assert read_session(files.answer).scan_path.name == "now.nii.gz"


@pytest.mark.usefixtures("busy")
def test_a_session_that_cannot_be_saved_before_the_window_closes_is_told(
    case: Case, files: FileDialogs, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    files.answer = tmp_path / "file" / "late.medct"
    case.trigger("save_session_as")

    problem = case.shown.keep_session.finish_saving()

    assert problem is not None
    assert "file" in problem.summary
    # Kept, so that whoever stays can try again.
    assert case.shown.keep_session.finish_saving() == problem
    case.window.may_close = lambda: True
