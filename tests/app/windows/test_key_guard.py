"""Keys go to the control that needs them, and else start actions, with real key events."""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QEvent, QStringListModel, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QLineEdit,
    QListView,
    QMainWindow,
    QPlainTextEdit,
    QPushButton,
    QSlider,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.windows.action_table import ROWS
from app.windows.actions import make_actions
from app.windows.key_guard import KeyGuard, is_text_input, keeps_key

pytestmark = pytest.mark.gui

TYPED = "w tz 1-2 0hm? =+[]"
_NONE = Qt.KeyboardModifier.NoModifier
_CTRL = Qt.KeyboardModifier.ControlModifier
_ALT = Qt.KeyboardModifier.AltModifier


class Desk(QMainWindow):
    """A window with all actions, one control that has focus, and a second one."""

    def __init__(self, control: QWidget) -> None:
        super().__init__()
        self.control = control
        self.other = QPushButton("Other")
        self.started: list[str] = []
        middle = QWidget()
        layout = QVBoxLayout(middle)
        layout.addWidget(control)
        layout.addWidget(self.other)
        self.setCentralWidget(middle)
        for action in make_actions(ROWS, {}, self).values():
            action.triggered.connect(lambda *_, one=action: self.started.append(one.objectName()))

    def press(self, *keys: Qt.Key, modifier: Qt.KeyboardModifier = _NONE) -> None:
        """Press keys where the focus is."""
        for key in keys:
            focused = QApplication.focusWidget()
            assert focused is not None
            QTest.keyClick(focused, key, modifier)


@pytest.fixture(autouse=True)
def guard(qapp: QApplication) -> Iterator[KeyGuard]:
    made = KeyGuard()
    yield made
    made.deleteLater()


Open = Callable[[QWidget], Desk]


@pytest.fixture
def opened(qtbot: QtBot) -> Open:
    def open_with(control: QWidget) -> Desk:
        desk = Desk(control)
        qtbot.addWidget(desk)
        desk.show()
        desk.activateWindow()
        qtbot.waitUntil(desk.isActiveWindow)
        control.setFocus()
        return desk

    return open_with


def rows(count: int = 30) -> QListView:
    view = QListView()
    view.setModel(QStringListModel([f"row {number}" for number in range(count)], view))
    view.setCurrentIndex(view.model().index(0, 0))
    return view


def test_typing_into_a_line_writes_letters_and_starts_nothing(opened: Open) -> None:
    line = QLineEdit()
    desk = opened(line)

    QTest.keyClicks(line, TYPED)

    assert line.text() == TYPED
    assert desk.started == []


def test_typing_into_a_comment_writes_letters_and_starts_nothing(opened: Open) -> None:
    comment = QPlainTextEdit()
    desk = opened(comment)

    QTest.keyClicks(comment, TYPED)
    desk.press(Qt.Key.Key_Return, Qt.Key.Key_W, Qt.Key.Key_Home)

    assert comment.toPlainText() == TYPED + "\nw"
    assert desk.started == []


def test_editing_a_line_moves_its_cursor_and_not_the_slices(opened: Open) -> None:
    line = QLineEdit("nodule")
    desk = opened(line)

    desk.press(Qt.Key.Key_Home, Qt.Key.Key_Delete, Qt.Key.Key_Right, Qt.Key.Key_Up)
    desk.press(Qt.Key.Key_PageDown, Qt.Key.Key_Backspace)

    assert line.text() == "dule"
    assert desk.started == []


def test_commands_work_while_text_is_typed(opened: Open) -> None:
    desk = opened(QLineEdit())

    desk.press(Qt.Key.Key_S, modifier=_CTRL)
    desk.press(Qt.Key.Key_F11, Qt.Key.Key_Escape)

    assert desk.started == ["save_session", "full_screen", "stop"]


def test_undo_in_a_text_is_the_text_s_own(opened: Open) -> None:
    line = QLineEdit()
    desk = opened(line)
    QTest.keyClicks(line, "word")

    desk.press(Qt.Key.Key_Z, modifier=_CTRL)

    assert line.text() == ""
    assert desk.started == []


def test_tab_leaves_a_text_field(opened: Open) -> None:
    desk = opened(QLineEdit())

    desk.press(Qt.Key.Key_Tab)

    assert QApplication.focusWidget() is desk.other
    assert desk.started == []


def test_letters_start_tools_while_a_list_has_focus(opened: Open) -> None:
    view = rows()
    desk = opened(view)

    desk.press(Qt.Key.Key_W, Qt.Key.Key_L, Qt.Key.Key_1, Qt.Key.Key_Left)

    assert desk.started == ["tool_window", "tool_length", "preset_1"]


