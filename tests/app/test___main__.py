"""The command opens the viewer, or writes pictures of it, and says why where it cannot."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import entry_points
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QLabel, QMainWindow

from app import __main__ as program
from app.application import Application
from app.settings import Settings, write_settings
from app.windows.disclaimer_dialog import DisclaimerDialog
from medct_core.errors import UsageError
from tests import small_chest
from tests.app.case_windows import FLAT, let_go_of_the_deleted
from tests.app.stand_ins import StandInDesk
from tests.tiny_model import write_model

pytestmark = pytest.mark.gui

ROOT = Path(__file__).resolve().parents[2]
_MEDCT = "from medct_core.commands.main import main; main()"
_DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
PATIENCE_S = 300

Run = Callable[[Path | None, Path | None], int]


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    """Write settings that name a tiny model."""
    path = tmp_path / "config" / "medct" / "settings.toml"
    path.parent.mkdir(parents=True)
    write_settings(Settings(model=str(write_model(tmp_path / "tiny")), device="cpu"), path)
    return path


def view(folder: Path, *options: str | Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Run ``medct view`` with folders of its own, without any display."""
    own = {
        "HOME": str(folder),
        **{f"XDG_{name.upper()}_HOME": str(folder / name) for name in ("config", "data", "cache")},
        **{f"MEDCT_{name}": str(folder / name) for name in ("CASES", "AUTOSAVE", "LOGS", "CACHE")},
        **more,
    }
    others = {name: value for name, value in os.environ.items() if name not in _DISPLAYS}
    return subprocess.run(
        [sys.executable, "-c", _MEDCT, "view", *map(str, options)],
        cwd=ROOT,
        env=others | own,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )


@pytest.fixture
def run(
    qapp: QApplication, folder: Path, look: None, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Run]:
    """Run the command in this process, with a model that stands in."""
    made = list[Application]()

    def make(qt: QApplication, settings: Settings, place: Path) -> Application:
        made.append(Application(qt, settings, place, lambda _choice, _told: StandInDesk()))
        return made[-1]

    monkeypatch.setattr(program, "QApplication", lambda _words: qapp)
    monkeypatch.setattr(program, "Application", make)
    monkeypatch.setattr(program, "settings_path", lambda: folder / "settings.toml")
    write_settings(FLAT, folder / "settings.toml")
    yield program.run
    for one in made:
        assert one.windows == ()
        one.deleteLater()
    let_go_of_the_deleted()


def later(act: Callable[[QMainWindow], bool]) -> QTimer:
    """Act on the window of the program again and again, until that is done."""
    timer = QTimer(interval=20)

    def look() -> None:
        shown = [one for one in QApplication.topLevelWidgets() if isinstance(one, QMainWindow)]
        if any(act(one) for one in shown if one.isVisible()):
            timer.stop()

    timer.timeout.connect(look)
    timer.start()
    return timer


def test_pictures_are_written_and_the_program_ends(run: Run, tmp_path: Path) -> None:
    scan = small_chest.write(tmp_path / "chest.nii.gz")

    assert run(scan, tmp_path / "pictures") == 0

    written = {path.stem for path in (tmp_path / "pictures").iterdir()}
    assert written == {"window", "axial", "coronal", "sagittal"}


def test_a_file_that_is_no_scan_is_told_and_ends_with_three(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "letter.txt").write_text("Dear colleague")

    assert run(tmp_path / "letter.txt", tmp_path / "pictures") == 3

    said = capsys.readouterr()
    assert "letter.txt" in said.err
    assert said.out == ""
    assert not (tmp_path / "pictures").exists()


def test_the_window_asks_once_whether_it_is_understood_and_ends_when_closed(run: Run) -> None:
    asked = list[str]()

    def agree(window: QMainWindow) -> bool:
        found = [one for one in window.findChildren(DisclaimerDialog) if one.isVisible()]
        for dialog in found:
            asked.append(dialog.windowTitle())
            dialog.accept()
            window.close()
        return bool(found)

    first = later(agree)
    assert run(None, None) == 0
    first.stop()
    second = later(lambda window: window.close())
    assert run(None, None) == 0
    second.stop()

    assert asked == ["MedCT"]


