"""The command line of the viewer: reads what is asked, starts Qt, and gives an exit code."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from app.application import Application
from app.connections.snapshot import Snapshot
from app.crash_log import default_log_folder, start_crash_log
from app.settings import Settings, read_settings, settings_path
from app.state.answers import Problem
from app.translation import install_translation, translations_folder
from medct_core.errors import MedctError, UsageError

_NOT_SHOWN = 3
_PYTHON_TURN_MS = 200
"""Qt's loop runs no Python by itself; this often a key that interrupts is noticed."""


def view(
    path: Annotated[
        Path | None,
        typer.Argument(help="A NIfTI, NRRD, MHA or zip file, a DICOM folder, or a session."),
    ] = None,
    snapshot: Annotated[
        Path | None,
        typer.Option(help="Write pictures of the window and of each view to this folder, and end."),
    ] = None,
) -> None:
    """Open the viewer. Not a medical device.

    Example: medct view scan.nii.gz
    """
    # A folder given as "." has a name to show only once it is absolute.
    sys.exit(run(path and Path(os.path.normpath(path.absolute())), snapshot))


def run(path: Path | None, snapshot: Path | None) -> int:
    """Show the window until it is closed, and give the exit code.

    Raises
    ------
    UsageError
        If there is no display to show it on.
    """
    find_display(needs_one=snapshot is None)
    qt = QApplication(["medct"])
    qt.setApplicationName("MedCT")
    install_translation(qt, translations_folder())
    settings, problem = _settings()
    application = Application(qt, settings, settings_path().parent)
    crash_log = start_crash_log(default_log_folder(), application.mistake_made.emit)
    shown = application.open_window(path)
    QTimer.singleShot(0, application.start_work)
    told: list[Problem] = []
    if snapshot is None:
        application.tell_crashes(crash_log.previous)
        QTimer.singleShot(0, application.ask_before_use)
    else:
        taken = Snapshot(shown, snapshot)
        taken.ended.connect(lambda failure: _end(qt, told, failure))
    if problem is not None:
        application.tell(problem)
    with _interruptible(qt):
        qt.exec()
    application.stop()
    crash_log.stop()
    for failure in told:
        typer.echo(f"{failure.summary}\n{failure.remedy}", err=True)
    return _NOT_SHOWN if told else 0


def find_display(*, needs_one: bool) -> None:
    """Make sure that Qt finds something to draw on; without a display it would end the process.

    Parameters
    ----------
    needs_one
        Whether a person is to see the window; pictures of it are drawn in memory otherwise.

    Raises
    ------
    UsageError
        If there is none and one is needed.
    """
    named = any(os.environ.get(one) for one in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))
    if named or not sys.platform.startswith("linux"):
        return
    if needs_one:
        raise UsageError(
            "There is no display to show a window on.",
            remedy="Start it on a desktop; without one, use 'medct analyze', or --snapshot FOLDER.",
        )
    os.environ["QT_QPA_PLATFORM"] = "offscreen"


def _settings() -> tuple[Settings, Problem | None]:
    """Read the settings; a file that cannot be used is told, and left as it is."""
    try:
        return read_settings(settings_path()), None
    except MedctError as error:
        return Settings(), Problem.of(error)


@contextmanager
def _interruptible(qt: QApplication) -> Iterator[None]:
    turn = QTimer(interval=_PYTHON_TURN_MS)
    turn.timeout.connect(lambda: None)
    turn.start()
    before = signal.signal(signal.SIGINT, lambda _number, _frame: qt.quit())
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _end(qt: QApplication, told: list[Problem], problem: Problem | None) -> None:
    if problem is not None:
        told.append(problem)
    qt.quit()


if __name__ == "__main__":
    typer.run(view)
