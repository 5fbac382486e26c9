"""KeyGuard: keys of the window stay away from whoever types, or walks through a list.

Keys start actions whatever has focus, except those that the focused control needs itself: all
writing in a text field, arrows in a list, digits in a number field, the space bar on a button.
"""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QGraphicsView,
    QGroupBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QRadioButton,
    QTabBar,
    QTextEdit,
    QWidget,
)
from shiboken6 import isValid

_KEY = Qt.Key
_MODIFIER = Qt.KeyboardModifier
_TAB = frozenset({_KEY.Key_Tab, _KEY.Key_Backtab})
_UP_DOWN = frozenset({_KEY.Key_Up, _KEY.Key_Down})
_ARROWS = _UP_DOWN | {_KEY.Key_Left, _KEY.Key_Right}
_JUMPS = frozenset({_KEY.Key_Home, _KEY.Key_End, _KEY.Key_PageUp, _KEY.Key_PageDown})
_PRESSES = frozenset({_KEY.Key_Space, _KEY.Key_Return, _KEY.Key_Enter})
_ERASING = frozenset({_KEY.Key_Backspace, _KEY.Key_Delete})

_OF_NUMBERS = (
    _TAB
    | _ARROWS
    | _JUMPS
    | _ERASING
    | {_KEY.Key_Return, _KEY.Key_Enter, _KEY.Key_Plus, _KEY.Key_Minus}
    | {_KEY.Key_Period, _KEY.Key_Comma}
    | {Qt.Key(_KEY.Key_0.value + digit) for digit in range(10)}
)
_OF_KINDS: tuple[tuple[type[QWidget], frozenset[Qt.Key]], ...] = (
    (QGraphicsView, _TAB),
    (QAbstractItemView, _TAB | _ARROWS | _JUMPS | _PRESSES),
    (QComboBox, _TAB | _UP_DOWN | _JUMPS | _PRESSES),
    (QAbstractSlider, _TAB | _ARROWS | _JUMPS),
    (QTabBar, _TAB | _ARROWS | _JUMPS | _PRESSES),
    (QRadioButton, _TAB | _ARROWS | _PRESSES),
    (QAbstractButton, _TAB | _PRESSES),
    (QGroupBox, _TAB | _PRESSES),
    (QPlainTextEdit, _TAB | _ARROWS | _JUMPS),
    (QTextEdit, _TAB | _ARROWS | _JUMPS),
    (QLineEdit, _TAB | _ARROWS | _JUMPS),
    (QLabel, _TAB),
)


def keeps_key(widget: QWidget, event: QKeyEvent) -> bool:
    """Whether a focused widget needs a key itself, so that it may start no action."""
    if is_text_input(widget):
        return _is_writing(event)
    if event.modifiers() & ~(_MODIFIER.ShiftModifier | _MODIFIER.KeypadModifier):
        return False
    key = event.key()
    if isinstance(widget, QAbstractSpinBox):
        return key in _OF_NUMBERS
    return any(isinstance(widget, kind) and key in keys for kind, keys in _OF_KINDS)


def is_text_input(widget: QWidget) -> bool:
    """Whether text can be typed into a widget now."""
    return isinstance(widget, QLineEdit | QPlainTextEdit | QTextEdit) and not widget.isReadOnly()


class KeyGuard(QObject):
    """Watches the widget that has focus, and only that one; one guard serves the whole program."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._watched: QWidget | None = None
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._follow)
        self._follow(None, application.focusWidget())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Say whether a key is the focused widget's own, before shortcuts are looked up."""
        if event.type() is not QEvent.Type.ShortcutOverride or not isinstance(event, QKeyEvent):
            return False
        if not isinstance(watched, QWidget):
            return False
        if keeps_key(watched, event):
            event.accept()
            return True
        # A number field would swallow letters it cannot use.
        if isinstance(watched, QAbstractSpinBox) and event.text().isalpha():
            event.ignore()
            return True
        return False

    def _follow(self, _old: QWidget | None, now: QWidget | None) -> None:
        if self._watched is not None and isValid(self._watched):
            self._watched.removeEventFilter(self)
        self._watched = now
        if now is not None:
            now.installEventFilter(self)


def _is_writing(event: QKeyEvent) -> bool:
    """Whether a key writes, erases or moves the cursor: all but function keys and commands."""
    modifiers = event.modifiers()
    commands = _MODIFIER.ControlModifier | _MODIFIER.AltModifier | _MODIFIER.MetaModifier
    if not modifiers & commands:
        key = event.key()
        return key != _KEY.Key_Escape and not _KEY.Key_F1 <= key <= _KEY.Key_F35
    # On Windows AltGr is Ctrl and Alt at once, and writes letters such as @ and [.
    is_alt_gr = modifiers & commands == _MODIFIER.ControlModifier | _MODIFIER.AltModifier
    return is_alt_gr and event.text().isprintable() and bool(event.text())
