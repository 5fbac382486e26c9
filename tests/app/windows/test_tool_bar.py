"""The bar of buttons: what stands on it, and which window it names."""

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMainWindow, QToolButton
from pytestqt.qtbot import QtBot

from app.theme import DARK, LIGHT
from app.windows.action_table import ROWS
from app.windows.actions import make_actions
from app.windows.tool_bar import ToolBar, make_tool_bar
from medct_core.volume.window import LUNG, PRESETS, Window

pytestmark = pytest.mark.gui

_NARROWEST_WINDOW = 1280


@pytest.fixture
def window(qtbot: QtBot) -> QMainWindow:
    shown = QMainWindow()
    qtbot.addWidget(shown)
    return shown


@pytest.fixture
def actions(window: QMainWindow) -> dict[str, QAction]:
    return make_actions(ROWS, {}, window)


@pytest.fixture
def bar(window: QMainWindow, actions: dict[str, QAction]) -> ToolBar:
    made = make_tool_bar(actions, DARK)
    window.addToolBar(made)
    return made


def presets(bar: ToolBar) -> QToolButton:
    button = bar.findChild(QToolButton, "presets")
    assert isinstance(button, QToolButton)
    return button


def button_of(bar: ToolBar, action: QAction) -> QToolButton:
    button = bar.widgetForAction(action)
    assert isinstance(button, QToolButton)
    return button


def test_every_button_has_a_picture_a_name_and_a_tip(
    bar: ToolBar, actions: dict[str, QAction]
) -> None:
    own = [action for action in bar.actions() if action in actions.values()]

    assert len(own) > 20
    for action in own:
        button = button_of(bar, action)
        assert not button.icon().isNull()
        assert button.accessibleName()
        assert "&" not in button.accessibleName()
        assert button.toolTip() == action.toolTip()


def test_a_button_does_what_its_menu_entry_does(
    qtbot: QtBot, bar: ToolBar, actions: dict[str, QAction]
) -> None:
    with qtbot.waitSignal(actions["tool_length"].triggered):
        button_of(bar, actions["tool_length"]).click()

    assert button_of(bar, actions["tool_length"]).isChecked()


def test_the_bar_fits_into_the_narrowest_window(bar: ToolBar) -> None:
    assert bar.sizeHint().width() <= _NARROWEST_WINDOW


def test_what_does_not_fit_can_still_be_reached(
    qtbot: QtBot, window: QMainWindow, bar: ToolBar
) -> None:
    window.resize(400, 200)
    window.show()
    qtbot.waitExposed(window)

    more = bar.findChild(QToolButton, "qt_toolbar_ext_button")

    assert isinstance(more, QToolButton)
    assert more.isVisible()
    assert more.accessibleName() == "More tools"


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_the_preset_that_is_shown_is_named(bar: ToolBar, preset: object) -> None:
    chosen = next(one for one in PRESETS if one is preset)

    bar.show_window(chosen.window)

    assert presets(bar).text() == chosen.name
    assert presets(bar).fontMetrics().horizontalAdvance(chosen.name) < presets(bar).width()


def test_a_window_that_is_no_preset_shows_its_numbers(bar: ToolBar) -> None:
    bar.show_window(LUNG)
    bar.show_window(Window(centre_hu=-601, width_hu=1490))

    assert presets(bar).text() == "W 1490  L -601"
    assert presets(bar).toolTip() == "Grey-level window: width 1490, level -601 HU"


def test_the_menu_of_windows_holds_every_preset_and_the_full_range(
    bar: ToolBar, actions: dict[str, QAction]
) -> None:
    entries = [entry for entry in presets(bar).menu().actions() if not entry.isSeparator()]

    assert entries == [actions[f"preset_{key}"] for key in (1, 2, 3, 4, 5, 6, 7, 8, 9, 0)]


def test_no_button_takes_the_keys_from_the_picture(bar: ToolBar) -> None:
    policies = {button.focusPolicy().name for button in bar.findChildren(QToolButton)}

    assert policies == {"NoFocus"}


def test_another_theme_paints_other_icons(bar: ToolBar, actions: dict[str, QAction]) -> None:
    before = actions["open_file"].icon().cacheKey(), bar.styleSheet()

    bar.show_theme(LIGHT)

    assert actions["open_file"].icon().cacheKey() != before[0]
    assert LIGHT.selection in bar.styleSheet()
    assert before[1] != bar.styleSheet()
