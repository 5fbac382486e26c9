"""Snapshot: pictures of the real window and of every view, once everything is there."""

from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QImage, QPixmap

from app.connections.case_window import CaseWindow
from app.state.answers import Problem
from medct_core.errors import OutOfDiskError

_LOOK_MS = 50
NOTHING_SHOWN = Problem("No scan was opened.", "Name a scan on the command line.")
_SETTLE_MS = 300
"""Layouts and charts that were made last have been painted by then."""


class Snapshot(QObject):
    """Waits for scores and 3D, then writes ``window.png`` and one picture a view.

    Parameters
    ----------
    shown
        The window to wait for; its scan is being opened.
    folder
        Where the pictures go; made where it is missing.
    """

    ended = Signal(object)  # Problem, or None where all pictures are written

    def __init__(self, shown: CaseWindow, folder: Path) -> None:
        super().__init__(shown)
        self._shown, self._folder = shown, folder
        self._look = QTimer(self, interval=_LOOK_MS)
        self._look.timeout.connect(self._look_again)
        self._look.start()

    def _look_again(self) -> None:
        session, results = self._shown.states.session, self._shown.states.results
        if session.question is not None:
            self._shown.controllers.open_study.answer_by_default()
        if session.loading is not None:
            return
        if session.scan is None:
            self._end(session.problem or self._shown.states.masks.problem or NOTHING_SHOWN)
            return
        has_answer = any(
            answer is not None
            for answer in (results.scored, results.problem, results.model_problem, session.refusal)
        )
        if has_answer and not self._shown.volume.is_preparing:
            self._look.stop()
            QTimer.singleShot(_SETTLE_MS, self._write)

    def _write(self) -> None:
        if not self._shown.window.volume_view.is_resting:
            QTimer.singleShot(_LOOK_MS, self._write)
            return
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            for name, picture in self._pictures().items():
                _save(picture, self._folder / f"{name}.png")
        except OSError as error:
            self._end(Problem.of(_not_written(self._folder, str(error.strerror))))
        else:
            self._end(None)

    def _pictures(self) -> dict[str, QImage | QPixmap]:
        window = self._shown.window
        pictures: dict[str, QImage | QPixmap] = {"window": window.grab()}
        ratio = window.devicePixelRatioF()
        for kind, view in window.views.views.items():
            pictures[kind.value] = view.snapshot(ratio)
        in_3d = window.volume_view.picture()
        return pictures if in_3d.isNull() else pictures | {"3d": in_3d}

    def _end(self, problem: Problem | None) -> None:
        self._look.stop()
        self.ended.emit(problem)


def _save(picture: QImage | QPixmap, path: Path) -> None:
    if not picture.save(str(path)):
        raise OSError(0, f"{path.name} could not be written")


def _not_written(folder: Path, why: str) -> OutOfDiskError:
    return OutOfDiskError(
        f"The pictures could not be written to {folder}: {why}.",
        remedy="Choose another folder, or make room there.",
    )
