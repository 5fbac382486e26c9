"""The page of keys: complete, searchable, and with the keys as they are now."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QLabel, QLineEdit, QScrollArea
from pytestqt.qtbot import QtBot

from app.theme import LIGHT, palette_of
from app.viewer.mouse_profiles import PROFILES
from app.windows.action_keys import bind
from app.windows.action_table import ROWS
from app.windows.cheat_sheet import (
    CheatSheet,
    SheetGroup,
    SheetLine,
    columns,
    key_groups,
    matching,
    mouse_groups,
)

KEYS = bind(ROWS, {}).keys
LINES = st.builds(SheetLine, st.text(max_size=5), st.text(max_size=9))
GROUPS = st.lists(
    st.builds(SheetGroup, st.text(max_size=9), st.lists(LINES, min_size=1, max_size=9).map(tuple)),
    max_size=12,
)


@pytest.fixture
def sheet(qtbot: QtBot) -> CheatSheet:
    shown = CheatSheet()
    qtbot.addWidget(shown)
    shown.show_keys(ROWS, KEYS)
    shown.show()
    return shown


def words(sheet: CheatSheet) -> str:
    texts = " ".join(label.text() for label in sheet.findChildren(QLabel))
    return re.sub(r"&nbsp;|<[^>]*>", " ", texts)


def search(sheet: CheatSheet, text: str) -> None:
    sheet.findChildren(QLineEdit)[0].setText(text)


def test_every_action_with_a_key_has_a_line() -> None:
    lines = [line for group in key_groups(ROWS, KEYS) for line in group.lines]

    assert len(lines) == sum(bool(keys) for keys in KEYS.values())


def test_a_line_says_all_keys_of_its_action() -> None:
    lines = {line.text: line.keys for group in key_groups(ROWS, KEYS) for line in group.lines}

    assert lines["Redo"] == "Ctrl+Y, Ctrl+Shift+Z"
    assert lines["Accept"] == "Ctrl+Return"


def test_both_profiles_of_the_mouse_are_told() -> None:
    groups = {group.title: group.lines for group in mouse_groups()}

    assert SheetLine("Left drag", "Level and width") in groups["Mouse, radiology profile"]
    assert SheetLine("Left drag", "Move the crosshair") in groups["Mouse, research profile"]
    assert len(groups) == 1 + len(PROFILES)


@given(GROUPS, st.integers(1, 6))
def test_columns_hold_all_groups_in_order(groups: list[SheetGroup], count: int) -> None:
    shared = columns(groups, count)

    assert [group for share in shared for group in share] == groups
    assert len(shared) <= count


@given(GROUPS, st.text(max_size=4))
def test_a_search_keeps_what_holds_the_text_and_nothing_else(
    groups: list[SheetGroup], needle: str
) -> None:
    found = matching(groups, needle)

    sought = needle.strip().casefold()
    for group in found:
        said = [group.title, *(line.keys for line in group.lines)]
        said += [line.text for line in group.lines]
        assert any(sought in text.casefold() for text in said)
    assert matching(found, needle) == found


def test_an_empty_search_shows_all() -> None:
    groups = key_groups(ROWS, KEYS)

    assert matching(groups, "  ") == groups


@pytest.mark.gui
def test_the_sheet_shows_keys_as_they_are_now(sheet: CheatSheet) -> None:
    sheet.show_keys(ROWS, bind(ROWS, {"cine": "Ctrl+Alt+Q"}).keys)

    assert "Ctrl+Alt+Q" in words(sheet)
    assert "Space" not in words(sheet)


@pytest.mark.gui
def test_typing_searches_keys_and_words(sheet: CheatSheet) -> None:
    search(sheet, "full screen")

    assert "F11" in words(sheet)
    assert "Ctrl+O" not in words(sheet)


@pytest.mark.gui
def test_a_search_without_a_hit_says_so(sheet: CheatSheet) -> None:
    search(sheet, "coffee")

    assert "No key and no entry is called so." in words(sheet)


@pytest.mark.gui
def test_signs_of_markup_are_shown_as_they_are(sheet: CheatSheet) -> None:
    sheet.show_keys(ROWS, bind(ROWS, {"cine": "<"}).keys)
    search(sheet, "cine")

    assert any("&lt;" in label.text() for label in sheet.findChildren(QLabel))


@pytest.mark.gui
def test_everything_is_in_sight_on_a_small_screen(sheet: CheatSheet, qtbot: QtBot) -> None:
    qtbot.waitExposed(sheet)

    area = sheet.findChildren(QScrollArea)[0]
    assert sheet.width() <= 1280
    assert sheet.height() <= 740
    assert not area.verticalScrollBar().isVisible()
    assert not area.horizontalScrollBar().isVisible()


@pytest.mark.gui
def test_another_theme_changes_the_colours(sheet: CheatSheet) -> None:
    sheet.setPalette(palette_of(LIGHT))

    accent = palette_of(LIGHT).color(QPalette.ColorRole.Accent).name()
    assert any(accent in label.text() for label in sheet.findChildren(QLabel))
