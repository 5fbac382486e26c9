"""What goes wrong is told and written down, without a word about a patient."""

import logging
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.crash_log import NamelessFormatter, default_log_folder, masked, start_crash_log

ROOT = Path(__file__).resolve().parents[2]
START = """
import faulthandler, logging, os, sys, threading
from pathlib import Path
from app.crash_log import start_crash_log
folder = Path(sys.argv[1])
told = []
crash_log = start_crash_log(folder, lambda *words: told.append(words))
"""


def run(folder: Path, program: str, *, rc: int = 0) -> str:
    """Run a program with a crash log in a folder and give what it printed."""
    done = subprocess.run(
        [sys.executable, "-c", START + program, str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == rc, done.stderr
    return done.stdout


def log_in(folder: Path) -> str:
    return (folder / "medct.log").read_text(encoding="utf-8")


def formatted(error: Exception, name: str = "app.viewer") -> str:
    with pytest.raises(type(error)) as caught:
        raise error
    info = (caught.type, caught.value, caught.tb)
    record = logging.LogRecord(name, logging.ERROR, "", 1, "Job %d failed", (7,), info)
    return NamelessFormatter().format(record)


def test_a_mistake_in_a_slot_is_told_and_logged_and_the_window_lives(tmp_path: Path) -> None:
    said = run(
        tmp_path,
        """
from PySide6.QtCore import QCoreApplication, QTimer
program = QCoreApplication([])
def wrong():
    raise KeyError("Musterfrau")
QTimer.singleShot(0, wrong)
QTimer.singleShot(20, program.quit)
program.exec()
print("lived", told)
crash_log.stop()
""",
    )

    assert said.startswith("lived [('The program made a mistake; your work is kept.'")
    assert "in wrong" in log_in(tmp_path)
    assert "KeyError" in log_in(tmp_path)
    assert "Musterfrau" not in log_in(tmp_path)


def test_a_mistake_in_a_thread_is_told_and_logged(tmp_path: Path) -> None:
    said = run(
        tmp_path,
        """
def wrong():
    raise MemoryError
thread = threading.Thread(target=wrong)
thread.start()
thread.join()
print(told)
crash_log.stop()
""",
    )

    assert said.strip() == str(
        [("The memory ran out.", "Close other scans and programs, then try again.")]
    )
    assert "MemoryError" in log_in(tmp_path)


def test_an_error_for_people_is_told_in_its_own_words(tmp_path: Path) -> None:
    said = run(
        tmp_path,
        """
from medct_core.errors import UsageError
error = UsageError("This is no scan.", remedy="Choose another.")
sys.excepthook(UsageError, error, None)
print(told)
crash_log.stop()
""",
    )

    assert said.strip() == "[('This is no scan.', 'Choose another.')]"


def test_the_same_mistake_again_and_again_is_told_once(tmp_path: Path) -> None:
    said = run(
        tmp_path,
        """
def wrong():
    raise ValueError("x")
for _ in range(100):
    try:
        wrong()
    except ValueError as error:
        sys.excepthook(ValueError, error, error.__traceback__)
print(len(told))
crash_log.stop()
""",
    )

    assert said.strip() == "1"
    assert log_in(tmp_path).count("ValueError") == 1


def test_a_mistake_while_telling_is_logged_and_goes_no_further(tmp_path: Path) -> None:
    run(
        tmp_path,
        """
crash_log.stop()
def unable(*words):
    raise RuntimeError("no window")
crash_log = start_crash_log(folder, unable)
sys.excepthook(TypeError, TypeError("x"), None)
crash_log.stop()
""",
    )

    assert "could not be told" in log_in(tmp_path)


def test_what_qt_says_is_logged_by_its_weight(tmp_path: Path) -> None:
    run(
        tmp_path,
        """
from PySide6.QtCore import qWarning, qCritical
qWarning("QPainter: not active")
qCritical("cannot read /data/Musterfrau Erika/ct.nii")
crash_log.stop()
qWarning("not any more")
""",
    )

    logged = log_in(tmp_path)
    assert "WARNING MainThread qt: QPainter: not active" in logged
    assert "ERROR MainThread qt: cannot read …" in logged
    assert "any more" not in logged


def test_what_vtk_says_is_logged(tmp_path: Path) -> None:
    run(
        tmp_path,
        """
from app.viewer import render_classes as vtk
vtk.start_vtk()
from vtkmodules.vtkCommonCore import vtkOutputWindow
vtkOutputWindow.GetInstance().DisplayErrorText("no texture memory")
crash_log.stop()
""",
    )

    assert "VTK: no texture memory" in log_in(tmp_path)


def test_a_program_that_is_closed_leaves_only_its_log(tmp_path: Path) -> None:
    run(tmp_path, "crash_log.stop()")

    assert [path.name for path in tmp_path.iterdir()] == ["medct.log"]
    assert run(tmp_path, "print(crash_log.previous)\ncrash_log.stop()") == "()\n"


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
@pytest.mark.parametrize(
    ("end", "rc", "left"),
    [
        ("import ctypes; ctypes.string_at(0)", -11, "Segmentation fault"),
        ("os.kill(os.getpid(), 9)", -9, "the last thing it did"),
        ("os.abort()", -6, "Aborted"),
    ],
)
def test_a_crash_is_found_at_the_next_start(tmp_path: Path, end: str, rc: int, left: str) -> None:
    run(tmp_path, f"logging.getLogger('app').info('the last thing it did')\n{end}", rc=rc)

    said = run(
        tmp_path,
        "(one,) = crash_log.previous\nprint(one.path)\nprint(one.remedy)\ncrash_log.stop()",
    )

    path, remedy = said.splitlines()
    assert path in remedy
    assert left in Path(path).read_text(encoding="utf-8")
    assert run(tmp_path, "print(crash_log.previous)\ncrash_log.stop()") == "()\n"


def test_a_program_that_still_runs_is_no_crash_and_keeps_its_own_log(tmp_path: Path) -> None:
    said = run(
        tmp_path,
        """
import subprocess
program = "import sys; from pathlib import Path; from app.crash_log import start_crash_log\\n"
program += "one = start_crash_log(Path(sys.argv[1]), print)\\n"
program += "print(one.path.name, one.previous); one.stop()"
print(subprocess.check_output([sys.executable, "-c", program, str(folder)], text=True))
crash_log.stop()
""",
    )

    assert said.strip() == "medct-2.log ()"


def test_only_the_newest_crashes_are_kept(tmp_path: Path) -> None:
    for number in range(9):
        (tmp_path / f"crash-20260101-00000{number}-medct.txt").write_text("old")

    run(tmp_path, "crash_log.stop()")

    assert len(list(tmp_path.glob("crash-*.txt"))) == 5


def test_without_a_folder_mistakes_are_told_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")

    said = run(
        tmp_path / "file",
        "sys.excepthook(TypeError, TypeError('x'), None)\nprint(crash_log.path, len(told))\n"
        "crash_log.stop()",
    )

    assert said == "None 1\n"


def test_a_mistake_at_the_start_is_seen_in_the_terminal(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", START + "raise TypeError('no window')", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert "TypeError: no window" in done.stderr
    assert "TypeError: no window" in log_in(tmp_path)


def test_control_c_stays_what_it_is(tmp_path: Path) -> None:
    said = run(
        tmp_path,
        "sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)\nprint(told)\n"
        "crash_log.stop()",
    )

    assert said == "[]\n"


def test_stopping_puts_every_hook_back(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    before = sys.excepthook, sys.unraisablehook

    # Without a folder the fault handler of the tests is left alone.
    crash_log = start_crash_log(tmp_path / "file", lambda *_: None)
    during = sys.excepthook
    crash_log.stop()

    assert during is not before[0]
    assert (sys.excepthook, sys.unraisablehook) == before


@given(name=st.text("aZäÉøçßñ結節", min_size=4))
@pytest.mark.parametrize("kind", [ValueError, KeyError, OSError, RuntimeError])
def test_an_errors_text_that_may_name_a_patient_is_never_written(
    kind: type[Exception], name: str
) -> None:
    marked = f"§{name}§"

    assert marked not in formatted(kind(marked))
    assert marked not in formatted(TypeError(f"cannot read '{marked}'"))
    assert marked not in formatted(TypeError(f"in /data/a b/{marked} c {marked}"))


def test_the_type_and_the_places_of_an_error_and_its_cause_are_written() -> None:
    cause, error = ValueError("Musterfrau"), TypeError("an int is no text")
    error.__cause__ = cause

    text = formatted(error)

    assert "Job 7 failed" in text
    assert text.index("ValueError") < text.index("TypeError: an int is no text")
    assert "in formatted" in text
    assert "Musterfrau" not in text


def test_what_other_libraries_say_is_left_out() -> None:
    text = formatted(ValueError("x"), name="pydicom.values")

    assert "Job 7" not in text
    assert "pydicom.values: (text left out)" in text


def test_numbers_and_words_about_the_program_stay() -> None:
    assert masked("Job 7 failed while reading the scan") == "Job 7 failed while reading the scan"


def test_the_folder_can_be_named_by_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEDCT_LOGS", str(tmp_path))
    named = default_log_folder()
    monkeypatch.delenv("MEDCT_LOGS")

    assert named == tmp_path
    assert "medct" in str(default_log_folder())
