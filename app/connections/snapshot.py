"""Snapshot: pictures of the real window, every view and similar cases, once all is there."""

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QImage

from app.connections.case_window import CaseWindow
from app.state.answers import Problem
from app.viewer.screenshot import picture_of_window, save_picture
from medct_core.errors import OutOfDiskError

_LOOK_MS = 50
NOTHING_SHOWN = Problem("No scan was opened.", "Name a scan on the command line.")
_SETTLE_MS = 300
"""Layouts and charts that were made last have been painted by then."""


class Snapshot(QObject):
    """Waits for scores, 3D and similar cases, then writes ``window.png`` and one picture a view.

    Where the library has similar cases, ``similar.png`` shows their panel.

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
        self._is_over = False
        # There is nobody who could say where the scan of a session is now.
        shown.keep_session.scan_wanted.connect(self._on_moved)
        shown.keep_session.failed.connect(self._end)
        self._look = QTimer(self, interval=_LOOK_MS)
        self._look.timeout.connect(self._look_again)
        self._look.start()

    def _look_again(self) -> None:
        states, controllers = self._shown.states, self._shown.controllers
        session = states.session
        if session.question is not None:
            controllers.open_study.answer_by_default()
        if session.loading is not None or self._shown.keep_session.is_restoring:
            return
        if session.scan is None:
            self._end(session.problem or states.masks.problem or NOTHING_SHOWN)
        elif not self._is_busy:
            self._look.stop()
            QTimer.singleShot(_SETTLE_MS, self._write)

    @property
    def _is_busy(self) -> bool:
        """Whether anything that will be in a picture is still waited for."""
        controllers = self._shown.controllers
        return (
            controllers.ask_model.is_asking
            or controllers.find_similar.is_searching
            or self._shown.volume.is_preparing
        )

    def _write(self) -> None:
        if not self._shown.window.volume_view.is_resting:
            QTimer.singleShot(_LOOK_MS, self._write)
            return
        if not self._saved(self._pictures()):
            return
        page = self._shown.states.similar.page
        if page is None or not page.cases:
            self._end(None)
            return
        self._shown.window.show_dock("similar")
        QTimer.singleShot(_SETTLE_MS, self._write_similar)

    def _write_similar(self) -> None:
        if self._saved({"similar": self._shown.window.similar_panel.grab().toImage()}):
            self._end(None)

    def _saved(self, pictures: Mapping[str, QImage]) -> bool:
        """Write pictures; where they cannot be written, end and say so."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            for name, picture in pictures.items():
                save_picture(picture, self._folder / f"{name}.png")
        except OutOfDiskError as error:
            self._end(Problem.of(error))
        except OSError as error:
            self._end(Problem.of(_not_made(self._folder, str(error.strerror))))
        else:
            return True
        return False

    def _pictures(self) -> dict[str, QImage]:
        window = self._shown.window
        pictures = {"window": picture_of_window(window, self._shown.states.view)}
        ratio = window.devicePixelRatioF()
        for kind, view in window.views.views.items():
            pictures[kind.value] = view.snapshot(ratio)
        in_3d = window.volume_view.picture()
        return pictures if in_3d.isNull() else pictures | {"3d": in_3d}

    def _on_moved(self, _was: Path, problem: Problem) -> None:
        self._end(problem)

    def _end(self, problem: Problem | None) -> None:
        self._look.stop()
        if not self._is_over:
            self._is_over = True
            self.ended.emit(problem)


def _not_made(folder: Path, why: str) -> OutOfDiskError:
    return OutOfDiskError(
        f"The folder {str(folder)!r} cannot be made: {why}.",
        remedy="Choose another folder.",
    )
