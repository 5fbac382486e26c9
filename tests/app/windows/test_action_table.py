"""The table of actions: complete, without doubles, and as users of other viewers expect it."""

import re

import pytest

from app.windows.action_table import ROWS, ActionRow, Menu, row_named
from medct_core.volume.window import PRESETS

AGREED_KEYS = {
    "preset_1": "1",
    "preset_9": "9",
    "preset_0": "0",
    "invert": "I",
    "stop": "Esc",
    "reset_view": "R",
    "cine": "Space",
    "previous_slice": "Up",
    "next_slice": "Down",
    "ten_previous": "Shift+Up",
    "ten_next": "Shift+Down",
    "first_slice": "Home",
    "last_slice": "End",
    "previous_series": "PgUp",
    "next_series": "PgDown",
    "previous_view": "Left",
    "next_view": "Right",
    "zoom_in": "+",
    "zoom_out": "-",
    "fit": "=",
    "full_screen": "F11",
    "overlay_text": "F12",
    "patient_text": "Shift+F12",
    "tool_crosshair": "X",
    "heatmap": "H",
    "heatmap_less": "[",
    "heatmap_more": "]",
    "masks": "M",
    "tool_window": "W",
    "tool_pan": "T",
    "tool_zoom": "Z",
    "tool_scroll": "S",
    "tool_length": "L",
    "tool_axes": "B",
    "tool_angle": "A",
    "tool_ellipse": "E",
    "tool_rectangle": "G",
    "tool_arrow": "N",
    "delete_measurement": "Del",
    "undo": "Ctrl+Z",
    "redo": "Ctrl+Y",
    "open_file": "Ctrl+O",
    "save_session": "Ctrl+S",
    "find_finding": "Ctrl+F",
    "shortcuts": "?",
}


def mnemonic(text: str) -> str:
    found = re.search(r"&(\w)", text)
    return found.group(1).lower() if found else ""


def rows_of(menu: Menu) -> list[ActionRow]:
    return [row for row in ROWS if row.menu is menu]


def entries(rows: list[ActionRow], submenu: str) -> list[str]:
    """List what one menu shows: texts of entries and, at the top, of submenus."""
    texts = [row.text for row in rows if row.submenu == submenu]
    return texts if submenu else [*texts, *{row.submenu for row in rows if row.submenu}]


@pytest.mark.parametrize("name", AGREED_KEYS)
def test_a_key_means_what_it_means_in_other_viewers(name: str) -> None:
    assert row_named(name).keys[0] == AGREED_KEYS[name]


def test_no_name_and_no_key_stands_twice() -> None:
    names = [row.name for row in ROWS]
    keys = [key for row in ROWS for key in row.keys]

    assert len(names) == len(set(names))
    assert len(keys) == len(set(keys))


def test_every_entry_says_what_it_does() -> None:
    wordless = [row.name for row in ROWS if not row.plain_text or not row.tip]

    assert wordless == []


def test_letters_of_the_menu_bar_are_unique() -> None:
    letters = [mnemonic(menu.value) for menu in Menu]

    assert "" not in letters
    assert len(letters) == len(set(letters))


@pytest.mark.parametrize("menu", Menu)
def test_letters_are_unique_in_each_menu(menu: Menu) -> None:
    rows = rows_of(menu)

    for submenu in {row.submenu for row in rows} | {""}:
        letters = [mnemonic(text) for text in entries(rows, submenu) if "&" in text]
        assert len(letters) == len(set(letters)), submenu


def test_all_but_presets_have_a_letter() -> None:
    without = [row.name for row in ROWS if "&" not in row.text]

    assert without == [f"preset_{one.key}" for one in PRESETS]


def test_groups_of_a_menu_stand_together() -> None:
    for menu in Menu:
        groups = [row.group for row in rows_of(menu)]
        changes = [group for at, group in enumerate(groups) if at == 0 or groups[at - 1] != group]

        assert len(changes) == len(set(changes)), menu


def test_a_preset_shows_its_numbers() -> None:
    assert row_named("preset_1").text == "Lung"
    assert row_named("preset_1").tip == "Width 1500, level -600 HU"


def test_what_excludes_each_other_can_be_checked() -> None:
    families = {row.family for row in ROWS if row.family}

    assert families == {"layout", "slab", "tool", "mouse"}
    assert all(row.checkable for row in ROWS if row.family)


def test_a_plain_text_has_neither_mark_nor_dots() -> None:
    assert row_named("open_file").plain_text == "Open scan"


def test_no_key_turns_or_mirrors_the_patient() -> None:
    texts = " ".join(row.text.lower() for row in ROWS)

    assert not re.search(r"flip|mirror|rotate", texts)
