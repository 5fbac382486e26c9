"""Menus and shortcuts of a window, made from the table."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMainWindow, QMenu
from pytestqt.qtbot import QtBot

from app.windows.action_keys import bind
from app.windows.action_table import ROWS, ActionRow, Menu, row_named
from app.windows.actions import fill_menu_bar, make_actions, set_keys

pytestmark = pytest.mark.gui


@pytest.fixture
def window(qtbot: QtBot) -> QMainWindow:
    shown = QMainWindow()
    qtbot.addWidget(shown)
    shown.show()
    qtbot.waitExposed(shown)
    shown.activateWindow()
    shown.setFocus()
    return shown


@pytest.fixture
def actions(window: QMainWindow) -> dict[str, QAction]:
    return make_actions(ROWS, {}, window)


def menus(window: QMainWindow) -> list[QMenu]:
    found = [action.menu() for action in window.menuBar().actions()]
    return [menu for menu in found if isinstance(menu, QMenu)]


def test_there_is_one_action_a_row(actions: dict[str, QAction]) -> None:
    assert list(actions) == [row.name for row in ROWS]


def test_an_action_has_the_keys_of_its_row(actions: dict[str, QAction]) -> None:
    assert actions["redo"].shortcuts() == [QKeySequence("Ctrl+Y"), QKeySequence("Ctrl+Shift+Z")]


def test_a_tip_says_what_the_entry_does_and_its_keys(actions: dict[str, QAction]) -> None:
    assert actions["preset_1"].toolTip() == "Width 1500, level -600 HU (1)"
    assert actions["slab_mip"].toolTip() == row_named("slab_mip").tip


def test_a_person_may_choose_other_keys(window: QMainWindow) -> None:
    actions = make_actions(ROWS, {"cine": "C", "make_coffee": "Q", "fit": "Banana"}, window)

    assert actions["cine"].shortcut() == QKeySequence("C")
    assert actions["fit"].shortcuts() == []


def test_keys_can_be_changed_while_the_window_is_open(
    window: QMainWindow, actions: dict[str, QAction]
) -> None:
    started: list[str] = []
    actions["cine"].triggered.connect(lambda: started.append("cine"))

    set_keys(actions, ROWS, bind(ROWS, {"cine": "C"}))
    QTest.keyClick(window, Qt.Key.Key_Space)
    QTest.keyClick(window, Qt.Key.Key_C)

    assert started == ["cine"]


def test_every_menu_of_the_table_is_in_the_bar(
    window: QMainWindow, actions: dict[str, QAction]
) -> None:
    fill_menu_bar(window.menuBar(), ROWS, actions)

    assert [menu.title() for menu in menus(window)] == [menu.value for menu in Menu]


def test_every_action_can_be_reached_through_a_menu(
    window: QMainWindow, actions: dict[str, QAction]
) -> None:
    fill_menu_bar(window.menuBar(), ROWS, actions)

    reached = {
        action.objectName() for menu in window.findChildren(QMenu) for action in menu.actions()
    }
    assert set(actions) <= reached


def test_menus_that_are_filled_later_are_handed_out(
    window: QMainWindow, actions: dict[str, QAction]
) -> None:
    filled = fill_menu_bar(window.menuBar(), ROWS, actions)

    assert set(filled) == {"recent", "panels", "header_windows", "choose_model", "choose_adapter"}
    assert actions["recent"].menu() is filled["recent"]


def test_a_line_separates_groups_and_does_not_end_a_menu(
    window: QMainWindow, actions: dict[str, QAction]
) -> None:
    fill_menu_bar(window.menuBar(), ROWS, actions)

    lines = [[action.isSeparator() for action in menu.actions()] for menu in menus(window)]
    assert sum(lines[0]) == 3
    assert not any(line[0] or line[-1] for line in lines)


def test_one_tool_of_the_mouse_switches_the_other_off(actions: dict[str, QAction]) -> None:
    actions["tool_pan"].trigger()
    actions["tool_length"].trigger()

    assert actions["tool_length"].isChecked()
    assert not actions["tool_pan"].isChecked()


def test_holding_a_key_goes_on_through_slices_but_blinks_nothing(
    actions: dict[str, QAction],
) -> None:
    assert actions["next_slice"].autoRepeat()
    assert not actions["invert"].autoRepeat()
    assert not actions["score"].autoRepeat()


def test_keys_work_while_the_menu_bar_is_hidden(
    window: QMainWindow, actions: dict[str, QAction]
) -> None:
    fill_menu_bar(window.menuBar(), ROWS, actions)
    started: list[str] = []
    actions["preset_1"].triggered.connect(lambda: started.append("lung"))

    window.menuBar().hide()
    QTest.keyClick(window, Qt.Key.Key_1)

    assert started == ["lung"]


@pytest.mark.parametrize("row", [row for row in ROWS if row.keys], ids=lambda row: row.name)
def test_each_key_of_the_table_starts_its_action(
    window: QMainWindow, actions: dict[str, QAction], row: ActionRow
) -> None:
    started: list[str] = []
    for action in actions.values():
        action.triggered.connect(lambda *_, one=action: started.append(one.objectName()))

    for sequence in actions[row.name].shortcuts():
        QTest.keySequence(window, sequence)

    assert started == [row.name] * len(actions[row.name].shortcuts())