def test_arrows_walk_through_a_list(opened: Open) -> None:
    view = rows()
    desk = opened(view)

    desk.press(Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Up)
    assert view.currentIndex().row() == 1
    desk.press(Qt.Key.Key_End)
    assert view.currentIndex().row() == 29
    desk.press(Qt.Key.Key_Home)

    assert view.currentIndex().row() == 0
    assert desk.started == []


def test_a_number_field_takes_digits_and_leaves_letters_to_tools(opened: Open) -> None:
    field = QDoubleSpinBox(maximum=999, decimals=1)
    field.setSuffix(" HU")
    desk = opened(field)
    field.selectAll()

    QTest.keyClicks(field, "1w2")

    assert field.value() == 12
    assert desk.started == ["tool_window"]


def test_arrows_step_a_number(opened: Open) -> None:
    field = QDoubleSpinBox(maximum=999)
    desk = opened(field)

    desk.press(Qt.Key.Key_Up, Qt.Key.Key_Up, Qt.Key.Key_Down)

    assert field.value() == 1
    assert desk.started == []


def test_the_space_bar_presses_the_button_that_has_focus(opened: Open) -> None:
    box = QCheckBox("Score")
    desk = opened(box)

    desk.press(Qt.Key.Key_Space)

    assert box.isChecked()
    assert desk.started == []


def test_arrows_scroll_slices_while_a_button_has_focus(opened: Open) -> None:
    desk = opened(QCheckBox("Score"))

    desk.press(Qt.Key.Key_Down, Qt.Key.Key_PageUp)

    assert desk.started == ["next_slice", "previous_series"]


def test_arrows_choose_in_a_closed_box_of_choices(opened: Open) -> None:
    box = QComboBox()
    box.addItems(["one", "two"])
    desk = opened(box)

    desk.press(Qt.Key.Key_Down, Qt.Key.Key_I)

    assert box.currentText() == "two"
    assert desk.started == ["invert"]


def test_arrows_move_a_slider(opened: Open) -> None:
    slider = QSlider(Qt.Orientation.Horizontal)
    desk = opened(slider)

    desk.press(Qt.Key.Key_Right, Qt.Key.Key_Up)

    assert slider.value() == 2
    assert desk.started == []


def test_a_view_leaves_all_keys_to_actions(opened: Open) -> None:
    view = QWidget()
    view.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    desk = opened(view)

    desk.press(Qt.Key.Key_Down, Qt.Key.Key_Tab, Qt.Key.Key_Space, Qt.Key.Key_Question)
    desk.press(Qt.Key.Key_Backtab, modifier=Qt.KeyboardModifier.ShiftModifier)

    assert desk.started == ["next_slice", "next_view", "cine", "shortcuts", "previous_view"]


def test_letters_start_tools_where_text_can_only_be_read(opened: Open) -> None:
    text = QPlainTextEdit("A report.")
    text.setReadOnly(True)
    desk = opened(text)

    desk.press(Qt.Key.Key_W, Qt.Key.Key_Down)

    assert desk.started == ["tool_window"]


def test_the_guard_follows_the_focus(opened: Open) -> None:
    line = QLineEdit()
    desk = opened(rows())
    desk.setCentralWidget(line)

    line.setFocus()
    QTest.keyClicks(line, "w")
    line.clearFocus()
    QTest.keyClick(desk, Qt.Key.Key_W)

    assert line.text() == "w"
    assert desk.started == ["tool_window"]


def test_the_guard_outlives_what_it_watched(opened: Open) -> None:
    desk = opened(QLineEdit())
    line = QLineEdit()

    desk.setCentralWidget(line)
    line.setFocus()
    QTest.keyClicks(line, "w")

    assert desk.started == []


def test_a_letter_written_with_alt_gr_is_writing(qapp: QApplication) -> None:
    kind = QEvent.Type.ShortcutOverride
    bracket = QKeyEvent(kind, Qt.Key.Key_BracketLeft, _CTRL | _ALT, "[")
    command = QKeyEvent(kind, Qt.Key.Key_S, _CTRL, "\x13")
    line = QLineEdit()

    assert keeps_key(line, bracket)
    assert not keeps_key(line, command)


def test_a_key_no_table_knows_starts_nothing_and_breaks_nothing(qapp: QApplication) -> None:
    strange = QKeyEvent(QEvent.Type.ShortcutOverride, 0, _NONE, "")

    assert not keeps_key(QCheckBox(), strange)


def test_a_text_that_can_only_be_read_is_no_input(qapp: QApplication) -> None:
    line = QLineEdit()
    assert is_text_input(line)

    line.setReadOnly(True)

    assert not is_text_input(line)
