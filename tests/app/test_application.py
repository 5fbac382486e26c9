"""The application shares one model among windows, keeps what was chosen, and ends in order."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from app.application import Application
from app.connections.case_window import CaseWindow
from app.crash_log import PreviousCrash
from app.settings import Settings, Theme, read_settings
from app.state.answers import ModelChoice
from app.windows.disclaimer_dialog import DisclaimerDialog
from app.windows.restore_dialog import RestoreDialog
from app.workers.inference_worker import Desk
from medct_core.errors import ModelUnavailableError
from medct_core.measurement.shapes import Length
from tests import small_chest
from tests.app.case_windows import FLAT, Case, let_go_of_the_deleted, words_of
from tests.app.stand_ins import StandInDesk, facts
from tests.drawn_samples import AXIAL

pytestmark = pytest.mark.gui

LINE = Length("line", "", AXIAL, (0.0, 0.0, 0.0), (10.0, 0.0, 0.0))


class Program:
    """One start of the program, with a model that stands in."""

    def __init__(self, qtbot: QtBot, folder: Path, settings: Settings = FLAT) -> None:
        self._qtbot = qtbot
        self.folder = folder
        self.desk = StandInDesk()
        self.loaded: list[ModelChoice] = []
        qt = QApplication.instance()
        assert isinstance(qt, QApplication)
        self.application = Application(qt, settings, folder, self._open)
        self.application.open_window()

    def _open(self, choice: ModelChoice, _told: object) -> Desk:
        self.loaded.append(choice)
        if choice.model == "broken":
            raise ModelUnavailableError("The model is damaged.", remedy="Install it again.")
        return StandInDesk(facts=facts(choice.model or "usual"))

    def case(self, place: int = -1) -> Case:
        """Give a window, the newest unless another is wanted."""
        return Case(self._qtbot, self.application.windows[place])

    def consent(self) -> None:
        """Say once that it is understood."""
        self.application.ask_before_use()
        self.case(0).dialog(DisclaimerDialog).accept()

    def end(self) -> None:
        """End as the program does."""
        self.application.stop()
        self.application.deleteLater()
        let_go_of_the_deleted()


@pytest.fixture
def program(qtbot: QtBot, folder: Path, look: None) -> Iterator[Program]:
    """Start the program without a scan."""
    started = Program(qtbot, folder)
    yield started
    started.end()


@pytest.fixture
def chest(tmp_path: Path) -> Path:
    return small_chest.write(tmp_path / "chest.nii.gz")


def test_the_second_window_gets_the_model_that_is_loaded(program: Program, chest: Path) -> None:
    program.application.start_work()
    first = program.case()
    first.wait(lambda: first.results.model is not None)

    first.trigger("new_window")
    second = program.case()
    second.open(chest)
    second.wait(lambda: second.results.scored is not None)

    assert second.shown is not first.shown
    assert len(program.loaded) == 1
    assert first.session.scan is None


def test_a_window_that_is_opened_while_the_model_arrives_hears_of_it(program: Program) -> None:
    program.application.start_work()
    worker = program.application._worker
    while not program.loaded:
        worker.wait(5)

    program.application.open_window()

    case = program.case()
    case.wait(lambda: case.results.model is not None)


def test_a_path_is_opened_in_the_new_window(program: Program, chest: Path) -> None:
    program.application.open_window(chest)

    case = program.case()
    case.wait(lambda: case.session.scan is not None)
    assert program.case(0).session.scan is None


def test_settings_reach_every_window_and_the_disk(program: Program, folder: Path) -> None:
    program.application.open_window()
    keys = {"open_file": "Ctrl+Alt+7"}
    chosen = replace(FLAT, theme=Theme.LIGHT, shortcuts=keys)

    program.case(0).shown.settings_chosen.emit(chosen)

    shown = [one.actions["open_file"].shortcut().toString() for one in program.application.windows]
    assert shown == ["Ctrl+Alt+7"] * 2
    assert read_settings(folder / "settings.toml") == chosen
    assert QApplication.palette().window().color().lightness() > 128


def test_settings_that_cannot_be_kept_are_used_and_told(
    qtbot: QtBot, tmp_path: Path, folder: Path, look: None
) -> None:
    (tmp_path / "file").write_text("in the way")
    program = Program(qtbot, tmp_path / "file")

    program.case().shown.settings_chosen.emit(replace(FLAT, theme=Theme.LIGHT))

    assert "settings" in program.case().banner
    program.end()


def test_another_model_is_loaded_once_for_all_windows(program: Program, folder: Path) -> None:
    program.application.start_work()
    program.application.open_window()
    case = program.case()
    case.wait(lambda: case.results.model is not None)

    case.shown.model_chosen.emit(ModelChoice("large"))

    for place in (0, 1):
        one = program.case(place).results
        case.wait(lambda one=one: one.model is not None and one.model.title == "large")  # type: ignore[misc]
    assert program.loaded == [ModelChoice(), ModelChoice("large")]
    assert read_settings(folder / "settings.toml").model == "large"


def test_a_model_that_cannot_be_loaded_is_told_where_another_stays_in_use(
    program: Program,
) -> None:
    program.application.start_work()
    program.application.open_window()
    case = program.case()
    case.wait(lambda: case.results.model is not None)

    case.shown.model_chosen.emit(ModelChoice("broken"))

    case.wait(lambda: "The model is damaged." in case.banner)
    assert "The model is damaged." in program.case(0).banner
    assert case.results.model == facts("usual")


def test_why_a_model_was_not_taken_stays_readable_beside_scores(
    program: Program, tmp_path: Path
) -> None:
    program.application.start_work()
    case = program.case()
    case.open(small_chest.write(tmp_path / "chest.nii.gz"))
    case.wait(lambda: case.results.scored is not None)

    case.shown.model_chosen.emit(ModelChoice("broken"))
    case.wait(lambda: "The model is damaged." in case.banner)
    case.settle()

    assert "The model is damaged." in case.banner


def test_a_model_that_could_not_be_loaded_is_tried_again(
    qtbot: QtBot, folder: Path, look: None
) -> None:
    program = Program(qtbot, folder, replace(FLAT, model="broken"))
    program.application.start_work()
    case = program.case()
    case.wait(lambda: case.results.model_problem is not None)

    case.shown.findings.model_wanted.emit()

    case.wait(lambda: program.loaded == [ModelChoice("broken")] * 2)
    assert case.banner == ""
    program.end()


def test_the_warning_is_shown_until_it_is_understood_and_then_never_again(
    qtbot: QtBot, folder: Path, look: None
) -> None:
    first = Program(qtbot, folder)
    first.application.ask_before_use()
    dialog = first.case().dialog(DisclaimerDialog)
    assert "not a medical device" in words_of(dialog)
    dialog.accept()
    first.end()

    second = Program(qtbot, folder)
    second.application.ask_before_use()
    assert not second.case().has_dialog()
    second.end()


def test_whoever_does_not_agree_leaves_and_is_asked_again(
    qtbot: QtBot, folder: Path, look: None
) -> None:
    first = Program(qtbot, folder)
    first.application.ask_before_use()

    first.case().dialog(DisclaimerDialog).reject()

    assert first.application.windows == ()
    first.end()
    second = Program(qtbot, folder)
    second.application.ask_before_use()
    second.case().dialog(DisclaimerDialog).accept()
    second.end()


def test_places_panels_and_recent_scans_come_back_at_the_next_start(
    qtbot: QtBot, folder: Path, look: None, chest: Path
) -> None:
    first = Program(qtbot, folder)
    first.case().open(chest)
    first.case().window.resize(790, 590)
    size = first.case().window.size()
    first.case().window.docks["report"].close()
    first.end()

    second = Program(qtbot, folder)
    window = second.case().window
    recent = [one.text() for one in second.case().shown.menus["recent"].actions()]

    assert window.size() == size
    assert window.docks["report"].isHidden()
    assert recent[0] == "chest.nii.gz"
    second.end()


def test_recent_scans_that_are_gone_are_found_after_the_start(
    qtbot: QtBot, folder: Path, look: None, chest: Path
) -> None:
    first = Program(qtbot, folder)
    first.case().open(chest)
    first.end()
    chest.unlink()

    second = Program(qtbot, folder)
    second.application.start_work()

    files = second.application._recent
    second.case().wait(lambda: files.files[0].is_missing)
    second.end()


def test_what_is_stored_wrongly_is_no_recent_scan(qtbot: QtBot, folder: Path, look: None) -> None:
    memory = QSettings(str(folder / "windows.ini"), QSettings.Format.IniFormat)
    memory.setValue("recent", {"a": 1})
    memory.setValue("window/geometry", "nonsense")
    memory.sync()

    program = Program(qtbot, folder)

    assert program.application._recent.files == ()
    program.end()


def test_windows_close_before_threads_end(program: Program, chest: Path) -> None:
    program.application.start_work()
    program.application.open_window()
    case = program.case()
    case.open(chest)
    case.shown.states.lists.measurements.add(LINE)
    closed = list[tuple[CaseWindow, bool]]()
    worker = program.application._worker
    for window in program.application.windows:
        window.closed.connect(lambda one: closed.append((one, worker.isRunning())))

    program.application.stop()

    assert [is_running for _, is_running in closed] == [True, True]
    assert worker.isFinished()
    assert program.application.windows == ()


def test_quitting_closes_every_window(program: Program) -> None:
    program.application.open_window()

    program.case().trigger("quit")

    assert program.application.windows == ()


def test_a_window_that_stays_keeps_the_program(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    quits = list[bool]()
    monkeypatch.setattr(QApplication, "quit", lambda *_: quits.append(True))
    window = program.case().window
    monkeypatch.setattr(window, "may_close", lambda: False)

    program.case().trigger("quit")
    assert (len(program.application.windows), quits) == (1, [])

    monkeypatch.setattr(window, "may_close", lambda: True)
    program.case().trigger("quit")
    assert (len(program.application.windows), quits) == (0, [True])


def test_a_mistake_on_any_thread_and_an_earlier_crash_are_told(program: Program) -> None:
    program.application.mistake_made.emit("The program made a mistake.", "Save your work.")
    assert "made a mistake" in program.case().banner

    crash = PreviousCrash("It ended last time.", "Send us the file.", Path("crash.txt"))
    program.application.tell_crashes((crash,))
    assert "It ended last time." in program.case().banner


@pytest.fixture
def crashed(tmp_path: Path, folder: Path, chest: Path, qtbot: QtBot, look: None) -> Path:
    """Leave a session of the chest behind, and have consented before."""
    before = Program(qtbot, folder)
    before.consent()
    case = before.case()
    case.open(chest)
    case.shown.states.lists.measurements.add(LINE)
    case.shown.keep_session.save(tmp_path / "kept.medct")
    case.wait(lambda: "kept.medct" in case.status)
    before.end()
    path = tmp_path / "autosave" / "dead.medct"
    path.parent.mkdir(exist_ok=True)
    shutil.copy(tmp_path / "kept.medct", path)
    return path


def press(dialog: RestoreDialog, text: str) -> None:
    next(one for one in dialog.findChildren(QPushButton) if text in one.text()).click()


def test_what_a_crash_left_behind_is_restored(program: Program, crashed: Path, chest: Path) -> None:
    program.application.ask_before_use()
    case = program.case()
    dialog = case.dialog(RestoreDialog)
    assert "chest.nii.gz" in words_of(dialog)

    press(dialog, "Restore")

    case.wait(lambda: bool(case.shown.states.lists.measurements.items))
    assert case.session.scan is not None
    assert case.session.scan.path == chest
    case.wait(lambda: not crashed.exists())


def test_what_nobody_wants_is_removed(program: Program, crashed: Path) -> None:
    program.application.ask_before_use()

    press(program.case().dialog(RestoreDialog), "Start empty")

    assert not crashed.exists()
    assert program.case().session.loading is None


def test_closing_the_question_keeps_what_was_left_for_another_time(
    qtbot: QtBot, program: Program, crashed: Path, folder: Path
) -> None:
    program.application.ask_before_use()
    program.case().dialog(RestoreDialog).reject()
    assert crashed.exists()

    again = Program(qtbot, folder)
    again.application.ask_before_use()
    again.case().dialog(RestoreDialog).reject()
    again.end()


def test_of_several_sessions_each_is_asked_about_and_gets_its_window(
    program: Program, crashed: Path
) -> None:
    shutil.copy(crashed, crashed.with_name("other.medct"))
    program.application.ask_before_use()

    for _ in range(2):
        case = program.case(0)
        dialog = case.dialog(RestoreDialog)
        press(dialog, "Restore")
        case.wait(lambda dialog=dialog: not isValid(dialog))  # type: ignore[misc]

    assert len(program.application.windows) == 2
    for place in (0, 1):
        case = program.case(place)
        case.wait(lambda case=case: bool(case.shown.states.lists.measurements.items))  # type: ignore[misc]


def test_a_scan_that_was_asked_for_at_the_start_is_not_replaced_by_what_was_left(
    program: Program, crashed: Path, chest: Path
) -> None:
    other = small_chest.write(chest.with_name("other.nii.gz"), 2)
    program.case().open(other)

    program.application.ask_before_use()
    press(program.case(0).dialog(RestoreDialog), "Restore")

    restored = program.case(1)
    restored.wait(lambda: restored.session.scan is not None)
    scan = program.case(0).session.scan
    assert scan is not None
    assert scan.path == other


def test_nothing_is_restored_before_the_warning_was_understood(
    qtbot: QtBot, crashed: Path, folder: Path
) -> None:
    (folder / "windows.ini").unlink()
    program = Program(qtbot, folder)

    program.application.ask_before_use()
    case = program.case()
    dialog = case.dialog(DisclaimerDialog)
    assert case.window.findChildren(RestoreDialog) == []
    dialog.accept()

    case.dialog(RestoreDialog).reject()
    program.end()
