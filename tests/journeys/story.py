"""A person at the real program: a story is told step by step inside it, by mouse and keys only."""

import os
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TypeVar
from unittest.mock import patch

from PySide6.QtCore import QMimeData, QObject, QPoint, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QWheelEvent, QWindow
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QLineEdit, QWidget

import app.__main__ as program
from app.application import Application
from app.settings import Settings
from app.workers.inference_worker import OpenDesk, open_real_desk

_LOOK_MS = 10
_PATIENCE_S = 120.0
"""A busy machine must not fail a story."""
FAILED = 70
"""Exit code of a story that did not come to its end."""

LEFT = Qt.MouseButton.LeftButton
PLAIN = Qt.KeyboardModifier.NoModifier
CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
KEY = Qt.Key

Wait = tuple[str, Callable[[], bool]]
"""What is waited for, in words, and whether it is so."""
Steps = Iterator[Wait]
Story = Callable[[Application], Steps]

_Dialog = TypeVar("_Dialog", bound=QDialog)


class Teller(QObject):
    """Goes on with a story whenever what it waits for is so; ends the program where it never is.

    Nothing here waits: Qt's loop runs, and with it everything the program does, also inside a
    dialog that holds its caller up.

    Parameters
    ----------
    steps
        The story.
    folder
        Where a picture goes of what was on the screen when a story failed.
    """

    def __init__(self, steps: Steps, folder: Path) -> None:
        super().__init__(QApplication.instance())
        self._steps, self._folder = steps, folder
        self._awaited: Wait = ("the beginning", lambda: True)
        self._since = time.monotonic()
        self._look = QTimer(self, interval=_LOOK_MS)
        self._look.timeout.connect(self._go_on)
        self._look.start()

    def _go_on(self) -> None:
        try:
            if self._awaited[1]():
                self._awaited = next(self._steps)
                self._since = time.monotonic()
            elif time.monotonic() - self._since > _PATIENCE_S:
                self._fail(f"Waited in vain for {self._awaited[0]}.")
        except StopIteration:
            self._look.stop()
        except Exception:  # noqa: BLE001 - Qt would go on without the rest of the story
            self._fail(traceback.format_exc())

    def _fail(self, why: str) -> None:
        for number, shown in enumerate(one for one in QApplication.topLevelWidgets()):
            if shown.isVisible():
                shown.grab().save(str(self._folder / f"failed-{number}.png"))
        sys.stderr.write(f"{why}\n")
        sys.stderr.flush()
        # Threads may hang; that must not hide why.
        os._exit(FAILED)


def tell(
    story: Story, folder: Path, path: Path | None = None, open_desk: OpenDesk = open_real_desk
) -> int:
    """Run the real program, tell a story in it, and give the program's exit code.

    Parameters
    ----------
    story
        Takes the application, and says what is done and waited for.
    folder
        Takes pictures of a story that fails.
    path
        As on the command line.
    open_desk
        Loads the model; one that stands in answers at once.
    """

    class Told(Application):
        """The application, and somebody who uses it."""

        def __init__(self, qt: QApplication, settings: Settings, folder: Path) -> None:
            super().__init__(qt, settings, folder, open_desk)

        def start_work(self) -> None:
            super().start_work()
            Teller(story(self), folder)

    with patch.object(program, "Application", Told):
        return program.run(path, None)


def soon(call: Callable[[], object]) -> None:
    """Do something from Qt's loop: what opens a dialog does not come back before it closes."""
    QTimer.singleShot(0, call)


def handle_of(widget: QWidget) -> QWindow:
    """Give the window of the desktop that a widget lies in."""
    handle = widget.window().windowHandle()
    assert handle is not None
    return handle


def in_front(widget: QWidget) -> Wait:
    """Bring a window to the front, as a desktop does with one that opens."""
    widget.window().activateWindow()
    return f"{type(widget).__name__} to be in front", widget.isActiveWindow


def press(key: Qt.Key, keys: Qt.KeyboardModifier = PLAIN) -> None:
    """Press a key for whatever has focus."""
    focused = QGuiApplication.focusWindow()
    assert focused is not None
    soon(partial(QTest.keyClick, focused, key, keys))


def write(text: str) -> None:
    """Write a text into the field that has focus."""
    field = QApplication.focusWidget()
    assert isinstance(field, QLineEdit), f"{field} has focus"
    QTest.keyClicks(field, text)


def place_in(widget: QWidget, across: float, down: float) -> QPoint:
    """Give a place in a widget, shares of its size, as its window counts."""
    place = QPoint(round(widget.width() * across), round(widget.height() * down))
    return widget.mapTo(widget.window(), place)


def click(widget: QWidget, across: float = 0.5, down: float = 0.5) -> None:
    """Click at a place."""
    place = place_in(widget, across, down)
    soon(partial(QTest.mouseClick, handle_of(widget), LEFT, PLAIN, place))


def drag(widget: QWidget, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Drag from one place to another, in small steps."""
    handle, steps = handle_of(widget), 8
    QTest.mouseMove(handle, place_in(widget, *start))
    QTest.mousePress(handle, LEFT, PLAIN, place_in(widget, *start))
    for step in range(1, steps + 1):
        between = (a + (b - a) * step / steps for a, b in zip(start, end, strict=True))
        QTest.mouseMove(handle, place_in(widget, *between))
    QTest.mouseRelease(handle, LEFT, PLAIN, place_in(widget, *end))


def turn_wheel(widget: QWidget, notches: int) -> None:
    """Turn the wheel over the middle of a widget, towards the hand where positive."""
    place = QPointF(widget.rect().center())
    on_desktop, notch = widget.mapToGlobal(place), QPoint(0, 120 if notches < 0 else -120)
    for _ in range(abs(notches)):
        # Qt's own test function misses its place on a screen of high resolution.
        turned = QWheelEvent(
            *(place, on_desktop, QPoint(), notch, Qt.MouseButton.NoButton, PLAIN),
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(widget, turned)


def drop(widget: QWidget, path: Path) -> None:
    """Drop a file or a folder."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    place, copying = QPoint(20, 20), Qt.DropAction.CopyAction
    entered = QDragEnterEvent(place, copying, data, LEFT, PLAIN)
    QApplication.sendEvent(widget, entered)
    assert entered.isAccepted()
    QApplication.sendEvent(widget, QDropEvent(QPointF(place), copying, data, LEFT, PLAIN))


def is_open(kind: type[QDialog]) -> bool:
    """Whether a dialog of a kind can be seen."""
    return any(isinstance(one, kind) and one.isVisible() for one in QApplication.topLevelWidgets())


def dialog(kind: type[_Dialog]) -> _Dialog:
    """Give the one dialog of a kind that can be seen."""
    shown = QApplication.topLevelWidgets()
    (found,) = (one for one in shown if isinstance(one, kind) and one.isVisible())
    return found


def opened(kind: type[QDialog]) -> Steps:
    """Wait for a dialog, and bring it to the front."""
    yield f"a {kind.__name__}", partial(is_open, kind)
    yield in_front(dialog(kind))


def choose_path(path: Path) -> Steps:
    """Answer the dialog for a file."""
    yield from opened(QFileDialog)
    field = dialog(QFileDialog).findChild(QLineEdit)
    assert isinstance(field, QLineEdit)
    field.setFocus()
    field.setText(str(path))
    press(KEY.Key_Return)
    yield "the dialog for a file to close", lambda: not is_open(QFileDialog)
