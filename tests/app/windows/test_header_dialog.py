"""The header in a window of its own."""

import pytest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from app.state.header_page import HeaderPage
from app.windows.header_dialog import HeaderDialog
from medct_core.io.tag_row import TagRow

pytestmark = pytest.mark.gui

PAGE = HeaderPage("Thorax 1 mm", 1, 1, (TagRow("(0018,0060)", "KVP", "KVP", "DS", "120"),))


@pytest.fixture
def dialog(qtbot: QtBot) -> HeaderDialog:
    shown = HeaderDialog()
    qtbot.addWidget(shown)
    return shown


def test_the_title_names_the_series_while_one_is_shown(dialog: HeaderDialog) -> None:
    assert dialog.windowTitle() == "Header"

    dialog.show_page(PAGE)
    assert dialog.windowTitle() == "Header of Thorax 1 mm"

    dialog.show_empty()
    assert dialog.windowTitle() == "Header"


def test_it_opens_with_the_keyboard_in_the_search(dialog: HeaderDialog) -> None:
    dialog.show_page(PAGE)

    dialog.open_to_search()

    assert dialog.isVisible()
    assert isinstance(dialog.focusWidget(), QLineEdit)