def test_settings_that_cannot_be_used_are_told_in_the_window(run: Run, folder: Path) -> None:
    (folder / "settings.toml").write_text("theme = 7\n")
    told = list[str]()

    def read(window: QMainWindow) -> bool:
        told.extend(one.text() for one in window.findChildren(QLabel) if one.isVisible())
        return window.close()

    reading = later(read)
    assert run(None, None) == 0
    reading.stop()

    assert any("settings.toml" in text for text in told)


@pytest.mark.slow
@pytest.mark.usefixtures("settings")
def test_the_real_program_writes_pictures_without_a_display(tmp_path: Path) -> None:
    scan = small_chest.write(tmp_path / "chest.nii.gz")

    ended = view(tmp_path, scan, "--snapshot", tmp_path / "pictures")

    assert ended.stderr == ""
    assert ended.returncode == 0
    written = {path.name for path in (tmp_path / "pictures").iterdir()}
    assert {"window.png", "axial.png", "coronal.png", "sagittal.png"} <= written
    log = (tmp_path / "LOGS" / "medct.log").read_text(encoding="utf-8")
    assert "Traceback" not in log
    # The program ended as it should, and left nothing for the next start.
    assert list((tmp_path / "AUTOSAVE").glob("*.medct")) == []
    assert not (tmp_path / "LOGS" / "medct.fault").exists()


@pytest.mark.slow
@pytest.mark.usefixtures("settings")
def test_a_file_that_is_no_scan_ends_the_real_program_with_three(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear colleague")

    ended = view(tmp_path, tmp_path / "letter.txt", "--snapshot", tmp_path / "pictures")

    assert ended.returncode == 3
    assert "letter.txt" in ended.stderr
    assert len(ended.stderr.splitlines()) == 2
    assert "Traceback" not in ended.stderr
    assert not (tmp_path / "pictures").exists()


@pytest.mark.parametrize("given", [Path(), Path("inside", "..")])
def test_the_folder_one_is_in_has_a_name_to_show(
    given: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = list[Path | None]()

    def run(path: Path | None, _snapshot: Path | None) -> int:
        asked.append(path)
        return 0

    monkeypatch.setattr(program, "run", run)
    monkeypatch.chdir(tmp_path)

    with pytest.raises(SystemExit):
        program.view(given)

    assert asked == [Path.cwd()]


def test_without_a_display_a_person_is_told(tmp_path: Path) -> None:
    ended = view(tmp_path, tmp_path / "chest.nii.gz")

    assert ended.returncode == 2
    assert "There is no display" in ended.stderr


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="others always have a display")
def test_pictures_are_drawn_in_memory_only_where_there_is_no_display(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in _DISPLAYS:
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(UsageError):
        program.find_display(needs_one=True)

    program.find_display(needs_one=False)
    assert os.environ["QT_QPA_PLATFORM"] == "offscreen"

    monkeypatch.delenv("QT_QPA_PLATFORM")
    monkeypatch.setenv("DISPLAY", ":0")
    program.find_display(needs_one=True)
    assert "QT_QPA_PLATFORM" not in os.environ


def test_settings_that_cannot_be_read_are_told_and_left_as_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "settings.toml"
    path.write_text("theme = 7\n")
    monkeypatch.setattr(program, "settings_path", lambda: path)

    settings, problem = program._settings()

    assert settings == Settings()
    assert problem is not None
    assert "settings.toml" in problem.summary
    assert path.read_text() == "theme = 7\n"


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent otherwise there")
def test_a_key_that_interrupts_ends_the_program(qapp: QApplication) -> None:
    before = signal.getsignal(signal.SIGINT)

    with program._interruptible(qapp):
        QTimer.singleShot(0, lambda: os.kill(os.getpid(), signal.SIGINT))
        assert qapp.exec() == 0

    assert signal.getsignal(signal.SIGINT) is before


def test_the_command_line_knows_the_viewer() -> None:
    (found,) = entry_points(group="medct.commands", name="view")

    assert found.load() is program.view
