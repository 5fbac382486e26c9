"""The command line of the viewer: reads what is asked, starts Qt, and gives an exit code."""

import signal
import sys
from pathlib import Path
from typing import Annotated

import typer
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from app.application import Application
from app.connections.snapshot import Snapshot
from app.settings import read_settings, settings_path
from app.state.answers import Problem

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
    sys.exit(run(path, snapshot))


def run(path: Path | None, snapshot: Path | None) -> int:
    """Show the window until it is closed, and give the exit code."""
    qt = QApplication(["medct"])
    qt.setApplicationName("MedCT")
    qt.setOrganizationName("MedCT")
    application = Application(qt, read_settings(settings_path()), settings_path().parent)
    shown = application.open_window(path)
    QTimer.singleShot(0, application.start_work)
    told: list[Problem] = []
    if snapshot is not None:
        taken = Snapshot(shown, snapshot)
        taken.ended.connect(lambda problem: _end(qt, told, problem))
    turn = QTimer(interval=_PYTHON_TURN_MS)
    turn.timeout.connect(lambda: None)
    turn.start()
    signal.signal(signal.SIGINT, lambda _number, _frame: qt.quit())
    qt.exec()
    application.stop()
    for problem in told:
        typer.echo(f"{problem.summary}\n{problem.remedy}", err=True)
    return _NOT_SHOWN if told else 0


def _end(qt: QApplication, told: list[Problem], problem: Problem | None) -> None:
    if problem is not None:
        told.append(problem)
    qt.quit()


if __name__ == "__main__":
    typer.run(view)
