"""Choosing keys: captured, conflicts said before they happen, and the usual ones a click away."""

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QKeySequenceEdit,
    QLabel,
    QLineEdit,
    QPushButton,
    QTableWidget,
)
from pytestqt.qtbot import QtBot

from app.windows.action_keys import bind
from app.windows.action_table import ROWS
from app.windows.shortcuts_page import ShortcutsPage

pytestmark = pytest.mark.gui


@pytest.fixture
def page(qtbot: QtBot) -> ShortcutsPage:
    shown = ShortcutsPage(ROWS, {})
    qtbot.addWidget(shown)
    shown.show()
    return shown


def button(page: ShortcutsPage, text: str) -> QPushButton:
    buttons = page.findChildren(QPushButton)
    return next(one for one in buttons if one.text().replace("&", "") == text)


def press(page: ShortcutsPage, text: str) -> None:
    button(page, text).click()


def capture(page: ShortcutsPage, key: str) -> None:
    page.findChildren(QKeySequenceEdit)[0].setKeySequence(QKeySequence(key))


def table(page: ShortcutsPage) -> QTableWidget:
    return page.findChildren(QTableWidget)[0]


def keys_shown(page: ShortcutsPage, name: str) -> str:
    item = table(page).item([row.name for row in ROWS].index(name), 2)
    assert item is not None
    return item.text()


def caution(page: ShortcutsPage) -> str:
    labels = page.findChildren(QLabel)
    return " ".join(
        one.text() for one in labels if one.property("role") == "caution" and one.isVisible()
    )


def test_usual_keys_are_not_kept(page: ShortcutsPage) -> None:
    assert page.shortcuts() == {}
    assert keys_shown(page, "open_file") == "Ctrl+O"


def test_a_pressed_key_is_taken(page: ShortcutsPage, qtbot: QtBot) -> None:
    page.choose_row("fit")
    field = page.findChildren(QKeySequenceEdit)[0]

    QTest.keyClick(field, Qt.Key.Key_Q, Qt.KeyboardModifier.ControlModifier)
    press(page, "Use this key")

    assert page.shortcuts()["fit"] == "Ctrl+Q"


def test_a_free_key_brings_no_warning(page: ShortcutsPage) -> None:
    page.choose_row("fit")

    capture(page, "Ctrl+Alt+Q")

    assert caution(page) == ""


def test_a_key_in_use_is_named_before_it_changes_hands(page: ShortcutsPage) -> None:
    page.choose_row("fit")

    capture(page, "W")

    assert caution(page) == "W starts “Window” now; used here, it no longer will."
    assert page.shortcuts() == {}


def test_a_key_that_changes_hands_is_kept_without_a_problem(page: ShortcutsPage) -> None:
    page.choose_row("fit")
    capture(page, "W")

    press(page, "Use this key")

    assert page.shortcuts() == {"fit": "W", "tool_window": ""}
    assert bind(ROWS, page.shortcuts()).problems == ()
    assert keys_shown(page, "tool_window") == ""


def test_a_key_can_be_added_beside_others(page: ShortcutsPage) -> None:
    page.choose_row("fit")
    capture(page, "Q")

    press(page, "Use it as well")

    assert page.shortcuts() == {"fit": "=; Ctrl+0; Q"}


def test_a_key_that_opens_a_menu_cannot_be_used(page: ShortcutsPage) -> None:
    page.choose_row("fit")

    capture(page, "Alt+F")

    assert caution(page) == "Alt+F cannot be used: it opens the menu File."
    assert not button(page, "Use this key").isEnabled()


def test_all_keys_of_an_action_can_be_taken_away(page: ShortcutsPage) -> None:
    page.choose_row("cine")

    press(page, "No key")

    assert page.shortcuts() == {"cine": ""}
    assert not button(page, "No key").isEnabled()


def test_an_action_gets_its_usual_keys_back_from_who_has_them(page: ShortcutsPage) -> None:
    page.choose_row("fit")
    capture(page, "W")
    press(page, "Use this key")

    page.choose_row("tool_window")
    press(page, "Usual key")

    assert page.shortcuts() == {"fit": ""}


def test_all_keys_can_be_as_usual_again(qtbot: QtBot) -> None:
    page = ShortcutsPage(ROWS, {"fit": "Q", "cine": ""})
    qtbot.addWidget(page)

    press(page, "Reset all keys")

    assert page.shortcuts() == {}
    assert not button(page, "Reset all keys").isEnabled()


def test_keys_of_another_version_are_kept_for_it(qtbot: QtBot) -> None:
    page = ShortcutsPage(ROWS, {"make_coffee": "C"})
    qtbot.addWidget(page)

    press(page, "Reset all keys")

    assert page.shortcuts() == {"make_coffee": "C"}


def test_a_changed_key_stands_out(page: ShortcutsPage) -> None:
    page.choose_row("fit")
    capture(page, "Q")
    press(page, "Use this key")

    item = table(page).item(table(page).currentRow(), 2)

    assert item is not None
    assert item.font().bold()


def test_the_search_finds_actions_by_name_menu_and_key(page: ShortcutsPage) -> None:
    search = page.findChildren(QLineEdit)[0]
    found: dict[str, int] = {}

    for needle in ("full screen", "F11", "windowing", "coffee"):
        search.setText(needle)
        found[needle] = sum(not table(page).isRowHidden(at) for at in range(len(ROWS)))

    assert found == {"full screen": 1, "F11": 2, "windowing": 12, "coffee": 0}


def test_a_sign_that_needs_shift_is_taken_as_the_sign(page: ShortcutsPage) -> None:
    page.choose_row("fit")
    field = page.findChildren(QKeySequenceEdit)[0]

    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        shift = Qt.KeyboardModifier.ShiftModifier
        QApplication.sendEvent(field, QKeyEvent(kind, Qt.Key.Key_Question, shift, "?"))

    assert caution(page) == "? starts “Keys and mouse” now; used here, it no longer will."
